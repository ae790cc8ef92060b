"""The profile of an instance: who the group is, where, and how to write to it.

It is a record like any other, under the same linter, published because a person said so. From then
on its version of kpa is kept true; everything else waits for a person.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import KpaError, Work
from kpa_federation.catalogue.kinds.instance import INSTANCE
from kpa_federation.own import leaving
from kpa_federation.peers.appearance import tidy_name
from kpa_federation.peers.models import PeerRow
from kpa_federation.records import drafts, publishing, reading
from kpa_federation.records.kinds import kinds
from kpa_federation.records.models import DraftRow

log = logging.getLogger("kpa.federation")
LICENCE = "CC0-1.0"
"""Facts about a group are for everyone to repeat."""


@dataclass(frozen=True)
class Profile:
    """What an origin says of itself: text from elsewhere, to be shown as such."""

    name: str
    territory: str
    contact: str
    version: str
    languages: tuple[str, ...]
    changed_on: date


def profiles(work: Work) -> dict[str, Profile]:
    """Return what each origin that is shown says of itself, by origin: its newest profile."""
    found: dict[str, Profile] = {}
    for one in reading.of_kind(work, kinds(work), INSTANCE.key):
        body = getattr(one.content, "body", {})
        found.setdefault(one.origin.key, _read(body, one.changed_on))
    return found


def published(session: Session) -> DraftRow | None:
    """Return our own profile, once it was published and as long as it was not withdrawn."""
    mine = sa.select(DraftRow).where(DraftRow.kind == INSTANCE.key, DraftRow.state == "published")
    return session.scalar(mine.order_by(DraftRow.created_at.desc()).limit(1))


def proposed(work: Work) -> dict[str, Any]:
    """Return what our profile says, or would say: the settings know most of it."""
    row, said = published(work.session), work.instance.settings.instance
    if row is not None:
        return {**row.body, "version": kpa_version()}
    return {
        "title": said.name,
        "place": said.territory,
        "contact": said.base_url.rstrip("/") + "/",
        "languages": ["français"],
        "version": kpa_version(),
        "lang": said.locale,
    }


def publish(work: Work, said: Mapping[str, Any]) -> str:
    """Publish our profile, or its next revision; return the record's name.

    Raises:
        NotReady: it says something that must not be published.
        Refused: nothing is new, or the log cannot grow now.
    """
    with work.transaction() as session:
        work.require(drafts.PUBLISH)
        body = {**proposed(work), **said, "version": kpa_version()}
        row = published(session) or drafts.write_draft(work, INSTANCE.key, body, LICENCE)
        if row.record is None or drafts.kept(body) != row.body:
            row = drafts.change_draft(work, row.id, row.version, body, LICENCE)
        return publishing.publish(work, row.id, row.version)


def keep_up(work: Work) -> bool:
    """Publish our version of kpa when it changed; return whether it did.

    Only for a group that published its profile, and left nothing unpublished in it.
    """
    row = published(work.session)
    if row is None or row.unsent or row.body.get("version") == kpa_version():
        return False
    if leaving.has_left(work.session):
        return False
    try:
        publish(work, {})
    except KpaError as error:  # the next day tries again
        log.warning("the profile keeps its old version: %s", error)
        return False
    return True


def name_neighbours(work: Work) -> None:
    """Call the neighbours that have no name here as they call themselves."""
    nameless = sa.select(PeerRow).where(PeerRow.name == "", PeerRow.trust == "followed")
    if not work.session.scalar(nameless.with_only_columns(sa.func.count())):
        return
    said = profiles(work)
    with work.transaction() as session:
        for row in session.scalars(nameless):
            if row.origin in said:
                row.name = said[row.origin].name


def kpa_version() -> str:
    """Return the version of kpa that runs here."""
    return version("kpa-core")


def _read(body: Mapping[str, Any], changed_on: date) -> Profile:
    spoken = body.get("languages")
    return Profile(
        name=_line(body.get("title")),
        territory=_line(body.get("place")),
        contact=body["contact"] if isinstance(body.get("contact"), str) else "",
        version=_line(body.get("version")),
        languages=tuple(_line(one) for one in spoken) if isinstance(spoken, list) else (),
        changed_on=changed_on,
    )


def _line(said: object) -> str:
    return tidy_name(said) if isinstance(said, str) else ""
