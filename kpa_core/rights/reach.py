"""How far a capability reaches for one actor, as facts a query can use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kpa_core.contracts import Actor, Capability, Grant, Scope
from kpa_core.errors import N_, PluginError, StartError
from kpa_core.rights.table import CORE, LOGGED, REACHES, ROLES


@dataclass(frozen=True)
class Reach:
    """Where an actor holds a capability. Empty is nowhere."""

    everywhere: bool = False
    activities: frozenset[UUID] = frozenset()
    carriers: frozenset[UUID] = frozenset()
    person: UUID | None = None

    def covers(self, scope: Scope) -> bool:
        """Tell whether it reaches a thing of this scope."""
        return (
            self.everywhere
            or scope.activity_id in self.activities
            or not self.activities.isdisjoint(scope.activities)
            or scope.carrier_id in self.carriers
            or (self.person is not None and scope.person_id == self.person)
        )

    @property
    def anywhere(self) -> bool:
        """Tell whether it reaches anything at all."""
        return self.everywhere or bool(self.activities or self.carriers or self.person)

    def where(
        self,
        *,
        activity: sa.ColumnElement[Any] | Any = None,
        carrier: sa.ColumnElement[Any] | Any = None,
        person: sa.ColumnElement[Any] | Any = None,
    ) -> sa.ColumnElement[bool]:
        """Return the condition that keeps a query inside this reach.

        A column that is not given cannot open anything.
        """
        if self.everywhere:
            return sa.true()
        parts: list[sa.ColumnElement[bool]] = []
        if activity is not None and self.activities:
            parts.append(activity.in_(self.activities))
        if carrier is not None and self.carriers:
            parts.append(carrier.in_(self.carriers))
        if person is not None and self.person is not None:
            parts.append(person == self.person)
        return sa.or_(*parts) if parts else sa.false()


class Rights:
    """The table of one instance: the core's rows and its plugins' own."""

    def __init__(self) -> None:
        self._holders: dict[str, Mapping[str, str]] = {row.key: row.holders for row in CORE}
        self.owners: dict[str, str] = {row.key: "" for row in CORE}

    def add(self, plugin: str, capability: Capability) -> None:
        """Add a plugin's capability.

        Raises:
            PluginError: its name is outside the plugin's own, or it names unknown roles.
        """
        if not capability.key.startswith(f"{plugin}.") or capability.key in self._holders:
            raise PluginError(
                plugin,
                N_("le droit {key!r} doit commencer par {prefix!r} et être nouveau."),
                key=capability.key,
                prefix=f"{plugin}.",
            )
        for role, reach in capability.holders.items():
            if role not in ROLES or reach not in REACHES:
                raise PluginError(
                    plugin, N_("le droit {key!r} nomme un rôle inconnu."), key=capability.key
                )
        self._holders[capability.key] = capability.holders
        self.owners[capability.key] = plugin

    def close(self, prefixes: Iterable[str]) -> None:
        """Take the capabilities that begin so from everyone: this instance has no such feature."""
        closed = tuple(prefixes)
        for key in [key for key in self._holders if key.startswith(closed)]:
            self._holders[key] = {}

    def forget(self, plugin: str) -> None:
        """Remove what a plugin added."""
        for key in [key for key, owner in self.owners.items() if owner == plugin]:
            del self._holders[key], self.owners[key]

    def __contains__(self, key: object) -> bool:
        return key in self._holders

    def keys(self) -> Iterable[str]:
        """Return every capability."""
        return self._holders.keys()

    def holders(self, key: str) -> Mapping[str, str]:
        """Return role → reach of one capability.

        Raises:
            StartError: nobody declared it.
        """
        if key not in self._holders:
            raise StartError(N_("Le droit {key!r} n'est déclaré nulle part."), key=key)
        return self._holders[key]

    def reach(self, actor: Actor, key: str) -> Reach:
        """Return how far ``key`` reaches for ``actor``."""
        holders = self.holders(key)
        if actor.kind == "service":
            return Reach(everywhere=True)
        if actor.kind == "operator":
            return Reach(everywhere="operator" in holders or "visitor" in holders)
        found = [(holders["visitor"], Grant("visitor"))] if "visitor" in holders else []
        if actor.kind == "person":
            if "person" in holders:
                found.append((holders["person"], Grant("person")))
            found += [(holders[one.role], one) for one in actor.grants if one.role in holders]
        return _sum(actor, found)

    def is_logged(self, key: str) -> bool:
        """Tell whether a refusal of ``key`` belongs in the audit log."""
        return key.startswith(LOGGED)


def _sum(actor: Actor, found: Iterable[tuple[str, Grant]]) -> Reach:
    everywhere, activities, carriers, person = False, set(), set(), None
    for reach, grant in found:
        if reach == "all" or (reach == "activity" and grant.activity_id is None):
            everywhere = True
        elif reach == "activity":
            activities.add(grant.activity_id)
        elif reach == "carrier" and grant.carrier_id is not None:
            carriers.add(grant.carrier_id)
        elif reach == "self":
            person = actor.party_id
    return Reach(
        everywhere, frozenset(filter(None, activities)), frozenset(filter(None, carriers)), person
    )
