"""Vouching for neighbours, and following those whom followed origins vouch for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import N_, Misuse, Refused, Work, now
from kpa_federation.log.models import LogRow
from kpa_federation.own.writing import own_origin
from kpa_federation.peers import service as peers
from kpa_federation.peers.appearance import hinted, skeleton
from kpa_federation.peers.models import GATHERED, PeerRow
from kpa_federation.protocol.entries import ORIGIN
from kpa_federation.protocol.words import words_of
from kpa_federation.trust import advising, own_words, saying
from kpa_federation.trust.own_words import Written
from kpa_federation.trust.saying import VOUCH, Vouch
from kpa_federation.trust.welcoming import Known, Standing, recommending, welcome

MANAGE = "federation.peers"


def vouch(work: Work, origin: str, *, may_say: Callable[[str], bool] = bool) -> None:
    """Tell all KPAs that one knows this neighbour; once said, it is kept up to date.

    Its name is told where ``may_say`` finds nothing against it: that neighbour chose it.

    Raises:
        Misuse: that is no origin.
        Refused: nobody here follows it, or the log cannot grow now.
    """
    work.require(MANAGE)
    if not ORIGIN.fullmatch(origin):
        raise Misuse(N_("Ce n'est pas l'identité d'un KPA : 32 lettres et chiffres."))
    with work.transaction() as session:
        if not may_vouch(session, origin):
            raise Refused(N_("On recommande un KPA qu'on a choisi. Suis-le d'abord."))
        row = session.get_one(PeerRow, origin)
        name = row.name if may_say(row.name) else ""
        body = saying.vouch_body(origin, hinted(row.address), name)
        before = vouched(session).get(origin)
        if before is None or dict(before.body) != body:
            own_words.write(work, VOUCH, body, before)
            work.record(MANAGE, f"origin:{origin}", after={"vouched": True})


def may_vouch(session: Session, origin: str) -> bool:
    """Tell whether people here chose to follow an origin."""
    row = session.get(PeerRow, origin)
    return row is not None and row.trust == "followed" and not row.step


def take_back(work: Work, origin: str) -> None:
    """Take a recommendation back.

    Raises:
        Refused: there is none, or the log cannot grow now.
    """
    work.require(MANAGE)
    with work.transaction() as session:
        before = vouched(session).get(origin)
        if before is None:
            raise Refused(N_("Ce KPA n'est pas recommandé ici."))
        own_words.take_back(work, before)
        work.record(MANAGE, f"origin:{origin}", after={"vouched": False})


def vouched(session: Session) -> dict[str, Written]:
    """Return one's own recommendations by origin."""
    return {str(one.body.get("origin")): one for one in own_words.written(session, VOUCH)}


def vouches(session: Session) -> list[Vouch]:
    """Return what origins recommend that are followed, or would be again without a list."""
    counted = sa.or_(PeerRow.trust == "followed", PeerRow.step > 0)
    heard = sa.select(PeerRow.origin).where(counted, PeerRow.step != GATHERED)
    return own_words.heard(session, VOUCH, LogRow.origin.in_(heard), saying.read_vouch)


def decide(work: Work, origin: str, trust: str) -> None:
    """Follow, suspend or block an origin, and see at once whom its word brought.

    Raises:
        NotFound: it is not known here.
    """
    with work.transaction():
        peers.set_trust(work, origin, trust)
        refresh(work)


def refresh(work: Work) -> None:
    """Follow whom the neighbours recommend now, and no longer whom they do not."""
    rows = _rows(work.session)
    known = _known(work, rows)
    said = vouches(work.session)
    if not said and not known.welcomed and not any(row.step == GATHERED for row in rows.values()):
        return
    with work.transaction() as session:
        rows = _rows(session)
        known = _known(work, rows)
        found = welcome(known, _waiting(rows, said), said)
        for origin in sorted(set(known.welcomed) - found.keys()):
            _let_go(work, rows[origin], is_paused=origin in known.paused)
        for origin, standing in sorted(found.items()):
            _let_in(work, rows.get(origin), origin, standing, said)
        _stop_gathered(work, rows.values(), known.paused)


def why(work: Work) -> dict[str, tuple[str, ...]]:
    """Return, by origin, which neighbours recommend it: those whose word counts here."""
    rows = _rows(work.session).values()
    steps = {row.origin: row.step for row in rows if row.trust == "followed"}
    said = vouches(work.session)
    return {one.origin: recommending(one.origin, said, steps) for one in said}


def names(work: Work) -> dict[str, str]:
    """Return how origins are called here: by us, or by neighbours that recommend them.

    Where two names look alike, two words of each fingerprint tell them apart.
    """
    rows = peers.peers(work.session)
    found = {row.origin: row.name for row in rows if row.name}
    for one in vouches(work.session):
        if one.name:
            found.setdefault(one.origin, one.name)
    counts = Counter(skeleton(name) for name in found.values())
    told = {row.origin: words_of(row.origin) for row in rows}
    for origin, name in found.items():
        mark = " ".join(words_of(origin).split()[:2])
        told[origin] = f"{name} ({mark})" if counts[skeleton(name)] > 1 else name
    return told


def _rows(session: Session) -> dict[str, PeerRow]:
    return {row.origin: row for row in peers.peers(session)}


def _known(work: Work, rows: Mapping[str, PeerRow]) -> Known:
    decided = {row.origin: row.trust for row in rows.values() if not row.step}
    closed = {one for one, trust in decided.items() if trust in ("suspended", "blocked")}
    welcomed = sorted(
        (row for row in rows.values() if 0 < row.step < GATHERED),
        key=lambda row: (row.added_at, row.origin),
    )
    return Known(
        chosen=frozenset(one for one, trust in decided.items() if trust == "followed"),
        closed=frozenset(closed | {own_origin(work.session)}),
        paused=advising.effects(work).blocked(),
        welcomed=[row.origin for row in welcomed],
    )


def _waiting(rows: Mapping[str, PeerRow], said: Iterable[Vouch]) -> list[str]:
    """Return whom people did not decide about: those known longest first, then the others."""
    known = sorted(rows.values(), key=lambda row: (row.added_at, row.origin))
    others = sorted({one.origin for one in said} - rows.keys())
    return [row.origin for row in known if _may_come_in(row)] + others


def _may_come_in(row: PeerRow) -> bool:
    return row.trust == "waiting" or row.step == GATHERED


def _stop_gathered(work: Work, rows: Iterable[PeerRow], paused: frozenset[str]) -> None:
    """Stop whom a list stops among those that this node gathered; go on when it does no more."""
    for row in rows:
        trust = "suspended" if row.origin in paused else "followed"
        if row.step == GATHERED and row.trust != trust:
            row.trust = trust
            work.record(MANAGE, f"origin:{row.origin}", after={"trust": trust})


def _let_in(
    work: Work, row: PeerRow | None, origin: str, standing: Standing, said: Iterable[Vouch]
) -> None:
    session = work.session
    if row is None:
        row = peers.new_peer(session, origin)
    hints = [one for by in standing.by for one in said if (one.by, one.origin) == (by, origin)]
    row.name = row.name or next((one.name for one in hints if one.name), "")
    if not row.address or row.failures:
        row.address = next(filter(None, (hinted(one.address) for one in hints)), row.address)
    row.step = standing.step
    if row.trust == "followed":
        return
    row.trust, row.failures, row.next_try_at = "followed", 0, None
    peers.ask_for_everything(session)
    work.record(MANAGE, f"origin:{origin}", after={"trust": "followed", "by": list(standing.by)})
    if row.address:
        work.ask(peers.VISIT, {"origin": origin}, key=f"{origin}:met:{now():%Y%m%d%H%M%S}")


def _let_go(work: Work, row: PeerRow, *, is_paused: bool) -> None:
    """Follow an origin no longer: a list stops it for now, or nobody recommends it any more."""
    trust = "suspended" if is_paused else "waiting"
    if not is_paused:
        row.step = 0
    if row.trust != trust:
        row.trust = trust
        work.record(MANAGE, f"origin:{row.origin}", after={"trust": trust})
