"""Open Food Network: what the shop sold becomes orders, to the cent, once.

A plugin of kpa. The class below is thin: each hook hands over to the module that does the work.
What reads the server's language and makes lines of it knows neither database nor pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import click

from kpa_core.api import (
    Capability,
    Card,
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
    Problem,
    QuoteRequest,
    hookimpl,
)
from kpa_ofn import booking, cards, cli, rates, reading, rights, views
from kpa_ofn.texts import CATALOGUES, lazy


class OfnPlugin(Plugin):
    """Open Food Network: the KPA's shop and its sales."""

    name = "ofn"
    api_version = 1

    @hookimpl
    def register_capabilities(self) -> Iterable[Capability]:
        """Add the rights on shops and their VAT."""
        return rights.CAPABILITIES

    @hookimpl
    def register_blueprints(self) -> Iterable[Pages]:
        """Add the pages under ``/ofn/``."""
        return [views.blueprint()]

    @hookimpl
    def register_commands(self, group: click.Group) -> None:
        """Add ``kpa ofn check``, ``connect``, ``read``, ``drift`` and others."""
        cli.add(group)

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        """Read orders and shelves, set prices and stocks."""
        outside = (
            (reading.READ, reading.read, lazy("Lire les commandes de la boutique")),
            (reading.SHELF, reading.read_shelf, lazy("Lire les articles de la boutique")),
            (reading.OFFER, reading.set_offer, lazy("Changer un article de la boutique")),
        )
        return [
            *(Job(kind, run, outside=True, label=label) for kind, run, label in outside),
            Job(rates.REPRICE, booking.reprice, label=lazy("Refaire les prix de la boutique")),
            Job("ofn.follow", reading.follow, every="hourly"),
            Job("ofn.sweep", reading.sweep, every="daily"),
        ]

    @hookimpl
    def menu_items(self) -> Iterable[MenuItem]:
        """Show the shop in the main menu."""
        return [MenuItem(lazy("Boutique"), "/ofn/", needs="ofn.sell", order=47)]

    @hookimpl
    def order_cards(self, work: PluginWork, order: OrderRef) -> Iterable[Card]:
        """Say on an order that it came from a shop."""
        return cards.cards_of(work.session, order)

    @hookimpl
    def quote_lines(self, work: PluginWork, request: QuoteRequest) -> Iterable[Line]:
        """Price an order as the customer paid it in the shop."""
        return booking.quote_lines(work.session, request)

    @hookimpl
    def invoice_problems(self, work: PluginWork, order: OrderRef) -> Iterable[Problem]:
        """Hold the papers of a sale whose VAT nobody confirmed, or that changed in the shop."""
        return booking.invoice_problems(work.session, order)

    @hookimpl
    def health_checks(self, work: PluginWork) -> Iterable[Health]:
        """Say whether all of each shop could be read."""
        return cards.checks(work.session)

    @hookimpl
    def personal_data(self, work: PluginWork, person_id: UUID) -> Iterable[PersonalItem]:
        """Tell a person which rates they said."""
        return rates.said_by(work.session, person_id)

    @hookimpl
    def erase_personal_data(self, work: PluginWork, person_id: UUID) -> None:
        """Take a person's name off the rates they said; the rates stay."""
        rates.forget_person(work.session, person_id)

    @hookimpl
    def migrations(self) -> Migrations:
        """Bring the tables ``ofn_*``."""
        return Migrations(Path(__file__).parent / "migrations")

    @hookimpl
    def translations(self) -> Path:
        """Bring the sentences in other languages."""
        return CATALOGUES
