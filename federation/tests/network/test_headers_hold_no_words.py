"""No header of a log holds free text: all of it is hashes, numbers, days and words of closed lists.

What people write is in bodies, which can be erased; headers stay for good.
"""

from __future__ import annotations

import json
import re

import pytest
import sqlalchemy as sa

from kpa_core.work import KPA
from kpa_federation import demo
from kpa_federation.catalogue.seeds import FOLDER, GROUPS, seeds
from kpa_federation.log.models import EntryRow, RecordRow
from kpa_federation.protocol.entries import REASONS
from kpa_federation.records import cli, drafts, publishing

CLOSED = {"ed25519", "genesis", "key", "put", "del", "purge", *REASONS}
SHAPES = (
    re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),  # a day
    re.compile(r"[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{86}"),  # salts, hashes, seals
    re.compile(r"[a-z2-7]{32}(/[0-9]+/[0-9a-f]{16})?"),  # an origin, a record
    re.compile(r"[a-z0-9.-]+/[a-z]+/[0-9]+"),  # a kind
    re.compile(r"(CC0|CC-BY|CC-BY-SA|LO|ODbL|GPL|AGPL|MIT|etalab)[A-Za-z0-9.+-]*"),  # a licence
)


def values(said):
    """Give every text of a header, and every name of a field that is not a plain word."""
    if isinstance(said, dict):
        for name, value in said.items():
            assert re.fullmatch(r"[a-z_]{1,16}|[A-Za-z0-9_-]{43}", name), name
            yield from values(value)
    elif isinstance(said, list):
        for value in said:
            yield from values(value)
    elif isinstance(said, str):
        yield said


def free_texts(lines):
    """Return what is no hash, day, name of a kind or word of a closed list."""
    return {
        text
        for line in lines
        for text in values(json.loads(line))
        if text not in CLOSED and not any(shape.fullmatch(text) for shape in SHAPES)
    }


@pytest.fixture
def lines(town):
    """The headers of the four KPAs of the demo, with a change and a withdrawal each."""
    found = []
    for key in GROUPS:
        place = town(GROUPS[key])
        with place.work(KPA) as work:
            for seed in seeds(key):
                said = cli._read((FOLDER / f"{seed.name}.toml").read_bytes())
                row = drafts.write_draft(work, said["kind"], said["body"])
                name = publishing.publish(work, row.id, row.version)
            body = {**row.body, "title": "Un autre titre"}
            drafts.change_draft(work, row.id, row.version, body, row.licence)
            publishing.publish(work, row.id, row.version)
            publishing.retract(work, name, "outdated", erase=True)
            assert work.session.scalar(sa.select(RecordRow.op).where(RecordRow.op == "purge"))
            found += work.session.scalars(sa.select(EntryRow.line))
    return found


def test_the_four_of_the_demo_are_these():
    assert set(demo.TOWNS) | {demo.MAIN} == set(GROUPS)


def test_no_header_of_the_demo_network_has_a_word_of_anybody(lines):
    assert len(lines) > 20
    assert free_texts(lines) == set()
    words = {
        word
        for key in GROUPS
        for seed in seeds(key)
        for word in re.findall(r"[^\W\d_]{5,}", (FOLDER / f"{seed.name}.toml").read_text("utf-8"))
        if word not in ("resource", "learning", "licence")  # a kind's name, a field's name
    }
    assert len(words) > 300
    told = b"\n".join(lines).decode()
    assert {word for word in words if re.search(rf"\b{word}\b", told)} == set()


def test_planted_a_reason_in_words_is_seen(lines):
    planted = {**json.loads(lines[-1]), "reason": "Samira ne veut plus"}
    assert free_texts([json.dumps(planted)]) == {"Samira ne veut plus"}
