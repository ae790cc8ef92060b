"""What was taken from suppliers: finding a paper again, writing one with its lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.invoices.received import Doubt, Line, Party, Received, VatGroup
from kpa_core.sharing import expenses
from kpa_core.sharing.models import Expense
from kpa_core.sharing.supplier_tables import ExpenseLine, SupplierPaper
from kpa_core.work import Work


def same(
    session: Session, carrier_id: UUID, supplier: Party, kind: str, number: str
) -> list[SupplierPaper]:
    """Return the papers taken before under the same number of the same supplier."""
    query = sa.select(SupplierPaper).where(
        SupplierPaper.carrier_id == carrier_id,
        SupplierPaper.supplier_key == supplier.key,
        SupplierPaper.kind == kind,
        SupplierPaper.number == number,
    )
    return list(session.scalars(query.order_by(SupplierPaper.turn)))


def alike(session: Session, carrier_id: UUID, read: Received) -> list[SupplierPaper]:
    """Return the papers that count and may be this one, as another hand or program wrote it.

    The total is the same and so is the number without signs, and the supplier's name or the day.
    Two other SIRENs are two suppliers.
    """
    query = sa.select(SupplierPaper).where(
        SupplierPaper.carrier_id == carrier_id,
        SupplierPaper.kind == read.kind,
        SupplierPaper.gross_cents == read.gross_cents,
    )
    number, name = _bare(read.number), _bare(read.supplier.name)
    return [
        paper
        for paper in session.scalars(query.order_by(SupplierPaper.id))
        if _bare(paper.number) == number
        and (not paper.siren or read.supplier.siren in ("", paper.siren))
        and (_bare(paper.supplier) == name or paper.day == read.day)
        and (paper.supplier_key, paper.number) != (read.supplier.key, read.number)
        and stands(session, paper)
    ]


def _bare(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum())


def stands(session: Session, paper: SupplierPaper) -> bool:
    """Tell whether a paper cannot be taken again: it counts, or a credit note took it away."""
    if paper.kind == "credit_note" or not expenses.is_cancelled(session, paper.expense_id):
        return True
    credits = sa.select(SupplierPaper.id).where(
        SupplierPaper.expense_id == paper.expense_id, SupplierPaper.kind == "credit_note"
    )
    return session.scalar(credits.limit(1)) is not None


def standing_invoice(
    session: Session, carrier_id: UUID, supplier: Party, number: str
) -> SupplierPaper | None:
    """Return the invoice of that number whose expense counts."""
    found = same(session, carrier_id, supplier, "invoice", number) if number else []
    counted = (one for one in found if not expenses.is_cancelled(session, one.expense_id))
    return next(counted, None)


def write(
    work: Work, expense: Expense, read: Received, doubts: Iterable[Doubt], file_id: UUID
) -> SupplierPaper:
    """Write a paper and its lines in the current transaction.

    Rights are checked by the caller, and the log has its act: an expense, or its cancellation.
    """
    session = work.session
    earlier = same(session, expense.carrier_id, read.supplier, read.kind, read.number)
    paper = _row(expense, read, len(earlier) + 1)
    paper.doubts = [str(one) for one in doubts]
    paper.file_id, paper.created_by = file_id, work.actor.party_id
    session.add(paper)
    session.flush()
    session.add_all(_lines(paper, read, work.actor.party_id))
    session.flush()
    return paper


def _row(expense: Expense, read: Received, turn: int) -> SupplierPaper:
    return SupplierPaper(
        carrier_id=expense.carrier_id,
        expense_id=expense.id,
        kind=read.kind,
        type_code=read.type_code,
        supplier_key=read.supplier.key,
        supplier=read.supplier.name,
        siren=read.supplier.siren,
        vat_number=read.supplier.vat_number,
        number=read.number,
        turn=turn,
        corrects=read.corrects,
        day=read.day,
        due_on=read.due_on,
        buyer=read.buyer.name,
        net_cents=read.net_cents,
        vat_cents=read.vat_cents,
        gross_cents=read.gross_cents,
        to_pay_cents=read.to_pay_cents,
        vat_groups=[_group(one) for one in read.groups],
        notes=list(read.notes),
    )


def _group(group: VatGroup) -> dict[str, Any]:
    return {
        "category": group.category,
        "rate_bp": group.rate_bp,
        "net_cents": group.net_cents,
        "vat_cents": group.vat_cents,
    }


def _lines(paper: SupplierPaper, read: Received, by: UUID | None) -> list[ExpenseLine]:
    return [
        ExpenseLine(
            paper_id=paper.id,
            position=position,
            kind=line.kind,
            label=line.label,
            quantity=_exact(line.quantity),
            unit=line.unit,
            unit_price=_exact(line.unit_price),
            category=line.category,
            rate_bp=line.rate_bp,
            net_cents=line.net_cents,
            created_by=by,
        )
        for position, line in enumerate(read.lines, 1)
    ]


@dataclass(frozen=True)
class ShownLine:
    """A line as a page or a command shows it."""

    label: str
    quantity: str
    unit_price: str
    rate_bp: int | None
    net_cents: int


def shown(line: Line | ExpenseLine) -> ShownLine:
    """Return a line, read or kept, as people read it: with decimal commas."""
    quantity, price = (
        (one if isinstance(one, str) else _exact(one)).replace(".", ",")
        for one in (line.quantity, line.unit_price)
    )
    whole = f"{quantity} {line.unit}".strip() if quantity else ""
    return ShownLine(line.label, whole, price, line.rate_bp, line.net_cents)


def _exact(value: Decimal | None) -> str:
    """Return a number in digits, without an exponent nor zeros at its end."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def lines_of(session: Session, paper_id: UUID) -> list[ExpenseLine]:
    """Return the lines of a paper in their order."""
    query = sa.select(ExpenseLine).where(ExpenseLine.paper_id == paper_id)
    return list(session.scalars(query.order_by(ExpenseLine.position)))


def with_papers(session: Session, expense_ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these expenses came by a file."""
    wanted = list(expense_ids)
    query = sa.select(SupplierPaper.expense_id).where(SupplierPaper.expense_id.in_(wanted))
    return set(session.scalars(query))
