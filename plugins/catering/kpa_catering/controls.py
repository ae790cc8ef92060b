"""The hygiene log of an activity: lines are added, corrected by others, kept five years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_catering.control_models import ControlProofRow, ControlRow
from kpa_catering.hygiene import KEPT_DAYS, POINTS, Point
from kpa_core.api import (
    N_,
    Conflict,
    NotFound,
    Refused,
    Scope,
    StoredFile,
    Work,
    activities_for,
    now,
    order_named,
    read_file,
)

CAPABILITY = "catering.log"
PHOTO = "image/jpeg"
LONGEST = 200
MOST_SHOWN = 200


@dataclass(frozen=True)
class Control:
    """What somebody measured or traced; ``order`` is a reference, if it is for one."""

    kind: str
    what: str
    tenths: int | None = None
    action: str = ""
    lot: str = ""
    supplier: str = ""
    best_before: date | None = None
    order: str = ""
    photo: bytes | None = None


@dataclass(frozen=True)
class Line:
    """A line of the log with who wrote it; ``corrected`` when a later line takes its place."""

    row: ControlRow
    point: Point
    corrected: bool


def point_of(kind: str) -> Point:
    """Return what a kind of line asks.

    Raises:
        NotFound: there is no such kind.
    """
    if kind not in POINTS:
        raise NotFound()
    return POINTS[kind]


def add_control(work: Work, activity_id: UUID, new: Control) -> ControlRow:
    """Write a line in the log of an activity, now.

    Raises:
        Refused: a temperature out of the limits without what was done, or something is missing.
        NotFound: the activity or the order is not for this actor.
    """
    with work.transaction():
        return _add(work, _activity(work, activity_id), new)


def correct(work: Work, control_id: UUID, new: Control, why: str) -> ControlRow:
    """Write the line that takes the place of another, and why; the first one stays.

    Raises:
        Refused: no reason.
        Conflict: it was corrected already.
    """
    with work.transaction():
        row = find_control(work, control_id)
        if not why.strip():
            raise Refused(N_("Écris pourquoi tu corriges."), field="why")
        if _followed(work.session, [row.id]):
            raise Conflict(N_("Cette ligne est déjà corrigée. Corrige la dernière."))
        return _add(work, row.activity_id, new, corrects=row, why=_short(why, "why"))


def find_control(work: Work, control_id: UUID) -> ControlRow:
    """Return one line of the log.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    row = work.session.get(ControlRow, control_id)
    if row is None or not work.can(CAPABILITY, Scope(activity_id=row.activity_id)):
        raise NotFound()
    return row


def log_of(work: Work, activity_id: UUID, order_id: UUID | None = None) -> list[Line]:
    """Return the newest lines of an activity's log, or of one of its orders, newest first.

    Raises:
        NotFound: the activity is not for this actor.
    """
    query = sa.select(ControlRow).where(ControlRow.activity_id == _activity(work, activity_id))
    if order_id is not None:
        query = query.where(ControlRow.order_id == order_id)
    query = query.order_by(ControlRow.at.desc(), ControlRow.id.desc()).limit(MOST_SHOWN)
    rows = list(work.session.scalars(query))
    gone = _followed(work.session, [row.id for row in rows])
    return [Line(row, POINTS[row.kind], row.id in gone) for row in rows]


def photo_of(work: Work, control_id: UUID) -> bytes:
    """Return the photo of a line.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    proof = find_control(work, control_id).proof
    kept = work.session.get(StoredFile, proof.photo_id) if proof and proof.photo_id else None
    if kept is None:
        raise NotFound()
    return read_file(work, kept)


def scope_of_control(session: Session, control_id: UUID) -> Scope | None:
    """Return where a line of the log belongs."""
    row = session.get(ControlRow, control_id)
    return Scope(activity_id=row.activity_id) if row else None


def forget_old(work: Work, _payload: Mapping[str, Any]) -> None:
    """Remove who wrote the lines older than the guidance asks, and their photos.

    What was measured stays: nothing of it is about a person.
    """
    before = now() - timedelta(days=KEPT_DAYS)
    old = sa.select(ControlRow.id).where(ControlRow.at < before)
    with work.transaction() as session:
        query = sa.select(ControlProofRow).where(ControlProofRow.control_id.in_(old))
        for proof in list(session.scalars(query)):
            photo = session.get(StoredFile, proof.photo_id) if proof.photo_id else None
            session.delete(proof)
            session.flush()
            if photo is not None:
                work.instance.files.forget(session, photo, work.after_commit)


def _add(
    work: Work,
    activity_id: UUID,
    new: Control,
    corrects: ControlRow | None = None,
    why: str = "",
) -> ControlRow:
    point = point_of(new.kind)
    _check(point, new)
    scope = Scope(activity_id=activity_id)
    row = ControlRow(
        activity_id=activity_id,
        order_id=_order(work, activity_id, new.order),
        kind=point.key,
        at=now(),
        what=_short(new.what, "what"),
        tenths=new.tenths,
        least_tenths=point.least,
        most_tenths=point.most,
        action=_short(new.action, "action"),
        lot=_short(new.lot, "lot"),
        supplier=_short(new.supplier, "supplier"),
        best_before=new.best_before,
        corrects_id=corrects.id if corrects else None,
        why=why,
        created_by=work.actor.party_id,
    )
    work.session.add(row)
    work.session.flush()
    proof = ControlProofRow(
        control_id=row.id, said_by=work.actor.party_id, created_by=work.actor.party_id
    )
    if new.photo:
        kept = work.instance.files.keep(work.session, new.photo, media_type=PHOTO, scope=scope)
        proof.photo_id = kept.id
    work.session.add(proof)
    work.session.flush()
    after = {"kind": row.kind, "what": row.what, "tenths": row.tenths, "lot": row.lot}
    if corrects is not None:
        after["corrects"] = str(corrects.id)
    work.record(CAPABILITY, row, scope=scope, after=after)
    return row


def _check(point: Point, new: Control) -> None:
    if not new.what.strip():
        raise Refused(N_("Écris de quoi il s'agit."), field="what")
    if point.measured and new.tenths is None:
        raise Refused(N_("Écris la température."), field="temperature")
    if not point.measured and not new.lot.strip():
        raise Refused(N_("Écris le numéro du lot, ou « sans numéro »."), field="lot")
    if point.key == "lot_in" and not new.supplier.strip():
        raise Refused(N_("Écris d'où ça vient : le magasin, la ferme."), field="supplier")
    if point.outside(new.tenths) and not new.action.strip():
        raise Refused(
            N_("La température n'est pas bonne. Lis quoi faire, puis écris ce que tu as fait."),
            field="action",
        )


def _activity(work: Work, activity_id: UUID) -> UUID:
    if activity_id not in {one.id for one in activities_for(work, CAPABILITY)}:
        raise NotFound()
    return activity_id


def _order(work: Work, activity_id: UUID, reference: str) -> UUID | None:
    if not reference.strip():
        return None
    try:
        order = order_named(work, reference)
    except NotFound:
        order = None
    if order is None or order.activity_id != activity_id:
        raise Refused(N_("Cette commande n'est pas de cette activité."), field="order")
    return order.id


def _followed(session: Session, ids: list[UUID]) -> set[UUID | None]:
    query = sa.select(ControlRow.corrects_id).where(ControlRow.corrects_id.in_(ids))
    return set(session.scalars(query))


def _short(text: str, field: str) -> str:
    told = " ".join(text.split())
    if len(told) > LONGEST:
        raise Refused(N_("C'est trop long. Écris plus court."), field=field)
    return told
