"""What crosses the door between the core and its plugins: frozen data, no behaviour.

Everything here is re-exported by :mod:`kpa_core.api`. Adding a field with a default changes
nothing for plugins; renaming or removing one goes through the deprecation policy.
"""

from kpa_core.contracts.actors import INSTANCE as INSTANCE
from kpa_core.contracts.actors import Actor as Actor
from kpa_core.contracts.actors import Capability as Capability
from kpa_core.contracts.actors import Grant as Grant
from kpa_core.contracts.actors import PluginWork as PluginWork
from kpa_core.contracts.actors import Scope as Scope
from kpa_core.contracts.actors import Text as Text
from kpa_core.contracts.actors import Viewer as Viewer
from kpa_core.contracts.house import Card as Card
from kpa_core.contracts.house import Event as Event
from kpa_core.contracts.house import Health as Health
from kpa_core.contracts.house import Job as Job
from kpa_core.contracts.house import MenuItem as MenuItem
from kpa_core.contracts.house import Message as Message
from kpa_core.contracts.house import Migrations as Migrations
from kpa_core.contracts.house import NotifyChannel as NotifyChannel
from kpa_core.contracts.house import PersonalItem as PersonalItem
from kpa_core.contracts.house import Todo as Todo
from kpa_core.contracts.people import Assignment as Assignment
from kpa_core.contracts.people import EngagementCheck as EngagementCheck
from kpa_core.contracts.people import EngagementFacts as EngagementFacts
from kpa_core.contracts.people import EngagementKind as EngagementKind
from kpa_core.contracts.people import MemberRef as MemberRef
from kpa_core.contracts.people import PersonFacts as PersonFacts
from kpa_core.contracts.people import PersonNames as PersonNames
from kpa_core.contracts.people import Problem as Problem
from kpa_core.contracts.people import Question as Question
from kpa_core.contracts.sales import ActivityType as ActivityType
from kpa_core.contracts.sales import Line as Line
from kpa_core.contracts.sales import OrderRef as OrderRef
from kpa_core.contracts.sales import QuoteRequest as QuoteRequest
from kpa_core.contracts.sales import VatRegime as VatRegime
