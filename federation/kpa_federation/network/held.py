"""Records that a network node holds for a territory where no KPA is yet, and how they go home.

The node publishes them in its own log, and each says for which territory it is held. When a KPA
opens there it publishes them anew in its own log, made from the node's, licence and credit kept;
then the node withdraws its own. Both are acts of people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kpa_core.api import N_, KpaError, Refused, Work
from kpa_federation.blobs import fetching
from kpa_federation.catalogue.attachments import clean_file
from kpa_federation.catalogue.licences import check_adaptation
from kpa_federation.catalogue.reading import fold_text
from kpa_federation.peers import gathering
from kpa_federation.protocol.bodies import Attachment
from kpa_federation.records import drafts, publishing, reading, taking
from kpa_federation.records.checking import CREDIT
from kpa_federation.records.content import Content
from kpa_federation.records.kinds import Kinds, kinds
from kpa_federation.records.models import DraftRow
from kpa_federation.records.reading import Found

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
    """What became of one record that was held for us: published, or why not yet."""

    title: str
    name: str = ""
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
    """Return what this node holds for others, by territory."""
    known = kinds(work)
    mine = [one for one in _held(work, known) if one.origin.is_own]
    names = {one.name for one in mine}
    made: dict[str, list[Found]] = {}
    for one in reading.made_from(work, known) if names else ():
        for name, _ in one.sources:
            if name in names and not one.origin.is_own:
                made.setdefault(name, []).append(one)
    found = [Held(one, territory_of(one), tuple(made.get(one.name, ()))) for one in mine]
    return sorted(found, key=lambda one: (fold_text(one.territory), one.found.title))


def held_for_us(work: Work) -> list[Found]:
    """Return what others hold for our territory and we did not take over yet."""
    ours = fold_text(work.instance.settings.instance.territory)
    if not ours:
        return []
    known = kinds(work)
    here = {
        name for one in reading.made_from(work, known) if one.origin.is_own for name in _of(one)
    }
    here |= _drafted(work)
    return [
        one
        for one in _held(work, known)
        if not one.origin.is_own and fold_text(territory_of(one)) == ours and one.name not in here
    ]


def take_over(work: Work) -> list[Brought]:
    """Publish in our own log all that others hold for our territory; say what became of each.

    What must be read again first stays a draft, with the reason.
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
    files = _files(work, found.origin.key, found.content.files)
    if files is None:
        return Brought(
            found.title, why=N_("Ses fichiers ne sont pas encore ici. Reviens plus tard.")
        )
    row = _draft(work, found, found.content.body)
    for name, data in files.items():
        drafts.add_file(work, row.id, name, data)
    if any(one.blocking for one in drafts.check_draft(work, row)):
        return Brought(
            found.title, why=N_("Elle attend dans nos brouillons : relis-la, puis publie.")
        )
    return Brought(found.title, publishing.publish(work, row.id, row.version))


def _draft(work: Work, found: Found, said: Mapping[str, Any]) -> DraftRow:
    body = {name: value for name, value in said.items() if name not in (FIELD, CREDIT)}
    source = {
        "record": found.name,
        "revision": found.revision,
        "licence": found.licence,
        "credit": taking.credit_of(work, kinds(work), found),
    }
    return drafts.write_draft(work, found.kind, body, found.licence, [source])


def _files(work: Work, origin: str, listed: tuple[Attachment, ...]) -> dict[str, bytes] | None:
    """Return the files of a record by their names; None while some are still to come."""
    found: dict[str, bytes] = {}
    for one in {one.sha256: one for one in listed}.values():
        if fetching.stored(work.session, one.sha256) is None:
            fetching.want(work, origin, one)
            return None
        data = fetching.read(work, one.sha256)
        try:
            clean_file(one.name, data)
        except KpaError:  # it is read again by a person, and left out here
            continue
        found[one.name] = data
    return found
