"""The one door for plugins: everything a plugin may import, and nothing else.

Public means: importable from here (or from :mod:`kpa_core.testing`) without an underscore. A name
is removed only after one minor version that warns; then ``API_VERSION`` rises. Plugins run with the
rights of the application: entry points give no sandbox.
"""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpa_core import speaking
from kpa_core.accounts import messages
from kpa_core.activities import pricing
from kpa_core.activities import service as orders
from kpa_core.activities.activities import activities_for as activities_for
from kpa_core.activities.asking import Wanted as Wanted
from kpa_core.activities.asking import add_order as add_order
from kpa_core.activities.customers import NewCustomer as NewCustomer
from kpa_core.activities.customers import add_customer as add_customer
from kpa_core.activities.service import find_order as find_order
from kpa_core.activities.service import order_named as order_named
from kpa_core.activities.service import order_ref as order_ref
from kpa_core.activities.vat import is_vat_rate as is_vat_rate
from kpa_core.clock import instant_of as instant_of
from kpa_core.clock import now as now
from kpa_core.clock import today as today
from kpa_core.commands import command as command
from kpa_core.commands import free_command as free_command
from kpa_core.contracts import INSTANCE as INSTANCE
from kpa_core.contracts import ActivityType as ActivityType
from kpa_core.contracts import Actor as Actor
from kpa_core.contracts import Assignment as Assignment
from kpa_core.contracts import Capability as Capability
from kpa_core.contracts import Card as Card
from kpa_core.contracts import EngagementFacts as EngagementFacts
from kpa_core.contracts import EngagementKind as EngagementKind
from kpa_core.contracts import Event as Event
from kpa_core.contracts import Health as Health
from kpa_core.contracts import Job as Job
from kpa_core.contracts import Line as Line
from kpa_core.contracts import MemberRef as MemberRef
from kpa_core.contracts import MenuItem as MenuItem
from kpa_core.contracts import Message as Message
from kpa_core.contracts import Migrations as Migrations
from kpa_core.contracts import NotifyChannel as NotifyChannel
from kpa_core.contracts import OrderRef as OrderRef
from kpa_core.contracts import PersonalItem as PersonalItem
from kpa_core.contracts import PersonFacts as PersonFacts
from kpa_core.contracts import PersonNames as PersonNames
from kpa_core.contracts import PluginWork as PluginWork
from kpa_core.contracts import Problem as Problem
from kpa_core.contracts import Question as Question
from kpa_core.contracts import QuoteRequest as QuoteRequest
from kpa_core.contracts import Scope as Scope
from kpa_core.contracts import Viewer as Viewer
from kpa_core.db import Base as Base
from kpa_core.db import Kept as Kept
from kpa_core.db import Row as Row
from kpa_core.db import Utc as Utc
from kpa_core.db import Versioned as Versioned
from kpa_core.db import new_id as new_id
from kpa_core.errors import N_ as N_
from kpa_core.errors import Away as Away
from kpa_core.errors import Conflict as Conflict
from kpa_core.errors import KpaError as KpaError
from kpa_core.errors import Misuse as Misuse
from kpa_core.errors import NotFound as NotFound
from kpa_core.errors import Refused as Refused
from kpa_core.errors import TryAgain as TryAgain
from kpa_core.errors import Unavailable as Unavailable
from kpa_core.errors import before_leaving as before_leaving
from kpa_core.files import StoredFile as StoredFile
from kpa_core.files import clean_photo as clean_photo
from kpa_core.hookspecs import hookimpl as hookimpl
from kpa_core.i18n import Lazy, Texts
from kpa_core.i18n import current_locale as current_locale
from kpa_core.members import contact
from kpa_core.members.facts import carrier_name as carrier_name
from kpa_core.members.facts import carriers as carriers
from kpa_core.members.facts import engagements as engagements
from kpa_core.members.facts import green_light as green_light
from kpa_core.members.facts import names_of_everyone as names_of_everyone
from kpa_core.members.facts import people_seen as people_seen
from kpa_core.members.facts import person_facts as person_facts
from kpa_core.members.facts import referents_of as referents_of
from kpa_core.members.facts import scope_of_person as scope_of_person
from kpa_core.money import format_cents as format_cents
from kpa_core.money import parse_cents as parse_cents
from kpa_core.money import round_half_away as round_half_away
from kpa_core.pages import Pages as Pages
from kpa_core.pages import current_work as current_work
from kpa_core.pages import download as download
from kpa_core.pages import forms as forms
from kpa_core.pages import page as page
from kpa_core.pages import say as say
from kpa_core.pages import see as see
from kpa_core.plugins import API_VERSION as API_VERSION
from kpa_core.plugins import Plugin as Plugin
from kpa_core.records import Record as Record
from kpa_core.records import RecordField as RecordField
from kpa_core.records import RecordType as RecordType
from kpa_core.safehttp import addresses as web_addresses
from kpa_core.safehttp.answers import HttpAnswer as HttpAnswer
from kpa_core.safehttp.answers import HttpStream as HttpStream
from kpa_core.safehttp.backoff import backoff as backoff
from kpa_core.safehttp.deadline import Deadline as Deadline
from kpa_core.safehttp.deadline import Pace as Pace
from kpa_core.safehttp.errors import HttpError as HttpError
from kpa_core.safehttp.errors import HttpFailed as HttpFailed
from kpa_core.safehttp.errors import HttpRefused as HttpRefused
from kpa_core.safehttp.errors import TooLarge as TooLarge
from kpa_core.safehttp.errors import TooSlow as TooSlow
from kpa_core.sharing import expenses
from kpa_core.sharing.expenses import NewExpense as NewExpense
from kpa_core.work import Work as Work
from kpa_core.work import ask_later as ask_later
from kpa_core.work import may as may
from kpa_core.work import open_sealed as open_sealed
from kpa_core.work import read_file as read_file
from kpa_core.work import seal as seal

if TYPE_CHECKING:
    from kpa_core.safehttp.client import SafeHttp as SafeHttp

move_order = orders.move
parse_phone = contact.phone
parse_web_address = web_addresses.parse
price_order = pricing.price
record_expense = expenses.record
say_on_terminal = speaking.say
send_message = messages.send


def plugin_texts(
    name: str, folder: str | Path
) -> tuple[Callable[[str], str], Callable[[str], Lazy]]:
    """Return the ``(gettext, lazy)`` pair of a plugin's own catalogue."""
    texts = Texts()
    texts.add(Path(folder), name)
    return texts.gettext, lambda message: Lazy(message, texts)


RENAMED: dict[str, str] = {}
"""Names that go away when ``API_VERSION`` rises, and what took their place."""

if not TYPE_CHECKING:  # a type checker says at once what is gone

    def __getattr__(name: str) -> Any:
        """Give a name that is going away, and say what to write instead."""
        if name not in RENAMED:
            raise AttributeError(f"kpa_core.api has no {name!r}")
        new, number = RENAMED[name], API_VERSION + 1
        told = f"kpa_core.api.{name} is now {new}; the old name goes away with API {number}"
        warnings.warn(told, DeprecationWarning, stacklevel=2)
        return globals()[new]
