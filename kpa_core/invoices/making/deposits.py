"""Deposits: a part of an accepted order, asked before the work and taken back at the end."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from kpa_core.activities.models import Order
from kpa_core.activities.orders import LABELS
from kpa_core.errors import N_, Refused
from kpa_core.invoices import bills, documents
from kpa_core.invoices.drafts import drafting
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Carrier, Document
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.invoices.paying import dues
from kpa_core.money import format_cents, round_half_away
from kpa_core.work import Work

ASKED_IN = ("accepted", "done")
"""Where a deposit may be asked: the customer said yes, and the final invoice is not out."""


@dataclass(frozen=True)
class Part:
    """How much a deposit asks: basis points of the whole, or cents with VAT. One of the two."""

    rate_bp: int = 0
    cents: int = 0


@dataclass(frozen=True)
class Room:
    """What an order costs with VAT, and what its living deposits ask already, in cents."""

    whole_cents: int
    asked_cents: int

    @property
    def left_cents(self) -> int:
        """What another deposit may ask at most."""
        return self.whole_cents - self.asked_cents


def issue_deposit(work: Work, order_id: UUID, part: Part) -> Document:
    """Issue a deposit invoice of an accepted order (386), or ask its carrier for it.

    The order stays where it is. VAT on a deposit is owed when it is paid (CGI 269-2).

    Raises:
        Refused: the customer has not said yes, the deposits would ask more than the quote, or a
            rule of the group or of the law says not yet.
        Unavailable: the triggers that protect issued documents are not in place.
    """
    with work.transaction():
        ready = issuing.prepare(work, order_id)
        _check_open(work, ready.order)
        cents = cents_of(work, ready.order, ready.carrier, part)
        paper = drafting.deposit(work, ready.blank, cents)
        drafting.check_whole(work, ready.order, ready.carrier, paper)
        return issuing.finish(work, ready, paper)


def room_of(work: Work, order: Order, carrier: Carrier) -> Room:
    """Return how much of an order its deposits may still ask."""
    day = drafting.day_of(carrier)
    whole = drafting.sold_of(work, order, carrier, day).sums.to_pay
    asked = sum(
        # A deposit the carrier has not numbered counts as we asked for it.
        dues.asked_cents(work.session, one) or one.to_pay_cents
        for one in bills.live_deposits(work.session, order.id)
    )
    return Room(whole, asked)


def cents_of(work: Work, order: Order, carrier: Carrier, part: Part) -> int:
    """Return what a deposit would ask, in cents.

    Raises:
        Refused: nothing, or more than is left of the quote.
    """
    room = room_of(work, order, carrier)
    cents = part.cents or round_half_away(Fraction(room.whole_cents * part.rate_bp, 10_000))
    field = "rate_bp" if part.rate_bp else "cents"
    if part.cents and part.rate_bp:
        raise Refused(N_("Écris un pourcentage ou un montant, pas les deux."), field=field)
    if cents <= 0:
        raise Refused(N_("Écris un pourcentage ou un montant, plus grand que zéro."), field=field)
    # The carrier's own final invoice cannot be of zero: it would have nothing to say back.
    most = room.left_cents - (1 if drafting.bill_kind(carrier) == "handover" else 0)
    if cents > most:
        raise Refused(
            N_("Les acomptes ne dépassent pas le devis : {most} au plus."),
            field=field,
            most=format_cents(max(most, 0)),
        )
    return cents


def draft_deposit(work: Work, order: Order, carrier: Carrier, part: Part) -> Snapshot:
    """Return the deposit as it would leave now, for a look before; its number is still to come.

    Raises:
        Refused: as :func:`issue_deposit`.
    """
    _check_open(work, order)
    cents = cents_of(work, order, carrier, part)
    kind, day = drafting.bill_kind(carrier), drafting.day_of(carrier)
    return drafting.deposit(work, drafting.Blank(order, carrier, kind, "…", day), cents)


def may_ask(work: Work, order: Order) -> bool:
    """Tell whether an order is where a deposit may be asked."""
    return order.state in ASKED_IN and bills.last_live(work.session, order.id) is None


def _check_open(work: Work, order: Order) -> None:
    if order.state not in ASKED_IN:
        raise Refused(
            N_("{reference} est « {state} » : un acompte vient après le oui du client."),
            reference=order.reference,
            state=Refused(LABELS[order.state]),
        )
    bill = bills.last_live(work.session, order.id)
    if bill is not None:
        raise Refused(
            N_("{reference} a déjà sa facture, {name}."),
            reference=order.reference,
            name=documents.shown_name(bill),
        )
