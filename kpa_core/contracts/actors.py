"""Who acts, where things belong, and what a computing hook works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
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
