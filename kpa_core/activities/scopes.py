"""Where the things of this folder belong, and which of them an actor may see."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from kpa_core.activities.models import (
    Activity,
    Contribution,
    Customer,
    ImpactCounter,
    Offer,
    Order,
    OrderLine,
    Task,
)
from kpa_core.contracts import INSTANCE, Scope
from kpa_core.errors import NotFound
from kpa_core.work import Work

T = TypeVar("T")


def scope_of_activity(session: Session, activity_id: UUID) -> Scope | None:
    """Return where an activity belongs, or None when there is none."""
    activity = session.get(Activity, activity_id)
    return activity.scope if activity else None


def scope_of_order(session: Session, order_id: UUID) -> Scope | None:
    """Return where an order belongs: its activity, and the body that invoices for it."""
    order = session.get(Order, order_id)
    return order.scope if order else None


def scope_of_line(session: Session, line_id: UUID) -> Scope | None:
    """Return where an order's line belongs."""
    line = session.get(OrderLine, line_id)
    return scope_of_order(session, line.order_id) if line else None


def scope_of_offer(session: Session, offer_id: UUID) -> Scope | None:
    """Return where an offer belongs."""
    return _scope_through(session, Offer, offer_id)


def scope_of_task(session: Session, task_id: UUID) -> Scope | None:
    """Return where a task belongs."""
    return _scope_through(session, Task, task_id)


def scope_of_contribution(session: Session, contribution_id: UUID) -> Scope | None:
    """Return where somebody's time belongs."""
    return _scope_through(session, Contribution, contribution_id)


def scope_of_counter(session: Session, counter_id: UUID) -> Scope | None:
    """Return where a counter belongs."""
    return _scope_through(session, ImpactCounter, counter_id)


def scope_of_customer(session: Session, customer_id: UUID) -> Scope | None:
    """Return the scope of a customer: the whole instance, since customers are shared."""
    return INSTANCE if session.get(Customer, customer_id) else None


def visible_activities(work: Work, capability: str = "activity.read") -> sa.Select[Activity]:
    """Return the query of the activities the actor may see."""
    return sa.select(Activity).where(
        work.reach(capability).where(activity=Activity.id, carrier=Activity.carrier_id)
    )


def visible_orders(work: Work, capability: str = "order.read") -> sa.Select[Order]:
    """Return the query of the orders the actor may see, with their activity and customer."""
    named = sa.func.coalesce(Order.papers_carrier_id, Activity.carrier_id)
    carrier = sa.case((Order.state == "asked", Activity.carrier_id), else_=named)
    return _visible(work, Order, capability, carrier).options(
        joinedload(Order.activity), joinedload(Order.customer).joinedload(Customer.party)
    )


def visible_tasks(work: Work, capability: str = "task.read") -> sa.Select[Task]:
    """Return the query of the tasks the actor may see; cancelled ones are left out."""
    return _visible(work, Task, capability).where(Task.cancelled_at.is_(None))


def visible_contributions(
    work: Work, capability: str = "contribution.read"
) -> sa.Select[Contribution]:
    """Return the query of the time the actor may see, corrected rows included."""
    return _visible(work, Contribution, capability)


def visible_offers(work: Work, capability: str = "activity.read") -> sa.Select[Offer]:
    """Return the query of the offers of the activities the actor may see."""
    return _visible(work, Offer, capability)


def find_activity(work: Work, activity_id: UUID, capability: str = "activity.read") -> Activity:
    """Return an activity the actor may see.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    return _one(work, visible_activities(work, capability).where(Activity.id == activity_id))


def find_order(work: Work, order_id: UUID, capability: str = "order.read") -> Order:
    """Return an order the actor may see.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    return _one(work, visible_orders(work, capability).where(Order.id == order_id))


def find_locked_order(work: Work, order_id: UUID, capability: str = "order.read") -> Order:
    """Return an order as it is now, and make whoever prices or moves it wait their turn.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    return _one(work, _locked(visible_orders(work, capability).where(Order.id == order_id), Order))


def order_named(work: Work, reference: str, capability: str = "order.read") -> Order:
    """Return an order by its reference, such as ``C-2026-0001``.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    query = visible_orders(work, capability).where(Order.reference == reference.strip().upper())
    return _one(work, query)


def find_task(work: Work, task_id: UUID, capability: str = "task.read") -> Task:
    """Return a task the actor may see.

    Raises:
        NotFound: there is none, it was cancelled, or it is not for this actor.
    """
    return _one(work, visible_tasks(work, capability).where(Task.id == task_id))


def find_locked_task(work: Work, task_id: UUID, capability: str = "task.read") -> Task:
    """Return a task as it is now, and make whoever changes or gives it wait their turn.

    Raises:
        NotFound: there is none, it was cancelled, or it is not for this actor.
    """
    return _one(work, _locked(visible_tasks(work, capability).where(Task.id == task_id), Task))


def find_offer(work: Work, offer_id: UUID, capability: str = "activity.read") -> Offer:
    """Return an offer of an activity the actor may see.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    return _one(work, visible_offers(work, capability).where(Offer.id == offer_id))


def find_contribution(
    work: Work, contribution_id: UUID, capability: str = "contribution.read"
) -> Contribution:
    """Return somebody's time, if the actor may see it.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    query = visible_contributions(work, capability)
    return _one(work, query.where(Contribution.id == contribution_id))


def _locked(query: sa.Select[T], model: Any) -> sa.Select[T]:
    """Return a query that locks the rows of one model and reads them anew.

    Rows that only point at them, such as a receipt of the order, need not wait.
    """
    query = query.with_for_update(of=model, key_share=True)
    return query.execution_options(populate_existing=True)


def _visible(
    work: Work, model: Any, capability: str, carrier: Any = Activity.carrier_id
) -> sa.Select[Any]:
    reach = work.reach(capability)
    query = sa.select(model).join(Activity, Activity.id == model.activity_id)
    return query.where(reach.where(activity=Activity.id, carrier=carrier))


def _one(work: Work, query: sa.Select[T]) -> T:
    found = work.session.scalar(query)
    if found is None:
        raise NotFound()
    return found


def _scope_through(session: Session, model: Any, row_id: UUID) -> Scope | None:
    row = session.get(model, row_id)
    return scope_of_activity(session, row.activity_id) if row else None
