"""Catering: menus that scale, purchases that are counted, allergens that are asked.

A plugin of kpa, and the one its documentation points to. The class below is thin: each hook hands
over to the module that does the work. What those count with knows neither database nor pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import click

from kpa_catering import cards, checks, cli, controls, orders, people, rights, taken, views
from kpa_catering.settings import Settings as CateringSettings
from kpa_catering.texts import CATALOGUES, lazy
from kpa_core.api import (
    ActivityType,
    Capability,
    Card,
    Event,
    Health,
    Job,
    Line,
    MenuItem,
    Migrations,
    OrderRef,
    Pages,
    PersonalItem,
    Plugin,
    PluginWork,
    QuoteRequest,
    RecordType,
    hookimpl,
)


class CateringPlugin(Plugin):
    """Catering: recipes, menus, allergens and the price of a buffet."""

    name = "catering"
    api_version = 1
    Settings = CateringSettings

    settings: CateringSettings

    @hookimpl
    def register_activity_types(self) -> Iterable[ActivityType]:
        """Offer the activity "Traiteur"."""
        sentence = lazy("On cuisine pour les autres : buffets, repas, cafés d'accueil.")
        return [ActivityType(orders.KIND, lazy("Traiteur"), sentence)]

    @hookimpl
    def register_capabilities(self) -> Iterable[Capability]:
        """Add the rights on the kitchen and on menus."""
        return rights.CAPABILITIES

    @hookimpl
    def register_blueprints(self) -> Iterable[Pages]:
        """Add the pages under ``/catering/``."""
        return [views.blueprint(self.settings)]

    @hookimpl
    def register_commands(self, group: click.Group) -> None:
        """Add ``kpa catering import``, ``export``, ``needs``, ``choose`` and others."""
        cli.add(group, self.settings)

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        """Let photos and names of old lines of the hygiene log go."""
        return [Job("catering.forget_controls", controls.forget_old, every="daily")]

    @hookimpl
    def register_record_types(self) -> Iterable[RecordType]:
        """Let menus go to other groups, and theirs come here."""
        return [taken.record_type(self.settings)]

    @hookimpl
    def menu_items(self) -> Iterable[MenuItem]:
        """Show the kitchen in the main menu."""
        return [MenuItem(lazy("Cuisine"), "/catering/menus", needs="catering.read", order=45)]

    @hookimpl
    def order_cards(self, work: PluginWork, order: OrderRef) -> Iterable[Card]:
        """Show the chosen menu on the page of an order."""
        return cards.cards_of(work.session, order)

    @hookimpl
    def quote_lines(self, work: PluginWork, request: QuoteRequest) -> Iterable[Line]:
        """Price the chosen menu."""
        return orders.quote_lines(work.session, request, self.settings)

    @hookimpl
    def health_checks(self, work: PluginWork) -> Iterable[Health]:
        """Say whether the prices behind the menus are recent."""
        return checks.price_check(work.session, work.today, self.settings)

    @hookimpl
    def personal_data(self, work: PluginWork, person_id: UUID) -> Iterable[PersonalItem]:
        """Tell a person which answers and lines of the hygiene log are theirs."""
        return people.answers_of(work.session, person_id)

    @hookimpl
    def erase_personal_data(self, work: PluginWork, person_id: UUID) -> None:
        """Take a person's name off what they wrote."""
        people.forget_person(work.session, person_id)

    @hookimpl
    def on_record_received(self, work: PluginWork, event: Event) -> None:
        """Note when a menu taken over was changed or withdrawn by its group."""
        taken.hear(work.session, event.data)

    @hookimpl
    def migrations(self) -> Migrations:
        """Bring the tables ``catering_*``."""
        return Migrations(Path(__file__).parent / "migrations")

    @hookimpl
    def translations(self) -> Path:
        """Bring the sentences in other languages."""
        return CATALOGUES
