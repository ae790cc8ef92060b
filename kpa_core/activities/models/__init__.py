"""Tables of activities, offers, customers, orders, tasks and contributions."""

from kpa_core.activities.models.activity import ACTIVITY_STATES as ACTIVITY_STATES
from kpa_core.activities.models.activity import CUSTOMER_KINDS as CUSTOMER_KINDS
from kpa_core.activities.models.activity import OFFER_STATES as OFFER_STATES
from kpa_core.activities.models.activity import PRICE_BASES as PRICE_BASES
from kpa_core.activities.models.activity import Activity as Activity
from kpa_core.activities.models.activity import Customer as Customer
from kpa_core.activities.models.activity import Offer as Offer
from kpa_core.activities.models.kept import Kept as Kept
from kpa_core.activities.models.order import APPROVED as APPROVED
from kpa_core.activities.models.order import Approval as Approval
from kpa_core.activities.models.order import Order as Order
from kpa_core.activities.models.order import OrderCounter as OrderCounter
from kpa_core.activities.models.order import OrderEvent as OrderEvent
from kpa_core.activities.models.order import OrderLine as OrderLine
from kpa_core.activities.models.task import ANSWERS as ANSWERS
from kpa_core.activities.models.task import Assignment as Assignment
from kpa_core.activities.models.task import Availability as Availability
from kpa_core.activities.models.task import CalendarLink as CalendarLink
from kpa_core.activities.models.task import Task as Task
from kpa_core.activities.models.time import DAY_MINUTES as DAY_MINUTES
from kpa_core.activities.models.time import TIME_KINDS as TIME_KINDS
from kpa_core.activities.models.time import Contribution as Contribution
from kpa_core.activities.models.time import ImpactCounter as ImpactCounter
from kpa_core.activities.models.time import ImpactEntry as ImpactEntry
