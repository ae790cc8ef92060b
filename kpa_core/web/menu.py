"""The main menu: the core's entries and those of the plugins, as far as the reader may go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for

from kpa_core.contracts import MenuItem
from kpa_core.errors import N_, KpaError
from kpa_core.i18n import lazy
from kpa_core.instance import Instance
from kpa_core.pages.current import current_work
from kpa_core.work import Work


@dataclass(frozen=True)
class Entry:
    """One entry, ready for the template."""

    label: Any
    url: str
    active: bool


CORE = (
    ("home.today", lazy(N_("À faire")), "home.read", 0),
    ("activities.orders", lazy(N_("Commandes")), "order.read", 10),
    ("activities.planning", lazy(N_("Planning")), "task.read", 20),
    ("members.members", lazy(N_("Membres")), "member.list", 30),
    ("activities.activities", lazy(N_("Activités")), "activity.list", 40),
    ("invoices.documents", lazy(N_("Devis et factures")), "document.read", 45),
    ("sharing.pots", lazy(N_("Argent")), "pot.read", 50),
    ("accounts.me", lazy(N_("Moi")), "member.own", 80),
    ("house.overview", lazy(N_("Machine")), "house.read", 90),
)


def items(instance: Instance) -> list[Entry]:
    """Return the entries for the reader of the current request."""
    try:
        work = current_work()
    except (KpaError, AttributeError):
        return []
    found = list(_all(instance, work))
    found.sort(key=lambda item: item.order)
    return [Entry(item.label, item.url, request.path == item.url) for item in found]


def _all(instance: Instance, work: Work) -> Iterator[MenuItem]:
    for endpoint, label, needs, order in CORE:
        if work.reach(needs).anywhere and endpoint in current_app.view_functions:
            yield MenuItem(label, url_for(endpoint), needs, order)
    for _, offered in instance.plugins.collect("menu_items", viewer=work.actor):
        yield from (
            item
            for item in offered
            if item.needs in instance.rights and work.reach(item.needs).anywhere
        )
