"""What a group buys: written once with its receipt, cancelled by another row, never changed.

Only what is written here enters a margin; what was planned prices the quote and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities import service as orders
from kpa_core.activities.models import Activity
from kpa_core.contracts import Scope
from kpa_core.errors import N_, Conflict, NotFound, Refused
from kpa_core.files import StoredFile
from kpa_core.members.models import Party
from kpa_core.money import MAX_CENTS
from kpa_core.sharing import ledger, pots
from kpa_core.sharing.ledger import Part, Reason
from kpa_core.sharing.models import (
    NAMES_ON_RECEIPTS,
    PAID_BY,
    AdvanceRepayment,
    Expense,
    ExpenseCancellation,
    ExpenseCover,
    Pot,
    ShareOut,
)
from kpa_core.work import Work

PHOTO = "image/jpeg"


@dataclass(frozen=True)
class NewExpense:
    """What is read on a receipt, in cents, and who paid it.

    ``paid_by`` is ``carrier``, ``member`` (named by ``paid_by_id``) or ``pot`` (named by
    ``pot_id``). ``vat_recoverable`` is left out as a rule: the VAT comes back when the receipt is
    in the carrier's name, and is a part of the cost otherwise.
    """

    day: date
    supplier: str
    what: str
    net_cents: int
    vat_cents: int = 0
    paid_by: str = "carrier"
    paid_by_id: UUID | None = None
    pot_id: UUID | None = None
    in_name_of: str = "carrier"
    vat_recoverable: bool | None = None


@dataclass(frozen=True)
class Shown:
    """An expense as a list shows it."""

    expense: Expense
    payer: str
    cancelled: str
    covered_cents: int

    @property
    def counts(self) -> bool:
        """Tell whether it was not cancelled."""
        return not self.cancelled


def scope_of_expense(session: Session, expense_id: UUID) -> Scope | None:
    """Return where an expense belongs."""
    expense = session.get(Expense, expense_id)
    return expense.scope if expense else None


def find_expense(work: Work, expense_id: UUID, capability: str = "expense.read") -> Expense:
    """Return an expense the actor may see.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    found: Expense = work.get(Expense, expense_id, capability, lambda row: row.scope)
    return found


def record(
    work: Work,
    order_id: UUID,
    new: NewExpense,
    receipt: bytes | None = None,
    *,
    media_type: str = PHOTO,
) -> Expense:
    """Write down something bought for an order, with a photo of the receipt or the file itself.

    Raises:
        Refused: an amount below zero or too large, a day to come, nobody who paid, a pot that
            holds less or is not the actor's to spend, or an activity without a carrier.
    """
    with work.transaction():
        order = orders.find_order(work, order_id, "expense.write")
        expense = _write(work, order.activity, new, receipt, media_type, order_id=order.id)
        if expense.paid_by == "pot":
            _take(work, expense, order.reference)
        return expense


def record_for_activity(
    work: Work,
    activity_id: UUID,
    new: NewExpense,
    receipt: bytes | None = None,
    *,
    media_type: str = PHOTO,
) -> Expense:
    """Write down something bought for no order in particular: a pot bears it at once.

    Raises:
        Refused: as :func:`record`, or no pot was named.
    """
    if new.pot_id is None:
        raise Refused(N_("Choisis la cagnotte qui paie cet achat."), field="pot_id")
    with work.transaction():
        activity = orders.find_activity(work, activity_id, "expense.write")
        expense = _write(work, activity, new, receipt, media_type, order_id=None)
        _take(work, expense, activity.title)
        return expense


def _write(
    work: Work,
    activity: Activity,
    new: NewExpense,
    receipt: bytes | None,
    media_type: str,
    *,
    order_id: UUID | None,
) -> Expense:
    _check(work, new)
    if activity.carrier_id is None:
        raise Refused(
            N_("Aucune maison ne facture pour cette activité. L'animateur·rice en choisit une.")
        )
    needs_pot = new.paid_by == "pot" or order_id is None
    expense = Expense(
        order_id=order_id,
        activity_id=activity.id,
        carrier_id=activity.carrier_id,
        day=new.day,
        supplier=new.supplier.strip(),
        what=new.what.strip(),
        net_cents=new.net_cents,
        vat_cents=new.vat_cents,
        vat_recoverable=_comes_back(new),
        paid_by=new.paid_by,
        paid_by_id=new.paid_by_id if new.paid_by == "member" else None,
        pot_id=new.pot_id if needs_pot else None,
        in_name_of=new.in_name_of,
        created_by=work.actor.party_id,
    )
    if receipt:
        kept = work.instance.files.keep(
            work.session, receipt, media_type=media_type, scope=activity.scope
        )
        expense.receipt_file_id = kept.id
    work.session.add(expense)
    work.session.flush()
    after = {"cents": expense.paid_cents, "paid_by": expense.paid_by, "day": expense.day}
    work.record("expense.write", expense, scope=expense.scope, after=after)
    return expense


def _check(work: Work, new: NewExpense) -> None:
    if type(new.net_cents) is not int or not 0 < new.net_cents <= MAX_CENTS:
        raise Refused(N_("Écris une somme plus grande que zéro."), field="total")
    if type(new.vat_cents) is not int or not 0 <= new.vat_cents <= new.net_cents:
        raise Refused(N_("La TVA ne va pas avec le total. Relis le ticket."), field="vat")
    if not new.supplier.strip():
        raise Refused(N_("Écris le nom du magasin."), field="supplier")
    if not new.what.strip():
        raise Refused(N_("Écris ce qui a été acheté."), field="what")
    if new.day > work.today:
        raise Refused(N_("Ce jour n'est pas encore là. Relis le ticket."), field="day")
    if new.paid_by not in PAID_BY or new.in_name_of not in NAMES_ON_RECEIPTS:
        raise Refused(N_("Dis qui a payé."), field="paid_by")
    if new.vat_recoverable and new.in_name_of != "carrier":
        raise Refused(
            N_("La TVA ne revient que sur un ticket au nom de la maison qui facture."),
            field="in_name_of",
        )
    _check_payer(work.session, new)


def _check_payer(session: Session, new: NewExpense) -> None:
    if new.paid_by == "pot" and new.pot_id is None:
        raise Refused(N_("Choisis la cagnotte qui a payé."), field="pot_id")
    if new.paid_by != "member":
        return
    person = session.get(Party, new.paid_by_id) if new.paid_by_id else None
    if person is None or person.kind != "person" or person.merged_into_id or person.erased_at:
        raise Refused(N_("Choisis la personne qui a avancé l'argent."), field="paid_by_id")


def _comes_back(new: NewExpense) -> bool:
    if new.vat_recoverable is None:
        return new.in_name_of == "carrier" and new.vat_cents > 0
    return new.vat_recoverable


def _take(work: Work, expense: Expense, what: str) -> None:
    """Take from a pot what an expense costs it."""
    session, pot = work.session, pots.find_pot(work, _given(expense.pot_id))
    if pot.carrier_id != expense.carrier_id:
        raise Refused(N_("Cette cagnotte est dans une autre maison."), field="pot_id")
    if not pots.may_spend(work, pot):
        raise Refused(
            N_("Tu ne peux pas payer avec « {name} ». Demande à la personne qui la tient."),
            field="pot_id",
            name=pot.name,
        )
    ledger.lock_books(session, pot.carrier_id)
    parts = _parts(session, expense, pot)
    pots.check_holds(session, pot, -parts[0].cents)
    reason = Reason("expense", f"{what} · {expense.supplier}", expense.day, expense.order_id)
    ledger.post(work, pot.carrier_id, reason, parts)


def _parts(session: Session, expense: Expense, pot: Pot) -> list[Part]:
    """Return what leaves the pot, and to whom; inside an order, share-outs give it back."""
    paid_to = {"pot": "suppliers", "member": "advances", "carrier": "purchases"}[expense.paid_by]
    end = ledger.account(session, pot.carrier_id, paid_to)
    if expense.order_id is not None:
        return [Part(pot, -expense.paid_cents), Part(end, expense.paid_cents)]
    if expense.paid_by == "carrier":  # it gets its VAT back from the State by itself
        return [Part(pot, -expense.cost_cents), Part(end, expense.cost_cents)]
    vat = ledger.account(session, pot.carrier_id, "vat")
    return [
        Part(pot, -expense.cost_cents),
        Part(vat, -expense.back_cents),
        Part(end, expense.paid_cents, expense.paid_by_id),
    ]


def cancel(work: Work, expense_id: UUID, reason: str) -> ExpenseCancellation:
    """Write that an expense does not count; what a pot paid for it comes back to the pot.

    Raises:
        Refused: nothing says why, or it was paid back already, by a share-out or by hand.
        Conflict: it was cancelled before.
    """
    if not reason.strip():
        raise Refused(N_("Écris pourquoi cet achat ne compte pas."), field="reason")
    with work.transaction() as session:
        expense = find_expense(work, expense_id, "expense.write")
        ledger.lock_books(session, expense.carrier_id)
        if session.scalar(sa.select(ExpenseCover.id).where(ExpenseCover.expense_id == expense.id)):
            raise Refused(N_("Un partage a déjà rendu cet achat. Il ne s'annule plus."))
        if _is_handed_back(session, expense):
            raise Refused(N_("L'argent avancé est déjà rendu. Cet achat ne s'annule plus."))
        if is_cancelled(session, expense.id):
            raise Conflict(N_("Cet achat est déjà annulé."))
        row = ExpenseCancellation(
            expense_id=expense.id, reason=reason.strip(), created_by=work.actor.party_id
        )
        session.add(row)
        session.flush()
        if expense.pot_id is not None:
            _give_back(work, expense)
        after = {"cancelled": str(expense.id)}
        work.record("expense.write", expense, scope=expense.scope, after=after)
    return row


def _is_handed_back(session: Session, expense: Expense) -> bool:
    query = sa.select(AdvanceRepayment.id).where(AdvanceRepayment.expense_id == expense.id)
    return session.scalar(query) is not None


def _give_back(work: Work, expense: Expense) -> None:
    """Undo what the pot paid, part by part."""
    pot = work.session.get_one(Pot, expense.pot_id)
    back = [
        Part(part.pot, -part.cents, part.party_id) for part in _parts(work.session, expense, pot)
    ]
    reason = Reason("expense_back", expense.supplier, order_id=expense.order_id)
    ledger.post(work, pot.carrier_id, reason, back)


def is_cancelled(session: Session, expense_id: UUID) -> bool:
    """Tell whether an expense does not count any more."""
    query = sa.select(ExpenseCancellation.id).where(ExpenseCancellation.expense_id == expense_id)
    return session.scalar(query) is not None


def counted(session: Session, order_id: UUID) -> list[Expense]:
    """Return an order's expenses that count, the oldest receipt first."""
    cancelled = sa.select(ExpenseCancellation.expense_id)
    query = sa.select(Expense).where(Expense.order_id == order_id, Expense.id.not_in(cancelled))
    return list(session.scalars(query.order_by(Expense.day, Expense.id)))


def of_order(work: Work, order_id: UUID) -> list[Shown]:
    """Return all of an order's expenses the actor may see, the oldest first."""
    order = orders.find_order(work, order_id, "expense.read")
    query = sa.select(Expense).where(Expense.order_id == order.id)
    return _shown(work, list(work.session.scalars(query.order_by(Expense.day, Expense.id))))


def of_activity(work: Work, activity_id: UUID) -> list[Shown]:
    """Return an activity's expenses outside any order, the latest first."""
    activity = orders.find_activity(work, activity_id, "expense.read")
    query = sa.select(Expense).where(Expense.activity_id == activity.id, Expense.order_id.is_(None))
    return _shown(work, list(work.session.scalars(query.order_by(Expense.day.desc(), Expense.id))))


def _shown(work: Work, rows: list[Expense]) -> list[Shown]:
    session, ids = work.session, [row.id for row in rows]
    cancelled = sa.select(ExpenseCancellation).where(ExpenseCancellation.expense_id.in_(ids))
    reasons = {one.expense_id: one.reason for one in session.scalars(cancelled)}
    covered = covered_by_expense(session, ids)
    return [
        Shown(row, payer_of(session, row), reasons.get(row.id, ""), covered.get(row.id, (0, 0))[0])
        for row in rows
    ]


def covered_by_expense(session: Session, ids: list[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return the cost and the VAT that closed share-outs paid back of each expense."""
    query = (
        sa.select(
            ExpenseCover.expense_id,
            sa.func.sum(ExpenseCover.cost_cents),
            sa.func.sum(ExpenseCover.vat_cents),
        )
        .join(ShareOut, ShareOut.id == ExpenseCover.share_out_id)
        .where(ExpenseCover.expense_id.in_(ids), ShareOut.state == "closed")
        .group_by(ExpenseCover.expense_id)
    )
    return {each: (int(cost), int(vat)) for each, cost, vat in session.execute(query)}


def payer_of(session: Session, expense: Expense) -> str:
    """Return the name of who paid; empty for the carrier."""
    if expense.paid_by == "member":
        return session.get_one(Party, expense.paid_by_id).display_name
    if expense.paid_by == "pot":
        return session.get_one(Pot, expense.pot_id).name
    return ""


def receipt(work: Work, expense_id: UUID) -> tuple[StoredFile, bytes]:
    """Return a receipt: its photo, or the supplier's file.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    file_id = find_expense(work, expense_id).receipt_file_id
    kept = work.session.get(StoredFile, file_id) if file_id else None
    if kept is None:
        raise NotFound()
    return kept, work.instance.files.read(kept)


def _given(pot_id: UUID | None) -> UUID:
    if pot_id is None:
        raise Refused(N_("Choisis la cagnotte qui a payé."), field="pot_id")
    return pot_id
