"""Money members advanced: what is owed back to them, and the day it was handed back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.errors import N_, Refused
from kpa_core.members.models import Party
from kpa_core.sharing import expenses, ledger
from kpa_core.sharing.ledger import Part, Reason
from kpa_core.sharing.models import AdvanceRepayment, Expense
from kpa_core.work import Work


@dataclass(frozen=True)
class Owed:
    """What is still owed to a member for one expense."""

    expense: Expense
    person: Party
    cents: int


def owed(work: Work) -> list[Owed]:
    """Return what is owed to members where the actor sees expenses, the oldest first."""
    reach = work.reach("expense.read")
    query = (
        sa.select(Expense, Party)
        .join(Party, Party.id == Expense.paid_by_id)
        .where(reach.where(activity=Expense.activity_id, carrier=Expense.carrier_id))
        .order_by(Expense.day, Expense.id)
    )
    rows = work.session.execute(query)
    found = [Owed(expense, party, owed_for(work.session, expense)) for expense, party in rows]
    return [one for one in found if one.cents]


def owed_for(session: Session, expense: Expense) -> int:
    """Return the cents a member can be handed back now for an expense."""
    if expense.paid_by != "member" or expenses.is_cancelled(session, expense.id):
        return 0
    cost, vat = expenses.covered_by_expense(session, [expense.id]).get(expense.id, (0, 0))
    due = cost + vat if expense.order_id else expense.paid_cents
    query = sa.select(sa.func.coalesce(sa.func.sum(AdvanceRepayment.cents), 0))
    return due - int(session.scalar(query.where(AdvanceRepayment.expense_id == expense.id)) or 0)


def hand_back(work: Work, expense_id: UUID, paid_on: date | None = None) -> AdvanceRepayment:
    """Write that a member has their money back, all that is owed for an expense.

    Raises:
        Refused: nothing is owed: no share-out paid it yet, or it was handed back before.
    """
    with work.transaction() as session:
        expense = expenses.find_expense(work, expense_id, "payment.record")
        ledger.lock_books(session, expense.carrier_id)
        cents = owed_for(session, expense)
        if cents <= 0:
            raise Refused(N_("Rien n'est à rendre pour cet achat maintenant."))
        row = AdvanceRepayment(
            expense_id=expense.id,
            cents=cents,
            paid_on=paid_on or work.today,
            created_by=work.actor.party_id,
        )
        session.add(row)
        session.flush()
        advances = ledger.account(session, expense.carrier_id, "advances")
        paid = ledger.account(session, expense.carrier_id, "paid")
        ledger.post(
            work,
            expense.carrier_id,
            Reason("repayment", expense.supplier, row.paid_on, expense.order_id),
            [Part(advances, -cents, expense.paid_by_id), Part(paid, cents)],
        )
        work.record("payment.record", row, scope=expense.scope, after={"cents": cents})
    return row
