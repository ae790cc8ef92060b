"""The deposits that an invoice takes back: one line of quantity -1 per deposit and VAT rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from kpa_core.errors import N_, Refused
from kpa_core.i18n import gettext
from kpa_core.invoices import bills, documents
from kpa_core.invoices.drafts.paper_parts import in_proportion
from kpa_core.invoices.models import DepositDeduction, Document
from kpa_core.invoices.paper import snapshot as paper
from kpa_core.invoices.paying import dues
from kpa_core.invoices.totals import Category, Line, Totals

LABEL = N_("Acompte n° {number} du {day:%d/%m/%Y}")


@dataclass(frozen=True)
class TakenBack:
    """A deposit to take back: its number and day, what it asked, its net by rate and category."""

    document_id: UUID
    number: str
    day: date
    asked_cents: int
    nets: tuple[tuple[int, Category, int], ...]


def to_take_back(session: Session, order_id: UUID) -> tuple[TakenBack, ...]:
    """Return the living deposits of an order, as its final invoice takes them back.

    Raises:
        Refused: one waits for the carrier's number: the final invoice must name it.
    """
    return tuple(_taken(session, one) for one in bills.live_deposits(session, order_id))


def lines_of(taken: Sequence[TakenBack], sold: Totals) -> list[tuple[Line, paper.Line]]:
    """Return the lines that take deposits back, priced and as the paper shows them.

    ``sold`` are the totals of what is sold. Deposits that cover all of it may, each rounded by
    itself, have a cent more net at one rate than it is worth: that cent is in the rounding.
    """
    left = {(one.rate_bp, one.category): one.net for one in sold.groups}
    found = []
    for deposit in taken:
        label = gettext(LABEL).format(number=deposit.number, day=deposit.day)
        nets = {
            (rate, category): min(net, left.get((rate, category), 0))
            for rate, category, net in deposit.nets
        }
        # The paper names every deposit, even one whose last cent is in the rounding.
        shown = [group for group, net in nets.items() if net] or list(nets)[:1]
        for rate, category in shown:
            back = nets[rate, category]
            left[rate, category] = left.get((rate, category), 0) - back
            found.append(_line(label, deposit.number, rate, category, back))
    return found


def check_rates(taken: Sequence[TakenBack], sold: Totals, whole: Totals) -> None:
    """Stop when deposits bore other VAT rates than what is sold now.

    ``whole`` are the totals with the lines that take them back: only cents may be left over.

    Raises:
        Refused: a deposit must be credited first.
    """
    most = 2 * sum(len(one.nets) for one in taken)
    if abs(whole.rounding - sold.rounding) > most:
        raise Refused(
            N_("L'acompte {number} avait d'autres taux de TVA. Fais d'abord son avoir."),
            number=taken[0].number,
        )


def facts_of(taken: Iterable[TakenBack]) -> tuple[paper.Deposit, ...]:
    """Return what the paper says of each deposit."""
    return tuple(
        paper.Deposit(number=one.number, day=one.day, to_pay_cents=one.asked_cents) for one in taken
    )


def write(session: Session, document: Document, taken: Iterable[TakenBack]) -> None:
    """Write which deposits a document takes back, in the current transaction."""
    session.add_all(
        DepositDeduction(document_id=document.id, deposit_id=one.document_id) for one in taken
    )
    session.flush()


def _taken(session: Session, deposit: Document) -> TakenBack:
    number = dues.number_of(session, deposit)
    if not number:
        raise Refused(
            N_("L'acompte {reference} attend son numéro. Note-le d'abord."),
            reference=deposit.reference,
        )
    waiting = bills.correction_asked(session, deposit)
    if waiting is not None:
        raise Refused(
            N_("{reference} est déjà chez la maison qui facture. Attends son numéro."),
            reference=waiting.reference,
        )
    answer = dues.answer_of(session, deposit)
    asked = dues.asked_cents(session, deposit)
    return TakenBack(
        deposit.id,
        number,
        answer.issued_on if answer is not None else deposit.issued_on,
        asked,
        _nets(documents.snapshot_of(deposit), asked),
    )


def _nets(deposit: paper.Snapshot, asked_cents: int) -> tuple[tuple[int, Category, int], ...]:
    """Return what a deposit asked without VAT, by rate; the carrier may have asked another sum."""
    groups = deposit.vat_groups
    if asked_cents == deposit.totals.to_pay_cents:
        return tuple((one.rate_bp, one.category, one.net_cents) for one in groups)
    _, sums = in_proportion("", asked_cents, groups)
    return tuple((one.rate_bp, one.category, one.net) for one in sums.groups)


def _line(
    label: str, number: str, rate: int, category: Category, net: int
) -> tuple[Line, paper.Line]:
    priced = Line(
        label=label,
        quantity=Decimal(-1),
        unit_price_cents=net,
        vat_rate_bp=rate,
        category=category,
        is_deposit=True,
    )
    shown = paper.Line(
        label=label,
        quantity="-1",
        unit_price_cents=net,
        vat_rate_bp=rate,
        net_cents=-net,
        vat_category=category,
        deposit_number=number,
    )
    return priced, shown
