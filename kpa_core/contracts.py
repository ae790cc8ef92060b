"""What crosses the door between the core and its plugins: frozen data, no behaviour.

Everything here is re-exported by :mod:`kpa_core.api`. Adding a field with a default changes
nothing for plugins; renaming or removing one goes through the deprecation policy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Text = Any
"""A ``str`` or a lazy label: anything whose ``str()`` is the sentence to show."""


@dataclass(frozen=True)
class Grant:
    """A dated role that holds today: ``role`` everywhere, or in one activity or carrier."""

    role: str
    activity_id: UUID | None = None
    carrier_id: UUID | None = None


@dataclass(frozen=True)
class Actor:
    """Who acts: a person signed in, a visitor, the machine's operator, or kpa itself."""

    kind: Literal["person", "visitor", "operator", "service"]
    name: str
    party_id: UUID | None = None
    account_id: UUID | None = None
    grants: tuple[Grant, ...] = ()
    via: str = "web"

    def has_role(self, role: str) -> bool:
        """Tell whether the person holds ``role`` anywhere today."""
        return any(grant.role == role for grant in self.grants)


Viewer = Actor


@dataclass(frozen=True)
class Scope:
    """Where a thing belongs, as far as rights are concerned.

    ``activity_id``, ``carrier_id`` and ``person_id`` are filled as far as they apply; all empty is
    the instance itself. ``activities`` is for what belongs to several, as a person does.
    """

    activity_id: UUID | None = None
    carrier_id: UUID | None = None
    person_id: UUID | None = None
    public: bool = False
    activities: frozenset[UUID] = frozenset()


INSTANCE = Scope()


@dataclass(frozen=True)
class Capability:
    """A right a plugin adds. ``key`` starts with the plugin's name and a dot.

    ``holders`` maps a role to where it holds: ``all``, ``activity``, ``carrier`` or ``self``.
    """

    key: str
    label: Text
    holders: Mapping[str, str]


class PluginWork(Protocol):
    """What a computing hook is given to work with.

    ``session`` lives inside a savepoint of the core's transaction: it reads every table, writes
    those whose names start with the plugin's own, and refuses commit, rollback and writing in SQL
    text.
    """

    session: Session
    actor: Actor

    @property
    def today(self) -> date:
        """The day in the instance's zone."""

    @property
    def zone(self) -> str:
        """The instance's IANA time zone, such as ``Europe/Paris``."""

    def settings(self, plugin: str) -> Mapping[str, object]:
        """The plugin's table in ``kpa.toml``."""


@dataclass(frozen=True)
class ActivityType:
    """A kind of activity, offered when a group starts one."""

    key: str
    label: Text
    sentence: Text = ""


@dataclass(frozen=True)
class Problem:
    """A reason against something, and what to do about it.

    A ``blocking`` problem refuses the act; another is shown as a warning. ``message`` and ``todo``
    are message ids whose ``{places}`` are filled from ``params``; ``source`` names the law or rule.
    Of an engagement, ``light`` says which of the three it puts out, and ``waiting`` that an answer,
    a signature or a day can still lift it. Of a record, ``where`` is the field.
    """

    message: str
    params: Mapping[str, object] = field(default_factory=dict)
    blocking: bool = True
    source: str = ""
    todo: str = ""
    light: Literal["papers", "contract", "insurance"] = "papers"
    waiting: bool = False
    where: str = ""


@dataclass(frozen=True)
class PersonFacts:
    """What an engagement rule may know of a person: no name beyond the one shown."""

    id: UUID
    display_name: str
    birth_date: date | None
    guardian_consent_on: date | None = None


@dataclass(frozen=True)
class PersonNames:
    """How a person may be named in a text, and whether they are known to be under 18."""

    id: UUID
    display_name: str
    family_name: str
    is_minor: bool


@dataclass(frozen=True)
class EngagementFacts:
    """One engagement of a person, as stored by the core."""

    id: UUID
    person_id: UUID
    kind: str
    carrier_id: UUID | None
    starts_on: date
    ends_on: date
    renewal_number: int
    first_starts_on: date
    signed_on: date | None
    insured_from: date | None
    insured_until: date | None
    ended_on: date | None = None
    terms: Mapping[str, object] = field(default_factory=dict)
    state: Literal["draft", "signed", "ended", "refused"] = "signed"


EngagementCheck = Callable[[PluginWork, PersonFacts, EngagementFacts, date], list[Problem]]


@dataclass(frozen=True)
class Question:
    """A yes or no that an engagement's rules need; the answer is kept in its ``terms[key]``."""

    key: str
    label: Text


@dataclass(frozen=True)
class EngagementKind:
    """A kind of engagement, with the rules a plugin brings for it.

    ``check(work, person, engagement, day)`` returns the reasons why the engagement cannot stand on
    ``day``; the core adds "signed" and "insured". ``paid_work`` says whether it can ever give the
    green light for paid work. ``reminders`` are days before the end at which the person and the
    referent are told. ``questions`` are asked on the engagement's page. ``task_tags`` are what a
    task may ask of people that these rules look at, as (tag, label), offered on the task's form.
    """

    key: str
    label: Text
    sentence: Text
    paid_work: bool
    check: EngagementCheck
    reminders: tuple[int, ...] = ()
    renewable: bool = True
    questions: tuple[Question, ...] = ()
    task_tags: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True)
class Assignment:
    """A person asked to do a task: what a plugin needs to say yes or no."""

    person: PersonFacts
    carrier_id: UUID | None
    activity_id: UUID
    activity_kind: str
    task_id: UUID
    title: str
    tags: tuple[str, ...]
    day: date
    starts_at: time
    ends_at: time
    paid: bool
    others: tuple[tuple[date, time, time], ...] = ()


@dataclass(frozen=True)
class Line:
    """A priced line proposed for an order. The price is without VAT unless ``price_basis`` says.

    ``unit_price_cents`` is in cents, ``vat_rate_bp`` in basis points (10 % is 1000).
    ``discount_cents`` comes off quantity times price, on the same basis.
    """

    label: str
    quantity: Decimal
    unit_price_cents: int
    vat_rate_bp: int
    unit: str = ""
    details: str = ""
    price_basis: Literal["net", "gross"] = "net"
    planned_cost_cents: int | None = None
    data: Mapping[str, object] = field(default_factory=dict)
    nature: Literal["goods", "services"] = "services"
    discount_cents: int = 0


VatRegime = Literal["normal", "franchise"]


@dataclass(frozen=True)
class QuoteRequest:
    """What a customer asked, for a plugin that can price it.

    ``vat_regime`` is that of the activity's carrier: under ``franchise`` a line bears no VAT.
    """

    order_id: UUID
    activity_id: UUID
    activity_kind: str
    day: date | None
    guests: int | None
    wishes: str
    vat_regime: VatRegime = "normal"


@dataclass(frozen=True)
class OrderRef:
    """An order as a plugin's card sees it."""

    id: UUID
    reference: str
    activity_id: UUID
    activity_kind: str
    state: str
    day: date | None
    guests: int | None


@dataclass(frozen=True)
class MemberRef:
    """A member as a plugin's card sees it."""

    id: UUID
    display_name: str


@dataclass(frozen=True)
class MenuItem:
    """An entry of the main menu, shown when the viewer holds ``needs``."""

    label: Text
    url: str
    needs: str
    order: int = 100


@dataclass(frozen=True)
class Card:
    """A block on the page of an order or a member, rendered from the plugin's own template.

    It is shown when the viewer holds ``needs`` on that object.
    """

    title: Text
    template: str
    needs: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Todo:
    """One thing the person could do now. The smallest ``order`` is "la prochaine chose à faire"."""

    title: Text
    sentence: Text
    url: str
    order: int = 100
    kind: str = ""


@dataclass(frozen=True)
class Job:
    """Work done by the worker: ``run(work, payload)``.

    ``every`` makes it a schedule (``daily`` or ``hourly``, in the instance's zone, or at each
    ``start`` of the worker). A run happens inside one transaction with its own mark, so what it
    does to the database is done exactly once.
    ``outside`` is for effects on another machine: run without a transaction, marked afterwards. An
    outside kind that is not ``idempotent`` is never run twice by itself: a run that broke off or
    failed ends as *unknown*, for a person to look at, unless it raised ``TryAgain`` (nothing left:
    it is run again) or ``Refused`` (it is not).
    """

    kind: str
    run: Callable[[Any, Mapping[str, Any]], None]
    every: Literal["", "daily", "hourly", "start"] = ""
    idempotent: bool = True
    outside: bool = False


@dataclass(frozen=True)
class Migrations:
    """Where a plugin's own migrations are."""

    directory: Path


@dataclass(frozen=True)
class Health:
    """One check for ``kpa doctor`` and ``/healthz``: a name, whether it is well, and what to do."""

    name: str
    ok: bool
    detail: Text = ""


@dataclass(frozen=True)
class PersonalItem:
    """One thing a plugin knows about a person, for "what the software knows of me"."""

    what: Text
    value: str
    why: Text
    until: Text = ""


@dataclass(frozen=True)
class Message:
    """A message to one person, in their language, ready to be sent."""

    to_party_id: UUID
    kind: str
    subject: str
    text: str
    email: str | None
    phone: str | None
    locale: str


@dataclass(frozen=True)
class NotifyChannel:
    """A way to reach people, such as an SMS gateway.

    ``send(work, message, key)`` returns True when it took the message. After an error it is asked
    again with the same ``key``, by which it must know a copy. ``work`` acts as kpa itself, outside
    any transaction: open one to write, and never around a call to another machine.
    """

    key: str
    label: Text
    can_reach: Callable[[Message], bool]
    send: Callable[[Any, Message, str], bool]


@dataclass(frozen=True)
class Event:
    """What happened, told to ``on_*`` hooks at least once; ``id`` is the same each time."""

    id: UUID
    name: str
    at: datetime
    data: Mapping[str, Any]
