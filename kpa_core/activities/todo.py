"""What this person could do now about activities and orders, for the home page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kpa_core import clock
from kpa_core.activities import approvals
from kpa_core.activities.contributions import counted
from kpa_core.activities.lines import lines_of
from kpa_core.activities.models import Assignment, Contribution, Order, Task
from kpa_core.activities.scopes import visible_orders, visible_tasks
from kpa_core.activities.tasks import Planned, planning
from kpa_core.contracts import Todo
from kpa_core.errors import N_
from kpa_core.i18n import gettext, ngettext
from kpa_core.work import Work

AHEAD = timedelta(days=21)
BEHIND = timedelta(days=30)


def todo(work: Work) -> Iterable[Todo]:
    """Yield what waits for the actor: requests, quotes, answers, missing people, hours."""
    if work.actor.party_id is None:
        return
    yield from _orders(work)
    yield from _tasks(work)
    yield from _hours(work)


def _orders(work: Work) -> Iterator[Todo]:
    waiting = visible_orders(work, "order.write").where(Order.state.in_(("asked", "accepted")))
    for order in work.session.scalars(waiting.order_by(Order.day, Order.id)):
        if order.state == "asked":
            yield from _request(work, order)
        elif order.day is not None and order.day <= work.today:
            yield _about(
                order,
                N_("Le travail est fait ?"),
                N_("{title}, pour {customer}. Dis-le quand c'est fini."),
                order_=20,
                kind="ok",
            )


def _request(work: Work, order: Order) -> Iterator[Todo]:
    if not lines_of(work.session, order.id):
        title, text = N_("Une demande à lire"), N_("{customer} demande : {title}. Écris un prix.")
        yield _about(order, title, text, order_=10, kind="commande")
        return
    left = approvals.missing(work, order)
    if left and work.can("quote.approve", order.scope) and not _said_yes(work, order):
        text = N_("{title}, pour {customer}. Lis le prix, puis dis oui ou change-le.")
        yield _about(order, N_("Un devis à relire"), text, order_=12, kind="papier")
    elif not left and work.can("quote.send", order.scope):
        text = N_("{title}, pour {customer}. Le groupe a dit oui.")
        yield _about(order, N_("Un devis à envoyer"), text, order_=14, kind="papier")


def _said_yes(work: Work, order: Order) -> bool:
    given = approvals.approvals(work, order)
    return any(approval.person_id == work.actor.party_id for approval in given)


def _about(order: Order, title: str, text: str, *, order_: int, kind: str) -> Todo:
    sentence = gettext(text).format(title=order.title, customer=order.customer.name)
    return Todo(gettext(title), sentence, f"/commandes/{order.id}", order_, kind)


def _tasks(work: Work) -> Iterator[Todo]:
    days = planning(work, work.today, work.today + AHEAD)
    coming = [planned for tasks in days.values() for planned in tasks]
    asked = sum(_waits_for_me(work, one) for one in coming)
    if asked:
        text = ngettext(
            "Une tâche attend ta réponse.", "{n} tâches attendent ta réponse.", asked
        ).format(n=asked)
        yield Todo(gettext(N_("Est-ce que tu viens ?")), text, "/planning", 30, "tache")
    short = [one for one in coming if one.missing and one.coming and _is_mine_to_plan(work, one)]
    if short:
        text = ngettext(
            "Une tâche n'est pas complète.", "{n} tâches ne sont pas complètes.", len(short)
        ).format(n=len(short))
        url = f"/taches/{short[0].task.id}"
        yield Todo(gettext(N_("Il manque du monde")), text, url, 32, "personnes")


def _waits_for_me(work: Work, planned: Planned) -> bool:
    is_open = bool(planned.missing) and not planned.is_mine and planned.my_answer is None
    return is_open and work.can("task.answer", planned.task.activity.scope)


def _is_mine_to_plan(work: Work, planned: Planned) -> bool:
    """Tell whether the actor is a referent there: all may plan, someone is asked to."""
    places = {grant.activity_id for grant in work.actor.grants if grant.role == "referent"}
    return bool(places & {planned.task.activity_id, None})


def _hours(work: Work) -> Iterator[Todo]:
    given = sa.select(Assignment.task_id).where(Assignment.removed_at.is_(None))
    noted = counted().with_only_columns(Contribution.task_id)
    query = visible_tasks(work, "contribution.write").where(
        Task.day.between(work.today - BEHIND, work.today),
        Task.id.in_(given),
        Task.id.not_in(noted.where(Contribution.task_id.is_not(None))),
    )
    now = clock.now().astimezone(ZoneInfo(work.instance.settings.instance.timezone))
    for task in work.session.scalars(query.order_by(Task.day, Task.starts_at, Task.id)):
        if datetime.combine(task.last_day, task.ends_at) <= now.replace(tzinfo=None):
            text = gettext(N_("{title} : combien de temps, et qui ?")).format(title=task.title)
            url = f"/taches/{task.id}/heures"
            yield Todo(gettext(N_("Des heures à noter")), text, url, 40, "tache")
            return
