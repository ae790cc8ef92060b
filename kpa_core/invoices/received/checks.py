"""Does a supplier's document add up? What makes it unsure is refused, what is odd becomes a doubt.

An expense takes three amounts into the accounts: without VAT, VAT, with VAT. They are sure when
net + VAT = gross and the VAT groups add up to the VAT, both to the cent (BR-CO-15, BR-CO-14): a
document that fails this contradicts itself, and nobody here can know which amount is owed.

The rest is the supplier's own arithmetic. A line, the sum of the lines (BR-CO-10, BR-CO-13), the
VAT of a rate (BR-CO-17) or what is left to pay (BR-CO-16) may be off without making the totals
unsure; up to one cent a line is rounding, beyond it a person looks and says yes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from kpa_core.errors import N_
from kpa_core.invoices.received.errors import Unreadable
from kpa_core.invoices.received.model import Doubt, Line, Received
from kpa_core.money import apply_rate, format_cents, format_rate

SHOWN_LINES = 3


def checked(read: Received, *, rounding_cents: int) -> Received:
    """Return the document with its doubts.

    Raises:
        Unreadable: its totals contradict each other, or there is nothing to pay.
    """
    _check_totals(read)
    return replace(read, doubts=tuple(_doubts(read, rounding_cents)))


def _check_totals(read: Received) -> None:
    if read.net_cents + read.vat_cents != read.gross_cents:
        raise Unreadable(
            N_(
                "Les totaux ne vont pas ensemble : {net} + TVA {vat} ne font pas {gross}."
                " Demande une facture corrigée."
            ),
            net=format_cents(read.net_cents),
            vat=format_cents(read.vat_cents),
            gross=format_cents(read.gross_cents),
        )
    groups = sum(group.vat_cents for group in read.groups)
    if read.groups and groups != read.vat_cents:
        raise Unreadable(
            N_(
                "La TVA ne va pas : {groups} taux par taux, {vat} en tout."
                " Demande une facture corrigée."
            ),
            groups=format_cents(groups),
            vat=format_cents(read.vat_cents),
        )
    if read.gross_cents <= 0 or read.net_cents <= 0:
        raise Unreadable(
            N_(
                "Le total est {gross} : il n'y a rien à noter comme achat."
                " Si on te rend de l'argent, demande un avoir."
            ),
            gross=format_cents(read.gross_cents),
        )
    if not 0 <= read.vat_cents <= read.net_cents:
        raise Unreadable(
            N_("La TVA ({vat}) ne va pas avec le total ({gross}). Demande une facture corrigée."),
            vat=format_cents(read.vat_cents),
            gross=format_cents(read.gross_cents),
        )


def _doubts(read: Received, rounding_cents: int) -> Iterator[Doubt]:
    yield from _lines(read)
    yield from _groups(read)
    left = read.gross_cents - read.prepaid_cents + rounding_cents
    if left != read.to_pay_cents:
        yield Doubt(
            N_("Le reste à payer écrit est {said}, mais le calcul donne {left}."),
            {"said": format_cents(read.to_pay_cents), "left": format_cents(left)},
        )
    if read.due_on is not None and read.due_on < read.day:
        yield Doubt(N_("Le jour de paiement est avant le jour de la facture."))
    if any(group.category == "AE" for group in read.groups):
        yield Doubt(N_("Autoliquidation : c'est la maison qui doit la TVA à l'État. Préviens-la."))


def _lines(read: Received) -> Iterator[Doubt]:
    if not any(line.kind.endswith("line") for line in read.lines):
        yield Doubt(N_("Ce fichier ne dit pas le détail des lignes."))
        return
    total = sum(line.net_cents for line in read.lines)
    if abs(total - read.net_cents) > len(read.lines):
        yield Doubt(
            N_("Les lignes font {lines}, mais le total sans TVA est {net}."),
            {"lines": format_cents(total), "net": format_cents(read.net_cents)},
        )
    wrong = [line for line in read.lines if _is_off(line)]
    for line in wrong[:SHOWN_LINES]:
        yield Doubt(
            N_("« {label} » : quantité × prix ne font pas {net}."),
            {"label": line.label, "net": format_cents(line.net_cents)},
        )
    if len(wrong) > SHOWN_LINES:
        yield Doubt(N_("{count} lignes en tout sont mal calculées."), {"count": len(wrong)})


def _is_off(line: Line) -> bool:
    """Tell whether quantity × price / base quantity is over a cent from the net (BT-131)."""
    if line.kind != "line" or line.quantity is None or line.unit_price is None:
        return False
    if line.price_base <= 0:
        return True
    value = line.quantity * line.unit_price / line.price_base * 100
    return abs(value - Decimal(line.net_cents)) > 1


def _groups(read: Received) -> Iterator[Doubt]:
    if not read.groups and read.vat_cents:
        yield Doubt(N_("Ce fichier ne dit pas la TVA taux par taux."))
    base = sum(group.net_cents for group in read.groups)
    if read.groups and abs(base - read.net_cents) > len(read.lines) + 1:
        yield Doubt(
            N_("Les bases de TVA font {bases}, mais le total sans TVA est {net}."),
            {"bases": format_cents(base), "net": format_cents(read.net_cents)},
        )
    for group in read.groups:
        rate = group.rate_bp or 0
        of_rate = sum(1 for line in read.lines if (line.rate_bp or 0) == rate)
        if abs(apply_rate(group.net_cents, rate) - group.vat_cents) > max(1, of_rate):
            yield Doubt(
                N_("La TVA à {rate} sur {base} est écrite {vat} : vérifie le taux."),
                {
                    "rate": format_rate(rate),
                    "base": format_cents(group.net_cents),
                    "vat": format_cents(group.vat_cents),
                },
            )
