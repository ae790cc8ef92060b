"""A document for another program: JSON as it was frozen, CSV as French spreadsheets read it.

What a carrier takes over from a hand-over is in both; neither ever bears a number of our own that
is not on the paper.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.invoices import documents
from kpa_core.invoices.exports import tables
from kpa_core.invoices.exports.tables import NUMBER as NUMBER
from kpa_core.invoices.exports.tables import decimal, table
from kpa_core.invoices.models import Document
from kpa_core.invoices.paper.snapshot import Line, Snapshot

HEADS = (
    N_("Papier"),
    N_("Numéro"),
    N_("Notre référence"),
    N_("Date"),
    N_("Code analytique"),
    N_("Client"),
    N_("SIREN du client"),
    N_("N° d'engagement"),
    N_("Code service"),
    N_("Date de la prestation"),
    N_("Désignation"),
    N_("Quantité"),
    N_("Unité"),
    N_("Prix unitaire"),
    N_("Prix"),
    N_("Taux de TVA (%)"),
    N_("Montant HT"),
)
SUMS = (N_("Total hors taxes (HT)"), N_("Total TVA"), N_("Arrondi"), N_("Total avec taxes (TTC)"))
BASES = {"net": N_("sans la TVA (HT)"), "gross": N_("avec la TVA (TTC)")}


def as_json(document: Document) -> bytes:
    """Return a document as JSON: what the paper says, absent things left out."""
    frozen = json.loads(documents.snapshot_of(document).to_json())
    body = {**_present(frozen), "sha256": document.hash.hex() if document.hash else None}
    text = json.dumps(_present(body), ensure_ascii=False, indent=2, sort_keys=True)
    return text.encode("utf-8")


def as_csv(document: Document) -> bytes:
    """Return a document's lines, then its totals, as CSV with ``;`` and decimal commas."""
    label = gettext(documents.label_of(document))
    return table(_rows(documents.snapshot_of(document), label))


def _rows(paper: Snapshot, label: str) -> Iterator[list[str]]:
    yield [gettext(head) for head in HEADS]
    shared = [
        label,
        paper.number or "",
        paper.reference,
        tables.day(paper.issue_day),
        paper.analytic_code,
        paper.customer.name,
        paper.customer.siren,
        paper.customer.engagement_number,
        paper.customer.service_code,
        tables.day(paper.service_day) if paper.service_day else "",
    ]
    for line in paper.lines:
        yield [*shared, *_line(line)]
    sums = paper.totals
    amounts = (sums.net_cents, sums.vat_cents, sums.rounding_cents, sums.to_pay_cents)
    for label, cents in zip(SUMS, amounts, strict=True):
        yield [*shared, gettext(label), "", "", "", "", "", decimal(cents)]


def _line(line: Line) -> list[str]:
    return [
        " ".join([line.label, *line.details.split()]),
        line.quantity.replace(".", ","),
        line.unit,
        decimal(line.unit_price_cents),
        gettext(BASES[line.price_basis]),
        decimal(line.vat_rate_bp),
        decimal(line.net_cents),
    ]


def _present(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _present(one) for name, one in value.items() if one not in (None, "", [])}
    return [_present(one) for one in value] if isinstance(value, list) else value
