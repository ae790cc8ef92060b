"""Publish a draft, publish it again changed, withdraw it. Each is one act of one person."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import N_, Conflict, NotFound, Refused, Work
from kpa_federation.log import keeping
from kpa_federation.log.models import EntryRow, RecordRow
from kpa_federation.own import leaving, writing
from kpa_federation.protocol.entries import REASONS, put, record_name, withdraw
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.tree import leaf_hash
from kpa_federation.records import files
from kpa_federation.records.checking import Trouble
from kpa_federation.records.drafts import PUBLISH, check_draft, find_draft, wire_body
from kpa_federation.records.models import DraftRow
from kpa_federation.trust.saying import RESERVED

REASON_LABELS = {
    "outdated": N_("Ce n'est plus vrai."),
    "error": N_("Il y a une erreur."),
    "duplicate": N_("C'est en double."),
    "privacy": N_("On y reconnaît une personne."),
    "rights": N_("Ce n'était pas à nous de le partager."),
    "safety": N_("C'est dangereux."),
}
assert set(REASON_LABELS) == set(REASONS)
PUBLISHED = N_("C'est publié. Les voisins la recevront bientôt.")
WITHDRAWN = N_("La fiche est retirée, ici et chez les voisins.")
UNSIGNED = N_(
    "C'est publié ici, pas encore signé : les voisins ne le voient pas encore. Le KPA réessaie "
    "tout seul. Si ça dure, préviens la personne qui tient la machine."
)


class NotReady(Refused):
    """Something in the draft stands against publishing; ``troubles`` says all of it."""

    def __init__(self, troubles: list[Trouble]) -> None:
        first = troubles[0]
        where = f"{first.label}, ligne {first.line}" if first.line else first.label
        super().__init__(
            N_("{where} : {sentence}"),
            field=first.field,
            where=where,
            sentence=f"{first.sentence} {first.todo}".strip(),
        )
        self.troubles = troubles


def publish(work: Work, draft_id: UUID, version: int) -> str:
    """Publish a draft for every KPA, or its next revision; return the record's name.

    The head of the log is signed after the commit, and only then can peers see it.

    Raises:
        NotReady: it says something that must not be published, or not rightly.
        Conflict: someone else changed the draft in between.
        Refused: nothing is new, it was withdrawn, or the log cannot grow now.
    """
    with work.transaction() as session:
        work.require(PUBLISH)
        row = find_draft(work, draft_id)
        if row.version != version:
            raise Conflict(N_("Quelqu'un d'autre a changé cette fiche. Rouvre-la."))
        _check(work, row)
        body = wire_body(work, row)
        place = writing.append(work, [_line(work, row, body)], {0: body})
        row.record = place if row.record is None else row.record
        row.state, row.revision, row.unsent = "published", row.revision + 1, False
        name = name_of(session, row.record)
        after = {"name": name, "revision": row.revision, "licence": row.licence}
        work.record(PUBLISH, row, after=after)
    return name


def unsigned(work: Work) -> str:
    """Return what to say while peers do not see all that was published; nothing once it is signed.

    It is signed after the commit, so only what is shown afterwards can tell.
    """
    return "" if writing.is_signed(work.session) else UNSIGNED


def retract(work: Work, name: str, reason: str, *, erase: bool = False) -> None:
    """Withdraw one of our records everywhere; ``erase`` asks every KPA to forget its words too.

    Raises:
        NotFound: it is none of ours, or it was withdrawn.
        Refused: the reason is not one of the list.
    """
    with work.transaction() as session:
        work.require(PUBLISH)
        if reason not in REASONS:
            raise Refused(N_("Choisis pourquoi, dans la liste."), field="reason")
        state = _own_record(session, name)
        if state.kind in RESERVED:
            raise NotFound(N_("Cette fiche n'est pas à nous."))
        _retract(work, state, name, reason, erase)


def retract_all(work: Work, numbers: Iterable[int], reason: str) -> None:
    """Withdraw some of our records by their places in our log, words included.

    Also what we say of other KPAs: it may name a person like any record.
    """
    for number in numbers:
        name = name_of(work.session, number)
        with suppress(NotFound), work.transaction() as session:  # withdrawn in the meantime
            work.require(PUBLISH)
            _retract(work, _own_record(session, name), name, reason, erase=True)


def _retract(work: Work, state: RecordRow, name: str, reason: str, erase: bool) -> None:
    if state.op == "purge" or (state.op == "del" and not erase):
        raise NotFound(N_("Cette fiche est déjà retirée."))
    op = "purge" if erase else "del"
    line = withdraw(
        op, at=work.today, record=state.record, revision=state.revision + 1, reason=reason
    )
    writing.append(work, [line], {})
    _put_away(work, state.record, erase)
    work.record(PUBLISH, f"record:{name}", after={"op": op, "reason": reason})


def name_of(session: Session, number: int) -> str:
    """Return the name of one of our records, by its place in our log."""
    origin = writing.own_origin(session)
    row = keeping.log_row(session, origin)
    assert row is not None
    line = session.scalar(
        sa.select(EntryRow.line).where(EntryRow.log_id == row.id, EntryRow.place == number)
    )
    assert line is not None
    return record_name(origin, number, leaf_hash(line))


def _check(work: Work, row: DraftRow) -> None:
    leaving.check_inside(work)
    if row.state == "withdrawn":
        raise Refused(N_("Cette fiche est retirée. Écris-en une autre."))
    if row.state == "published" and not row.unsent:
        raise Refused(N_("Rien n'a changé depuis la dernière fois."))
    if not writing.own_origin(work.session):
        raise Refused(N_("Ce KPA n'est pas encore dans le réseau."))
    blocking = [one for one in check_draft(work, row) if one.blocking]
    if blocking:
        raise NotReady(blocking)


def _line(work: Work, row: DraftRow, body: bytes) -> bytes:
    try:
        return put(
            body,
            at=work.today,
            kind=row.kind,
            licence=row.licence,
            record=row.record,
            revision=row.revision + 1,
            derived_from=tuple((one["record"], one["revision"]) for one in row.derived_from),
        )
    except ProtocolError as error:
        raise Refused(N_("Le réseau refuserait cette fiche : {why}."), why=error.code) from error


def _own_record(session: Session, name: str) -> RecordRow:
    origin, _, rest = name.partition("/")
    row = keeping.log_row(session, origin)
    number = rest.partition("/")[0]
    if origin != writing.own_origin(session) or row is None or not number.isdecimal():
        raise NotFound(N_("Cette fiche n'est pas à nous."))
    state = session.get(RecordRow, (row.id, int(number)))
    if state is None or name_of(session, state.record) != name:
        raise NotFound(N_("Cette fiche n'est pas à nous."))
    return state


def _put_away(work: Work, number: int, erase: bool) -> None:
    row = work.session.scalar(sa.select(DraftRow).where(DraftRow.record == number))
    if row is None:
        return
    row.state, row.revision = "withdrawn", row.revision + 1
    if erase:
        row.body = {}
        for one in files.files_of(work.session, row.id):
            files.forget(work, one)
