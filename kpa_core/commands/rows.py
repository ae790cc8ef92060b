"""Lists in the terminal: for a machine the whole records, for a person a table in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import click

from kpa_core.errors import N_
from kpa_core.figures import day, duration, hour, money
from kpa_core.i18n import gettext
from kpa_core.speaking import say

HEADINGS = {
    "activity": N_("Activité"),
    "amount_cents": N_("Montant"),
    "attempts": N_("Essais"),
    "base": N_("Sur quoi"),
    "carrier": N_("Maison qui facture"),
    "carrier_number": N_("Son numéro"),
    "cents": N_("Montant"),
    "claimed_cents": N_("Annoncé"),
    "closed_on": N_("Fermée le"),
    "code": N_("Série"),
    "confirmed": N_("Confirmé"),
    "confirmed_cents": N_("Confirmé"),
    "customer": N_("Client"),
    "day": N_("Jour"),
    "document": N_("Reçu sur"),
    "due": N_("Prévu"),
    "due_on": N_("À payer avant le"),
    "for": N_("Pour"),
    "held_cents": N_("Reste"),
    "id": N_("Numéro"),
    "issued_on": N_("Daté du"),
    "key": N_("Règle"),
    "kind": N_("Sorte"),
    "label": N_("Sorte"),
    "lines": N_("Tranches"),
    "minutes": N_("Durée"),
    "missing": N_("Manque"),
    "mode": N_("Comment"),
    "month": N_("Mois"),
    "name": N_("Nom"),
    "net_cents": N_("Sans TVA"),
    "next": N_("Prochain essai"),
    "number": N_("Numéro"),
    "order": N_("Commande"),
    "owed_cents": N_("Dû"),
    "paid_cents": N_("Payé"),
    "pattern": N_("Numéros"),
    "paper": N_("Papier"),
    "people": N_("Qui"),
    "period": N_("Par"),
    "person": N_("Qui"),
    "quantity": N_("Quantité"),
    "reason": N_("Pourquoi"),
    "received_on": N_("Reçu le"),
    "reference": N_("Notre référence"),
    "roles": N_("Rôles"),
    "said_on": N_("Dit le"),
    "sentence": N_("Ce que ça veut dire"),
    "since": N_("Depuis"),
    "source": N_("Source"),
    "sha256": N_("Empreinte"),
    "starts_at": N_("À"),
    "starts_on": N_("Depuis"),
    "state": N_("Étape"),
    "supplier": N_("Magasin"),
    "title": N_("Titre"),
    "to_pay_cents": N_("À payer"),
    "total": N_("Total"),
    "unit_price": N_("Prix à l'unité"),
    "value": N_("Choix"),
    "vat_cents": N_("TVA"),
    "what": N_("Quoi"),
    "why": N_("Pourquoi"),
}

Labels = Mapping[str, Mapping[Any, str]]
"""For a column, the French sentence (a message id) of each of its codes."""


def show_rows(
    rows: Iterable[Mapping[str, Any]], as_json: bool, *columns: str, labels: Labels | None = None
) -> None:
    """Print records: for a machine all of them as they are, for a person the named columns.

    A column whose name ends in ``cents`` holds cents, ``minutes`` holds minutes.
    """
    found = list(rows)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, default=str))
        return
    if not found:
        say(N_("Il n'y a rien à montrer."))
        return
    table = [[_shown(name, row[name], labels or {}) for name in columns] for row in found]
    kept = [place for place, _ in enumerate(columns) if any(line[place] for line in table)]
    heads = [gettext(HEADINGS[name]) for name in columns]
    table = [[line[place] for place in kept] for line in (heads, *table)]
    widths = [max(len(line[place]) for line in table) for place in range(len(kept))]
    right = [columns[place].endswith("cents") for place in kept]
    for line in table:
        cells = (
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(line, widths, right, strict=True)
        )
        click.echo("  ".join(cells).rstrip())


def show_one(
    row: Mapping[str, Any], as_json: bool, *columns: str, labels: Labels | None = None
) -> None:
    """Print a record: for a machine all of it, for a person a line for each named column."""
    if as_json:
        show_rows([row], True)
        return
    for name in columns:
        told = _shown(name, row[name], labels or {})
        if told:
            click.echo(f"{gettext(HEADINGS[name])} : {told}")


def _shown(name: str, value: Any, labels: Labels) -> str:
    if value is not None and name in labels:
        return gettext(labels[name].get(value, str(value)))
    if isinstance(value, int) and name.endswith("cents"):
        return money(value)
    if isinstance(value, int) and name == "minutes":
        return duration(value)
    return written(value)


def written(value: Any) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext(N_("oui") if value else N_("non"))
    if isinstance(value, datetime):
        there = value.astimezone()  # the zone of whoever reads, as their terminal has it
        return f"{day(there.date(), 'short')} {hour(there.time())}"
    if isinstance(value, date):
        return day(value, "short")
    if isinstance(value, time):
        return hour(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(one) for one in value)
    return str(value)
