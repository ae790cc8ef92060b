"""R16: the sixteen classes of attack on signed repositories that TUF's own tests list."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from liars import Says, huge
from log_writer import DAY, Writer, guardians, private_of, public_of
from peers import NOW, Node

from kpa_federation.log import models
from kpa_federation.own import head
from kpa_federation.peers.over_http import BUNDLE, INFLATED, SMALL
from kpa_federation.protocol import keys
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.bundle import BundleReader, closing, opening, section_lines
from kpa_federation.protocol.entries import genesis
from kpa_federation.protocol.identity import key_line, to_sign
from kpa_federation.protocol.notes import Checkpoint

GUARDIANS = guardians("anis", "optéos", "condition")
CLASSES = json.loads((Path(__file__).parents[1] / "data" / "tuf_attack_list.json").read_text())


@pytest.fixture
def roubaix():
    made = Writer("roubaix", GUARDIANS)
    for place in range(6):
        made.put(f"Fiche {place}")
    return made


@pytest.fixture
def reader(roubaix):
    node = Node("reader")
    node.write(roubaix)
    return node


def gives(section, root=None, size=None):
    told = (size or section.checkpoint.size, root or section.checkpoint.root)
    return Says({section.origin: told}, lambda _: section_lines(section))


def refusal(node, section):
    """Return the code of a refusal that left the node as it was."""
    before = node.roots()
    done = node.pull(gives(section))
    assert node.roots() == before
    return done.refused.get(section.origin)


def rollback(roubaix, reader):
    old = roubaix.section(0, 4, size=4)
    reader.pull(gives(old))
    assert reader.checkpoint(roubaix.origin).size == 7


def role_removal(roubaix, reader):
    shorter = roubaix.branch(6)  # the last record is gone, and another stands there
    shorter.put("Autre")
    forked = Node()
    forked.write(shorter)
    assert reader.pull(forked).forked == {roubaix.origin: "freeze"}
    assert set(reader.bodies(roubaix.origin)) == {1, 2, 3, 4, 5}  # people look at the sixth
    assert reader.state(roubaix.origin).size == 7


def fast_forward(roubaix, reader):
    thief = roubaix.branch(7)
    far = huge(thief, 2**31)
    fresh = Node()
    fresh.pull(gives(far))
    recovered = roubaix.branch(4)
    recovered.rotate("roubaix 2", ["anis", "optéos"], GUARDIANS)
    recovered.put("Nous revoilà")
    source = Node()
    source.write(recovered)
    fresh.pull(source)
    assert fresh.roots() == source.roots()


def indefinite_freeze(roubaix, reader):
    """Nothing changes, and how long ago it last grew can be told."""
    reader.pull(gives(roubaix.section()))
    with reader.store.reading() as session:
        grew = session.scalar(sa.select(models.LogRow.grew_at))
    assert grew.replace(tzinfo=NOW.tzinfo) == NOW


def mix_and_match(roubaix, reader):
    other = roubaix.branch(3)
    other.put("Autre")
    mixed = replace(other.section(0, 4), checkpoint=roubaix.checkpoint(4))
    assert refusal(Node(), mixed) == "bad_root"


def version_mismatch(roubaix, reader):
    for start in (1, 3):
        moved = replace(roubaix.section(), start=start, end=start + 7)
        moved.bodies = {}
        assert refusal(Node(), moved) == "gap"


def wrong_type(roubaix, reader):
    note = roubaix.checkpoint()
    cosigned = replace(note, signatures=())
    as_cosignature = b"cosignature/v1\ntime 1\n" + note.text()
    wrong = replace(note.signatures[0], data=keys.sign(roubaix.private, as_cosignature))
    made = replace(roubaix.section(), checkpoint=replace(cosigned, signatures=(wrong,)))
    assert refusal(Node(), made) == "bad_signature"


def bad_initial_root(roubaix, reader):
    unsigned = replace(roubaix.checkpoint(), signatures=())
    made = replace(roubaix.section(), checkpoint=unsigned)
    lines = lambda: [opening("b" * 32), *section_lines(made), closing("x.1", {})]  # noqa: E731
    with pytest.raises(ValueError, match="bad_note"):
        list(BundleReader(lines()))
    without = roubaix.section(1, 7)
    without.start, without.end, without.bodies = 0, 6, {}
    assert refusal(Node(), without) == "other_log"


def request_by(roubaix, pairs):
    request = roubaix.key_request("voleur", GUARDIANS)
    line = key_line(request, {})
    said = {**json.loads(line), "by": pairs(to_sign(request))}
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def signature(name, message):
    return {
        "key": keys.text_of(public_of(name)),
        "signature": keys.text_of(keys.sign(private_of(name), message)),
    }


def stays_with_its_key(roubaix, line):
    place = roubaix.append(line)
    node = Node()
    node.write(roubaix)
    with node.store.reading() as session:
        assert session.get(models.EntryRow, (1, place)).void == "not_signed"
    assert node.state(roubaix.origin).identity.key == public_of("roubaix")


def threshold(roubaix, reader):
    stays_with_its_key(roubaix, request_by(roubaix, lambda text: [signature("anis", text)] * 2))


def duplicate_signatures(roubaix, reader):
    stays_with_its_key(
        roubaix,
        request_by(
            roubaix,
            lambda text: [signature("anis", text)] * 5 + [signature("quelqu'un", text)],
        ),
    )


def key_rotation(roubaix, reader):
    for place in range(3):
        roubaix.rotate(f"roubaix {place}", ["anis", "condition"], GUARDIANS)
    source = Node()
    source.write(roubaix)
    assert reader.pull(source).entries == 3
    late = roubaix.branch(len(roubaix.entries))
    late.private = private_of("roubaix 1")  # a key between the first and the last
    late.put("Faux")
    told = {late.origin: (len(late.entries), late.root())}
    peer = Says(told, lambda asked: section_lines(late.section(asked.want[late.origin])))
    assert reader.pull(peer).refused == {late.origin: "bad_signature"}
    assert reader.roots() == source.roots()


def unverified_data_kept(roubaix, reader):
    node = Node()
    whole = roubaix.section()
    whole.checkpoint = Checkpoint(roubaix.origin, 7, b"z" * 32).signed(roubaix.private)
    assert refusal(node, whole) == "bad_root"
    with node.store.reading() as session:
        for table in (models.LogRow, models.EntryRow, models.RecordRow):
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def endless_data(roubaix, reader):
    given = [0]

    def endless():
        yield opening("b" * 32)
        while True:
            given[0] += 1
            yield b"x" * 65536

    with pytest.raises(ValueError, match="too_long"):
        list(BundleReader(endless()))
    assert given[0] <= 18
    assert max(SMALL, BUNDLE, INFLATED) <= 64 * 1024 * 1024


def path_traversal(roubaix, reader):
    """No name a peer gives becomes a file: what a log brings is in the database alone."""
    body = {"title": "x", "files": []}
    files = [{"name": "../../x", "sha256": "a" * 64, "size": 1}]
    with pytest.raises(ValueError, match="bad_field"):
        write_body({"files": [{"name": "", "sha256": "../x", "size": 1}], **{"title": "x"}})
    assert write_body({**body, "files": files})
    assert {head.KEY.name, head.HEAD.name} == {"federation.key", "federation.head"}


def substitution(roubaix, reader):
    whole = roubaix.section()
    whole.bodies[3] = write_body({"title": "Une autre"}, salt=b"s" * 16)
    assert refusal(Node(), whole) == "bad_root"


def clock(roubaix, reader):
    for year in (1970, 2016, 2036, 2100):
        node = Node()
        node.pull(gives(roubaix.section()), now=NOW.replace(year=year))
        assert node.roots() == reader.roots()
        line = genesis(public_of("x"), DAY.replace(year=year), b"n" * 16)
        assert line


ATTACKS = [
    rollback,
    role_removal,
    fast_forward,
    indefinite_freeze,
    mix_and_match,
    version_mismatch,
    wrong_type,
    bad_initial_root,
    threshold,
    key_rotation,
    unverified_data_kept,
    duplicate_signatures,
    endless_data,
    path_traversal,
    substitution,
    clock,
]


def test_every_class_has_its_attack():
    assert len(CLASSES["attacks"]) == len(ATTACKS) == 16


@pytest.mark.parametrize(
    "attack", ATTACKS, ids=[one[0].replace(" ", "_") for one in CLASSES["attacks"]]
)
def test_attack(attack, roubaix, reader):
    attack(roubaix, reader)


@pytest.mark.parametrize("years", [-10, -1, 1, 10])
def test_a_clock_that_is_wrong_brings_the_same_logs(roubaix, years):
    source, node = Node(), Node()
    source.write(roubaix)
    there = NOW.replace(year=NOW.year + years)
    node.pull(source, now=there)
    roubaix.put("Nouvelle", at=DAY.replace(year=DAY.year - years))
    roubaix.withdraw(1, 2)
    source.write(roubaix)
    node.pull(source, now=NOW)
    assert node.roots() == source.roots()
    assert node.bodies(roubaix.origin) == source.bodies(roubaix.origin)
