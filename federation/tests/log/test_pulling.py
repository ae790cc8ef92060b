"""Logs travel from peer to peer, whole and in order, whoever carries them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from log_writer import Writer, guardians, private_of
from peers import NOW, Node

from kpa_federation.log import models
from kpa_federation.log.erasing import erase
from kpa_federation.log.pulling import read_file
from kpa_federation.log.serving import LEAST, Asked

GUARDIANS = guardians("anis", "optéos", "condition")


@pytest.fixture
def roubaix():
    made = Writer("roubaix", GUARDIANS)
    for place in range(6):
        made.put(f"Fiche {place}")
    return made


@pytest.fixture
def origin(roubaix):
    node = Node("origin")
    node.write(roubaix)
    return node


def test_a_third_peer_passes_on_the_same_bytes(roubaix, origin):
    carrier, reader = Node("carrier"), Node("reader")
    carrier.pull(origin)
    done = reader.pull(carrier)
    assert (done.entries, done.is_whole, done.refused) == (7, True, {})
    assert reader.roots() == origin.roots()
    assert reader.checkpoint(roubaix.origin) == origin.checkpoint(roubaix.origin)
    assert reader.bodies(roubaix.origin) == roubaix.bodies


def test_what_is_new_comes_once(roubaix, origin):
    reader = Node()
    reader.pull(origin)
    sent = origin.sent
    assert reader.pull(origin).entries == 0
    assert origin.sent == sent  # nothing was asked for
    roubaix.put("Nouvelle")
    origin.write(roubaix)
    assert reader.pull(origin).entries == 1


def test_what_was_withdrawn_or_revised_is_not_sent(roubaix, origin):
    roubaix.put("Fiche 1, mieux", record=2, revision=2)
    roubaix.withdraw(3, 2)
    roubaix.withdraw(4, 2, op="purge", reason="privacy")
    origin.write(roubaix)
    reader = Node()
    reader.pull(origin)
    live = {1, 5, 6, 7}
    assert set(origin.bodies(roubaix.origin)) == set(reader.bodies(roubaix.origin)) == live


@pytest.mark.parametrize("cut", range(0, 8000, 400))
def test_after_a_cut_it_goes_on_from_its_own_size(roubaix, origin, cut):
    for place in range(40):
        roubaix.put("Longue fiche " * 60 + str(place))
    origin.write(roubaix)
    reader, sync = Node(), origin.sync

    def cut_off(asked):
        left = cut * 5
        for line in sync(asked):
            yield line[:left]
            left -= len(line)
            if left <= 0:
                return

    origin.sync = cut_off
    first = reader.pull(origin, chunk=LEAST)
    origin.sync = sync
    second = reader.pull(origin, chunk=LEAST)
    assert first.entries + second.entries == 47
    assert not first.is_whole
    assert reader.roots() == origin.roots()


def test_one_bad_log_does_not_stop_the_others(roubaix, origin):
    lille = Writer("lille", GUARDIANS)
    lille.put("Buffet")
    origin.write(lille)
    with origin.store.writing() as session:
        session.execute(
            sa.update(models.EntryRow)
            .where(models.EntryRow.log_id == 1, models.EntryRow.place == 2)
            .values(body=b'{"salt":"faux"}')
        )
    reader = Node()
    done = reader.pull(origin)
    assert set(done.refused) == {roubaix.origin}
    assert reader.state(lille.origin).size == 2
    assert reader.state(roubaix.origin).size == 0


def test_a_file_brings_the_same_and_may_repeat(roubaix, origin):
    reader = Node()
    pieces = list(origin.sync(Asked({roubaix.origin: 0})))
    done, peer = read_file(reader.store, lambda: pieces, follows=lambda _: True, now=NOW)
    assert (done.entries, peer) == (7, "a" * 32)
    roubaix.put("Après")
    origin.write(roubaix)
    pieces = list(origin.sync(Asked({roubaix.origin: 0})))
    done, _ = read_file(reader.store, lambda: pieces, follows=lambda _: True, now=NOW)
    assert (done.entries, reader.roots()) == (1, origin.roots())
    done, _ = read_file(reader.store, lambda: pieces, follows=lambda _: True, now=NOW)
    assert (done.entries, done.refused) == (0, {})


def evidence(node):
    with node.store.reading() as session:
        return list(session.scalars(sa.select(models.EvidenceRow)))


def fork(roubaix, at=4):
    other = roubaix.branch(at)
    other.put("Une autre suite")
    node = Node("forked")
    node.write(other)
    return other, node


def test_two_heads_without_guardians_freeze_the_log(roubaix, origin):
    reader = Node()
    reader.pull(origin)
    _, forked = fork(roubaix)
    done = reader.pull(forked)
    assert done.forked == {roubaix.origin: "freeze"}
    (found,) = evidence(reader)
    assert found.verdict == "freeze"
    assert reader.state(roubaix.origin).size == 7


def test_the_branch_the_guardians_signed_replaces_the_thief_s(roubaix, origin):
    other = roubaix.branch(4)
    for record in (1, 2, 3):  # a thief withdraws everything
        roubaix.withdraw(record, 2, op="purge", reason="privacy")
    origin.write(roubaix)
    reader = Node()
    reader.pull(origin)
    other.rotate("roubaix 2", ["anis", "condition"], GUARDIANS)
    recovered = Node("recovered")
    recovered.write(other)
    done = reader.pull(recovered)
    assert done.forked == {roubaix.origin: "replace"}
    assert reader.roots() == recovered.roots()
    assert set(reader.bodies(roubaix.origin)) == {1, 2, 3}
    assert len(evidence(reader)) == 1
    origin.write(Writer("autre"))
    assert reader.pull(origin, now=NOW).entries == 1
    reader.cursors.clear()
    assert reader.pull(origin).forked == {roubaix.origin: "keep"}


def test_a_branch_that_leaves_long_ago_is_too_late(roubaix, origin):
    reader = Node()
    reader.pull(origin, now=NOW - timedelta(days=40))
    reader.live(NOW - timedelta(days=40), 40)
    other = roubaix.branch(4)
    other.rotate("roubaix 2", ["anis", "condition"], GUARDIANS)
    recovered = Node("recovered")
    recovered.write(other)
    assert reader.pull(recovered).forked == {roubaix.origin: "too_late"}
    assert reader.roots() == origin.roots()


def test_a_branch_with_another_key_is_an_invention(roubaix, origin):
    reader = Node()
    reader.pull(origin)
    liar, sync = Node("liar"), origin.sync
    liar.write(roubaix)
    fake = roubaix.branch(7)
    fake.put("Faux")
    fake.private = private_of("quelqu'un")

    liar.heads = lambda since: ("x.1", {roubaix.origin: (8, fake.root())})

    def lie(asked):
        section = replace(fake.section(asked.want[roubaix.origin]))
        from kpa_federation.protocol.bundle import closing, opening, section_lines

        yield opening("b" * 32)
        yield from section_lines(section)
        yield closing("x.1", {})

    liar.sync = lie
    done = reader.pull(liar)
    assert done.refused == {roubaix.origin: "bad_signature"}
    assert evidence(reader) == []
    assert reader.state(roubaix.origin).size == 7
    assert sync is not None


def test_a_frozen_log_takes_nothing_before_all_guardians_signed(roubaix, origin):
    reader = Node()
    reader.pull(origin)
    other, forked = fork(roubaix)
    reader.pull(forked)
    roubaix.put("Encore")
    origin.write(roubaix)
    assert reader.pull(origin).entries == 0
    base = roubaix.branch(4)
    base.rotate("roubaix 3", ["anis", "optéos", "condition"], GUARDIANS)
    settled = Node("settled")
    settled.write(base)
    assert reader.pull(settled).forked == {roubaix.origin: "replace"}
    base.put("Après")
    settled.write(base)
    assert reader.pull(settled).entries == 1
    assert other.origin == roubaix.origin


def held(node, origin):
    with node.store.reading() as session:
        mine = sa.select(models.EntryRow.place).where(models.EntryRow.body.is_not(None))
        return set(session.scalars(mine))


def test_bytes_of_what_was_withdrawn_are_erased_14_days_later(roubaix, origin):
    reader = Node()
    reader.pull(origin)
    roubaix.withdraw(3, 2, op="purge", reason="privacy")
    roubaix.put("Mieux", record=4, revision=2)
    origin.write(roubaix)
    reader.pull(origin)
    assert set(reader.bodies(roubaix.origin)) == {1, 2, 5, 6, 8}
    for days, wanted in ((13, {1, 2, 3, 4, 5, 6, 8}), (14, {1, 2, 5, 6, 8})):
        with reader.store.writing() as session:
            erase(session, (NOW + timedelta(days=days)).date())
        assert held(reader, roubaix.origin) == wanted


def test_a_log_with_more_keys_than_a_frame_holds_is_read(roubaix, origin):
    for place in range(40):
        roubaix.rotate(f"roubaix {place}", ["anis", "optéos"], GUARDIANS)
        roubaix.put(f"Après {place}")
    origin.write(roubaix)
    reader = Node()
    assert reader.pull(origin, chunk=LEAST).entries == 87
    assert reader.roots() == origin.roots()


@pytest.mark.parametrize("came", [3, 7], ids=["a part", "all of it"])
def test_what_came_by_another_way_meanwhile_is_no_trouble(roubaix, origin, monkeypatch, came):
    lille, reader = Writer("lille", GUARDIANS), Node("reader")
    lille.put("Une fiche")
    origin.write(lille)
    other, writing = roubaix.branch(came), reader.store.writing

    def late():
        monkeypatch.setattr(reader.store, "writing", writing)
        reader.write(other)  # a file that was taken in at that very moment
        return writing()

    monkeypatch.setattr(reader.store, "writing", late)
    done = reader.pull(origin)
    assert (done.met_halfway, done.refused) == ({roubaix.origin}, {})
    assert done.grown == {lille.origin}
    reader.pull(origin)
    assert reader.roots() == origin.roots()


def test_what_froze_meanwhile_takes_nothing_and_is_no_trouble(roubaix, origin, monkeypatch):
    reader = Node("reader")
    reader.write(roubaix.branch(5))
    writing = reader.store.writing

    def late():
        monkeypatch.setattr(reader.store, "writing", writing)
        with writing() as session:
            session.execute(sa.update(models.LogRow).values(frozen_at=4))
        return writing()

    monkeypatch.setattr(reader.store, "writing", late)
    assert reader.pull(origin).met_halfway == {roubaix.origin}
    assert reader.state(roubaix.origin).size == 5
