"""Share-outs before they close: look ahead, propose, take back, read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.contracts import Scope
from kpa_core.errors import N_, KpaError, NotFound, PluginError, Refused
from kpa_core.invoices.models import Carrier
from kpa_core.invoices.paying import dues
from kpa_core.members.models import Party
from kpa_core.sharing import credits, expenses, ledger, plan
from kpa_core.sharing.models import Allocation, Expense, ShareOut
from kpa_core.sharing.plan import Plan
from kpa_core.sharing.telling import tell_people
from kpa_core.work import Work

RECEIPTS_MISSING = N_(
    "Il manque les tickets ? Aucun achat n'est noté pour cette commande. "
    "Ajoute-les, ou coche « Il n'y a eu aucun achat »."
)


@dataclass(frozen=True)
class Outlook:
    """What a share-out would be. ``is_real`` is False while the money is not confirmed.

    ``problem`` says why there is nothing to propose now; ``asks_for_receipts`` that no expense is
    written.
    """

    plan: Plan | None
    problem: KpaError | None
    is_real: bool
    asks_for_receipts: bool


def scope_of_share_out(session: Session, share_out_id: UUID) -> Scope | None:
    """Return where a share-out belongs."""
    share_out = session.get(ShareOut, share_out_id)
    return share_out.scope if share_out else None


def visible_share_outs(work: Work, capability: str = "share.read") -> sa.Select[ShareOut]:
    """Return the query of the share-outs the actor may see."""
    reach = work.reach(capability)
    return sa.select(ShareOut).where(
        reach.where(activity=ShareOut.activity_id, carrier=ShareOut.carrier_id)
    )


def find_share_out(work: Work, share_out_id: UUID, capability: str = "share.read") -> ShareOut:
    """Return a share-out the actor may see.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    found = work.session.scalar(
        visible_share_outs(work, capability).where(ShareOut.id == share_out_id)
    )
    if found is None:
        raise NotFound()
    return found


def of_order(work: Work, order_id: UUID) -> list[ShareOut]:
    """Return an order's share-outs the actor may see, the latest first, withdrawn ones left out."""
    query = visible_share_outs(work).where(
        ShareOut.order_id == order_id, ShareOut.state != "withdrawn"
    )
    return list(work.session.scalars(query.order_by(ShareOut.id.desc())))


def open_one(session: Session, order_id: UUID) -> ShareOut | None:
    """Return the proposal that waits for an order, if any."""
    query = sa.select(ShareOut).where(ShareOut.order_id == order_id, ShareOut.state == "proposed")
    return session.scalar(query)


def allocations_of(session: Session, share_out_id: UUID) -> list[tuple[Allocation, Party]]:
    """Return the parts of a share-out with the people, by name."""
    query = (
        sa.select(Allocation, Party)
        .join(Party, Party.id == Allocation.person_id)
        .where(Allocation.share_out_id == share_out_id)
        .order_by(Party.display_name, Party.id)
    )
    return [(allocation, party) for allocation, party in session.execute(query)]


def advances_of(session: Session, share_out: ShareOut) -> list[tuple[Expense, Party, int]]:
    """Return the receipts a share-out pays back to members, with whom and how many cents."""
    found = []
    for cover in share_out.figures["covers"]:
        expense = session.get_one(Expense, UUID(cover["expense_id"]))
        if expense.paid_by == "member":
            party = session.get_one(Party, expense.paid_by_id)
            found.append((expense, party, cover["cost"] + cover["vat"]))
    return found


def simulate(work: Work, order_id: UUID) -> Outlook:
    """Return what sharing an order would give: with the money confirmed, else with all of it."""
    order = orders.find_order(work, order_id, "share.read")
    asks = not expenses.counted(work.session, order.id)
    try:
        made = plan.work_out(work, order)
        if not made.step.is_nothing:
            return Outlook(made, None, True, asks)
        problem: KpaError = _nothing_new(work.session, made)
        if made.so_far.gross:
            return Outlook(None, problem, False, asks)
        ahead = plan.work_out(work, order, received=made.gross)
        return Outlook(ahead, problem, False, asks)
    except (Refused, PluginError) as error:
        return Outlook(None, error, False, asks)


def propose(work: Work, order_id: UUID, *, confirm_no_expenses: bool = False) -> ShareOut:
    """Propose to share what an order brought in; each person then answers for their part.

    Raises:
        Refused: nothing new is confirmed, receipts may be missing (then say that there are none),
            nobody wrote hours, or a proposal waits already.
        PluginError: the plugin of a line is not loaded.
    """
    with work.transaction() as session:
        order = orders.find_order(work, order_id, "share.propose")
        if order.activity.carrier_id is not None:
            ledger.lock_books(session, order.activity.carrier_id)
        if open_one(session, order.id) is not None:
            raise Refused(N_("Un partage est déjà proposé pour cette commande. Réponds-y d'abord."))
        credits.book_missing(work, order.id)
        made = plan.work_out(work, order)
        if made.step.is_nothing:
            raise _nothing_new(session, made)
        if not made.bills and not confirm_no_expenses:
            raise Refused(RECEIPTS_MISSING, field="confirm_no_expenses")
        plan.check_pots(session, made)
        share_out = _write(work, made, no_expenses=not made.bills)
        told = [one.person_id for one in made.portions if one.person_id != work.actor.party_id]
        tell_people(work, share_out, order, told)
        after = {"received_cents": made.step.gross, "to_share_cents": made.step.to_share}
        work.record("share.propose", share_out, scope=share_out.scope, after=after)
    return share_out


def withdraw(work: Work, share_out_id: UUID) -> ShareOut:
    """Take a proposal back, to correct hours or receipts and propose again.

    Raises:
        Refused: it is closed or withdrawn already.
    """
    with work.transaction():
        share_out = find_share_out(work, share_out_id, "share.propose")
        if share_out.state != "proposed":
            raise Refused(N_("Ce partage n'attend plus de réponse."))
        before, after = {"state": "proposed"}, {"state": "withdrawn"}
        share_out.state = "withdrawn"
        work.record("share.propose", share_out, scope=share_out.scope, before=before, after=after)
    return share_out


def _nothing_new(session: Session, made: Plan) -> Refused:
    """Say why there is nothing to share: the carrier has not confirmed, or all is shared."""
    money = dues.of_order(session, made.order.id)
    confirmed = money.confirmed
    if money.claimed > confirmed:
        return Refused(
            N_("{carrier} n'a pas encore confirmé l'argent. On ne partage que l'argent confirmé."),
            carrier=made.carrier.name,
        )
    if confirmed:
        return Refused(N_("Tout l'argent arrivé est déjà partagé."))
    return Refused(
        N_("L'argent n'est pas encore arrivé chez {carrier}."), carrier=made.carrier.name
    )


def _write(work: Work, made: Plan, *, no_expenses: bool) -> ShareOut:
    share_out = ShareOut(
        order_id=made.order.id,
        document_id=made.document.id,
        activity_id=made.order.activity_id,
        carrier_id=made.carrier.id,
        proposed_by=work.actor.party_id,
        created_by=work.actor.party_id,
        **amounts(made),
    )
    if no_expenses:
        share_out.figures = {**share_out.figures, "no_expenses": str(work.actor.party_id or "")}
    work.session.add(share_out)
    work.session.flush()
    work.session.add_all(
        Allocation(
            share_out_id=share_out.id,
            person_id=portion.person_id,
            minutes=portion.minutes,
            cents=portion.cents,
            reason=portion.reason.as_data(),
            created_by=work.actor.party_id,
        )
        for portion in made.portions
    )
    work.session.flush()
    return share_out


def amounts(made: Plan) -> dict[str, object]:
    """Return the columns of a share-out that a plan fills."""
    now = made.step
    return {
        "received_cents": now.gross,
        "vat_cents": now.vat,
        "expenses_cents": now.expenses,
        "fee_cents": now.fee,
        "pot_cents": now.pot,
        "to_share_cents": now.to_share,
        "fee_base_cents": now.fee_base,
        "fee_period": made.ways.fee_period,
        "figures": figures(made),
    }


def figures(made: Plan) -> Mapping[str, object]:
    """Return what a share-out was worked out from, as plain JSON values."""
    return {
        "ways": made.ways.as_data(),
        "gross": made.gross,
        "so_far": asdict(made.so_far),
        "document": made.document.number or made.document.reference,
        "covers": [
            {"expense_id": str(one.expense_id), "cost": one.cost, "vat": one.vat}
            for one in made.covers
        ],
        "minutes": {str(person_id): spent for person_id, spent in made.minutes.items()},
    }


def order_of(session: Session, share_out: ShareOut) -> Order:
    """Return the order a share-out is of."""
    return session.get_one(Order, share_out.order_id)


def carrier_of(session: Session, share_out: ShareOut) -> Carrier:
    """Return the carrier a share-out's money is at."""
    return session.get_one(Carrier, share_out.carrier_id)


def name_of(session: Session, party_id: UUID | None) -> str:
    """Return a person's name, or an empty text."""
    party = session.get(Party, party_id) if party_id else None
    return party.display_name if party else ""
