"""A credit note after a share-out: what was shared stays shared, the pot owes the difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kpa_core import clock
from kpa_core.activities.models import Order
from kpa_core.invoices import bills
from kpa_core.invoices.models import Document
from kpa_core.sharing import booking, ledger, plan
from kpa_core.sharing.models import ShareOut
from kpa_core.sharing.steps import step
from kpa_core.sharing.waterfall import NOTHING
from kpa_core.work import Work


def book_credit(work: Work, credit_note_id: UUID) -> ShareOut | None:
    """Write the correction of a credit note, once; None when nothing of its invoice was shared.

    The customer, the VAT and the carrier's fee take back their cents. People and shops do not give
    back theirs: the common pot bears them, below zero if need be. Waiting proposals fall.
    """
    with work.transaction() as session:
        note = session.get_one(Document, credit_note_id)
        ledger.lock_books(session, note.carrier_id)
        _drop_proposals(work, note)
        known = sa.select(ShareOut.id).where(ShareOut.credit_note_id == note.id)
        shared = [
            one
            for one in plan.closed_of(session, note.order_id)
            if one.document_id in _taken_back(work, note)
        ]
        if session.scalar(known) or not shared:
            return None
        booked = plan.booked(session, note.order_id)
        correction = _write(work, note, shared[0], step(NOTHING, 0, booked))
        booking.book(work, correction, (), ())
        after = {"received_cents": correction.received_cents, "pot_cents": correction.pot_cents}
        work.record("share.close", correction, scope=correction.scope, after=after)
    return correction


def _write(work: Work, note: Document, first: ShareOut, now: Any) -> ShareOut:
    correction = ShareOut(
        kind="correction",
        state="closed",
        order_id=note.order_id,
        document_id=first.document_id,
        credit_note_id=note.id,
        activity_id=note.activity_id,
        carrier_id=note.carrier_id,
        proposed_by=work.actor.party_id,
        created_by=work.actor.party_id,
        closed_at=clock.now(),
        received_cents=now.gross,
        vat_cents=now.vat,
        expenses_cents=now.expenses,
        fee_cents=now.fee,
        pot_cents=now.pot,
        to_share_cents=now.to_share,
        fee_base_cents=now.fee_base,
        fee_period=first.fee_period,
        figures={**first.figures, "covers": [], "credit_note": note.number or note.reference},
    )
    work.session.add(correction)
    work.session.flush()
    return correction


def _drop_proposals(work: Work, note: Document) -> None:
    waiting = sa.select(ShareOut).where(
        ShareOut.document_id.in_(_taken_back(work, note)), ShareOut.state == "proposed"
    )
    for proposal in work.session.scalars(waiting):
        proposal.state = "withdrawn"
    work.session.flush()


def book_missing(work: Work, order_id: UUID) -> None:
    """Book the credit notes of an order that were not: its share-outs then start from the truth."""
    order = work.session.get_one(Order, order_id)
    notes = bills.credit_notes_of_order(work.session, order.id)
    for note_id in [note.id for note in notes]:
        book_credit(work, note_id)


def _taken_back(work: Work, note: Document) -> list[UUID]:
    """Return the invoice that a credit note takes back, and those that invoice had replaced."""
    return bills.lineage(work.session, note.corrects_id) if note.corrects_id else []


def when_credited(work: Work, payload: Mapping[str, Any]) -> None:
    """The job a credit note asks for."""
    book_credit(work, UUID(payload["document_id"]))
