"""Run a ceremony: each act is one step, audited, and nothing happens without enough guardians.

Whoever holds ``federation.keys`` only carries it out. A log without guardians gets its first ones
from its own key; all else needs the answers that its guardians sign on their own machines.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import N_, Refused, Work
from kpa_federation.ceremonies.models import CeremonyRow
from kpa_federation.guardians import ceremony as ceremonies
from kpa_federation.guardians import kept, notice, walks
from kpa_federation.guardians.ceremony import Ceremony, Place
from kpa_federation.guardians.exchange import DrillRequest, KeyRequest
from kpa_federation.guardians.walks import WALKS, Why
from kpa_federation.log import going_back, keeping
from kpa_federation.own import keyring, rekeying
from kpa_federation.own.writing import own_origin
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.identity import Identity

NEEDS = "federation.keys"
Change = Callable[[Ceremony, Identity, Place], Ceremony]


def open_row(session: Session) -> CeremonyRow | None:
    """Return the ceremony that is under way."""
    return session.scalar(sa.select(CeremonyRow).where(CeremonyRow.state == "open"))


def names_of_today(session: Session) -> dict[str, str]:
    """Return the names of guardians by their hash, as the last ceremonies knew them."""
    written = sa.select(CeremonyRow.kept).where(CeremonyRow.state == "written")
    found: dict[str, str] = {}
    for values in session.scalars(written.order_by(CeremonyRow.created_at)):
        found.update({one["hash"]: one["name"] for one in values["guardians"]})
    return found


def begin(
    work: Work,
    why: Why,
    *,
    guardians: tuple[str, ...] = (),
    threshold: int = ceremonies.USUAL_THRESHOLD,
    cut: int | None = None,
) -> CeremonyRow:
    """Begin a ceremony; ``cut`` is, after a theft, how many entries are this KPA's own.

    Raises:
        Refused: another is under way, or this one cannot be done with this log.
    """
    work.require(NEEDS)
    with work.transaction() as session:
        if open_row(session) is not None:
            raise Refused(N_("Une cérémonie est en cours. Finis-la, ou arrête-la."))
        cut = _cut(session, why, cut)
        identity, _ = _here(session, cut)
        root = work.instance.settings.root
        made = ceremonies.begin(
            why,
            identity,
            kpa=work.instance.settings.instance.name,
            key=keyring.make_next(root) if WALKS[why].new_key else identity.key,
            guardians=guardians,
            threshold=threshold,
            today=names_of_today(session),
        )
        row = CeremonyRow(
            why=why,
            state="open",
            cut=cut,
            drill_on=work.today,
            kept=kept.to_values(made),
            created_by=work.actor.party_id,
        )
        session.add(row)
        session.flush()
        _audit(work, row, "begin", why=why, cut=cut)
    return row


def promise(work: Work, name: str, text: str) -> None:
    """Take the line of a guardian's sheet.

    Raises:
        KpaError: it is not one, or not this guardian's.
    """
    _change(work, "promise", lambda one, who, _: ceremonies.promise(one, who, name, text), name)


def drill(work: Work) -> DrillRequest:
    """Return what each guardian answers to show that its sheet works."""
    work.require(NEEDS)
    row = _open(work.session)
    one, identity, _ = unfold(work.session, row)
    return ceremonies.drill(one, identity, row.drill_on)


def take_drill(work: Work, name: str, text: str) -> None:
    """Take a guardian's answer to the drill.

    Raises:
        KpaError: it shows nothing about this guardian's sheet.
    """
    asked = drill(work)
    _change(work, "drill", lambda one, _w, _p: ceremonies.take_drill(one, asked, name, text), name)


def ask(work: Work) -> KeyRequest:
    """Make the request, for the place where the log stands now; return it.

    Raises:
        Refused: a guardian's line or drill is missing.
    """
    _change(work, "ask", lambda one, who, at: ceremonies.ask(one, who, at, work.today))
    return request(work)


def request(work: Work) -> KeyRequest:
    """Return the request that today's guardians answer.

    Raises:
        Refused: it was not made.
    """
    work.require(NEEDS)
    return ceremonies.request_of(unfold(work.session, _open(work.session))[0])


def letter(work: Work) -> str:
    """Return the message to send to today's guardians, with the request in it."""
    return notice.letter(request(work))


def take(work: Work, text: str) -> None:
    """Take the answer of one of today's guardians.

    Raises:
        KpaError: it does not count; it says why, and what to do.
    """
    _change(work, "answer", lambda one, who, _: ceremonies.take(one, who, text))


def write(work: Work) -> None:
    """Append the ``key`` entry: the log has its new key or guardians, the next head says so.

    Raises:
        Refused: answers are missing, or the log changed since the request.
    """
    work.require(NEEDS)
    with work.transaction() as session:
        row = _open(session)
        one, identity, place = unfold(session, row)
        line = ceremonies.entry_line(one, identity, place)
        if row.cut is None:
            rekeying.append(work, line)
        else:
            rekeying.leave(work, line, row.cut)
        row.state = "written"
        signed = [each.hash for each in one.answers]
        _audit(work, row, "write", place=place.size, signed=signed)


def stop(work: Work) -> None:
    """Stop the ceremony; the log stays as it is."""
    work.require(NEEDS)
    with work.transaction() as session:
        row = _open(session)
        row.state = "stopped"
        _audit(work, row, "stop")
        work.after_commit(lambda: keyring.forget_next(work.instance.settings.root))


def unfold(session: Session, row: CeremonyRow) -> tuple[Ceremony, Identity, Place]:
    """Return a ceremony, and the log's identity and place where its entry goes."""
    return kept.from_values(row.kept), *_here(session, row.cut)


def _change(work: Work, step: str, change: Change, name: str = "") -> None:
    work.require(NEEDS)
    with work.transaction() as session:
        row = _open(session)
        one = change(*unfold(session, row))
        row.kept = kept.to_values(one)
        _audit(work, row, step, **({"guardian": name} if name else {}), answers=len(one.answers))


def _open(session: Session) -> CeremonyRow:
    row = open_row(session)
    if row is None:
        raise Refused(N_("Aucune cérémonie n'est en cours."))
    return row


def _cut(session: Session, why: Why, last_ours: int | None) -> int | None:
    if why != "stolen":
        return None
    if last_ours is None:
        raise Refused(N_("Choisis dans le journal la dernière ligne qui vient de vous."))
    return walks.size_after_theft(last_ours, rekeying.final_size(session))


def _here(session: Session, cut: int | None) -> tuple[Identity, Place]:
    row = keeping.log_row(session, own_origin(session))
    if row is None:
        raise Refused(N_("Ce KPA n'est pas encore dans le réseau."))
    try:
        state = (
            keeping.state_in(row) if cut is None else going_back.state_at(session, row.origin, cut)
        )
    except ProtocolError as error:
        raise Refused(N_("Le journal n'a pas tant de lignes.")) from error
    assert state.identity is not None
    return state.identity, Place(state.size, state.frontier.root())


def _audit(work: Work, row: CeremonyRow, step: str, **said: Any) -> None:
    work.record(NEEDS, f"ceremony:{row.id}", after={"step": step, **said})
