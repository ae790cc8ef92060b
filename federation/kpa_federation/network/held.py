"""Records that a network node holds for a territory where no KPA is yet, and how they go home.

The node publishes them in its own log, and each says for which territory it is held. When a KPA
opens there it makes drafts of them, licence and credit kept: people look at each, and publish it in
their own log. Then the node withdraws its own. All of it are acts of people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kpa_core.api import N_, KpaError, RecordType, Refused, Work
from kpa_federation.blobs import fetching
from kpa_federation.catalogue.attachments import clean_file
from kpa_federation.catalogue.kinds import ABOUT_US
from kpa_federation.catalogue.licences import check_adaptation
from kpa_federation.catalogue.reading import fold_text
from kpa_federation.network import profile
from kpa_federation.peers import gathering
from kpa_federation.protocol.bodies import Attachment
from kpa_federation.records import drafts, publishing, reading, taking
from kpa_federation.records.checking import CREDIT
from kpa_federation.records.content import Content
from kpa_federation.records.kinds import Kinds, kinds
from kpa_federation.records.models import DraftRow
from kpa_federation.records.reading import Found
from kpa_federation.trust import advising
from kpa_federation.trust import service as trust

FIELD = "for_territory"
LONGEST = 80
NEEDS = drafts.PUBLISH


@dataclass(frozen=True)
class Held:
    """A record of ours that is held for a territory, and those that others made of it."""

    found: Found
    territory: str
    taken_by: tuple[Found, ...]


@dataclass(frozen=True)
class Brought:
    """What became of one record that was held for us: the page of its draft, or why not yet."""

    title: str
    page: str = ""
    why: str = ""


def territory_of(found: Found) -> str:
    """Return the territory a record is held for; an empty text when it is held for none."""
    said = found.content.body.get(FIELD) if isinstance(found.content, Content) else None
    return " ".join(said.split())[:LONGEST] if isinstance(said, str) else ""


def hold(work: Work, draft_id: UUID, version: int, territory: str) -> DraftRow:
    """Say for which territory this node holds a record; it is published with it, or anew.

    Raises:
        Refused: this is no network node.
    """
    with work.transaction():
        if not gathering.is_node(work):
            raise Refused(N_("Seul un nœud du réseau garde des fiches pour d'autres."))
        row = drafts.find_draft(work, draft_id)
        body = {**row.body, FIELD: " ".join(territory.split())[:LONGEST]}
        return drafts.change_draft(work, draft_id, version, body, row.licence)


def held_here(work: Work) -> list[Held]:
    """Return what this node holds for others, by territory.

    Taken by a KPA is what it published anew, of the same kind, if it says that it is of there.
    """
    known = kinds(work)
    mine = {one.name: one for one in _held(work, known) if one.origin.is_own}
    made: dict[str, list[Found]] = {}
    said = profile.profiles(work) if mine else {}
    for one in reading.made_from(work, known) if mine else ():
        there = fold_text(said[one.origin.key].territory) if one.origin.key in said else ""
        for name in {*_of(one)} & mine.keys():
            if _is_taken(mine[name], one, there):
                made.setdefault(name, []).append(one)
    found = [Held(one, territory_of(one), tuple(made.get(name, ()))) for name, one in mine.items()]
    return sorted(found, key=lambda one: (fold_text(one.territory), one.found.title))


def _is_taken(mine: Found, theirs: Found, there: str) -> bool:
    return (
        not theirs.origin.is_own
        and isinstance(theirs.content, Content)
        and theirs.kind == mine.kind
        and there == fold_text(territory_of(mine))
    )


def held_for_us(work: Work) -> list[Found]:
    """Return what KPAs that people here chose hold for our territory and we did not take yet.

    A profile is nobody else's to hold, and what lists hide here is left out.
    """
    ours = fold_text(work.instance.settings.instance.territory)
    if not ours:
        return []
    known, hidden = kinds(work), advising.effects(work).hidden()
    here = {
        name for one in reading.made_from(work, known) if one.origin.is_own for name in _of(one)
    }
    here |= _drafted(work)
    return [
        one
        for one in _held(work, known)
        if one.kind not in ABOUT_US
        and one.name not in here
        and not hidden & {one.name, one.origin.key}
        and fold_text(territory_of(one)) == ours
        and trust.may_vouch(work.session, one.origin.key)
    ]


def take_over(work: Work) -> list[Brought]:
    """Make drafts of all that is held for our territory; say what became of each.

    Nothing is published: what others wrote is read, and looked at, by a person first.
    """
    with work.transaction():
        work.require(NEEDS)
        return [_bring(work, one) for one in held_for_us(work)]


def hand_over(work: Work, origin: str) -> int:
    """Withdraw what this KPA took over from what we hold; return how many records that was."""
    with work.transaction():
        work.require(NEEDS)
        gone = [
            one.found.name
            for one in held_here(work)
            if origin in {other.origin.key for other in one.taken_by}
        ]
        for name in gone:
            publishing.retract(work, name, "duplicate")
    return len(gone)


def _held(work: Work, known: Kinds) -> Iterator[Found]:
    return (one for one in reading.naming(work, known, FIELD) if territory_of(one))


def _of(one: Found) -> tuple[str, ...]:
    return tuple(name for name, _ in one.sources)


def _drafted(work: Work) -> set[str]:
    """Return what the drafts here were made of: they wait to be read again."""
    rows = work.session.scalars(sa.select(DraftRow).where(DraftRow.state == "draft"))
    return {one["record"] for row in rows for one in row.derived_from}


def _bring(work: Work, found: Found) -> Brought:
    assert isinstance(found.content, Content)
    refusal = check_adaptation([found.licence], found.licence)
    if found.type is None or refusal is not None:
        return Brought(
            found.title, why=N_("Sa licence ou son genre ne permet pas de la reprendre.")
        )
    files = _files(work, found.origin.key, found.content.files) if found.type.files else []
    if files is None:
        return Brought(
            found.title, why=N_("Ses fichiers ne sont pas encore ici. Reviens plus tard.")
        )
    row = _draft(work, found, found.type, found.content.body)
    for name, data in files:
        drafts.add_file(work, row.id, name, data)
    return Brought(found.title, f"{taking.OURS}/{row.id}")


def _draft(work: Work, found: Found, kind: RecordType, said: Mapping[str, Any]) -> DraftRow:
    fields = {field.name for field in kind.fields} - {FIELD, CREDIT}
    body = {name: value for name, value in said.items() if name in fields}
    source = {
        "record": found.name,
        "revision": found.revision,
        "licence": found.licence,
        "credit": taking.credit_of(work, kinds(work), found),
    }
    return drafts.write_draft(work, found.kind, body, found.licence, [source])


def _files(
    work: Work, origin: str, listed: tuple[Attachment, ...]
) -> list[tuple[str, bytes]] | None:
    """Return the files of a record with their names; None while some are still to come."""
    found: dict[bytes, tuple[str, bytes]] = {}  # by what it is once clean: a draft has each once
    for one in {one.sha256: one for one in listed}.values():
        if fetching.stored(work.session, one.sha256) is None:
            fetching.want(work, origin, one)
            return None
        data = fetching.read(work, one.sha256)
        try:
            clean = clean_file(one.name, data)
        except KpaError:  # it is read again by a person, and left out here
            continue
        found.setdefault(clean.data, (one.name, data))
    return list(found.values())
