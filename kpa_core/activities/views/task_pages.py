"""Pages about tasks: the planning, one task, who comes, who has it, the week on paper."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import segno
from flask import Response, request, url_for
from markupsafe import Markup

from kpa_core.activities import assignments, tasks
from kpa_core.activities.answers import LABELS, answer
from kpa_core.activities.contributions import times
from kpa_core.activities.obstacles import CannotAssign, said
from kpa_core.activities.scopes import find_activity, find_order, find_task
from kpa_core.activities.views.forms import ANSWERS, TaskForm
from kpa_core.activities.views.sent import sent_id
from kpa_core.contracts import Problem
from kpa_core.errors import N_
from kpa_core.i18n import gettext, lazy
from kpa_core.members import greenlight
from kpa_core.pages import Pages, current_work, page, say, see
from kpa_core.pages.current import current_instance

FORM = "activities/form.html"
AHEAD = timedelta(days=28)
WEEK = timedelta(days=6)


def add_to(pages: Pages) -> None:
    """Add the pages of tasks."""
    _reading(pages)
    _writing(pages)
    _people(pages)


def _reading(pages: Pages) -> None:
    @pages.get("/planning", needs="task.read")
    def planning() -> Response:
        work = current_work()
        days = tasks.planning(work, work.today, work.today + AHEAD)
        return page("activities/planning.html", days=days, answers=ANSWERS)

    @pages.get("/taches/<uuid:task_id>", needs="task.read")
    def task(task_id: UUID) -> Response:
        return page("activities/task.html", **_shown(task_id))

    @pages.get("/activites/<uuid:activity_id>/semaine", needs="task.read")
    def week(activity_id: UUID) -> Response:
        work = current_work()
        monday = _monday(request.args.get("jour", ""), work.today)
        url = f"{work.instance.settings.instance.base_url.rstrip('/')}/planning"
        return page(
            "activities/week.html",
            activity=find_activity(work, activity_id, "task.read"),
            monday=monday,
            days=tasks.planning(work, monday, monday + WEEK, activity_id=activity_id),
            before=monday - timedelta(days=7),
            after=monday + timedelta(days=7),
            link=url,
            code=Markup(segno.make(url).svg_inline(scale=3, light="white")),
        )


def _writing(pages: Pages) -> None:
    @pages.form(
        "/activites/<uuid:activity_id>/taches/nouvelle",
        TaskForm,
        needs="task.plan",
        template=FORM,
        fill=lambda activity_id: {
            "start": {"day": current_work().today},
            "choices": _asks(),
            "title": lazy(N_("Ajouter une tâche")),
            "back": url_for("activities.activity", activity_id=activity_id),
        },
    )
    def add_task(form: TaskForm, activity_id: UUID) -> Response:
        made = tasks.add_task(current_work(), activity_id, tasks.NewTask(**_fields(form)))
        say(N_("La tâche est au planning."))
        return see("activities.task", task_id=made.id)

    @pages.form(
        "/commandes/<uuid:order_id>/taches/nouvelle",
        TaskForm,
        needs="task.plan",
        template=FORM,
        fill=_for_order,
    )
    def add_order_task(form: TaskForm, order_id: UUID) -> Response:
        work = current_work()
        order = find_order(work, order_id, "task.plan")
        new = tasks.NewTask(**_fields(form), order_id=order_id)
        tasks.add_task(work, order.activity_id, new)
        say(N_("La tâche est au planning."))
        return see("activities.order", order_id=order_id)

    @pages.form(
        "/taches/<uuid:task_id>/changer",
        TaskForm,
        needs="task.plan",
        template=FORM,
        fill=_start,
    )
    def change_task(form: TaskForm, task_id: UUID) -> Response:
        version = int(form.version.data or 0)
        assignments.change_task(current_work(), task_id, version, _fields(form))
        say(N_("C'est noté."))
        return see("activities.task", task_id=task_id)

    @pages.post("/taches/<uuid:task_id>/annuler", needs="task.plan")
    def cancel_task(task_id: UUID) -> Response:
        tasks.cancel_task(current_work(), task_id)
        say(N_("La tâche n'est plus au planning."))
        return see("activities.planning")


def _people(pages: Pages) -> None:
    @pages.post("/taches/<uuid:task_id>/reponse", needs="task.answer")
    def answer_task(task_id: UUID) -> Response:
        given = answer(current_work(), task_id, request.form.get("answer", ""))
        say(N_("C'est noté : {answer}."), answer=gettext(LABELS[given.answer]))
        if request.form.get("back") == "task":
            return see("activities.task", task_id=task_id)
        return see("activities.planning", _anchor=f"t{task_id}")

    @pages.post("/taches/<uuid:task_id>/confier", needs="task.plan")
    def assign(task_id: UUID) -> Response:
        work = current_work()
        try:
            assignments.assign(work, task_id, sent_id("person_id"))
        except CannotAssign as error:
            return page(
                "activities/cannot.html",
                error.status,
                task=find_task(work, task_id),
                person=error.person,
                reasons=_told(error.problems),
            )
        say(N_("C'est confié."))
        return see("activities.task", task_id=task_id)

    @pages.post("/taches/<uuid:task_id>/reprendre", needs="task.plan")
    def unassign(task_id: UUID) -> Response:
        assignments.unassign(current_work(), task_id, sent_id("person_id"))
        say(N_("C'est repris."))
        return see("activities.task", task_id=task_id)


def _shown(task_id: UUID) -> dict[str, Any]:
    work = current_work()
    planned = tasks.planned(work, task_id)
    may_plan = work.can("task.plan", planned.task.activity.scope)
    found = assignments.candidates(work, planned) if may_plan else []
    return {
        "planned": planned,
        "task": planned.task,
        "answers": ANSWERS,
        "labels": LABELS,
        "may_plan": may_plan,
        "candidates": [(one, _told(one.problems)) for one in found],
        "times": times(work, task_id=task_id),
    }


def _told(problems: tuple[Problem, ...]) -> list[list[str]]:
    texts = current_instance().texts
    return [said(problem, texts) for problem in problems]


def _for_order(order_id: UUID) -> dict[str, Any]:
    order = find_order(current_work(), order_id, "task.plan")
    return {
        "start": {"day": order.day, "place": order.place},
        "choices": _asks(),
        "title": gettext(N_("Ajouter une tâche")),
        "back": url_for("activities.order", order_id=order_id),
    }


def _start(task_id: UUID) -> dict[str, Any]:
    task = find_task(current_work(), task_id, "task.plan")
    names = ("version", "title", "day", "starts_at", "ends_at", "place", "people_needed", "paid")
    facts = {name: getattr(task, name) for name in names}
    known = dict(greenlight.task_tags(current_instance()))
    others = ", ".join(tag for tag in task.tags if tag not in known)
    return {
        "start": {**facts, "asks": [tag for tag in task.tags if tag in known], "tags": others},
        "choices": _asks(),
        "title": gettext(N_("Changer la tâche")),
        "back": url_for("activities.task", task_id=task_id),
    }


def _fields(form: TaskForm) -> dict[str, Any]:
    names = ("title", "day", "starts_at", "ends_at", "place", "people_needed", "paid")
    others = (tag.strip() for tag in form.tags.data.split(","))
    tags = (*(form.asks.data or ()), *(tag for tag in others if tag))
    return {**{name: form[name].data for name in names}, "tags": tags}


def _asks() -> dict[str, Any]:
    return {"asks": greenlight.task_tags(current_instance())}


def _monday(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    return day - timedelta(days=day.weekday())
