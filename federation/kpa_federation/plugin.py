"""The federation as a plugin: the core stays unaware of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from kpa_core.api import (
    Capability,
    Job,
    MenuItem,
    Migrations,
    Pages,
    Plugin,
    Refused,
    TryAgain,
    Work,
    hookimpl,
)
from kpa_federation import cli, rights, views
from kpa_federation.own import mark, writing
from kpa_federation.peers import asking, service
from kpa_federation.texts import CATALOGUES, lazy


class FederationPlugin(Plugin):
    """The network of KPAs: records that travel, and that anyone can verify."""

    name = "federation"
    api_version = 1

    @hookimpl
    def register_capabilities(self) -> Iterable[Capability]:
        """Add the rights on the network."""
        return rights.CAPABILITIES

    @hookimpl
    def register_blueprints(self) -> Iterable[Pages]:
        """Add what peers ask, and the pages under ``/federation/``."""
        return [views.blueprint()]

    @hookimpl
    def menu_items(self) -> Iterable[MenuItem]:
        """Show the neighbours in the main menu."""
        return [
            MenuItem(lazy("Les voisins"), "/federation/voisins", needs="federation.read", order=60)
        ]

    @hookimpl
    def register_commands(self, group: click.Group) -> None:
        """Add ``kpa federation status``, ``follow``, ``pull``, ``export``, ``import``."""
        cli.add(group)

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        """Ask the peers every hour."""
        return [
            Job("federation.pull", pull, every="hourly", outside=True),
            Job("federation.visit", visit, outside=True),
            Job("federation.start", start, every="start", outside=True),
            Job("federation.tell", tell, outside=True),
        ]

    @hookimpl
    def migrations(self) -> Migrations:
        """Bring the tables ``federation_*``."""
        return Migrations(Path(__file__).parent / "migrations")

    @hookimpl
    def translations(self) -> Path:
        """Bring the sentences in other languages."""
        return CATALOGUES


def start(work: Work, _payload: Mapping[str, Any]) -> None:
    """After a start: open the log, ask the peers where it stood, then sign what waits."""
    writing.open_log(work)
    if not asking.ask(work):
        raise TryAgain(mark.WAITS)
    writing.seal(work)


def tell(work: Work, _payload: Mapping[str, Any]) -> None:
    """Tell the peers that there is something new."""
    service.tell_peers(work)


def visit(work: Work, payload: Mapping[str, Any]) -> None:
    """Ask one peer that said it has something new."""
    service.pull_from(work, payload["origin"])


def pull(work: Work, _payload: Mapping[str, Any]) -> None:
    """Open one's own log if need be, sign what was not, and ask the peers whose turn it is."""
    writing.open_log(work)
    with suppress(Refused):
        if asking.ask(work):
            writing.seal(work)
    service.pull_some(work)
