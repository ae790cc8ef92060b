"""What the tables of this folder know about a person, and how it is erased."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.activities.answers import LABELS
from kpa_core.activities.asking import plain_title
from kpa_core.activities.contributions import KIND_LABELS, counted
from kpa_core.activities.models import (
    Approval,
    Assignment,
    Availability,
    CalendarLink,
    Contribution,
    Customer,
    Offer,
    Order,
    OrderEvent,
    Task,
)
from kpa_core.contracts import PersonalItem
from kpa_core.errors import N_
from kpa_core.i18n import gettext, lazy
from kpa_core.work import Work

TO_PLAN = lazy(N_("Pour savoir qui vient."))
TO_SHARE = lazy(N_("Pour partager l'argent et dire pourquoi."))
TO_ANSWER = lazy(N_("Pour répondre à ta demande."))
WITH_ACCOUNTS = lazy(N_("Aussi longtemps que les comptes."))
UNTIL_ERASED = lazy(N_("Jusqu'à ce que tu effaces ta fiche."))
CONTACT = ("contact_name", "email", "phone")
OF_ORDER = ("wishes", "place", "delivery_address")


def personal_data(work: Work, person_id: UUID) -> Iterator[PersonalItem]:
    """Yield everything this folder keeps about a person."""
    yield from _time(work, person_id)
    yield from _tasks(work, person_id)
    links = sa.select(sa.func.count(CalendarLink.id)).where(CalendarLink.person_id == person_id)
    if work.session.scalar(links):
        why = lazy(N_("Pour voir tes tâches dans ton agenda."))
        shut = gettext(N_("une adresse secrète, gardée sous une forme illisible"))
        yield PersonalItem(lazy(N_("Agenda")), shut, why, UNTIL_ERASED)
    approved = sa.select(Order.reference).join(Approval, Approval.order_id == Order.id)
    for reference in work.session.scalars(approved.where(Approval.person_id == person_id)):
        why = lazy(N_("Pour savoir qui a relu un prix."))
        yield PersonalItem(lazy(N_("Ton accord")), reference, why, WITH_ACCOUNTS)
    yield from _as_customer(work, person_id)


def erase_personal_data(work: Work, person_id: UUID) -> None:
    """Remove answers, calendar links, tasks to come, and what a person told us as a customer.

    An order that no paper ever named loses its title too: it may be the customer's own words. Time
    given and tasks done stay under the bare id: shares of money were counted from them.
    """
    with work.transaction() as session:
        for table in (Availability, CalendarLink):
            session.execute(
                sa.delete(table)
                .where(table.person_id == person_id)
                .execution_options(synchronize_session="fetch")
            )
        _free_tasks_to_come(work, session, person_id)
        for customer in session.scalars(_customer(person_id)):
            for name in CONTACT:
                setattr(customer, name, "")
            for order in session.scalars(sa.select(Order).where(Order.customer_id == customer.id)):
                _forget_order(work, order)
        session.flush()


def _forget_order(work: Work, order: Order) -> None:
    session = work.session
    for name in OF_ORDER:
        setattr(order, name, "")
    for task in session.scalars(sa.select(Task).where(Task.order_id == order.id)):
        task.place = ""
    left = sa.select(OrderEvent.id).where(
        OrderEvent.order_id == order.id, OrderEvent.to_state == "quoted"
    )
    if session.scalar(left.limit(1)) is None:
        offer = session.get(Offer, order.offer_id) if order.offer_id else None
        order.title = plain_title(offer, clock.day_of(order.created_at, work.zone))


def _free_tasks_to_come(work: Work, session: Session, person_id: UUID) -> None:
    held = (
        sa.select(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .where(Assignment.person_id == person_id, Assignment.removed_at.is_(None))
        .where(Task.day > work.today)
    )
    for row in session.scalars(held):
        row.removed_at, row.removed_by = clock.now(), work.actor.party_id


def _time(work: Work, person_id: UUID) -> Iterator[PersonalItem]:
    rows = counted().where(Contribution.person_id == person_id).order_by(Contribution.day)
    for row in work.session.scalars(rows):
        kind = gettext(KIND_LABELS[row.kind])
        time = "{} h {:02}".format(*divmod(row.minutes, 60))
        text = f"{row.day:%d/%m/%Y} · {time} · {kind} · {row.note}".rstrip(" ·")
        yield PersonalItem(lazy(N_("Temps donné")), text, TO_SHARE, WITH_ACCOUNTS)


def _tasks(work: Work, person_id: UUID) -> Iterator[PersonalItem]:
    given = (
        sa.select(Task)
        .join(Assignment, Assignment.task_id == Task.id)
        .where(Assignment.person_id == person_id, Assignment.removed_at.is_(None))
    )
    for task in work.session.scalars(given.order_by(Task.day, Task.id)):
        text = f"{task.day:%d/%m/%Y} · {task.title}"
        yield PersonalItem(lazy(N_("Tâche")), text, TO_PLAN, WITH_ACCOUNTS)
    answers = sa.select(Availability, Task).join(Task, Task.id == Availability.task_id)
    answers = answers.where(Availability.person_id == person_id).order_by(Task.day, Task.id)
    for answer, task in work.session.execute(answers):
        text = f"{task.day:%d/%m/%Y} · {task.title} · {gettext(LABELS[answer.answer])}"
        yield PersonalItem(lazy(N_("Ta réponse")), text, TO_PLAN, UNTIL_ERASED)


def _as_customer(work: Work, person_id: UUID) -> Iterator[PersonalItem]:
    for customer in work.session.scalars(_customer(person_id)):
        contact = " · ".join(filter(None, (getattr(customer, name) for name in CONTACT)))
        if contact:
            yield PersonalItem(lazy(N_("Client·e")), contact, TO_ANSWER, UNTIL_ERASED)
        orders = sa.select(Order).where(Order.customer_id == customer.id).order_by(Order.id)
        for order in work.session.scalars(orders):
            facts = (
                order.reference,
                order.title,
                order.place,
                order.delivery_address,
                order.wishes,
            )
            text = " · ".join(filter(None, facts))
            yield PersonalItem(lazy(N_("Commande")), text, TO_ANSWER, WITH_ACCOUNTS)


def _customer(person_id: UUID) -> sa.Select[Customer]:
    return sa.select(Customer).where(Customer.party_id == person_id)
