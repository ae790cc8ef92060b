"""From an order to the paper that would be frozen, and what that paper still lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from babel.core import Locale
from sqlalchemy.orm import Session

from kpa_core.activities import service as orders
from kpa_core.activities.models import Order, OrderLine
from kpa_core.errors import N_, KpaError, Refused
from kpa_core.i18n import locale_set
from kpa_core.invoices import carriers, discounts, prechecking
from kpa_core.invoices.models import Carrier, Document
from kpa_core.invoices.paper import prechecks
from kpa_core.invoices.paper import snapshot as paper
from kpa_core.invoices.paper.checks import printable
from kpa_core.invoices.paper.mentions import legal_notes
from kpa_core.invoices.paper.vat import category_of, reason_key
from kpa_core.invoices.totals import Category, Discount, Line, Totals, totals
from kpa_core.work import Work

DraftKind = Literal["quote", "handover", "invoice"]
NO_NUMBER = "0"
"""Holds the place of a number and a series until the series gives them, in the same transaction."""


def bill_kind(carrier: Carrier) -> Literal["handover", "invoice"]:
    """Return what asks a customer of this carrier for money."""
    return "handover" if carrier.mode == "draft_for_carrier" else "invoice"


def carrier_behind(session: Session, order: Order, today: date) -> Carrier:
    """Return the body that invoices for an order.

    Raises:
        Refused: the activity has none, or it no longer carries this KPA.
    """
    carrier_id = order.activity.carrier_id
    carrier = session.get(Carrier, carrier_id) if carrier_id else None
    if carrier is None:
        raise Refused(
            N_("Aucune maison ne facture pour cette activité. L'animateur·rice en choisit une.")
        )
    if carrier.ends_on is not None and carrier.ends_on <= today:
        raise Refused(
            N_("{name} ne porte plus ce KPA. Choisis une autre maison."), name=carrier.name
        )
    return carrier


def draft(
    work: Work, order: Order, carrier: Carrier, kind: DraftKind, reference: str, day: date
) -> paper.Snapshot:
    """Return the paper of an order as it would be frozen on ``day``; an invoice still unnumbered.

    Raises:
        Refused: there is nothing to put on it yet.
    """
    lines = orders.lines_of(work.session, order.id)
    if not lines:
        raise Refused(N_("{reference} n'a pas encore de prix."), reference=order.reference)
    seller = carriers.seller_on(work.session, carrier, day)
    reason = reason_key(seller.vat_regime, order.vat_reason)
    priced = [_priced(line, reason) for line in lines]
    off = discounts.spread(priced, order.discount_cents)
    sums = totals(priced, off)
    if sums.to_pay <= 0:
        raise Refused(N_("Le total est zéro. Écris au moins un prix."))
    language: Literal["fr", "en"] = "en" if order.lang == "en" else "fr"
    customer = _customer(order, language)
    instance = work.instance.settings.instance
    held = NO_NUMBER if kind == "invoice" else None
    return paper.Snapshot(
        kind=kind,
        title=_line_of_text(order.title),
        reference=reference,
        issue_day=day,
        seller=seller,
        customer=customer,
        lines=tuple(
            _line(line, reason, net) for line, net in zip(lines, sums.line_nets, strict=True)
        ),
        vat_groups=groups_of(sums, reason),
        totals=totals_of(sums),
        trade_name=instance.name,
        analytic_code=carrier.analytic_code,
        number=held,
        series=held,
        nature=nature_of(line.nature for line in lines),
        type_code="" if kind == "quote" else "380",
        discounts=tuple(_discount(one, order) for one in off),
        purchase_order=_line_of_text(order.purchase_order),
        service_day=order.day,
        validity_day=day + timedelta(days=carrier.quote_days) if kind == "quote" else None,
        due_day=None if kind == "quote" else day + timedelta(days=carrier.payment_days),
        notes=() if kind == "quote" else _notes(customer, carrier, language),
        language=language,
        example=instance.demo,
    )


def unread_card(order: Order) -> Iterator[KpaError]:
    """Yield why a customer who wrote on the site gets no paper before a member read the card."""
    if not order.customer.confirmed:
        yield Refused(
            N_("La fiche de {name} vient du site. Ouvre-la, relis-la, puis enregistre-la."),
            name=order.customer.name,
        )


def missing(work: Work, order: Order, carrier: Carrier, made: paper.Snapshot) -> Iterator[KpaError]:
    """Yield, in plain words, what forbids a paper to leave."""
    yield from unread_card(order)
    for one in prechecks.findings(made, prechecking.facts_of(work.session, carrier, made)):
        if one.blocks:
            yield one.sentence


def whole(
    work: Work, order: Order, carrier: Carrier, kind: DraftKind, reference: str, day: date
) -> paper.Snapshot:
    """Return the paper of an order, ready to be frozen.

    Raises:
        Refused: a price, an address or a mention the law wants is missing.
    """
    made = draft(work, order, carrier, kind, reference, day)
    for fault in missing(work, order, carrier, made):
        raise fault
    return made


def credit_of(
    work: Work, invoice: Document, carrier: Carrier, reference: str, day: date, reason: str
) -> paper.Snapshot:
    """Return the paper that takes back an invoice: its lines and amounts, to the cent.

    The seller is said as it is on ``day``: what changed since belongs on a new paper.
    """
    before = paper.Snapshot.from_json(invoice.snapshot)
    return replace(
        before,
        kind="credit_note",
        schema=paper.SCHEMA,
        type_code="503" if before.type_code == "386" else "381",
        reference=reference,
        issue_day=day,
        seller=carriers.seller_on(work.session, carrier, day),
        due_day=None,
        corrects_number=invoice.number,
        corrects_day=invoice.issued_on,
        notes=(*before.notes, paper.Note(text=printable(reason).strip())),
        example=work.instance.settings.instance.demo,
    )


def _customer(order: Order, language: str) -> paper.Customer:
    customer, party = order.customer, order.customer.party
    town = f"{party.postcode} {party.town}".strip()
    abroad = "" if party.country == "FR" else _country(party.country, language)
    lines = (*party.address.splitlines(), town, abroad)
    return paper.Customer(
        name=_line_of_text(customer.name),
        kind=customer.kind,  # type: ignore[arg-type]  # the same closed list, held by a CHECK
        address=tuple(line for one in lines if (line := _line_of_text(one))),
        siren=party.siren or party.siret[:9],
        siret=party.siret,
        vat_number=party.vat_number,
        country=party.country,
        electronic_address=party.electronic_address,
        delivery_address=tuple(
            line for one in order.delivery_address.splitlines() if (line := _line_of_text(one))
        ),
        engagement_number=_line_of_text(order.engagement_number),
        service_code=_line_of_text(order.service_code),
    )


def _country(code: str, language: str) -> str:
    return str(Locale.parse(language).territories.get(code, code))


def _notes(
    customer: paper.Customer, carrier: Carrier, language: Literal["fr", "en"]
) -> tuple[paper.Note, ...]:
    with locale_set(language):  # the document's language, not that of whoever presses the button
        return legal_notes(customer.kind, carrier.late_penalty)


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


def nature_of(natures: Iterable[str]) -> paper.Nature:
    """Return whether goods, services or both are sold (BT-23)."""
    found = set(natures)
    if len(found) > 1:
        return "mixed"
    return "goods" if found == {"goods"} else "services"


def _priced(line: OrderLine, reason: str) -> Line:
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


def _line(line: OrderLine, reason: str, net: int) -> paper.Line:
    return paper.Line(
        label=_line_of_text(line.label),
        details=printable(line.details).strip(),
        quantity=paper.quantity_text(line.quantity),
        unit=_line_of_text(line.unit),
        unit_price_cents=line.unit_price_cents,
        vat_rate_bp=line.vat_rate_bp,
        price_basis="gross" if line.price_basis == "gross" else "net",
        net_cents=net,
        nature="goods" if line.nature == "goods" else "services",
        discount_cents=line.discount_cents,
        vat_category=_category(line, reason),
    )


def _discount(one: Discount, order: Order) -> paper.Discount:
    return paper.Discount(
        net_cents=one.net_cents,
        vat_rate_bp=one.vat_rate_bp,
        vat_category=one.category,
        reason=_line_of_text(order.discount_reason),
    )


def _line_of_text(text: str) -> str:
    return " ".join(printable(text).split())
