"""What the page of neighbours says of each: why it is one, what lists say, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from kpa_core.api import Work, now
from kpa_federation.log import intake
from kpa_federation.log.models import LogRow
from kpa_federation.network import profile
from kpa_federation.network.profile import Profile
from kpa_federation.own.writing import own_origin
from kpa_federation.peers import appearance, hearing, progress, service
from kpa_federation.peers.appearance import Seen, Warned
from kpa_federation.peers.models import GATHERED, TRUST_LABELS, PeerRow
from kpa_federation.protocol.words import words_of
from kpa_federation.texts import gettext, told
from kpa_federation.texts import gettext as _
from kpa_federation.trust import advising, heartbeat, sentences
from kpa_federation.trust import service as trust
from kpa_federation.trust.effects import Effects
from kpa_federation.trust.welcoming import needed

STALE = timedelta(days=7)


@dataclass(frozen=True)
class Around:
    """What is known around a neighbour, read once for the whole page."""

    sizes: dict[str, int]
    names: dict[str, str]
    why: dict[str, tuple[str, ...]]
    vouched: frozenset[str]
    count: int
    own: str
    waiting: frozenset[str]
    silent: dict[str, date]
    advice: Effects
    warned: Mapping[str, list[str]]
    far: Mapping[str, progress.Shown]
    said: Mapping[str, Profile]


def around(work: Work) -> Around:
    """Read what the page needs."""
    session, rows = work.session, service.peers(work.session)
    advice = advising.effects(work)
    return Around(
        {row.origin: row.size for row in session.scalars(sa.select(LogRow))},
        trust.names(work),
        trust.why(work),
        frozenset(trust.vouched(session)),
        sum(row.trust == "followed" and row.step < GATHERED for row in rows),
        own_origin(session),
        intake.waiting(session, now().date()),
        heartbeat.silent_since(work),
        advice,
        _warned(work),
        progress.under_way(work.instance.settings.root),
        profile.profiles(work),
    )


def shown(row: PeerRow, about: Around, acts: dict[str, str]) -> dict[str, Any]:
    """Return what the page shows of one neighbour."""
    seen, is_chosen = row.seen_at, row.trust == "followed" and not row.step
    return {
        "row": row,
        "far": about.far.get(row.origin) if row.trust == "followed" else None,
        "name": about.names[row.origin],
        "said": about.said.get(row.origin),
        "words": words_of(row.origin),
        "warnings": about.warned.get(row.origin, []),
        "state": gettext(TRUST_LABELS[row.trust]),
        "entries": about.sizes.get(row.origin, 0),
        "seen": seen.date() if seen else None,
        "silent": about.silent.get(row.origin),
        "notes": list(_notes(row, about)),
        "may_vouch": is_chosen and row.origin not in about.vouched,
        "is_vouched": row.origin in about.vouched,
        "acts": [
            (key, gettext(label))
            for key, label in acts.items()
            if key != row.trust or (key == "followed" and row.step)
        ],
    }


def warnings(work: Work, one: Seen) -> list[str]:
    """Return what to say of a KPA beside those that are known."""
    return _told(appearance.warnings(one, _known(work)))


def _warned(work: Work) -> dict[str, list[str]]:
    """Return by origin what to say of each KPA beside those that were known before it."""
    said, before = {}, appearance.Known()
    for one in _known(work):
        said[one.origin] = _told(before.warnings(one))
        before.add(one)
    return said


def _known(work: Work) -> list[Seen]:
    """Return this KPA, then those it knows, the first known first."""
    own, name = own_origin(work.session), work.instance.settings.instance.name
    rows = sorted(service.peers(work.session), key=lambda row: (row.added_at, row.origin))
    named = [Seen(row.origin, row.name, row.address) for row in rows if row.name or row.address]
    return [Seen(own, name, hearing.own_address(work)), *named]


def _told(found: list[Warned]) -> list[str]:
    return [told(one.sentence, about=one.about) for one in found]


def _notes(row: PeerRow, about: Around) -> Iterator[tuple[str, str]]:
    """Give sentences about a neighbour, each with its kind: an empty one, or ``wait``."""
    by = about.why.get(row.origin, ())
    if row.trust in ("followed", "waiting") and by:
        names = ", ".join(about.names.get(one, words_of(one)) for one in by)
        yield "", told("Recommandé par {names}.", names=names)
    if row.trust == "waiting" and by and len(by) < needed(about.count + 1):
        yield "", _("Il faut une autre recommandation, ou votre oui.")
    if row.trust == "followed" and not row.step and not by:
        yield "", _("Des gens d'ici l'ont choisi.")
    if row.trust == "followed" and row.step == GATHERED:
        yield "", _("Ce nœud l'a trouvé tout seul. Personne d'ici ne l'a choisi.")
    for one in about.advice.on(row.origin):
        yield "wait", sentences.sentence(one, about.names, about.own)
    if row.trust == "followed" and row.origin in about.advice.blocked():
        yield "wait", _("On le suit encore. Bloque-le ici pour ne plus rien en prendre.")
    if row.origin in about.waiting and row.trust == "followed":
        yield "", _("Il envoie beaucoup de choses. La suite viendra demain.")
    if row.trust == "followed" and row.address and _is_stale(row):
        yield "wait", _("Ce voisin ne répond plus depuis plus d'une semaine.")


def _is_stale(row: PeerRow) -> bool:
    """Tell whether a peer has not answered for a week; one that never did counts from its start."""
    return now() - (row.seen_at or row.added_at) > STALE
