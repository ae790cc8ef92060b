"""Where the keys stand: who guards them, and what the next step is, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import N_, Work
from kpa_federation.ceremonies import service
from kpa_federation.ceremonies.models import CeremonyRow
from kpa_federation.guardians import steps
from kpa_federation.guardians.ceremony import Ceremony
from kpa_federation.guardians.exchange import PREFIX
from kpa_federation.guardians.steps import Step
from kpa_federation.log import keeping
from kpa_federation.log.models import EntryRow
from kpa_federation.own import keyring
from kpa_federation.own.writing import own_origin
from kpa_federation.protocol.bodies import read_body
from kpa_federation.protocol.entries import Commitment, read_entry
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.identity import Identity
from kpa_federation.texts import told

RECENT = 60
"""Entries of one's own log that are shown after a theft."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person who holds keys sees first; ``guardians`` are names, or the start of a hash."""

    origin: str
    size: int
    guardians: tuple[str, ...]
    threshold: int
    key_is_here: bool
    sentence: str
    row: CeremonyRow | None = None
    ceremony: Ceremony | None = None
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class Recent:
    """An entry of one's own log: the log's size with it, its day, what it did."""

    size: int
    day: date
    what: str


def standing(work: Work) -> Standing:
    """Return where the keys stand."""
    work.require(service.NEEDS)
    session = work.session
    log = keeping.log_row(session, own_origin(session))
    if log is None:
        sentence = told(N_("Ce KPA n'est pas encore dans le réseau. Lance : kpa federation open"))
        return Standing("", 0, (), 0, False, sentence)
    identity = keeping.state_in(log).identity
    assert identity is not None
    is_here = keyring.find(work.instance.settings.root, identity.key) is not None
    guardians = _names(session, identity.commitment)
    row = service.open_row(session)
    if row is None:
        sentence = _at_rest(identity, is_here)
        threshold = identity.commitment.threshold
        return Standing(log.origin, log.size, guardians, threshold, is_here, sentence)
    ceremony, there, place = service.unfold(session, row)
    step = steps.next_step(ceremony, there, place)
    return Standing(
        log.origin,
        log.size,
        guardians,
        identity.commitment.threshold,
        is_here,
        step.sentence,
        row,
        ceremony,
        step,
    )


def recent(work: Work, most: int = RECENT) -> Sequence[Recent]:
    """Return the last entries of one's own log, the newest first."""
    work.require(service.NEEDS)
    log = keeping.log_row(work.session, own_origin(work.session))
    if log is None:
        return []
    mine = sa.select(EntryRow).where(EntryRow.log_id == log.id)
    rows = work.session.scalars(mine.order_by(EntryRow.place.desc()).limit(most))
    return [_recent(row) for row in rows]


def _names(session: Session, commitment: Commitment) -> tuple[str, ...]:
    known = service.names_of_today(session)
    return tuple(known.get(one) or one[:PREFIX] for one in commitment.hashes)


def _at_rest(identity: Identity, key_is_here: bool) -> str:
    if not identity.commitment:
        return told(
            N_(
                "Ce KPA n'a pas encore de gardiens. Choisis-les : "
                "sans eux, une clé perdue l'est pour toujours."
            )
        )
    if not key_is_here:
        return told(N_("La clé du KPA n'est pas sur cet ordinateur. Demande-en une autre."))
    return told(N_("Tout est en ordre."))


def _recent(row: EntryRow) -> Recent:
    entry = read_entry(row.line)
    return Recent(row.place + 1, date.fromisoformat(entry.fields["at"]), _what(row, entry.op))


def _what(row: EntryRow, op: str) -> str:
    if row.void:
        return told(N_("une ligne sans effet"))
    if op == "genesis":
        return told(N_("le début du journal"))
    if op == "key":
        return told(N_("la clé ou les gardiens"))
    if op == "put":
        return told(N_("publié : {title}"), title=_title(row.body))
    return told(N_("retiré : la fiche {record}"), record=read_entry(row.line).fields["record"])


def _title(body: bytes | None) -> str:
    try:
        content, _ = read_body(body or b"")
    except ProtocolError:
        return told(N_("une fiche"))
    return str(content.get("title") or content.get("name") or told(N_("une fiche")))[:80]
