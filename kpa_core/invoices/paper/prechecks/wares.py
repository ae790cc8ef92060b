"""What is sold: names, quantities, prices, the address of delivery, how long texts may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any

from kpa_core.errors import N_
from kpa_core.invoices.paper.prechecks.finding import Facts, Finding
from kpa_core.invoices.paper.snapshot import Line, Snapshot
from kpa_core.money import MAX_CENTS, format_cents

DECIMALS = 3
LONGEST = {"label": 255, "details": 1024, "name": 255, "purchase_order": 50, "title": 255}
"""Beyond these, some platform or Chorus Pro cuts or refuses."""

Rows = Iterator[Finding]


def lines(paper: Snapshot, _facts: Facts) -> Rows:
    """Yield lines without a name, and figures an invoice may not bear."""
    if not paper.lines:
        yield Finding("lines", "BR-16", N_("Il faut au moins une ligne."))
    for place, line in enumerate(paper.lines, start=1):
        at = {"place": place, "label": line.label}
        if not line.label.strip():
            text = N_("La ligne {place} n'a pas de nom.")
            yield Finding("lines.label", "BR-25, CGI ann. II art. 242 nonies A", text, params=at)
        if line.unit_price_cents < 0:
            text = N_(
                "« {label} » : le prix ne peut pas être sous zéro. L'argent revient par un avoir."
            )
            yield Finding("lines.unit_price_cents", "BR-27, BR-FR-DEC-03", text, params=at)
        if abs(line.net_cents) > MAX_CENTS:
            text = N_("« {label} » : le montant est trop grand. Le plus grand possible est {most}.")
            params = {**at, "most": format_cents(MAX_CENTS)}
            yield Finding("lines.unit_price_cents", "BR-FR-DEC-01", text, params=params)
        yield from _quantity(line, at)


def delivery(paper: Snapshot, _facts: Facts) -> Rows:
    """Yield goods whose place of delivery is not said, when it may not be the customer's."""
    buyer = paper.customer
    if paper.nature != "services" and not buyer.delivery_address and not buyer.address:
        text = N_("Écris où les biens sont livrés.")
        yield Finding("delivery_address", "CGI ann. II art. 242 nonies A", text, "warn")
    if buyer.delivery_address and buyer.delivery_address == buyer.address:
        text = N_("L'adresse de livraison est celle du client : elle n'a pas besoin d'être redite.")
        yield Finding("delivery_address", "CGI ann. II art. 242 nonies A", text, "told")


def lengths(paper: Snapshot, _facts: Facts) -> Rows:
    """Yield texts that a platform may cut."""
    parts: list[tuple[str, Any]] = [
        ("", paper),
        ("seller.", paper.seller),
        ("customer.", paper.customer),
    ]
    parts += [("lines.", line) for line in paper.lines]
    for before, part in parts:
        for one in fields(part):
            text = getattr(part, one.name)
            most = LONGEST.get(one.name)
            if most and isinstance(text, str) and len(text) > most:
                sentence = N_("Ce texte est long : {text}… Certains logiciels le coupent à {most}.")
                params = {"text": text[:30], "most": most}
                yield Finding(before + one.name, "Chorus Pro", sentence, "warn", params)


def _quantity(line: Line, at: dict[str, object]) -> Rows:
    try:
        quantity = Decimal(line.quantity)
    except InvalidOperation:
        quantity = Decimal("NaN")
    if not quantity.is_finite():
        text = N_("« {label} » : la quantité n'est pas un nombre. Écris un nombre, par exemple 40.")
        yield Finding("lines.quantity", "BR-22, BR-FR-DEC-02", text, params=dict(at))
        return
    if not line.deposit_number and quantity <= 0:
        text = N_("« {label} » : la quantité doit être plus grande que 0.")
        yield Finding("lines.quantity", "BR-22", text, params=dict(at))
    exponent = quantity.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > DECIMALS:
        text = N_("« {label} » : la quantité a trop de chiffres après la virgule. Trois au plus.")
        yield Finding("lines.quantity", "BR-FR-DEC-02", text, params=dict(at))
