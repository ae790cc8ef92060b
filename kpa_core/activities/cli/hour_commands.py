"""``kpa hours``: the time people give."""

from __future__ import annotations

from datetime import datetime

import click

from kpa_core.activities import contributions
from kpa_core.activities.cli.typed import (
    DAY,
    JSON,
    MINUTES,
    day_of,
    the_activity,
    the_id,
    the_order,
    the_people,
)
from kpa_core.activities.contributions import NewTime
from kpa_core.activities.models import TIME_KINDS
from kpa_core.activities.scopes import find_task
from kpa_core.commands import command, say
from kpa_core.commands.rows import show_rows
from kpa_core.errors import N_, Misuse
from kpa_core.work import Work

LABELS = {"kind": contributions.KIND_LABELS}
hours = click.Group("hours", help="Les heures.")


@command(hours, "list", needs="contribution.read")
@click.option("--order", help="Seulement cette commande.")
@click.option("--activity", help="Seulement cette activité.")
@JSON
def list_hours(work: Work, order: str | None, activity: str | None, as_json: bool) -> None:
    """Voir les heures."""
    rows = [
        {
            "id": row.id,
            "day": row.day,
            "person": row.person.display_name,
            "person_id": row.person_id,
            "minutes": row.minutes,
            "kind": row.kind,
            "activity": row.activity.title,
            "order": row.order.reference if row.order else None,
            "note": row.note,
        }
        for row in contributions.times(
            work,
            order_id=the_order(work, order).id if order else None,
            activity_id=the_activity(work, activity).id if activity else None,
        )
    ]
    show_rows(rows, as_json, "id", "day", "person", "minutes", "kind", "order", labels=LABELS)


@command(hours, "add", needs="contribution.write")
@click.argument("length", type=MINUTES)
@click.argument("who", nargs=-1, required=True)
@click.option("--task", help="La tâche : le jour et la commande sont les siens.")
@click.option("--order", help="La commande.")
@click.option("--activity", help="L'activité, sans commande.")
@click.option("--on", "day", type=DAY, help="Le jour ; sinon aujourd'hui.")
@click.option("--kind", type=click.Choice(TIME_KINDS), default="sale", help="Pour quoi.")
@click.option("--note", default="", help="Une remarque.")
def add(
    work: Work,
    length: int,
    who: tuple[str, ...],
    task: str | None,
    order: str | None,
    activity: str | None,
    day: datetime | None,
    kind: str,
    note: str,
) -> None:
    """Noter le même temps pour des personnes."""
    people = the_people(work, who)
    if task:
        found = find_task(work, the_id(task), "contribution.write")
        contributions.add_time_of_task(work, found.id, people, length, note)
    else:
        placed = the_order(work, order, "contribution.write") if order else None
        if placed is None and not activity:
            raise Misuse(N_("Dis pour quoi : --task, --order ou --activity."))
        place = placed.activity_id if placed else the_activity(work, activity or "").id
        new = NewTime(
            place, day_of(day) or work.today, length, kind, placed.id if placed else None, note=note
        )
        contributions.add_time_of_several(work, place, people, new)
    say(N_("C'est noté. Merci pour le coup de main !"))


@command(hours, "correct", needs="contribution.write")
@click.argument("row")
@click.argument("length", type=MINUTES)
@click.option("--why", required=True, help="Pourquoi.")
def correct(work: Work, row: str, length: int, why: str) -> None:
    """Corriger des heures."""
    contributions.correct_time(work, the_id(row), length, why)
    say(N_("C'est corrigé. L'ancienne ligne reste gardée."))
