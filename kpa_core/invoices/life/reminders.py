"""Reminders of what is overdue: when each is due, what keeps it from leaving, and that it left.

A step is written once, under a lock on the document: two workers, or a worker and a person, never
remind twice. What is credited, sent back or wholly announced as paid gets none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from kpa_core import clock
from kpa_core.activities.models import Order
from kpa_core.errors import N_, Refused
from kpa_core.invoices import documents
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.life import follow_ups
from kpa_core.invoices.life.models import Reminder, ReminderSchedule
from kpa_core.invoices.life.reminder_texts import Due
from kpa_core.invoices.making import quote_mail
from kpa_core.invoices.models import Carrier, CarrierAnswer, Document
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paying import dues
from kpa_core.work import Work

DEFAULT_DAYS = (7, 21, 45)
"""Days after the due day for reminders people send by hand, where a carrier set none."""
MOST_STEPS, LATEST = 6, 365
ASKS_NOW = sa.or_(
    Order.state == "invoiced",
    sa.and_(Document.type_code == type_codes.DEPOSIT, Order.state.in_(("accepted", "done"))),
)
"""Papers whose customer may be reminded, with their orders: not while an invoice is corrected."""


def set_schedule(work: Work, carrier_id: UUID, days: list[int]) -> ReminderSchedule:
    """Say how many days after the due day reminders leave by mail; an empty list stops them.

    Raises:
        Refused: days out of order, too many, or beyond a year.
    """
    wrong = len(days) > MOST_STEPS or days != sorted(set(days))
    if wrong or any(not 1 <= one <= LATEST for one in days):
        raise Refused(
            N_("Écris des jours qui montent, six au plus, comme 7, 21, 45."), field="days"
        )
    with work.transaction() as session:
        carrier = carriers.find_carrier(work, carrier_id, "carrier.write")
        row = ReminderSchedule(carrier_id=carrier.id, days=days, created_by=work.actor.party_id)
        session.add(row)
        session.flush()
        work.record("carrier.write", row, scope=carrier.scope, after={"reminders": days})
    return row


def schedule_of(session: Session, carrier: Carrier) -> tuple[int, ...] | None:
    """Return the days a carrier set, or None where it set nothing."""
    query = sa.select(ReminderSchedule).where(ReminderSchedule.carrier_id == carrier.id)
    row = session.scalar(query.order_by(ReminderSchedule.id.desc()).limit(1))
    return None if row is None else tuple(row.days)


def reminders_of(session: Session, document: Document) -> list[Reminder]:
    """Return the reminders that left, the first first."""
    query = sa.select(Reminder).where(Reminder.document_id == document.id)
    return list(session.scalars(query.order_by(Reminder.step)))


def due_of(session: Session, document: Document) -> Due | None:
    """Return the reminder a document is due for today, unless something keeps it back."""
    query = sa.select(Document).join(Order, Order.id == Document.order_id)
    found = session.scalars(query.where(Document.id == document.id, ASKS_NOW))
    return next(iter(_dues(session, list(found))), None)


def _dues(session: Session, found: Sequence[Document]) -> list[Due]:
    """Return the reminders due today: for many documents, in as many queries as for one."""
    bills = [one for one in found if one.kind in documents.BILLS]
    left, paused = dues.left_of(session, bills), follow_ups.paused_ids(session, bills)
    waiting = [one for one in bills if left[one.id] and one.id not in paused]
    houses = _houses(session, waiting)
    answers, last = dues.answers_of(session, waiting), _last_ones(session, waiting)
    ready = []
    for document in waiting:
        house = houses[document.carrier_id]
        due_on = _due_day(document, answers.get(document.id), house.carrier)
        if due_on is not None and (step := _step(house, due_on, last.get(document.id))):
            ready.append(Due(document, step, left[document.id], due_on, bool(house.days)))
    return ready


@dataclass(frozen=True)
class _House:
    """A carrier, and the days it set for its reminders."""

    carrier: Carrier
    days: tuple[int, ...] | None


def _houses(session: Session, found: Sequence[Document]) -> dict[UUID, _House]:
    ids = {one.carrier_id for one in found}
    query = sa.select(ReminderSchedule).where(ReminderSchedule.carrier_id.in_(ids))
    rows = session.scalars(query.order_by(ReminderSchedule.id))
    days = {row.carrier_id: tuple(row.days) for row in rows}  # the newest is the last
    carriers = session.scalars(sa.select(Carrier).where(Carrier.id.in_(ids)))
    return {one.id: _House(one, days.get(one.id)) for one in carriers}


def _last_ones(session: Session, found: Sequence[Document]) -> dict[UUID, Reminder]:
    """Return the last reminder of each document that had one."""
    query = sa.select(Reminder).where(Reminder.document_id.in_([one.id for one in found]))
    return {row.document_id: row for row in session.scalars(query.order_by(Reminder.step))}


def _step(house: _House, due_on: date, last: Reminder | None) -> int:
    """Return the step a document has come to and that did not leave; else 0.

    One a day at most, and no flood after a silence: the steps in between are passed over.
    """
    zone = house.carrier.timezone
    days = DEFAULT_DAYS if house.days is None else house.days
    begins = [due_on + timedelta(days=day) for day in days]
    step = sum(clock.today(zone) >= day for day in begins)
    if not step or last is None:
        return step
    # By the day, not by the step: the carrier may have set other days since.
    if clock.day_of(last.created_at, zone) >= begins[step - 1]:
        return 0
    return max(step, last.step + 1)


def _due_day(document: Document, answer: CarrierAnswer | None, carrier: Carrier) -> date | None:
    """Return until when the customer had to pay: for a hand-over, from the carrier's own date."""
    if document.kind != "handover":
        return document.due_on
    if answer is None or not answer.stands:
        return None
    return answer.issued_on + timedelta(days=carrier.payment_days)


def overdue(work: Work, capability: str = "payment.record") -> list[Due]:
    """Return the reminders that could leave now, of documents the actor may see."""
    query = (
        documents.visible_documents(work, capability)
        .join(Order, Order.id == Document.order_id)
        .where(Document.kind.in_(documents.BILLS))
        .where(ASKS_NOW)
        .where(Document.due_on < work.today)
        .order_by(Document.due_on, Document.id)
    )
    return _dues(work.session, list(work.session.scalars(query)))


def leaving_by_mail(work: Work, ready: Sequence[Due]) -> set[UUID]:
    """Return the documents whose reminder leaves without anybody: set so, and mail can be sent."""
    ids = [due.document.order_id for due in ready if due.scheduled]
    query = sa.select(Order).where(Order.id.in_(ids)).options(joinedload(Order.customer))
    asked = {one.id for one in work.session.scalars(query) if quote_mail.can_mail(work, one)}
    return {due.document.id for due in ready if due.scheduled and due.document.order_id in asked}


def sent_by_hand(work: Work, document_id: UUID) -> Reminder:
    """Write that somebody brought today's reminder to the customer.

    Raises:
        Refused: none is due: it left already, the money came, or the customer announced it.
    """
    with work.transaction() as session:
        document = documents.find_locked(work, document_id, "payment.record")
        due = due_of(session, document)
        if due is None:
            raise Refused(N_("Il n'y a pas de relance à envoyer aujourd'hui pour cette facture."))
        return _write(work, due, "hand", "payment.record")


def plan_mails(work: Work, _payload: Mapping[str, Any]) -> None:
    """The daily job that asks for the mail of each reminder that is due, once a step."""
    ready = overdue(work)
    by_mail = leaving_by_mail(work, ready)
    for due in ready:
        if due.document.id in by_mail:
            payload = {"document_id": str(due.document.id), "step": due.step}
            work.ask("invoices.reminder_mail", payload, key=f"{due.document.id}:{due.step}")


def still_due(work: Work, document_id: UUID, step: int) -> Due | None:
    """Return a step whose mail may leave this very moment; None when something holds it back."""
    document = documents.find(work, document_id, "payment.record")
    due = due_of(work.session, document)
    if due is None or due.step != step or not leaving_by_mail(work, [due]):
        return None
    return due


def note_mailed(work: Work, due: Due, said: str) -> None:
    """Write that a reminder left by mail, or may have."""
    with work.transaction() as session:
        document = documents.find_locked(work, due.document.id, "payment.record")
        if due.step not in {one.step for one in reminders_of(session, document)}:
            _write(work, due, "mail", "payment.record")
        documents.note(work, document, said)


def _write(work: Work, due: Due, channel: str, capability: str) -> Reminder:
    row = Reminder(
        document_id=due.document.id,
        step=due.step,
        channel=channel,
        left_cents=due.left_cents,
        created_by=work.actor.party_id,
    )
    work.session.add(row)
    work.session.flush()
    after = {"reminder": due.step, "channel": channel, "left_cents": due.left_cents}
    work.record(capability, due.document, scope=due.document.scope, after=after)
    return row
