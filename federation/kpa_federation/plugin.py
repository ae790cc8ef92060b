"""The federation as a plugin: the core stays unaware of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import click
from flask import has_request_context

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
    current_work,
    hookimpl,
)
from kpa_federation import cli, rights, views
from kpa_federation.catalogue.kinds import RECORD_TYPES
from kpa_federation.jobs import jobs
from kpa_federation.network import directory
from kpa_federation.peers import gathering
from kpa_federation.records import personal
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
        """Show the neighbours and what they wrote in the main menu."""
        needs = "federation.read"
        node = gathering.is_node(current_work()) if has_request_context() else False
        network = MenuItem(lazy("Les KPA du réseau"), directory.PAGE, needs="public.read", order=5)
        return [
            *([network] if node else []),
            MenuItem(lazy("À lire"), "/federation/fiches", needs=needs, order=60),
            MenuItem(lazy("Les voisins"), "/federation/voisins", needs=needs, order=61),
        ]

    @hookimpl
    def register_commands(self, group: click.Group) -> None:
        """Add ``kpa federation status``, ``follow``, ``pull``, ``export``, ``import``."""
        cli.add(group)

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        """Ask the peers every hour, and what follows from it."""
        return jobs()

    @hookimpl
    def register_record_types(self) -> Iterable[RecordType]:
        """Bring the two first kinds of record: a resource, a learning."""
        return RECORD_TYPES

    @hookimpl
    def personal_data(self, work: PluginWork, person_id: UUID) -> Iterable[PersonalItem]:
        """Tell a person what they agreed to and what they wrote."""
        return personal.kept_about(work.session, person_id)

    @hookimpl
    def erase_personal_data(self, work: PluginWork, person_id: UUID) -> None:
        """Take a person's name off their drafts, their agreement back, and what it let out."""
        personal.forget_person(work, person_id)

    @hookimpl
    def migrations(self) -> Migrations:
        """Bring the tables ``federation_*``."""
        return Migrations(Path(__file__).parent / "migrations")

    @hookimpl
    def translations(self) -> Path:
        """Bring the sentences in other languages."""
        return CATALOGUES
