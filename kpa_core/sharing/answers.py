"""What each person says of their part: yes, to the pot, or a question. Each for oneself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.activities.models import Order
from kpa_core.activities.people import current_id
from kpa_core.contracts import Scope
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.invoices.models import Carrier
from kpa_core.members.models import Party
from kpa_core.sharing import booking, ledger
from kpa_core.sharing.models import ANSWERS, Allocation, PayRequest, PayRequestLine, ShareOut
from kpa_core.work import Work

WORDS = {
    "waiting": N_("Pas encore de réponse"),
    "agreed": N_("D'accord"),
    "to_pot": N_("Pour la cagnotte commune"),
    "questioned": N_("Pose une question"),
}


@dataclass(frozen=True)
class Mine:
    """One of a person's own parts, with what it comes from."""

    allocation: Allocation
    share_out: ShareOut
    order: Order
    carrier: Carrier
    requested_for: date | None


def scope_of_allocation(session: Session, allocation_id: UUID) -> Scope | None:
    """Return where a part belongs: its activity, its carrier, and its person."""
    allocation = session.get(Allocation, allocation_id)
    if allocation is None:
        return None
    place = session.get_one(ShareOut, allocation.share_out_id).scope
    return Scope(place.activity_id, place.carrier_id, allocation.person_id)


def answer(work: Work, allocation_id: UUID, said: str, note: str = "") -> Allocation:
    """Write what the actor says of their own part.

    Raises:
        Refused: it is another person's part, a question says nothing, or the part is already asked
            as pay or given to the pot.
        NotFound: there is no such part for this actor.
    """
    if said not in ANSWERS or said == "waiting":
        raise Refused(N_("Choisis une réponse."), field="answer")
    if said == "questioned" and not note.strip():
        raise Refused(N_("Écris ta question, en quelques mots."), field="note")
    with work.transaction() as session:
        place = scope_of_allocation(session, allocation_id)
        if place is None or place.carrier_id is None:
            raise NotFound()
        work.require("share.answer", place)
        ledger.lock_books(session, place.carrier_id)  # whoever closes or collects reads answers
        allocation = session.get_one(Allocation, allocation_id, populate_existing=True)
        if work.actor.party_id is None or work.actor.party_id != _person(session, allocation):
            raise Refused(N_("Chaque personne répond pour sa part."))
        share_out = session.get_one(ShareOut, allocation.share_out_id, populate_existing=True)
        _check_open(session, allocation, share_out)
        before, allocation.answer = allocation.answer, said
        allocation.answer_note = note.strip() if said == "questioned" else ""
        allocation.answered_at = clock.now()
        session.flush()
        if said == "to_pot" and share_out.state == "closed":
            booking.give_to_pot(work, share_out, allocation)
        was, now = {"answer": before}, {"answer": said}
        work.record("share.answer", allocation, scope=place, before=was, after=now)
    return allocation


def _person(session: Session, allocation: Allocation) -> UUID:
    """Return the card the part's person lives on now."""
    party = session.get_one(Party, allocation.person_id)
    return party.merged_into_id or party.id


def _check_open(session: Session, allocation: Allocation, share_out: ShareOut) -> None:
    if share_out.state == "withdrawn":
        raise Refused(N_("Ce partage a été retiré. Attends le suivant."))
    if share_out.state == "closed" and allocation.answer == "to_pot":
        raise Refused(N_("Cette part est déjà dans la cagnotte commune."))
    asked = sa.select(PayRequestLine.id).where(PayRequestLine.allocation_id == allocation.id)
    if session.scalar(asked) is not None:
        raise Refused(N_("Cette part est déjà dans une demande de paie."))


def mine(work: Work, person_id: UUID | None = None) -> list[Mine]:
    """Return a person's parts (the actor's unless named), the latest first, no withdrawn ones."""
    wanted = person_id or work.actor.party_id
    if wanted is None:
        return []
    query = (
        sa.select(Allocation, ShareOut, Order, Carrier, PayRequest.month)
        .join(ShareOut, ShareOut.id == Allocation.share_out_id)
        .join(Order, Order.id == ShareOut.order_id)
        .join(Carrier, Carrier.id == ShareOut.carrier_id)
        .outerjoin(PayRequestLine, PayRequestLine.allocation_id == Allocation.id)
        .outerjoin(PayRequest, PayRequest.id == PayRequestLine.pay_request_id)
        .where(current_id(Allocation.person_id) == wanted, ShareOut.state != "withdrawn")
        .order_by(Allocation.id.desc())
    )
    return [Mine(*row) for row in work.session.execute(query)]
