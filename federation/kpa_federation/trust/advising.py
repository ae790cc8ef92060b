"""Lists of warnings: writing one's own, reading those of neighbours, and what they do here."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import N_, Misuse, Refused, Work, now
from kpa_federation.log.models import LogRow
from kpa_federation.own.writing import own_origin
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol.entries import ORIGIN, RECORD
from kpa_federation.trust import effects as rules
from kpa_federation.trust import own_words, saying
from kpa_federation.trust.effects import Effects, Word
from kpa_federation.trust.models import ListRow, ShownRow
from kpa_federation.trust.own_words import Written
from kpa_federation.trust.saying import ACTIONS, MODERATION, REASONS, Advice

MANAGE = "federation.peers"


def advise(work: Work, about: str, action: str, reason: str, until: date | None = None) -> None:
    """Put an origin or a record on one's own public list, or change what it says there.

    Raises:
        Misuse: that is none, or the action or the reason is not listed.
        Refused: it is ours, the day is over, or the log cannot grow now.
    """
    work.require(MANAGE)
    if not (ORIGIN.fullmatch(about) or RECORD.fullmatch(about)):
        raise Misuse(N_("Ce n'est ni un KPA, ni une fiche. Copie le nom en entier."), field="about")
    if action not in ACTIONS or reason not in REASONS:
        raise Misuse(N_("Choisis dans la liste."), field="action")
    with work.transaction() as session:
        if about.partition("/")[0] == own_origin(session):
            raise Refused(N_("C'est à nous. Retire ta fiche, plutôt."), field="about")
        if until is not None and until < work.today:
            raise Refused(N_("Ce jour est passé. Choisis-en un autre."), field="until")
        body = saying.advice_body(about, action, reason, until)
        before = advised(session).get(about)
        if before is None or dict(before.body) != body:
            own_words.write(work, MODERATION, body, before)
            after = {"action": action, "reason": reason}
            work.record(MANAGE, f"list:{about}", after=after)


def take_back(work: Work, about: str) -> None:
    """Take an entry off one's own list.

    Raises:
        Refused: there is none, or the log cannot grow now.
    """
    work.require(MANAGE)
    with work.transaction() as session:
        before = advised(session).get(about)
        if before is None:
            raise Refused(N_("Ce n'est pas sur notre liste."))
        own_words.take_back(work, before)
        work.record(MANAGE, f"list:{about}", after={"action": ""})


def advised(session: Session) -> dict[str, Written]:
    """Return one's own list by what each entry is about."""
    return {str(one.body.get("about")): one for one in own_words.written(session, MODERATION)}


def read_list(work: Work, origin: str, *, read: bool = True) -> None:
    """Let a neighbour's list count here, too; or no longer.

    Raises:
        Refused: people here do not follow it.
    """
    work.require(MANAGE)
    with work.transaction() as session:
        row, mine = session.get(PeerRow, origin), session.get(ListRow, origin)
        if read and (row is None or row.trust != "followed"):
            raise Refused(N_("On lit la liste d'un KPA qu'on suit. Suis-le d'abord."))
        if read and mine is None:
            session.add(ListRow(origin=origin, since=now()))
        if not read and mine is not None:
            session.delete(mine)
        work.record(MANAGE, f"origin:{origin}", after={"list": read})


def show(work: Work, about: str, *, anyway: bool = True) -> None:
    """Show an origin or a record here whatever lists say; or let them say again.

    Raises:
        Misuse: that is none.
    """
    work.require(MANAGE)
    if not (ORIGIN.fullmatch(about) or RECORD.fullmatch(about)):
        raise Misuse(N_("Ce n'est ni un KPA, ni une fiche. Copie le nom en entier."))
    with work.transaction() as session:
        row = session.get(ShownRow, about)
        if anyway and row is None:
            session.add(ShownRow(about=about, since=now()))
        if not anyway and row is not None:
            session.delete(row)
        work.record(MANAGE, f"list:{about}", after={"shown": anyway})


def shown(session: Session) -> list[str]:
    """Return what is shown here whatever lists say."""
    return list(session.scalars(sa.select(ShownRow.about).order_by(ShownRow.about)))


def lists(session: Session) -> list[str]:
    """Return the origins whose lists count here: those that are still followed."""
    followed = sa.select(PeerRow.origin).where(PeerRow.trust == "followed")
    return list(session.scalars(sa.select(ListRow.origin).where(ListRow.origin.in_(followed))))


def said_by(session: Session, *origins: str) -> list[Advice]:
    """Return what is on these origins' lists."""
    return own_words.heard(session, MODERATION, LogRow.origin.in_(origins), saying.read_advice)


def effects(work: Work) -> Effects:
    """Return what lists do here today."""
    session, own = work.session, own_origin(work.session)
    advice = said_by(session, own, *lists(session))
    if not advice:
        return Effects()
    chosen = sa.select(PeerRow.origin).where(PeerRow.trust == "followed", PeerRow.step == 0)
    word = Word(own, frozenset(session.scalars(chosen)), frozenset(shown(session)))
    return rules.effects(advice, word, work.today)
