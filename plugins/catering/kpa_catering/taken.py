"""Menus of other groups become drafts here, and who wrote them stays beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_catering import menu_fields, menu_record, stored
from kpa_catering.books import Imported, take_in
from kpa_catering.menu_fields import KEY
from kpa_catering.menu_record import MenuRead
from kpa_catering.models import MenuRow, TakenMenuRow
from kpa_catering.names import MAX_NAME, slug
from kpa_catering.pantry import KITCHEN
from kpa_catering.settings import Settings
from kpa_catering.texts import lazy
from kpa_core.api import (
    N_,
    NotFound,
    PluginWork,
    Record,
    RecordType,
    Refused,
    Scope,
    Work,
    activities_for,
    may,
)

CHOOSE, WRITE = "catering.choose", "catering.write"


def record_type(settings: Settings) -> RecordType:
    """Return the kind of record that a menu becomes."""
    return RecordType(
        key=KEY,
        label=lazy(N_("Menu")),
        sentence=lazy(N_("Un menu avec ses recettes et ses allergènes.")),
        fields=menu_fields.FIELDS,
        example=menu_fields.EXAMPLE,
        template="catering/menu_record.html",
        to_wire=to_wire,
        from_wire=menu_record.read_body,
        linter=menu_record.reasons_not_to,
        install=partial(install, settings=settings),
        made_from=made_from,
    )


def to_wire(work: PluginWork, menu_id: UUID) -> Mapping[str, Any] | None:
    """Return a menu as a body, or None when there is none for this actor."""
    row = work.session.get(MenuRow, menu_id)
    if row is None or not may(work, "activity.read", Scope(activity_id=row.activity_id)):
        return None
    return menu_record.write_body(stored.menu(row))


def made_from(work: PluginWork, menu_id: UUID) -> tuple[str, ...]:
    """Return the record a menu was made of, if it came from another group."""
    taken = taken_as(work.session, menu_id)
    return () if taken is None else (taken.record,)


def install(work: PluginWork, record: Record, *, settings: Settings) -> str:
    """Make a draft menu of another group's; return its page.

    With several activities, the page asks which one first.

    Raises:
        Refused: the actor does not cook, or has no activity to cook for.
    """
    here = activities_for(work, CHOOSE)
    if not may(work, WRITE, KITCHEN) or not here:
        raise Refused(
            N_(
                "Pour reprendre un menu, il faut une activité de cuisine ici, et en être. "
                "Propose-la sur la page « Activités », puis reviens."
            )
        )
    row = TakenMenuRow(
        record=record.name,
        revision=record.revision,
        newest=record.revision,
        title=record.body["title"],
        origin_name=record.origin_name,
        licence=record.licence,
        credit=record.credit,
        body=dict(record.body),
        created_by=work.actor.party_id,
    )
    work.session.add(row)
    work.session.flush()
    if len(here) == 1:
        _make(work, row, record.content, here[0].id, settings)
        return f"/catering/menus/{row.menu_id}"
    return f"/catering/menus/repris/{row.id}"


def choose_activity(
    work: Work, taken_id: UUID, activity_id: UUID, settings: Settings
) -> TakenMenuRow:
    """Make the draft menu that waits for an activity.

    Raises:
        NotFound: it does not wait, or the activity is not for this actor.
    """
    with work.transaction() as session:
        work.require(WRITE, KITCHEN)
        row = session.get(TakenMenuRow, taken_id)
        if row is None or row.menu_id is not None:
            raise NotFound()
        if activity_id not in {one.id for one in activities_for(work, CHOOSE)}:
            raise NotFound(field="activity_id")
        _make(work, row, menu_record.read_body(row.body), activity_id, settings)
        after = {"taken": row.record, "menu": str(row.menu_id)}
        work.record(CHOOSE, row, scope=Scope(activity_id=activity_id), after=after)
    return row


def hear(session: Session, told: Mapping[str, object]) -> None:
    """Note that a menu taken over was changed or withdrawn by its group.

    Events come at least once and in no order: a revision only rises, a withdrawal stays.
    """
    if told.get("kind") != KEY:
        return
    here = sa.update(TakenMenuRow).where(TakenMenuRow.record == told["name"])
    if told["state"] == "withdrawn":
        session.execute(here.values(withdrawn=True))
    else:
        newer = here.where(TakenMenuRow.newest < told["revision"])
        session.execute(newer.values(newest=told["revision"]))


def taken_as(session: Session, menu_id: UUID) -> TakenMenuRow | None:
    """Return where a menu came from; None for one of ours."""
    return session.scalar(sa.select(TakenMenuRow).where(TakenMenuRow.menu_id == menu_id))


def find_taken(work: Work, taken_id: UUID) -> TakenMenuRow:
    """Return what was taken over.

    Raises:
        NotFound: there is none.
    """
    row = work.session.get(TakenMenuRow, taken_id)
    if row is None:
        raise NotFound()
    return row


def scope_of_taken(session: Session, taken_id: UUID) -> Scope | None:
    """Return where it belongs: its menu's activity, the kitchen while it waits for one."""
    row = session.get(TakenMenuRow, taken_id)
    if row is None:
        return None
    menu = session.get(MenuRow, row.menu_id) if row.menu_id else None
    return Scope(activity_id=menu.activity_id) if menu else KITCHEN


def _make(
    work: Work | PluginWork, row: TakenMenuRow, read: MenuRead, activity: UUID, settings: Settings
) -> None:
    name = _free_name(work.session, read.menu.name, activity)
    book = replace(read.book, menus={"menu": replace(read.menu, name=name)})
    done: Imported = take_in(work, book, activity, settings.vat_rate_bp, source=row.origin_name)
    (menu,) = done.menus
    menu.state = "archived"  # nobody can choose it before the group takes it out
    work.session.flush()
    row.menu_id, row.kept = menu.id, done.kept
    work.session.flush()


def _free_name(session: Session, wanted: str, activity: UUID) -> str:
    taken = set(session.scalars(sa.select(MenuRow.slug).where(MenuRow.activity_id == activity)))
    name, number = wanted, 1
    while slug(name) in taken:
        number += 1
        name = f"{wanted[: MAX_NAME - 6]} ({number})"
    return name
