"""The federation as a plugin: the core stays unaware of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from kpa_core.api import (
    Capability,
    Job,
    MenuItem,
    Migrations,
    Pages,
    PersonalItem,
    Plugin,
    PluginWork,
    RecordType,
    Work,
    hookimpl,
)
from kpa_federation import cli, rights, views
from kpa_federation.catalogue.kinds import RECORD_TYPES
from kpa_federation.own import writing
from kpa_federation.peers import service
from kpa_federation.records import personal, telling
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
    def register_commands(self, group: click.Group) -> None:
        """Add ``kpa federation status``, ``follow``, ``pull``, ``export``, ``import``."""
        cli.add(group)

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        """Ask the peers every hour."""
        return [Job("federation.pull", pull, every="hourly", outside=True)]

    @hookimpl
    def register_record_types(self) -> Iterable[RecordType]:
        """Bring the two first kinds of record: a resource, a learning."""
        return RECORD_TYPES

    @hookimpl
    def menu_items(self) -> Iterable[MenuItem]:
        """Show what other KPAs wrote in the main menu."""
        return [MenuItem(lazy("À lire"), "/federation/fiches", needs="federation.read", order=70)]

    @hookimpl
    def personal_data(self, work: PluginWork, person_id: UUID) -> Iterable[PersonalItem]:
        """Tell a person what they agreed to and what they wrote."""
        return personal.kept_about(work.session, person_id)

    @hookimpl
    def erase_personal_data(self, work: PluginWork, person_id: UUID) -> None:
        """Take a person's name off their drafts, and their agreement back."""
        personal.forget_person(work.session, person_id)

    @hookimpl
    def migrations(self) -> Migrations:
        """Bring the tables ``federation_*``."""
        return Migrations(Path(__file__).parent / "migrations")

    @hookimpl
    def translations(self) -> Path:
        """Bring the sentences in other languages."""
        return CATALOGUES


def pull(work: Work, _payload: Mapping[str, Any]) -> None:
    """Open one's own log if need be, sign what was not, ask the peers, tell what came."""
    writing.open_log(work)
    writing.seal(work)
    service.pull_all(work)
    telling.tell(work)
