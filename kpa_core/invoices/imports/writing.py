"""Write what a carrier's file says, a piece at a time: nobody waits to write for a whole file.

A thousand lines take some ten seconds. A piece is written whole or not at all; after a cut, the
same file again writes what is missing, since every act knows when it was done before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.errors import N_, KpaError, Refused, Unavailable
from kpa_core.invoices.imports.acts import Act, Finding, acts_of, do
from kpa_core.invoices.imports.reading import Broken, Said
from kpa_core.invoices.models import Document
from kpa_core.work import Work

PIECE = 50
"""Acts in one transaction: about half a second."""
TRIES = 5


def write(work: Work, lines: Sequence[Said | Broken], chosen: Collection[str]) -> list[Finding]:
    """Do the acts whose keys are ``chosen``; what was done before stays done.

    It opens transactions of its own, one for each piece: none may be open.

    Raises:
        Refused: a line cannot be done any more, and is named: nothing of its piece is written, nor
            of those that follow.
    """
    said = [one for one in lines if isinstance(one, Said)]
    acts = [one for one in acts_of(work, said) if isinstance(one, Act)]
    wanted = [one for one in acts if f"{one.line}:{one.kind}" in chosen]
    # In one order always: two imports at once must not wait for each other.
    wanted.sort(key=lambda one: (one.document_id, one.line, one.kind != "number"))
    done: list[Finding] = []
    told_here: set[UUID] = set()
    for piece in _pieces(wanted):
        found, told_here = _whole(work, piece, told_here, partly=bool(done))
        done += found
    return sorted(done, key=lambda one: (one.line, one.kind))


def _whole(
    work: Work, piece: Sequence[Act], told: set[UUID], *, partly: bool
) -> tuple[list[Finding], set[UUID]]:
    """Do a piece, whole; again where the database undid it, for two imports at once."""
    for left in reversed(range(TRIES)):
        told_here = set(told)
        try:
            with work.transaction() as session:
                _hold(session, piece)
                return [_done(work, act, told_here, partly=partly) for act in piece], told_here
        except Unavailable:
            if not left:
                raise
    raise AssertionError("a piece is done or refused")


def _pieces(acts: Sequence[Act]) -> Iterator[Sequence[Act]]:
    for start in range(0, len(acts), PIECE):
        yield acts[start : start + PIECE]


def _hold(session: Session, piece: Sequence[Act]) -> None:
    """Lock the papers of a piece before anything is written, as those who change one paper do."""
    ids = {act.document_id for act in piece}
    query = sa.select(Document.id).where(Document.id.in_(ids)).order_by(Document.id)
    session.execute(query.with_for_update())


def _done(work: Work, act: Act, told_here: set[UUID], *, partly: bool) -> Finding:
    try:
        return do(work, act, told_here)
    except Unavailable:
        raise
    except KpaError as error:
        nothing = N_("Ligne {line} : {why} Rien n'est écrit.")
        some = N_("Ligne {line} : {why} Une partie est écrite. Rien ne sera noté deux fois.")
        text = some if partly else nothing
        raise Refused(text, field="file", line=act.line, why=error) from error


def to_write(findings: Sequence[Finding]) -> list[str]:
    """Return the keys of what is worth writing: what is known stays known by its own line too."""
    return [one.key for one in findings if one.kind and one.status in ("new", "differs", "known")]
