"""Try a live server's contract, without ordering anything, and say what differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from kpa_coopcycle.answers import Unreadable
from kpa_coopcycle.client import CoopCycle
from kpa_core.api import N_, KpaError

if TYPE_CHECKING:
    from kpa_core.api import SafeHttp

ENTRY = "/api/contexts/Entrypoint"


@dataclass(frozen=True)
class Finding:
    """One call: its name, whether it went as the contract says, what was learned or is wrong."""

    call: str
    good: bool
    told: str = ""
    error: KpaError | None = None


class OtherServer(KpaError):
    """What answers there is not CoopCycle."""


def try_server(server: CoopCycle, *, as_store: bool) -> Iterator[Finding]:
    """Yield what each call of the contract gives; those of a store only with a key."""
    yield _try("GET /api", lambda: _entry(server))
    yield _try("GET /api/settings", lambda: _settings(server))
    if as_store:
        yield _try("GET /api/me", lambda: _store(server))
        yield _try("GET /api/time_slots/choices", lambda: str(len(server.slots())))


@dataclass(frozen=True)
class Listed:
    """A bike co-op of the public list that has a server."""

    city: str
    name: str
    address: str


def directory(http: SafeHttp, address: str) -> list[Listed]:
    """Return the co-ops of the list, by city; those without a server are left out.

    Raises:
        Unreadable: it is no list.
    """
    answer = http.fetch("GET", address, headers={"Accept": "application/json"})
    try:
        rows = json.loads(answer.body)
    except ValueError:
        rows = None
    if answer.status != HTTPStatus.OK or not isinstance(rows, list):
        raise Unreadable(N_("La liste des coops ne se lit pas. Réessaie plus tard."))
    named = [one for one in rows if isinstance(one, dict) and one.get("coopcycle_url")]
    found = [
        Listed(str(one.get("city", "")), str(one.get("name", "")), str(one["coopcycle_url"]))
        for one in named
    ]
    return sorted(found, key=lambda one: (one.city.casefold(), one.name))


def _try(call: str, does: Callable[[], str]) -> Finding:
    try:
        return Finding(call, True, does())
    except KpaError as error:
        return Finding(call, False, error=error)


def _entry(server: CoopCycle) -> str:
    found = server.entry()
    if found != ENTRY:
        raise OtherServer(N_("Ce n'est pas un serveur CoopCycle : « {found} »."), found=found[:80])
    return found


def _settings(server: CoopCycle) -> str:
    found = server.server()
    return f"{found.currency}, {found.zone}, {found.country}"


def _store(server: CoopCycle) -> str:
    found = server.me()
    return f"{found.name}, {found.store}"
