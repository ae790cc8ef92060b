"""A forked log takes nothing more before people looked, and a recovery ends that everywhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from log_writer import Writer, guardians, private_of, public_of
from peers import NOW, Node

from kpa_federation.log import branches, fetching, intake, keeping, models, quotas
from kpa_federation.log.pulling import read_file
from kpa_federation.log.quotas import Quota
from kpa_federation.log.serving import Asked
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.forks import Evidence
from kpa_federation.protocol.notes import read_checkpoint

GUARDIANS = guardians("anis", "optéos", "condition")
ALL = ["anis", "optéos", "condition"]


@pytest.fixture
def honest():
    made = Writer("roubaix", GUARDIANS)
    for place in range(4):
        made.put(f"Fiche {place}")
    return made


def node_of(writer):
    made = Node()
    made.write(writer)
    return made


def evidence(node):
    with node.store.reading() as session:
        return list(session.scalars(sa.select(models.EvidenceRow)))


def frozen_at(node, origin):
    with node.store.reading() as session:
        return session.scalar(
            sa.select(models.LogRow.frozen_at).where(models.LogRow.origin == origin)
        )


@pytest.fixture
def split(honest):
    """Two branches by whoever holds the key, shown to two peers who then meet."""
    one, other = honest.branch(4), honest.branch(4)
    one.put("Une suite")
    other.put("Une autre suite")
    first, second = Node("first"), Node("second")
    first.pull(node_of(one))
    second.pull(node_of(other))
    return one, other, first, second


def test_two_peers_who_were_shown_two_views_both_keep_the_evidence(split, honest):
    _, _, first, second = split
    assert first.pull(second).forked == {honest.origin: "freeze"}
    assert second.pull(first).forked == {honest.origin: "freeze"}
    for node in (first, second):
        (kept,) = evidence(node)
        proof = tuple(kept.proof[at : at + 32] for at in range(0, len(kept.proof), 32))
        made = Evidence(
            read_checkpoint(kept.first), read_checkpoint(kept.second), kept.other_root, proof
        )
        made.check(public_of("roubaix"), public_of("roubaix"))  # it convinces anyone
        assert frozen_at(node, honest.origin) == 4


def test_a_frozen_log_takes_nothing_more(split, honest):
    one, other, first, second = split
    first.pull(second)
    for writer in (one, other):
        writer.put("Encore")
        source = node_of(writer)
        first.pull(source)
        pieces = list(source.sync(Asked({writer.origin: 0})))
        done, _ = read_file(first.store, pieces.copy, follows=lambda _: True, now=NOW)
        assert (done.entries, done.forked) == (0, {honest.origin: "freeze"})
        assert first.state(honest.origin).size == 5
    assert frozen_at(first, honest.origin) == 4


@pytest.mark.parametrize("goes_on", [0, 1], ids=["the first branch", "the second branch"])
def test_a_recovery_ends_the_freeze_whichever_branch_it_goes_on_from(split, honest, goes_on):
    one, other, first, second = split
    first.pull(second)
    second.pull(first)
    winner = (one, other)[goes_on].branch(5)
    winner.rotate("roubaix 2", ["anis", "condition"], GUARDIANS)
    winner.put("Après")
    source = node_of(winner)
    for node in (first, second):
        assert node.pull(source).forked == {honest.origin: "replace"}
        assert node.roots() == source.roots()
        assert frozen_at(node, honest.origin) is None
    winner.put("La vie reprend")
    source.write(winner)
    assert first.pull(source).entries == 1


def test_a_recovery_may_come_months_after_the_freeze(split, honest):
    one, _, first, second = split
    first.pull(second)
    winner = one.branch(4)
    winner.rotate("roubaix 2", ["anis", "condition"], GUARDIANS)
    late = NOW + timedelta(days=90)
    assert first.pull(node_of(winner), now=late).forked == {honest.origin: "replace"}


def rivals(honest):
    made = []
    for name, by in (("roubaix 2", ALL[:2]), ("roubaix 3", ALL[1:])):
        other = honest.branch(3)
        other.rotate(name, by, GUARDIANS)
        made.append(other)
    return made


def test_two_rival_recoveries_freeze_until_all_guardians_sign(honest):
    one, other = rivals(honest)
    node = Node()
    node.pull(node_of(one))
    assert node.pull(node_of(other)).forked == {honest.origin: "freeze"}
    one.put("Je continue")
    node.pull(node_of(one))
    assert node.state(honest.origin).size == 4
    last = honest.branch(3)
    last.rotate("roubaix 4", ALL, GUARDIANS)
    source = node_of(last)
    assert node.pull(source).forked == {honest.origin: "replace"}
    assert node.roots() == source.roots()


def test_a_stolen_key_adds_entries_and_loses_them_at_the_recovery(honest):
    node = Node()
    node.pull(node_of(honest))
    thief = honest.branch(5)
    for record in (1, 2, 3, 4):
        thief.withdraw(record, 2, op="purge", reason="privacy")
    thief.put("Fausse fiche")
    thieves = node_of(thief)
    node.pull(thieves)
    assert set(node.bodies(honest.origin)) == {9}
    recovered = honest.branch(5)
    recovered.rotate("roubaix 2", ["anis", "optéos"], GUARDIANS)
    recovered.put("Nous revoilà")
    assert node.pull(node_of(recovered)).forked == {honest.origin: "replace"}
    assert set(node.bodies(honest.origin)) == {1, 2, 3, 4, 6}
    thief.put("Encore moi")  # with the old key, on its own branch
    thieves.write(thief)
    assert node.pull(thieves).forked == {honest.origin: "keep"}
    after = recovered.branch(7)  # and with the old key on the new branch
    after.private = private_of("roubaix")
    after.put("Encore moi")
    liar = Liar(after)
    assert node.pull(liar).refused == {honest.origin: "bad_signature"}
    assert set(node.bodies(honest.origin)) == {1, 2, 3, 4, 6}


class Liar(Node):
    """A peer that serves what no honest one would keep."""

    def __init__(self, writer):
        super().__init__("liar")
        self.writer = writer

    def heads(self, since):
        return "x.1", {self.writer.origin: (len(self.writer.entries), self.writer.root())}

    def sync(self, asked):
        from kpa_federation.protocol.bundle import closing, opening, section_lines

        yield opening("b" * 32)
        yield from section_lines(self.writer.section(asked.want[self.writer.origin]))
        yield closing("x.1", {})


def test_the_evidence_of_one_log_is_bounded(honest):
    node = Node()
    node.pull(node_of(honest))
    for number in range(branches.MOST_EVIDENCE + 4):
        other = honest.branch(4)
        other.put(f"Suite {number}")
        assert node.pull(node_of(other)).forked == {honest.origin: "freeze"}
    assert len(evidence(node)) == branches.MOST_EVIDENCE


def test_without_guardians_whoever_holds_the_key_makes_a_frozen_log(honest):
    alone = Writer("seul")
    alone.put("Une")
    node = Node()
    node.pull(node_of(alone))
    other = alone.branch(1)
    other.put("Autre")
    assert node.pull(node_of(other)).forked == {alone.origin: "freeze"}
    assert frozen_at(node, alone.origin) == 1


class Slipping(Node):
    """A peer that adds, to what is asked, a section of a log that nobody asked for."""

    def __init__(self, asked, section):
        super().__init__("slipping")
        self.write(asked)
        self.section = section
        self.named = {}

    def heads(self, since):
        cursor, found = super().heads(since)
        return cursor, found | self.named

    def sync(self, asked):
        from kpa_federation.protocol.bundle import section_lines

        *lines, last = super().sync(asked)
        yield from [*lines, *section_lines(self.section), last]


def records_of(node, origin):
    with node.store.reading() as session:
        row = keeping.log_row(session, origin)
        mine = sa.select(models.RecordRow).where(models.RecordRow.log_id == row.id)
        return {(one.record, one.op) for one in session.scalars(mine)}


def test_what_nobody_asked_for_adds_nothing_to_a_frozen_log(split, honest):
    one, _, first, second = split
    first.pull(second)
    before = records_of(first, honest.origin)
    thief = one.branch(5)
    thief.put("Par le voleur")
    lille = Writer("lille", GUARDIANS)
    lille.put("Une fiche")
    slipping = Slipping(lille, thief.section(5))
    slipping.named = {honest.origin: (5, first.root_at(honest.origin, 5))}
    assert first.pull(slipping).grown == {lille.origin}
    assert first.state(honest.origin).size == 5
    assert records_of(first, honest.origin) == before


def test_what_nobody_asked_for_adds_nothing_to_the_own_log(honest):
    node = node_of(honest)
    thief = honest.branch(5)
    thief.put("Par le voleur")
    lille = Writer("lille", GUARDIANS)
    slipping = Slipping(lille, thief.section(5))
    slipping.named = {honest.origin: (5, honest.root())}
    assert node.pull(slipping, own=honest.origin).grown == {lille.origin}
    assert node.state(honest.origin).size == 5


def test_nothing_is_ever_written_to_a_frozen_log(split, honest):
    one, _, first, second = split
    first.pull(second)
    one.put("Encore")
    with pytest.raises(ProtocolError, match="fork"):
        first.write(one)


def counted_fetches(monkeypatch):
    fetched, usual = [], fetching.fetch
    monkeypatch.setattr(fetching, "fetch", lambda *said: fetched.append(1) or usual(*said))
    return fetched


def test_the_same_head_is_fetched_once_however_many_there_were(honest, monkeypatch):
    node = Node()
    node.pull(node_of(honest))
    for number in range(branches.MOST_EVIDENCE + 2):
        other = honest.branch(4)
        other.put(f"Suite {number}")
        source = node_of(other)
        node.pull(source)
    first, *_ = evidence(node)
    assert first.verdict == "freeze"  # what changed something here stays
    fetched = counted_fetches(monkeypatch)
    node.cursors.clear()
    assert node.pull(source).forked == {honest.origin: "freeze"}
    assert fetched == []


@pytest.fixture
def small_quota(monkeypatch):
    monkeypatch.setattr(quotas, "BY_STEP", (Quota(entries=10, size=10**6, files=0),) * 3)


def recovered(honest, before=0):
    """A branch from after three entries: some more, the recovery, and many after it."""
    made = honest.branch(3)
    for place in range(before):
        made.put(f"Avant {place}")
    made.rotate("roubaix 2", ALL, GUARDIANS)
    for place in range(30):
        made.put(f"Après {place}")
    return made


def daily(node, source, origin, day=0):
    now = NOW + timedelta(days=day)

    def room(session, found):
        return intake.fit(session, found, {origin: 2}, now.date())

    return node.pull(source, now=now, room=room)


def test_a_recovery_brings_no_more_than_may_come_on_a_day(honest, small_quota):
    node = Node()
    node.pull(node_of(honest))
    source = node_of(recovered(honest))
    done = daily(node, source, honest.origin)
    assert done.forked == {honest.origin: "replace"}
    sizes = [node.state(honest.origin).size]
    for day in (1, 2, 3, 4):
        daily(node, source, honest.origin, day)
        sizes.append(node.state(honest.origin).size)
    assert sizes == [13, 23, 33, 34, 34]
    assert node.roots() == source.roots()


def test_a_recovery_whose_key_does_not_fit_today_waits_and_changes_nothing(honest, small_quota):
    node = Node()
    daily(node, node_of(honest), honest.origin)
    before = node.roots()
    source = node_of(recovered(honest, before=7))
    done = daily(node, source, honest.origin)
    assert (done.forked, done.held) == ({}, {honest.origin})
    assert node.roots() == before
    assert evidence(node) == []
    assert daily(node, source, honest.origin, 1).forked == {honest.origin: "replace"}
    assert node.state(honest.origin).size == 13


def test_no_more_of_a_branch_is_fetched_than_may_come_on_a_day(honest):
    node = Node()
    node.pull(node_of(honest))
    other = honest.branch(3)
    for _place in range(40):
        other.put("Une longue suite " * 500)
    source = node_of(other)
    done = node.pull(source, branch_bytes=lambda _origin: 100_000)
    assert done.refused == {honest.origin: "too_long"}
    node.cursors.clear()
    assert node.pull(source).forked == {honest.origin: "freeze"}
