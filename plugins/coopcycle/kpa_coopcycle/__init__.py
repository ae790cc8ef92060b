"""CoopCycle: have things carried by a bike co-op, and never twice.

A plugin of kpa. The class below is thin: each hook hands over to the module that does the work.
What reads and writes the server's language knows neither database nor pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from kpa_coopcycle import cards, cli, deliveries, following, rights, sending, views
from kpa_coopcycle.settings import Settings as CoopCycleSettings
from kpa_coopcycle.texts import CATALOGUES, lazy
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
    Plugin,
    PluginWork,
    QuoteRequest,
    hookimpl,
)


class CoopCyclePlugin(Plugin):
    """CoopCycle: deliveries by a bike co-op."""

    name = "coopcycle"
    api_version = 1
    Settings = CoopCycleSettings

    settings: CoopCycleSettings

    @hookimpl
    def register_capabilities(self) -> Iterable[Capability]:
        """Add the rights on deliveries and on the co-ops connected."""
        return rights.CAPABILITIES

    @hookimpl
    def register_blueprints(self) -> Iterable[Pages]:
        """Add the pages under ``/coopcycle/``."""
        return [views.blueprint()]

    @hookimpl
    def register_commands(self, group: click.Group) -> None:
        """Add ``kpa coopcycle check``, ``connect``, ``deliver``, ``drift`` and others."""
        cli.add(group, self.settings)

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        """Ask prices, order, cancel, follow."""
        create = Job(
            deliveries.CREATE,
            sending.create,
            outside=True,
            idempotent=False,
            find=sending.find,
            label=lazy("Commander une livraison à vélo"),
        )
        outside = (
            (deliveries.PRICE, sending.price, lazy("Demander le prix d'une livraison")),
            (deliveries.CANCEL, sending.cancel, lazy("Annuler une livraison")),
            (deliveries.READ, following.read, lazy("Suivre une livraison")),
            (following.REFRESH, following.refresh, lazy("Comparer les livraisons avec la coop")),
        )
        return [
            create,
            *(Job(kind, run, outside=True, label=label) for kind, run, label in outside),
            Job("coopcycle.follow", following.follow, every="hourly"),
            Job("coopcycle.forget", following.forget, every="daily"),
        ]

    @hookimpl
    def menu_items(self) -> Iterable[MenuItem]:
        """Show the co-ops in the main menu."""
        return [MenuItem(lazy("Livraisons"), "/coopcycle/", needs="coopcycle.deliver", order=46)]

    @hookimpl
    def order_cards(self, work: PluginWork, order: OrderRef) -> Iterable[Card]:
        """Ask "Qui livre ?" on the page of an order."""
        return cards.cards_of(work.session, order)

    @hookimpl
    def quote_lines(self, work: PluginWork, request: QuoteRequest) -> Iterable[Line]:
        """Sell the delivery, when the KPA is the bike co-op."""
        return cards.quote_lines(work.session, request, self.settings)

    @hookimpl
    def health_checks(self, work: PluginWork) -> Iterable[Health]:
        """Say whether both sides have the same deliveries."""
        return cards.checks(work.session)

    @hookimpl
    def migrations(self) -> Migrations:
        """Bring the tables ``coopcycle_*``."""
        return Migrations(Path(__file__).parent / "migrations")

    @hookimpl
    def translations(self) -> Path:
        """Bring the sentences in other languages."""
        return CATALOGUES
