"""Reminders of what is overdue: when each is due, what keeps it from leaving, and that it left.

A step is written once, under a lock on the document: two workers, or a worker and a person, never
remind twice. What is credited, sent back or wholly announced as paid gets none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.activities.models import Order
from kpa_core.errors import N_, Refused
from kpa_core.invoices import documents
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.life import follow_ups, reminder_texts
from kpa_core.invoices.life.answers import answer_of
from kpa_core.invoices.life.models import Reminder, ReminderSchedule
from kpa_core.invoices.life.reminder_texts import Due
from kpa_core.invoices.models import Carrier, Document
from kpa_core.work import Work

DEFAULT_DAYS = (7, 21, 45)
"""Days after the due day for reminders people send by hand, where a carrier set none."""
MOST_STEPS, LATEST = 6, 365


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
    if document.kind not in documents.BILLS or follow_ups.is_paused(session, document):
        return None
    left = follow_ups.left_cents(session, document)
    due_on = due_day(session, document)
    if not left or due_on is None:
        return None
    carrier = documents.carrier_of(session, document)
    days = schedule_of(session, carrier)
    days = DEFAULT_DAYS if days is None else days
    today = clock.today(carrier.timezone)
    done = reminders_of(session, document)
    passed = [at for at, day in enumerate(days, start=1) if today >= due_on + timedelta(days=day)]
    if not passed:
        return None
    # One a day at most, and no flood after a silence: the steps in between are passed over.
    step = passed[-1]
    if done:
        # By the day, not by the step: the carrier may have set other days since.
        last = clock.day_of(done[-1].created_at, carrier.timezone)
        if last >= due_on + timedelta(days=days[step - 1]):
            return None
        step = max(step, done[-1].step + 1)
    return Due(document, step, left, due_on)


def due_day(session: Session, document: Document) -> date | None:
    """Return until when the customer had to pay: for a hand-over, from the carrier's own date."""
    if document.kind != "handover":
        return document.due_on
    answer = answer_of(session, document)
    if answer is None or not answer.stands:
        return None
    return answer.issued_on + timedelta(days=documents.carrier_of(session, document).payment_days)


def overdue(work: Work, capability: str = "payment.record") -> Iterator[Due]:
    """Yield the reminders that could leave now, of documents the actor may see."""
    deposit_asked = sa.and_(
        Document.type_code == documents.DEPOSIT, Order.state.in_(("accepted", "done"))
    )
    query = (
        documents.visible_documents(work, capability)
        .join(Order, Order.id == Document.order_id)
        .where(Document.kind.in_(documents.BILLS))
        .where(sa.or_(Order.state == "invoiced", deposit_asked))
        .where(Document.due_on < work.today)
        .order_by(Document.due_on, Document.id)
    )
    for document in list(work.session.scalars(query)):
        found = due_of(work.session, document)
        if found is not None:
            yield found


def leaves_by_mail(work: Work, document: Document) -> bool:
    """Tell whether reminders of a document leave without anybody: set so, and mail can be sent."""
    carrier = documents.carrier_of(work.session, document)
    order = work.session.get_one(Order, document.order_id)
    return bool(schedule_of(work.session, carrier)) and reminder_texts.can_mail(work, order)


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
    for due in list(overdue(work)):
        if leaves_by_mail(work, due.document):
            payload = {"document_id": str(due.document.id), "step": due.step}
            work.ask("invoices.reminder_mail", payload, key=f"{due.document.id}:{due.step}")


def still_due(work: Work, document_id: UUID, step: int) -> Due | None:
    """Return a step whose mail may leave this very moment; None when something holds it back."""
    document = documents.find(work, document_id, "payment.record")
    due = due_of(work.session, document)
    if due is None or due.step != step or not leaves_by_mail(work, document):
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
