"""One hostile record among a thousand: it is void everywhere, and the others arrive."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from log_writer import DAY, KIND, LICENCE, Writer, guardians, private_of, public_of
from peers import Node

from kpa_federation.log import models
from kpa_federation.protocol import canonical, keys
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.bundle import closing, opening, section_lines
from kpa_federation.protocol.entries import body_hash, genesis, put, withdraw
from kpa_federation.protocol.identity import key_line, to_sign

GUARDIANS = guardians("anis", "optéos", "condition")
BODY = write_body({"title": "Bonne fiche"}, salt=b"s" * 16)
GOOD = json.loads(put(BODY, at=DAY, kind=KIND, licence=LICENCE))


def with_field(**changed):
    """Return a ``put`` with fields of other values; None leaves one out."""
    said = {name: one for name, one in {**GOOD, **changed}.items() if one is not None}
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


TEXT = canonical.write(GOOD)
HOSTILE = {
    "no JSON": b"<script>alert(1)</script>",
    "nothing": b"",
    "no UTF-8": b"\xff\xfe\xfd",
    "a list": b"[]",
    "deep": b'{"a":' * 200 + b"1" + b"}" * 200,
    "digits": b'{"at":' + b"9" * 900 + b"}",
    "NaN": TEXT.replace(b":1}", b":NaN}"),
    "a fraction": with_field(revision=1.5),
    "null": TEXT.replace(b'"put"', b"null"),
    "true": with_field(revision=True),
    "a field twice": TEXT[:-1] + b',"op":"put"}',
    "fields out of order": json.dumps(dict(reversed(GOOD.items()))).encode(),
    "spaces": TEXT.replace(b":", b": "),
    "an escape": TEXT.replace(b'"put"', b'"\\u0070ut"'),
    "half a character": TEXT.replace(b'"put"', b'"\\ud800"'),
    "a key with an accent": with_field(été="x"),
    "a mark at the start": b"\xef\xbb\xbf" + TEXT,
    "UTF-16": TEXT.decode().encode("utf-16-be").replace(b"\n", b""),
    "a zero byte": TEXT + b"\0",
    "a carriage return": TEXT + b"\r",
    "no op": with_field(op=None),
    "an unknown op": with_field(op="install"),
    "an op in capitals": with_field(op="PUT"),
    "an op that is a list": with_field(op=["put"]),
    "a kind that is a path": with_field(kind="../../etc/passwd"),
    "a kind that is markup": with_field(kind="<b>/x/1"),
    "a kind without version": with_field(kind="kpa.example/resource"),
    "a long kind": with_field(kind="k" * 300 + "/resource/1"),
    "a licence that is words": with_field(licence="all rights; DROP TABLE"),
    "an empty licence": with_field(licence=""),
    "a day that is none": with_field(at="2026-02-30"),
    "a day with another zero": with_field(at="２０２６-11-23"),
    "a day with a time": with_field(at="2026-11-23T00:00:00Z"),
    "a short hash": with_field(body="AAAA"),
    "a hash with spare bits": with_field(body="A" * 42 + "B"),
    "no hash": with_field(body=None),
    "no bytes": with_field(bytes=0),
    "bytes below zero": with_field(bytes=-1),
    "too many bytes": with_field(bytes=2**30),
    "an integer too large": with_field(bytes=2**53),
    "a first revision that is the second": with_field(revision=2),
    "a revision of nothing": with_field(record=999_999, revision=2),
    "a record below zero": with_field(record=-1, revision=2),
    "a record that is the genesis": with_field(record=0, revision=2),
    "a revision that jumps": with_field(record=1, revision=9),
    "a revision that goes back": with_field(record=1, revision=1),
    "derived from another spelling": with_field(derived_from=[{"record": "x", "revision": 1}]),
    "derived from a thousand": with_field(derived_from=[{"record": "a", "revision": 1}] * 17),
    "a header too long": with_field(note="x" * 1100),
    "a second genesis": genesis(public_of("autre"), DAY, b"n" * 16),
    "a key signed by nobody": canonical.write(
        {
            **{"at": DAY.isoformat(), "op": "key", "origin": "a" * 32, "size": 5},
            "key": keys.text_of(public_of("voleur")),
            "next": GUARDIANS.to_wire(),
            "root": keys.text_of(b"r" * 32),
        }
    ),
    "a withdrawal of what is not": withdraw(
        "del", at=DAY, record=88_888, revision=2, reason="error"
    ),
    "a reason in free words": canonical.write(
        {"at": "2026-11-23", "op": "del", "reason": "Mme X", "record": 1, "revision": 2}
    ),
}


@pytest.fixture(scope="module")
def source():
    """A log of a thousand records with every hostile line in between, and another log."""
    writer, places = Writer("roubaix", GUARDIANS), {}
    waiting = list(HOSTILE.items())
    for place in range(999):
        writer.put(f"Fiche {place}")
        if waiting and place % 10 == 5:
            name, line = waiting.pop()
            places[name] = writer.append(line)
            if name.startswith(("a header", "an op that", "a kind", "derived")):
                writer.bodies[places[name]] = BODY  # its words do not come either
    other = Writer("lille")
    other.put("Buffet")
    node = Node("source")
    node.write(writer)
    node.write(other)
    return writer, other, node, places


def test_the_list_is_long_enough():
    assert len(HOSTILE) >= 50


def void(node, origin):
    query = (
        sa.select(models.EntryRow.place, models.EntryRow.void, models.EntryRow.body)
        .join(models.LogRow, models.LogRow.id == models.EntryRow.log_id)
        .where(models.LogRow.origin == origin, models.EntryRow.void.is_not(None))
    )
    with node.store.reading() as session:
        return {place: (why, body) for place, why, body in session.execute(query)}


def test_a_thousand_records_arrive_beside_every_kind_of_hostile_one(source):
    writer, other, node, places = source
    relay, reader = Node("relay"), Node("reader")
    for one, peer in ((relay, node), (reader, relay)):
        done = one.pull(peer)
        assert (done.refused, done.forked, done.is_whole) == ({}, {}, True)
        assert one.roots() == node.roots()
        assert one.state(other.origin).size == 2
        live = one.bodies(writer.origin)
        found = void(one, writer.origin)
        assert {name for name, place in places.items() if place not in found} == set()
        assert len(live) == 999
        assert all(body.startswith(b'{"salt"') for body in live.values())
        assert len(found) == len(HOSTILE)
        assert {body for _, body in found.values()} == {None}
        assert one.pull(peer).entries == 0  # the cursor went on


def test_a_corrected_version_lands(source):
    writer, _, _, _ = source
    fixed = writer.branch(len(writer.entries))
    node, reader = Node("later"), Node("reader")
    node.write(fixed)
    reader.pull(node)
    place = fixed.put("Corrigée", record=1, revision=2)
    node.write(fixed)
    assert reader.pull(node).entries == 1
    assert place in reader.bodies(writer.origin)


@pytest.mark.parametrize("size", [4097, 100_000])
def test_a_leaf_that_ends_a_log_stops_that_log_alone(size):
    writer, other = Writer("roubaix"), Writer("lille")
    for place in range(3):
        writer.put(f"Fiche {place}")
        other.put(f"Fiche {place}")
    honest = Node("honest")
    honest.write(writer)
    honest.write(other)
    reader = Node("reader")
    reader.pull(honest)
    assert reader.roots() == honest.roots()
    with pytest.raises(ValueError, match="ended"):
        writer.append(b"x" * size)  # it cannot even be read, so no honest peer ever passes it on


LOW_ORDER = json.loads(
    (Path(__file__).parents[1] / "data" / "low_order_public_keys.json").read_text()
)


def test_no_log_begins_or_goes_on_with_a_key_that_fits_any_signature():
    found = LOW_ORDER if isinstance(LOW_ORDER, list) else LOW_ORDER["keys"]
    assert len(found) == 14
    for one in found:
        key = bytes.fromhex(one if isinstance(one, str) else one["key"])
        with pytest.raises(ValueError, match="bad_key"):
            genesis(key, DAY, b"n" * 16)
        writer = Writer("roubaix", GUARDIANS)
        request = writer.key_request("roubaix 2", GUARDIANS)
        request["key"] = keys.text_of(key)
        signed = {
            public_of(name): keys.sign(private_of(name), to_sign(request))
            for name in ("anis", "optéos")
        }
        line = key_line(request, signed)
        place = writer.append(line)
        node = Node()
        node.write(writer)  # still signed by the key of before
        assert void(node, writer.origin)[place][0] == "bad_key"


def test_a_body_that_does_not_fit_its_header_is_refused_with_its_log():
    writer = Writer("roubaix")
    place = writer.put("Vraie")
    writer.bodies[place] = write_body({"title": "Fausse"}, salt=b"s" * 16)
    assert body_hash(writer.bodies[place]) != GOOD["body"]
    liar, sections = Node("liar"), writer.section()
    liar.heads = lambda since: ("x.1", {writer.origin: (2, writer.root())})
    liar.sync = lambda asked: [opening("b" * 32), *section_lines(sections), closing("x.1", {})]
    reader = Node("reader")
    assert reader.pull(liar).refused == {writer.origin: "bad_root"}
    assert reader.roots() == {}
