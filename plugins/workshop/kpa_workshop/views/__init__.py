"""The pages under ``/workshop/``: objects, and the stock and machines of an activity."""

from __future__ import annotations

from kpa_core.api import Pages, Scope, current_locale, format_cents
from kpa_workshop import machines, stock, tickets
from kpa_workshop.models import TicketRow
from kpa_workshop.rules import KINDS, LABELS
from kpa_workshop.texts import gettext
from kpa_workshop.views import place_pages, ticket_pages


def euros(cents: int) -> str:
    """Return an amount."""
    return format_cents(cents, current_locale())


def state(row: TicketRow) -> str:
    """Return where an object is, in words."""
    return gettext(LABELS[row.state])


def kind(row: TicketRow) -> str:
    """Return the colour that repeats it."""
    return KINDS.get(row.state, "info")


def scope(row: TicketRow) -> Scope:
    """Return where an object belongs, for ``can``."""
    return Scope(activity_id=row.activity_id)


def blueprint() -> Pages:
    """Return the pages of this plugin."""
    scopes = {
        "ticket_id": tickets.scope_of_ticket,
        "part_id": stock.scope_of_part,
        "machine_id": machines.scope_of_machine,
    }
    pages = Pages("workshop", "kpa_workshop", scopes=scopes)
    for filter_ in (euros, state, kind, scope):
        pages.add_app_template_filter(filter_, f"workshop_{filter_.__name__}")
    ticket_pages.add(pages)
    place_pages.add(pages)
    return pages
