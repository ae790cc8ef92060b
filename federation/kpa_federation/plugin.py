"""The federation as a plugin: the core stays unaware of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from flask import has_request_context

from kpa_core.api import (
    Capability,
    Job,
    MenuItem,
    Migrations,
    NotFound,
    Pages,
    PersonalItem,
    Plugin,
    PluginWork,
    RecordType,
    Refused,
    TryAgain,
    Work,
    current_work,
    hookimpl,
)
from kpa_federation import cli, rights, views
from kpa_federation.blobs import fetching
from kpa_federation.catalogue.kinds import RECORD_TYPES
from kpa_federation.log import erasing
from kpa_federation.network import directory, profile
from kpa_federation.own import keyring, leaving, mark, writing
from kpa_federation.peers import asking, gathering, service, witnessing
from kpa_federation.records import personal, publishing, telling, unnaming
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
        """Ask the peers every hour."""
        return [
            Job("federation.pull", pull, every="hourly", outside=True),
            Job("federation.visit", visit, outside=True),
            Job("federation.start", start, every="start", outside=True),
            Job(fetching.JOB, fetch, outside=True),
            Job("federation.erase", erase, every="daily"),
            Job("federation.tell", tell, outside=True),
            Job(unnaming.JOB, unname, outside=True),
            Job("federation.profile", keep_profile, every="daily"),
        ]

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


def start(work: Work, _payload: Mapping[str, Any]) -> None:
    """After a start: open the log, ask the peers where it stood, then sign what waits."""
    if leaving.has_left(work.session):
        return
    writing.open_log(work)
    if not asking.ask(work):
        raise TryAgain(mark.WAITS)
    writing.seal(work)
    profile.keep_up(work)


def keep_profile(work: Work, _payload: Mapping[str, Any]) -> None:
    """Publish the version of kpa after an upgrade, if the group published its profile."""
    profile.keep_up(work)


def tell(work: Work, _payload: Mapping[str, Any]) -> None:
    """Tell the peers that there is something new, and ask a few to cosign it."""
    if leaving.has_left(work.session):
        return
    service.tell_peers(work)
    keyring.forget_old(work.instance.settings.root)
    witnessing.collect(work)


def erase(work: Work, _payload: Mapping[str, Any]) -> None:
    """Erase what was withdrawn long enough ago."""
    erasing.erase(work.session, work.today)


def fetch(work: Work, payload: Mapping[str, Any]) -> None:
    """Bring a file home that somebody wants to read."""
    if leaving.has_left(work.session):
        return
    fetching.fetch(work, payload["sha256"])


def unname(work: Work, payload: Mapping[str, Any]) -> None:
    """Withdraw our records that name somebody who is not to be named any more, words included."""
    if not asking.ask(work):
        raise TryAgain(mark.WAITS)
    for number in payload["records"]:
        with suppress(NotFound):  # withdrawn in the meantime
            name = publishing.name_of(work.session, number)
            publishing.retract(work, name, "privacy", erase=True)


def visit(work: Work, payload: Mapping[str, Any]) -> None:
    """Ask one peer that said it has something new."""
    if leaving.has_left(work.session):
        return
    service.pull_from(work, payload["origin"])
    profile.name_neighbours(work)
    telling.tell(work)


def pull(work: Work, _payload: Mapping[str, Any]) -> None:
    """Open one's own log if need be, ask every peer whose turn it is, and sign what was not.

    Asking comes first: a log that may not be signed goes on hearing of its neighbours.
    """
    if leaving.has_left(work.session):
        return
    writing.open_log(work)
    service.pull_some(work)
    profile.name_neighbours(work)
    telling.tell(work)
    with suppress(Refused):
        if asking.ask(work):
            writing.seal(work)
