"""From an order to the paper that would be frozen, and what that paper still lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.errors import N_, KpaError, Refused
from kpa_core.i18n import gettext, locale_set
from kpa_core.invoices import bills, documents
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.drafts import deductions, discounts, holding, prechecking
from kpa_core.invoices.drafts.paper_parts import (
    customer_of,
    discount_of,
    groups_of,
    in_proportion,
    line_of,
    nature_of,
    one_line,
    parts_shown,
    priced,
    totals_of,
)
from kpa_core.invoices.models import Carrier
from kpa_core.invoices.paper import prechecks, type_codes
from kpa_core.invoices.paper import snapshot as paper
from kpa_core.invoices.paper.mentions import legal_notes, mandate_note
from kpa_core.invoices.paper.vat import reason_key
from kpa_core.invoices.paying import dues
from kpa_core.invoices.totals import Discount, Line, Totals, totals
from kpa_core.work import Work

DEPOSIT_LABEL = N_("Acompte sur « {title} »")
DraftKind = Literal["quote", "handover", "invoice"]
NO_NUMBER = "0"
"""Holds the place of a number and a series until the series gives them, in the same transaction."""


@dataclass(frozen=True)
class Paid:
    """What the customer paid before the invoice: the day and how, a key of ``METHODS``."""

    day: date
    method: str


@dataclass(frozen=True)
class Blank:
    """A paper nobody wrote on yet: what it is for, whose it is, its reference and its day."""

    order: Order
    carrier: Carrier
    kind: DraftKind
    reference: str
    day: date


def bill_kind(carrier: Carrier) -> Literal["handover", "invoice"]:
    """Return what asks a customer of this carrier for money."""
    return "handover" if carrier.mode == "draft_for_carrier" else "invoice"


def day_of(carrier: Carrier) -> date:
    """Return the day a paper of a carrier would bear now."""
    return clock.today(carrier.timezone)


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


def draft(work: Work, blank: Blank, paid: Paid | None = None) -> paper.Snapshot:
    """Return the paper of an order as it would be frozen on ``day``; an invoice still unnumbered.

    A bill takes the order's living deposits back, and replaces its living bill if it has one.

    Raises:
        Refused: there is nothing to put on it yet.
    """
    order, carrier, is_quote = blank.order, blank.carrier, blank.kind == "quote"
    sold = sold_of(work, order, carrier, blank.day)
    taken = () if is_quote else deductions.to_take_back(work.session, order.id)
    back, sums = _less_deposits(order, sold, taken)
    made = paper.Snapshot(
        **_heads(work, blank, sold),
        lines=(*sold.lines, *back),
        vat_groups=groups_of(sums, sold.reason),
        totals=totals_of(sums, sums.to_pay if paid else 0),
        nature=nature_of(line.nature for line in sold.lines),
        type_code="" if is_quote else type_codes.INVOICE,
        discounts=tuple(discount_of(one, order) for one in sold.off),
        deposits=deductions.facts_of(taken),
        service_day=order.day,
        validity_day=blank.day + timedelta(days=carrier.quote_days) if is_quote else None,
        due_day=None if is_quote else blank.day + timedelta(days=carrier.payment_days),
    )
    if paid is not None:
        made = replace(made, paid_day=paid.day, paid_by=paid.method, due_day=paid.day)
    return made if is_quote else _corrective(work.session, order, made)


def _less_deposits(
    order: Order, sold: Sold, taken: Sequence[deductions.TakenBack]
) -> tuple[list[paper.Line], Totals]:
    """Return the lines that take deposits back, and what is left to ask.

    Raises:
        Refused: the deposits ask more than the price, or there is nothing to ask.
    """
    asked = sum(one.asked_cents for one in taken)
    if asked > max(sold.sums.to_pay, 0):
        raise Refused(N_("Les acomptes demandent plus que le prix. Fais d'abord l'avoir de l'un."))
    with locale_set(_language(order)):
        back = deductions.lines_of(taken, sold.sums)
    sums = totals([*sold.priced, *(one for one, _ in back)], sold.off, deposits_cents=asked)
    deductions.check_rates(taken, sold.sums, sums)
    if sums.to_pay < 0 or (sums.to_pay == 0 and not taken):
        raise Refused(N_("Le total est zéro. Écris au moins un prix."))
    return [line for _, line in back], sums


def deposit(work: Work, blank: Blank, asked_cents: int) -> paper.Snapshot:
    """Return the paper that asks a part of an order before the work, in proportion of its rates.

    ``asked_cents`` is with VAT. The day of the work is on it once it is known.
    """
    order, carrier = blank.order, blank.carrier
    sold = sold_of(work, order, carrier, blank.day)
    with locale_set(_language(order)):
        label = gettext(DEPOSIT_LABEL).format(title=one_line(order.title))
    nature = nature_of(line.nature for line in sold.lines)
    parts, sums = in_proportion(label, asked_cents, sold.sums.groups)
    return paper.Snapshot(
        **_heads(work, blank, sold),
        lines=parts_shown(parts, sums, nature),
        vat_groups=groups_of(sums, sold.reason),
        totals=totals_of(sums),
        nature=nature,
        type_code=type_codes.DEPOSIT,
        service_day=order.day,
        due_day=blank.day + timedelta(days=carrier.payment_days),
    )


@dataclass(frozen=True)
class Sold:
    """What an order sells: its lines priced and as papers show them, discounts, totals."""

    seller: paper.Seller
    reason: str
    priced: tuple[Line, ...]
    off: tuple[Discount, ...]
    sums: Totals
    lines: tuple[paper.Line, ...]


def sold_of(work: Work, order: Order, carrier: Carrier, day: date) -> Sold:
    """Return what an order sells, with the VAT its carrier owes on ``day``.

    Raises:
        Refused: it has no line yet.
    """
    rows = orders.lines_of(work.session, order.id)
    if not rows:
        raise Refused(N_("{reference} n'a pas encore de prix."), reference=order.reference)
    seller = carriers.seller_on(work.session, carrier, day)
    reason = reason_key(seller.vat_regime, order.vat_reason)
    if reason == order.vat_reason != "" and all(line.vat_rate_bp for line in rows):
        text = N_("« {label} » : cette facture est sans TVA, mets 0 %.")
        raise Refused(text, field="lines", label=rows[0].label)
    counted = tuple(priced(line, reason) for line in rows)
    off = discounts.spread(counted, order.discount_cents)
    sums = totals(counted, off)
    lines = tuple(line_of(row, reason, net) for row, net in zip(rows, sums.line_nets, strict=True))
    return Sold(seller, reason, counted, off, sums, lines)


def _heads(work: Work, blank: Blank, sold: Sold) -> dict[str, Any]:
    """Return the fields that every paper of an order has, whatever it asks."""
    order, carrier, kind = blank.order, blank.carrier, blank.kind
    language = _language(order)
    customer = customer_of(order, language)
    instance = work.instance.settings.instance
    held = NO_NUMBER if kind == "invoice" else None
    late = () if kind == "quote" else _notes(customer, carrier, language, kind, instance.name)
    return {
        "kind": kind,
        "title": one_line(order.title),
        "reference": blank.reference,
        "issue_day": blank.day,
        "seller": sold.seller,
        "customer": customer,
        "trade_name": instance.name,
        "analytic_code": carrier.analytic_code,
        "number": held,
        "series": held,
        "notes": late,
        "language": language,
        "example": instance.demo,
        "purchase_order": one_line(order.purchase_order),
        "quote_reference": "" if kind == "quote" else _agreed_quote(work.session, order),
    }


def _corrective(session: Session, order: Order, made: paper.Snapshot) -> paper.Snapshot:
    """Return the paper as a corrective of the order's living bill, if it has one."""
    original = bills.live_bill(session, order.id)
    if original is None:
        return made
    answer = dues.answer_of(session, original)
    return replace(
        made,
        type_code=type_codes.CORRECTIVE,
        corrects_number=dues.number_of(session, original) or None,
        corrects_day=answer.issued_on if answer is not None else original.issued_on,
    )


def _agreed_quote(session: Session, order: Order) -> str:
    """Return the reference of the quote the customer agreed to (BT-14's twin on our papers)."""
    quote = documents.latest_quote(session, order.id)
    if quote is None:
        return ""
    said = {event.kind for event in documents.events_of(session, quote)}
    return quote.reference if "accepted" in said else ""


def _language(order: Order) -> Literal["fr", "en"]:
    return "en" if order.lang == "en" else "fr"


def missing(work: Work, order: Order, carrier: Carrier, made: paper.Snapshot) -> Iterator[KpaError]:
    """Yield, in plain words, what forbids a paper to leave."""
    yield from holding.reasons(work, order)
    for one in prechecks.findings(made, prechecking.facts_of(work.session, carrier, made)):
        if one.blocks:
            yield one.sentence


def whole(work: Work, blank: Blank, paid: Paid | None = None) -> paper.Snapshot:
    """Return the paper of an order, ready to be frozen.

    Raises:
        Refused: a price, an address or a mention the law wants is missing.
    """
    made = draft(work, blank, paid)
    check_whole(work, blank.order, blank.carrier, made)
    return made


def check_whole(work: Work, order: Order, carrier: Carrier, made: paper.Snapshot) -> None:
    """Stop at what forbids a paper to leave.

    Raises:
        Refused: a price, an address or a mention the law wants is missing.
    """
    for fault in missing(work, order, carrier, made):
        raise fault


def _notes(
    customer: paper.Customer,
    carrier: Carrier,
    language: Literal["fr", "en"],
    kind: DraftKind,
    kpa: str,
) -> tuple[paper.Note, ...]:
    with locale_set(language):  # the document's language, not that of whoever presses the button
        notes = legal_notes(customer.kind, carrier.late_penalty)
        if kind == "invoice" and carrier.mode == "delegated_series":
            notes = (*notes, mandate_note(kpa, carrier.name))
        return notes
