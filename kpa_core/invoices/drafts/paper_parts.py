"""The parts of a paper, each from what the order says: customer, lines, discounts, sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from babel.core import Locale

from kpa_core.activities.models import Order, OrderLine
from kpa_core.invoices.paper import snapshot as paper
from kpa_core.invoices.paper.checks import printable
from kpa_core.invoices.paper.vat import category_of
from kpa_core.invoices.totals import Category, Discount, Line, Totals, VatGroup, totals
from kpa_core.money import split


def customer_of(order: Order, language: Literal["fr", "en"]) -> paper.Customer:
    """Return who is asked to pay, as papers say it."""
    customer, party = order.customer, order.customer.party
    town = f"{party.postcode} {party.town}".strip()
    abroad = "" if party.country == "FR" else _country(party.country, language)
    lines = (*party.address.splitlines(), town, abroad)
    return paper.Customer(
        name=one_line(customer.name),
        kind=customer.kind,  # type: ignore[arg-type]  # the same closed list, held by a CHECK
        address=tuple(line for one in lines if (line := one_line(one))),
        siren=party.siren or party.siret[:9],
        siret=party.siret,
        vat_number=party.vat_number,
        country=party.country,
        electronic_address=party.electronic_address,
        delivery_address=tuple(
            line for one in order.delivery_address.splitlines() if (line := one_line(one))
        ),
        engagement_number=one_line(order.engagement_number),
        service_code=one_line(order.service_code),
    )


def _country(code: str, language: str) -> str:
    return str(Locale.parse(language).territories.get(code, code))


def totals_of(sums: Totals, prepaid_cents: int = 0) -> paper.Totals:
    """Return the sums of a paper."""
    return paper.Totals(
        net_cents=sums.net,
        vat_cents=sums.vat,
        gross_cents=sums.gross,
        rounding_cents=sums.rounding,
        discount_cents=sums.discount,
        prepaid_cents=prepaid_cents,
    )


def groups_of(sums: Totals, reason: str) -> tuple[paper.VatGroup, ...]:
    """Return the VAT of each rate, with why there is none where there is none."""
    return tuple(
        paper.VatGroup(
            rate_bp=one.rate_bp,
            net_cents=one.net,
            vat_cents=one.vat,
            category=one.category,
            reason="" if one.category == "S" else reason,
        )
        for one in sums.groups
    )


def in_proportion(
    label: str, cents: int, groups: Iterable[VatGroup | paper.VatGroup]
) -> tuple[tuple[Line, ...], Totals]:
    """Return a sum with VAT as one line for each rate, in proportion of ``groups``, and totals."""
    weights = {(one.rate_bp, one.category): _gross_of(one) for one in groups}
    weights = {group: gross for group, gross in weights.items() if gross}
    parts = tuple(
        Line(label, Decimal(1), part, rate, "gross", category=category)
        for (rate, category), part in split(cents, weights).items()
        if part
    )
    return parts, totals(parts)


def _gross_of(group: VatGroup | paper.VatGroup) -> int:
    if isinstance(group, VatGroup):
        return group.net + group.vat if group.net else 0
    return group.net_cents + group.vat_cents if group.net_cents else 0


def parts_shown(
    parts: Sequence[Line], sums: Totals, nature: paper.Nature
) -> tuple[paper.Line, ...]:
    """Return the lines of :func:`in_proportion` as papers show them."""
    return tuple(
        paper.Line(
            label=one.label,
            quantity="1",
            unit_price_cents=one.unit_price_cents,
            vat_rate_bp=one.vat_rate_bp,
            price_basis="gross",
            net_cents=net,
            nature="goods" if nature == "goods" else "services",
            vat_category=one.category,
        )
        for one, net in zip(parts, sums.line_nets, strict=True)
    )


def nature_of(natures: Iterable[str]) -> paper.Nature:
    """Return whether goods, services or both are sold (BT-23)."""
    found = set(natures)
    if len(found) > 1:
        return "mixed"
    return "goods" if found == {"goods"} else "services"


def priced(line: OrderLine, reason: str) -> Line:
    """Return a line as totals count it, without VAT for ``reason`` if there is one."""
    return Line(
        label=line.label,
        quantity=line.quantity,
        unit_price_cents=line.unit_price_cents,
        vat_rate_bp=line.vat_rate_bp,
        price_basis="gross" if line.price_basis == "gross" else "net",
        unit=line.unit,
        discount_cents=line.discount_cents,
        category=_category(line, reason),
    )


def _category(line: OrderLine, reason: str) -> Category:
    # A reason speaks for lines without VAT; a rate above zero stays taxed, and the check says so.
    return "S" if line.vat_rate_bp else category_of(reason)


def line_of(line: OrderLine, reason: str, net: int) -> paper.Line:
    """Return a line as papers show it."""
    return paper.Line(
        label=one_line(line.label),
        details=printable(line.details).strip(),
        quantity=paper.quantity_text(line.quantity),
        unit=one_line(line.unit),
        unit_price_cents=line.unit_price_cents,
        vat_rate_bp=line.vat_rate_bp,
        price_basis="gross" if line.price_basis == "gross" else "net",
        net_cents=net,
        nature="goods" if line.nature == "goods" else "services",
        discount_cents=line.discount_cents,
        vat_category=_category(line, reason),
    )


def discount_of(one: Discount, order: Order) -> paper.Discount:
    """Return what comes off one rate, and why."""
    return paper.Discount(
        net_cents=one.net_cents,
        vat_rate_bp=one.vat_rate_bp,
        vat_category=one.category,
        reason=one_line(order.discount_reason),
    )


def one_line(text: str) -> str:
    """Return a text without line ends, nor what no paper can bear."""
    return " ".join(printable(text).split())


def terms_of(
    lines: Iterable[paper.Line], discounts: Iterable[paper.Discount | Discount]
) -> tuple[object, ...]:
    """Return what a customer says yes to: what is sold, its rates and prices, what comes off.

    The law's category of the VAT is not in it: the carrier's regime on the day says that. Nor is
    what a deposit takes back.
    """
    return (
        tuple(replace(one, vat_category="S") for one in lines if not one.deposit_number),
        tuple((one.vat_rate_bp, one.net_cents) for one in discounts),
    )
