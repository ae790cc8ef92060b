"""Workshop: objects to repair or to make, parts in stock, machines and who may use them.

A plugin of kpa that cooks nothing. The class below is thin: each hook hands over to the module that
does the work. ``rules.py`` counts and knows neither database nor pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import click

from kpa_core.api import (
    ActivityType,
    Capability,
    Card,
    Line,
    MenuItem,
    Migrations,
    OrderRef,
    Pages,
    PersonalItem,
    Plugin,
    PluginWork,
    QuoteRequest,
    hookimpl,
)
from kpa_workshop import cards, cli, rights, views
from kpa_workshop.texts import CATALOGUES, lazy


class WorkshopPlugin(Plugin):
    """Workshop: repairs, made to order, stock and machines."""

    name = "workshop"
    api_version = 1

    @hookimpl
    def register_activity_types(self) -> Iterable[ActivityType]:
        """Offer the activity "Atelier"."""
        sentence = lazy("On répare et on fabrique : vélos, meubles, sacs, sérigraphie.")
        return [ActivityType("workshop", lazy("Atelier"), sentence)]

    @hookimpl
    def register_capabilities(self) -> Iterable[Capability]:
        """Add the rights on the workshop."""
        return rights.CAPABILITIES

    @hookimpl
    def register_blueprints(self) -> Iterable[Pages]:
        """Add the pages under ``/workshop/``."""
        return [views.blueprint()]

    @hookimpl
    def register_commands(self, group: click.Group) -> None:
        """Add ``kpa workshop tickets`` and ``stock``."""
        cli.add(group)

    @hookimpl
    def menu_items(self) -> Iterable[MenuItem]:
        """Show the workshop in the main menu."""
        return [MenuItem(lazy("Atelier"), "/workshop/", needs="workshop.work", order=48)]

    @hookimpl
    def order_cards(self, work: PluginWork, order: OrderRef) -> Iterable[Card]:
        """Show the objects of an order."""
        return cards.cards_of(work.session, order)

    @hookimpl
    def quote_lines(self, work: PluginWork, request: QuoteRequest) -> Iterable[Line]:
        """Price the objects of an order."""
        return cards.quote_lines(work.session, request)

    @hookimpl
    def personal_data(self, work: PluginWork, person_id: UUID) -> Iterable[PersonalItem]:
        """Tell a person their trainings and what they noted."""
        return cards.personal_data(work.session, person_id)

    @hookimpl
    def erase_personal_data(self, work: PluginWork, person_id: UUID) -> None:
        """Take a person's name off what they noted."""
        cards.forget_person(work.session, person_id)

    @hookimpl
    def migrations(self) -> Migrations:
        """Bring the tables ``workshop_*``."""
        return Migrations(Path(__file__).parent / "migrations")

    @hookimpl
    def translations(self) -> Path:
        """Bring the sentences in other languages."""
        return CATALOGUES
