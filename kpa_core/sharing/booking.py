"""What a closed share-out writes in the ledger: customers to everyone, then who is paid back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from kpa_core.activities.models import Order
from kpa_core.sharing import ledger
from kpa_core.sharing.ledger import Part, Reason
from kpa_core.sharing.models import Allocation, Expense, ExpenseCover, Pot, ShareOut
from kpa_core.sharing.steps import Cover
from kpa_core.work import Work


def book(
    work: Work, share_out: ShareOut, covers: Iterable[Cover], allocations: Iterable[Allocation]
) -> None:
    """Write a share-out's moves, and how far each expense is paid back."""
    session = work.session
    given, paid_back = list(allocations), list(covers)
    bills = {one.expense_id: session.get_one(Expense, one.expense_id) for one in paid_back}
    parts = [
        *_waterfall(session, share_out, given),
        *_covered(session, share_out, paid_back, bills),
    ]
    ledger.post(work, share_out.carrier_id, _reason(session, share_out), parts)
    for cover in paid_back:
        session.add(
            ExpenseCover(
                share_out_id=share_out.id,
                expense_id=cover.expense_id,
                cost_cents=cover.cost,
                vat_cents=cover.vat,
                created_by=work.actor.party_id,
            )
        )
        _pay_back(work, share_out, cover, bills[cover.expense_id])
    session.flush()


def _waterfall(
    session: Session, share_out: ShareOut, allocations: list[Allocation]
) -> Iterator[Part]:
    carrier_id = share_out.carrier_id
    yield Part(ledger.account(session, carrier_id, "customers"), -share_out.received_cents)
    yield Part(ledger.account(session, carrier_id, "vat"), share_out.vat_cents)
    yield Part(ledger.account(session, carrier_id, "fee"), share_out.fee_cents)
    yield Part(ledger.account(session, carrier_id, "common"), share_out.pot_cents)
    shares = ledger.account(session, carrier_id, "shares")
    for one in allocations:
        yield Part(shares, one.cents, one.person_id)


def _covered(
    session: Session, share_out: ShareOut, covers: list[Cover], bills: dict[UUID, Expense]
) -> Iterator[Part]:
    for cover in covers:
        bill = bills[cover.expense_id]
        kind = "advances" if bill.paid_by == "member" else "purchases"
        account = ledger.account(session, share_out.carrier_id, kind)
        yield Part(account, cover.cost, bill.paid_by_id)


def _pay_back(work: Work, share_out: ShareOut, cover: Cover, bill: Expense) -> None:
    """Pass on the VAT the State gives back, and to a pot what it paid."""
    session, carrier_id = work.session, share_out.carrier_id
    if bill.paid_by == "carrier":
        return
    if bill.paid_by == "pot":
        pot = session.get_one(Pot, bill.pot_id)
        purchases = ledger.account(session, carrier_id, "purchases")
        reason = _reason(session, share_out, "pot_repaid", bill.what)
        ledger.post(work, carrier_id, reason, [Part(purchases, -cover.cost), Part(pot, cover.cost)])
        end = Part(pot, cover.vat)
    else:
        advances = ledger.account(session, carrier_id, "advances")
        end = Part(advances, cover.vat, bill.paid_by_id)
    vat = ledger.account(session, carrier_id, "vat")
    reason = _reason(session, share_out, "vat_back", bill.what)
    ledger.post(work, carrier_id, reason, [Part(vat, -cover.vat), end])


def give_to_pot(work: Work, share_out: ShareOut, allocation: Allocation) -> None:
    """Move a part its person gave away into the common pot."""
    session, carrier_id = work.session, share_out.carrier_id
    shares = ledger.account(session, carrier_id, "shares")
    common = ledger.account(session, carrier_id, "common")
    ledger.post(
        work,
        carrier_id,
        _reason(session, share_out, "gift"),
        [Part(shares, -allocation.cents, allocation.person_id), Part(common, allocation.cents)],
    )


def _reason(session: Session, share_out: ShareOut, kind: str = "", what: str = "") -> Reason:
    reference = session.get_one(Order, share_out.order_id).reference
    usual = "share_out" if share_out.kind == "share" else "correction"
    return Reason(
        kind or usual,
        what or reference,
        order_id=share_out.order_id,
        share_out_id=share_out.id,
    )
