"""``kpa tasks``: the planning."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import click

from kpa_core.activities import answers, assignments, calendars
from kpa_core.activities import tasks as service
from kpa_core.activities.cli.typed import (
    DAY,
    HOUR,
    JSON,
    day_of,
    given,
    the_activity,
    the_id,
    the_order,
)
from kpa_core.activities.models import ANSWERS
from kpa_core.activities.scopes import find_task
from kpa_core.commands import command, say
from kpa_core.commands.rows import show_rows
from kpa_core.errors import N_, Misuse
from kpa_core.members.cli import find as find_person
from kpa_core.work import Work

tasks = click.Group("tasks", help="Le planning.")
AHEAD = timedelta(days=28)


@command(tasks, "list", needs="task.read")
@click.option("--from", "start", type=DAY, help="Le premier jour ; sinon aujourd'hui.")
@click.option("--to", "end", type=DAY, help="Le dernier jour ; sinon dans quatre semaines.")
@JSON
def list_tasks(work: Work, start: datetime | None, end: datetime | None, as_json: bool) -> None:
    """Voir le planning."""
    first = day_of(start) or work.today
    days = service.planning(work, first, day_of(end) or first + AHEAD)
    rows = [_row(planned) for planned_of_day in days.values() for planned in planned_of_day]
    show_rows(rows, as_json, "id", "day", "starts_at", "title", "people", "missing")


@command(tasks, "add", needs="task.plan")
@click.argument("title")
@click.option("--activity", help="L'activité ; sinon celle de la commande.")
@click.option("--order", help="La commande.")
@click.option("--day", type=DAY, required=True, help="Le jour.")
@click.option("--from", "starts_at", type=HOUR, required=True, help="L'heure du début.")
@click.option("--to", "ends_at", type=HOUR, required=True, help="L'heure de la fin.")
@click.option("--people", "people_needed", type=click.IntRange(1, 1000), default=1, help="Combien.")
@click.option("--place", default="", help="Le lieu.")
@click.option("--tag", "tags", multiple=True, help="Un mot utile : machine, alcool…")
@click.option("--unpaid", is_flag=True, help="Ce n'est pas un travail payé.")
def add(
    work: Work,
    title: str,
    activity: str | None,
    order: str | None,
    day: datetime,
    starts_at: time,
    ends_at: time,
    people_needed: int,
    place: str,
    tags: tuple[str, ...],
    unpaid: bool,
) -> None:
    """Ajouter une tâche."""
    activity_id, order_id = _where(work, activity, order)
    new = service.NewTask(
        title,
        day.date(),
        starts_at,
        ends_at,
        people_needed,
        place,
        tags,
        paid=not unpaid,
        order_id=order_id,
    )
    made = service.add_task(work, activity_id, new)
    say(N_("La tâche est au planning. Numéro : {id}."), id=made.id)


@command(tasks, "change", needs="task.plan")
@click.argument("task")
@click.option("--title", default=None, help="Ce qu'il y a à faire.")
@click.option("--day", type=DAY, help="Le jour.")
@click.option("--from", "starts_at", type=HOUR, help="L'heure du début.")
@click.option("--to", "ends_at", type=HOUR, help="L'heure de la fin.")
@click.option("--people", "people_needed", type=click.IntRange(1, 1000), help="Combien.")
@click.option("--place", default=None, help="Le lieu.")
def change(work: Work, task: str, day: datetime | None, **facts: Any) -> None:
    """Changer une tâche."""
    known = find_task(work, the_id(task), "task.plan")
    changes = given(day=day_of(day), **facts)
    assignments.change_task(work, known.id, known.version, changes)
    say(N_("C'est noté."))


@command(tasks, "cancel", needs="task.plan")
@click.argument("task")
def cancel(work: Work, task: str) -> None:
    """Enlever une tâche du planning."""
    service.cancel_task(work, the_id(task))
    say(N_("La tâche n'est plus au planning."))


@command(tasks, "answer", needs="task.answer")
@click.argument("task")
@click.argument("answer", type=click.Choice(ANSWERS))
@click.option("--for", "who", default=None, help="Pour une autre personne.")
def answer(work: Work, task: str, answer: str, who: str | None) -> None:
    """Dire si on vient."""
    person_id = find_person(work, who).id if who else None
    answers.answer(work, the_id(task), answer, person_id)
    say(N_("C'est noté."))


@command(tasks, "assign", needs="task.plan")
@click.argument("task")
@click.argument("who")
def assign(work: Work, task: str, who: str) -> None:
    """Confier une tâche à une personne."""
    person = find_person(work, who)
    assignments.assign(work, the_id(task), person.id)
    say(N_("La tâche est confiée à {name}."), name=person.display_name)


@command(tasks, "unassign", needs="task.plan")
@click.argument("task")
@click.argument("who")
def unassign(work: Work, task: str, who: str) -> None:
    """Reprendre une tâche."""
    assignments.unassign(work, the_id(task), find_person(work, who).id)
    say(N_("La tâche est reprise."))


@command(tasks, "calendar", needs="account.own")
@click.option("--close", is_flag=True, help="La fermer.")
def calendar(work: Work, close: bool) -> None:
    """Faire l'adresse secrète de son agenda."""
    if close:
        calendars.close_calendar(work)
        say(N_("L'adresse de ton agenda ne marche plus."))
        return
    token = calendars.open_calendar(work)
    base = work.instance.settings.instance.base_url.rstrip("/")
    say(N_("Voici ton adresse. On ne la montre qu'une fois."))
    click.echo(f"{base}/agenda/{token}.ics")


def _where(work: Work, activity: str | None, order: str | None) -> tuple[UUID, UUID | None]:
    if order:
        found = the_order(work, order, "task.plan")
        return found.activity_id, found.id
    if activity:
        return the_activity(work, activity).id, None
    raise Misuse(N_("Dis pour quelle activité ou quelle commande : --activity ou --order."))


def _row(planned: service.Planned) -> dict[str, Any]:
    task = planned.task
    day: date = task.day
    return {
        "id": task.id,
        "day": day,
        "starts_at": task.starts_at,
        "ends_at": task.ends_at,
        "title": task.title,
        "activity": task.activity.title,
        "order": task.order.reference if task.order else None,
        "people_needed": task.people_needed,
        "people": ", ".join(one.display_name for one in planned.people),
        "coming": planned.coming,
        "missing": planned.missing,
        "my_answer": planned.my_answer,
    }
