"""The federation as a plugin: the core stays unaware of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from kpa_core.api import Capability, Job, Migrations, Pages, Plugin, Work, hookimpl
from kpa_federation import cli, rights, views
from kpa_federation.own import writing
from kpa_federation.peers import service
from kpa_federation.texts import CATALOGUES


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
    def register_commands(self, group: click.Group) -> None:
        """Add ``kpa federation status``, ``follow``, ``pull``, ``export``, ``import``."""
        cli.add(group)

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        """Ask the peers every hour."""
        return [Job("federation.pull", pull, every="hourly", outside=True)]

    @hookimpl
    def migrations(self) -> Migrations:
        """Bring the tables ``federation_*``."""
        return Migrations(Path(__file__).parent / "migrations")

    @hookimpl
    def translations(self) -> Path:
        """Bring the sentences in other languages."""
        return CATALOGUES


def pull(work: Work, _payload: Mapping[str, Any]) -> None:
    """Open one's own log if need be, ask every peer whose turn it is, and sign what was not.

    Asking comes first: a log that may not be signed goes on hearing of its neighbours.
    """
    writing.open_log(work)
    service.pull_all(work)
    writing.seal(work)
