"""Deliveries in people's words: slots in their own hours, states, amounts."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from kpa_coopcycle import drift
from kpa_coopcycle.drift import Difference
from kpa_coopcycle.models import DeliveryRow
from kpa_coopcycle.texts import gettext as _
from kpa_coopcycle.texts import told
from kpa_coopcycle.wishes import Window
from kpa_core.api import N_, current_locale, format_cents, now

STATES = {
    "asked": N_("On demande le prix"),
    "priced": N_("Prix reçu"),
    "refused": N_("Refusée"),
    "ordered": N_("La commande part"),
    "cancelling": N_("L'annulation part"),
    "cancelled": N_("Annulée"),
}
STATUSES = {
    "todo": N_("Commandée"),
    "doing": N_("En route"),
    "done": N_("Livrée"),
    "failed": N_("Ratée"),
    "cancelled": N_("Annulée"),
}
KINDS = {"done": "ok", "refused": "stop", "failed": "stop", "cancelled": "", "priced": "info"}
DAYS = (
    N_("lundi"),
    N_("mardi"),
    N_("mercredi"),
    N_("jeudi"),
    N_("vendredi"),
    N_("samedi"),
    N_("dimanche"),
)


def where(row: DeliveryRow) -> str:
    """Return where a delivery is, in two words."""
    if row.state == "booked":
        return _(STATUSES.get(row.status, STATUSES["todo"]))
    return _(STATES[row.state])


def kind(row: DeliveryRow) -> str:
    """Return the colour that repeats it."""
    return KINDS.get(row.status if row.state == "booked" else row.state, "wait")


def slot(text: str, zone: str, *, short: bool = False) -> str:
    """Return a slot in the hours of the co-op's place: "mardi 2/04, 12:00–14:00".

    ``short`` is for lists of choices, which phones cut.
    """
    window = Window.read(text)
    start, end = (one.astimezone(ZoneInfo(zone)) for one in window.both)
    name = _(DAYS[start.weekday()])
    day = f"{name[:3] if short else name} {start.day}/{start.month:02d}"
    return f"{day}, {start:%H:%M}–{end:%H:%M}"


def slots_to_choose(slots: list[str], zone: str) -> list[tuple[str, str]]:
    """Return the slots that have not started, each with its words."""
    coming = [one for one in slots if Window.read(one).after > now()]
    return [(one, slot(one, zone, short=True)) for one in coming]


def moment(at: datetime, zone: str) -> str:
    """Return an instant in the hours of a place."""
    here = at.astimezone(ZoneInfo(zone))
    return f"{here.day}/{here.month:02d} {here:%H:%M}"


def euros(cents: int | None) -> str:
    """Return an amount, or nothing."""
    return "" if cents is None else format_cents(cents, current_locale())


def difference(found: Difference) -> str:
    """Return a difference in a sentence."""
    ours, theirs = found.ours, found.theirs
    if found.kind == "price":
        ours, theirs = euros(int(ours)), euros(int(theirs))
    if found.kind == "status":
        ours, theirs = (_(STATUSES.get(one, one)) if one else "–" for one in (ours, theirs))
    return told(drift.SENTENCES[found.kind], path=found.path, ours=ours, theirs=theirs)
