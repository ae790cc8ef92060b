"""Close a share-out: a second person looks, the facts are compared, the ledger is written."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kpa_core import clock
from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.errors import N_, Refused
from kpa_core.members.models import Party
from kpa_core.sharing import booking, ledger, plan, second_person
from kpa_core.sharing.models import Allocation, ShareOut
from kpa_core.sharing.plan import Plan, Ways
from kpa_core.sharing.shareouts import allocations_of, amounts, find_share_out
from kpa_core.sharing.steps import Cover
from kpa_core.work import Work


def close(work: Work, share_out_id: UUID, note: str = "") -> ShareOut:
    """Close a proposed share-out for good. ``note`` says what was decided on parts in question.

    Raises:
        Refused: the actor proposed it, someone questions their part and no note answers, or money,
            receipts or hours changed since it was proposed.
        PluginError: the plugin of a line is not loaded.
    """
    with work.transaction() as session:
        share_out = find_share_out(work, share_out_id, "share.close")
        ledger.lock_books(session, share_out.carrier_id)
        session.refresh(share_out)
        if share_out.state != "proposed":
            raise Refused(N_("Ce partage n'attend plus de réponse."))
        second_person.check(work, share_out)
        parts = allocations_of(session, share_out.id)
        _check_questions(parts, note)
        made = _unchanged(work, share_out, [allocation for allocation, _ in parts])
        _close(work, share_out, made, note)
        booking.book(work, share_out, made.covers, [allocation for allocation, _ in parts])
        for allocation, _ in parts:
            if allocation.answer == "to_pot":
                booking.give_to_pot(work, share_out, allocation)
        if made.order.state == "paid" and made.is_all_paid:
            orders.mark(work, made.order, "shared")
        before = {"state": "proposed"}
        after = {"state": "closed", "to_share_cents": share_out.to_share_cents}
        work.record("share.close", share_out, scope=share_out.scope, before=before, after=after)
    return share_out


def _check_questions(parts: Iterable[tuple[Allocation, Party]], note: str) -> None:
    asking = [party.display_name for part, party in parts if part.answer == "questioned"]
    if asking and not note.strip():
        raise Refused(
            N_("Une question attend : {names}. Parlez-en, puis écris ce que vous décidez."),
            field="note",
            names=", ".join(asking),
        )


def _unchanged(work: Work, share_out: ShareOut, allocations: list[Allocation]) -> Plan:
    """Return the share-out worked out anew, the same to the cent.

    Raises:
        Refused: something it was made from has changed.
    """
    order = work.session.get_one(Order, share_out.order_id)
    made = plan.work_out(work, order, ways=Ways.from_data(share_out.figures["ways"]))
    given = sorted((one.person_id, one.cents, one.minutes) for one in allocations)
    paid_back = tuple(
        Cover(UUID(one["expense_id"]), one["cost"], one["vat"])
        for one in share_out.figures["covers"]
    )
    new = sorted((one.person_id, one.cents, one.minutes) for one in made.portions)
    same = (share_out.document_id, ledger.step_of(share_out), paid_back, given)
    if (made.document.id, made.step, made.covers, new) != same:
        raise Refused(
            N_("L'argent, les achats ou les heures ont changé. Retire ce partage et repropose-le.")
        )
    return made


def _close(work: Work, share_out: ShareOut, made: Plan, note: str) -> None:
    kept = {key: share_out.figures[key] for key in ("no_expenses",) if key in share_out.figures}
    for name, value in amounts(made).items():
        setattr(share_out, name, value)
    share_out.figures = {**share_out.figures, **kept}
    share_out.state, share_out.closed_at = "closed", clock.now()
    share_out.closed_by, share_out.closing_note = work.actor.party_id, note.strip()
    work.session.flush()
