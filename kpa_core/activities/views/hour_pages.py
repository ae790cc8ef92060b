"""Pages about the time people give."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from kpa_core.activities import contributions, tasks
from kpa_core.activities.contributions import NewTime
from kpa_core.activities.models import Order
from kpa_core.activities.people import places
from kpa_core.activities.scopes import find_activity, find_contribution, find_order
from kpa_core.activities.views.forms import CorrectionForm, TaskTimeForm, TimeForm
from kpa_core.errors import N_, Refused
from kpa_core.i18n import gettext
from kpa_core.pages import Pages, current_work, page, say, see

FORM = "activities/form.html"


def add_to(pages: Pages) -> None:
    """Add the pages of hours."""
    _reading(pages)
    _writing(pages)


def _reading(pages: Pages) -> None:
    @pages.get("/heures", needs="contribution.read")
    def hours() -> Response:
        work = current_work()
        mine = request.args.get("qui") == "moi"
        found = contributions.times(work, person_id=work.actor.party_id if mine else None)
        return page(
            "activities/hours.html", times=found[:300], kinds=contributions.KIND_LABELS, mine=mine
        )


def _writing(pages: Pages) -> None:
    @pages.form(
        "/taches/<uuid:task_id>/heures",
        TaskTimeForm,
        needs="contribution.write",
        template=FORM,
        fill=_of_task,
    )
    def note_task_hours(form: TaskTimeForm, task_id: UUID) -> Response:
        rows = contributions.add_time_of_task(
            current_work(), task_id, form.people.data, form.minutes.data, form.note.data
        )
        _thank(rows)
        return see("activities.task", task_id=task_id)

    @pages.form(
        "/commandes/<uuid:order_id>/heures",
        TimeForm,
        needs="contribution.write",
        template=FORM,
        fill=_of_order,
    )
    def note_order_hours(form: TimeForm, order_id: UUID) -> Response:
        order = find_order(current_work(), order_id, "contribution.write")
        _add(form, order.activity_id, order)
        return see("activities.order", order_id=order_id)

    @pages.form(
        "/activites/<uuid:activity_id>/heures",
        TimeForm,
        needs="contribution.write",
        template=FORM,
        fill=_of_activity,
    )
    def note_hours(form: TimeForm, activity_id: UUID) -> Response:
        _add(form, activity_id, None)
        return see("activities.activity", activity_id=activity_id)

    @pages.form(
        "/heures/<uuid:contribution_id>/corriger",
        CorrectionForm,
        needs="contribution.write",
        template=FORM,
        fill=_wrong,
    )
    def correct(form: CorrectionForm, contribution_id: UUID) -> Response:
        minutes = 0 if form.taken_away.data else form.minutes.data
        if minutes is None:
            raise Refused(N_("Combien de temps alors ? Exemple : 3h30."), field="minutes")
        contributions.correct_time(current_work(), contribution_id, minutes, form.reason.data)
        say(N_("C'est corrigé. L'ancienne ligne reste gardée."))
        return see("activities.hours")


def _add(form: TimeForm, activity_id: UUID, order: Order | None) -> None:
    work = current_work()
    new = NewTime(
        person_id=activity_id,
        day=form.day.data,
        minutes=form.minutes.data,
        kind=form.kind.data,
        order_id=order.id if order else None,
        note=form.note.data,
    )
    _thank(contributions.add_time_of_several(work, activity_id, form.people.data, new))


def _thank(rows: list[Any]) -> None:
    say(N_("C'est noté. Merci pour le coup de main !"))


def _of_task(task_id: UUID) -> dict[str, Any]:
    planned = tasks.planned(current_work(), task_id)
    task = planned.task
    people = _people(task.activity_id)
    given = [person.id for person in planned.people]
    return {
        "choices": {"people": people},
        "start": {"people": given, "minutes": task.minutes},
        "title": gettext(N_("Noter les heures : {title}")).format(title=task.title),
        "back": url_for("activities.task", task_id=task_id),
    }


def _of_order(order_id: UUID) -> dict[str, Any]:
    order = find_order(current_work(), order_id, "contribution.write")
    return {
        "choices": {"people": _people(order.activity_id)},
        "start": {"day": order.day or current_work().today, "kind": "sale"},
        "title": gettext(N_("Noter les heures : {title}")).format(title=order.title),
        "back": url_for("activities.order", order_id=order_id),
    }


def _of_activity(activity_id: UUID) -> dict[str, Any]:
    work = current_work()
    activity = find_activity(work, activity_id, "contribution.write")
    return {
        "choices": {"people": _people(activity_id)},
        "start": {"day": work.today, "kind": "volunteer", "people": [work.actor.party_id]},
        "title": gettext(N_("Noter les heures : {title}")).format(title=activity.title),
        "back": url_for("activities.activity", activity_id=activity_id),
    }


def _wrong(contribution_id: UUID) -> dict[str, Any]:
    row = find_contribution(current_work(), contribution_id, "contribution.write")
    return {
        "start": {"minutes": row.minutes},
        "title": gettext(N_("Corriger les heures de {name}")).format(name=row.person.display_name),
        "back": "/heures",
    }


def _people(activity_id: UUID) -> list[tuple[UUID, str]]:
    work = current_work()
    found = places(work.session, activity_id, work.today)
    return [(place.person.id, place.person.display_name) for place in found]
