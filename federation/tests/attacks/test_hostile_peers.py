"""A peer that lies harms nobody but itself: what others publish arrives, at a bounded price."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from liars import Says, huge
from log_writer import Writer, guardians
from peers import NOW, Node

from kpa_federation.log import going_back, keeping, models, serving
from kpa_federation.log.pulling import read_file
from kpa_federation.log.serving import Asked
from kpa_federation.peers.over_http import HttpPeer
from kpa_federation.protocol import limits
from kpa_federation.protocol.bundle import BundleReader, section_lines
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.notes import Checkpoint
from kpa_federation.protocol.reading import Section

GUARDIANS = guardians("anis", "optéos", "condition")


def node_of(*writers):
    made = Node()
    for one in writers:
        made.write(one)
    return made


def writer_of(name, count):
    made = Writer(name, GUARDIANS)
    for place in range(count):
        made.put(f"Fiche {place}")
    return made


def fails(node, peer):
    """Return what a pull refuses; nothing may have been kept."""
    before = node.roots()
    refused = node.pull(peer).refused
    assert node.roots() == before
    return refused


@pytest.fixture
def roubaix():
    return writer_of("roubaix", 6)


def lies(roubaix):
    """Return bundles that no honest peer sends, by what they do."""
    whole = roubaix.section()
    stranger = writer_of("quelqu'un", 6)
    dropped = Section(**{f: getattr(whole, f) for f in Section.__slots__})
    dropped.entries, dropped.end, dropped.bodies = whole.entries[:3] + whole.entries[4:], 6, {}
    swapped = Section(**{f: getattr(whole, f) for f in Section.__slots__})
    swapped.entries = [*whole.entries[:2], whole.entries[3], whole.entries[2], *whole.entries[4:]]
    swapped.bodies = {}
    invented = stranger.section()
    invented.origin = roubaix.origin
    renamed = stranger.section()
    renamed.origin = roubaix.origin
    renamed.checkpoint = Checkpoint(roubaix.origin, 7, stranger.root()).signed(stranger.private)
    mixed = roubaix.section(0, 4)
    mixed.checkpoint = roubaix.checkpoint(5)
    middle = roubaix.section(3, 7)
    return {
        "an entry is dropped": (dropped, "bad_proof"),
        "two entries are swapped": (swapped, "bad_root"),
        "another log under this name": (invented, "other_log"),
        "a mirror invents the origin": (renamed, "other_log"),
        "entries of one head under another": (mixed, "bad_proof"),
        "a section from the middle": (middle, "gap"),
    }


@pytest.mark.parametrize("lie", lies(writer_of("roubaix", 6)))
def test_a_lie_about_a_log_is_refused_and_kept_nowhere(roubaix, lie):
    section, code = lies(roubaix)[lie]
    peer = Says({roubaix.origin: (7, roubaix.root())}, lambda _: section_lines(section))
    assert fails(Node(), peer) == {roubaix.origin: code}


def test_an_older_checkpoint_changes_nothing(roubaix):
    node = node_of(roubaix)
    peer = Says(
        {roubaix.origin: (4, roubaix.root(4))},
        lambda _: section_lines(roubaix.section(0, 4, size=4)),
    )
    done = node.pull(peer)
    assert (done.entries, done.forked, done.refused) == (0, {}, {})
    assert node.checkpoint(roubaix.origin).size == 7
    assert peer.asked == 0


def test_a_head_that_no_section_follows_is_a_freeze_and_costs_one_question(roubaix):
    node = node_of(roubaix)
    peer = Says({roubaix.origin: (2**60, b"x" * 32)}, lambda _: ())
    done = node.pull(peer)
    assert (done.entries, done.refused, peer.asked) == (0, {}, 1)


def test_a_section_that_is_sent_again_and_again_costs_one_look_back(roubaix, monkeypatch):
    node, looked = node_of(roubaix), []
    roubaix.put("Nouvelle")
    kept = going_back.state_at
    monkeypatch.setattr(going_back, "state_at", lambda *asked: looked.append(1) or kept(*asked))
    again = [line for _ in range(300) for line in section_lines(roubaix.section(5, 7, size=7))]
    peer = Says({roubaix.origin: (8, roubaix.root())}, lambda _: again)
    node.pull(peer)
    assert len(looked) == 1
    assert node.state(roubaix.origin).size == 7


def test_a_log_nobody_asked_for_is_left_out(roubaix):
    other = writer_of("autre", 3)
    lines = [*section_lines(other.section()), *section_lines(roubaix.section())]
    node = Node()
    node.pull(Says({roubaix.origin: (7, roubaix.root())}, lambda _: lines))
    assert set(node.roots()) == {roubaix.origin}


@pytest.mark.parametrize("further", [0, 1, 5])
def test_a_file_that_tells_known_entries_otherwise_is_another_branch(roubaix, further):
    node, other = node_of(roubaix), roubaix.branch(4)
    for place in range(3 + further):
        other.put(f"Autre {place}")
    pieces = list(node_of(other).sync(Asked({roubaix.origin: 0})))
    before = node.roots()
    done, _ = read_file(node.store, lambda: pieces, follows=lambda _: True, now=NOW)
    assert (done.refused, done.forked) == ({}, {roubaix.origin: "freeze"})
    assert node.roots() == before
    assert set(node.bodies(roubaix.origin)) == {1, 2, 3}


# --- what an honest mirror passes on of a hostile origin


def test_a_log_still_on_its_way_is_not_offered(roubaix):
    section = huge(roubaix, 2**49)
    peer = Says(
        {roubaix.origin: (2**49, section.checkpoint.root)}, lambda _: section_lines(section)
    )
    mirror, other = Node("mirror"), writer_of("autre", 2)
    mirror.pull(peer)
    assert mirror.state(roubaix.origin).size == 4
    mirror.write(other)
    reader = Node("reader")
    done = reader.pull(mirror)
    assert (done.refused, done.forked, set(reader.roots())) == ({}, {}, {other.origin})
    asked = Asked({roubaix.origin: 0})
    assert [one.origin for one in BundleReader(mirror.sync(asked))] == []


def test_a_mirror_that_was_cut_off_offers_the_log_once_it_is_whole():
    long = writer_of("long", 0)
    for place in range(60):
        long.put("mots " * 150 + str(place))
    source, mirror, reader = node_of(long), Node("mirror"), Node("reader")
    whole = source.sync

    def cut(asked):
        left = 40_000
        for line in whole(asked):
            left -= len(line)
            if left < 0:
                return
            yield line

    source.sync = cut
    mirror.pull(source, chunk=serving.LEAST)
    assert 0 < mirror.state(long.origin).size < 61
    assert reader.pull(mirror).refused == {}
    assert reader.roots() == {}
    source.sync = whole
    mirror.pull(source, chunk=serving.LEAST)
    reader.pull(mirror)
    assert reader.roots() == source.roots()


@pytest.mark.parametrize("keys", [1, limits.FORWARD_KEYS])
def test_keys_beyond_the_first_chunk_are_sent_ahead(keys):
    long = writer_of("long", 0)
    for place in range(30):
        long.put("mots " * 200 + str(place))
    for number in range(keys):
        long.rotate(f"clé {number}", ["anis", "optéos"], GUARDIANS)
    source, reader = node_of(long), Node("reader")
    done = reader.pull(source, chunk=serving.LEAST)
    assert (done.entries, done.refused) == (31 + keys, {})
    assert reader.roots() == source.roots()


def test_an_origin_with_too_many_keys_does_not_stop_the_others():
    spammer = writer_of("spammer", 0)
    for place in range(30):
        spammer.put("mots " * 200 + str(place))
    for number in range(limits.FORWARD_KEYS + 4):
        spammer.rotate(f"clé {number}", ["anis", "optéos"], GUARDIANS)
    others = [writer_of(f"autre {number}", 2) for number in range(5)]
    mirror = node_of(spammer, *others)
    reader = Node("reader")
    done = reader.pull(mirror, chunk=serving.LEAST)
    assert {one.origin for one in others} <= set(reader.roots())
    assert done.is_whole


# --- what comes over HTTP


def http_peer(answer):
    headers = {"content-type": "application/json; charset=utf-8"}
    told = SimpleNamespace(status=200, body=answer, headers=headers)
    return HttpPeer(SimpleNamespace(fetch=lambda *_, **__: told), "https://a.example")


HEAD = base64.b64encode(b"r" * 32).decode()
BAD_HEADS = {
    "no JSON": b"<html>",
    "no object": b"[]",
    "too deep": b"[" * 100_000,
    "no cursor": b'{"heads":{}}',
    "a cursor with half a character": b'{"cursor":"a.\\ud800","heads":{}}',
    "a cursor with a new line": b'{"cursor":"a.1\\r\\nHost: x","heads":{}}',
    "a cursor that adds to the address": b'{"cursor":"a.1&x=/../","heads":{}}',
    "a cursor that ends text": b'{"cursor":"a\\u0000","heads":{}}',
    "a cursor longer than its column": json.dumps({"cursor": "a" * 65, "heads": {}}).encode(),
    "heads in a list": b'{"cursor":"a.1","heads":[]}',
    "no origin": json.dumps({"cursor": "a.1", "heads": {"x": [1, HEAD]}}).encode(),
    "a size below zero": json.dumps({"cursor": "a.1", "heads": {"a" * 32: [-1, HEAD]}}).encode(),
    "a size that is true": json.dumps(
        {"cursor": "a.1", "heads": {"a" * 32: [True, HEAD]}}
    ).encode(),
    "a size in halves": json.dumps({"cursor": "a.1", "heads": {"a" * 32: [1.5, HEAD]}}).encode(),
    "a size beyond counting": b'{"cursor":"a.1","heads":{"%s":[%s,"%s"]}}'
    % (b"a" * 32, b"9" * 30, HEAD.encode()),
    "a short root": json.dumps({"cursor": "a.1", "heads": {"a" * 32: [1, "AAAA"]}}).encode(),
    "a head of one": json.dumps({"cursor": "a.1", "heads": {"a" * 32: [1]}}).encode(),
    "a head that is null": json.dumps({"cursor": "a.1", "heads": {"a" * 32: None}}).encode(),
}


@pytest.mark.parametrize("answer", BAD_HEADS)
def test_heads_that_are_none_are_refused_in_one_known_way(answer):
    with pytest.raises(ProtocolError):
        http_peer(BAD_HEADS[answer]).heads("")


def test_a_counter_that_went_back_tells_everything_again(roubaix):
    node = node_of(roubaix)
    epoch = node.heads("")[0].partition(".")[0]
    assert node.heads(f"{epoch}.1")[1] == {}
    assert set(node.heads(f"{epoch}.99")[1]) == {roubaix.origin}  # a backup was put back
    assert set(node.heads("other.1")[1]) == {roubaix.origin}


def test_a_head_with_another_root_proves_nothing_by_itself(roubaix):
    node, source = node_of(roubaix), node_of(roubaix)
    source.heads = lambda since: ("x.1", {roubaix.origin: (7, b"z" * 32)})
    done = node.pull(source)
    assert (done.forked, done.grown) == ({}, set())
    with node.store.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(models.EvidenceRow)) == 0
        assert keeping.state_of(session, roubaix.origin).size == 7
