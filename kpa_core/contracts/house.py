"""What a plugin adds to the house: pages, jobs, tables, checks, messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from kpa_core.contracts.actors import Text


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
    """Work done by the worker: ``run(work, payload)``. ``label`` is what people read of it.

    ``every`` makes it a schedule (``daily`` or ``hourly``, in the instance's zone, or at each
    ``start`` of the worker). A run happens inside one transaction with its own mark, so what it
    does to the database is done exactly once.
    ``outside`` is for effects on another machine: run without a transaction, marked afterwards. An
    outside kind that is not ``idempotent`` is never run twice by itself: a run that broke off or
    failed ends as *unknown*, for a person to look at, unless it raised ``TryAgain`` (nothing left:
    it is run again) or ``Refused`` (it is not). With ``find(work, payload)`` such a run is not left
    to a person: it is looked for on the other machine, and only what was absent twice, a minute
    apart, is run again. ``find`` returns whether it is there, and notes it here if so.
    """

    kind: str
    run: Callable[[Any, Mapping[str, Any]], None]
    every: Literal["", "daily", "hourly", "start"] = ""
    idempotent: bool = True
    outside: bool = False
    find: Callable[[Any, Mapping[str, Any]], bool] | None = None
    label: Text = ""


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
