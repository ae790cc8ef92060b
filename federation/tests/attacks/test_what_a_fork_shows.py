"""What is shown of a frozen log, what a fork costs, and the same by file as over a line."""

from __future__ import annotations

import tracemalloc

import pytest
import sqlalchemy as sa
from liars import Says
from log_writer import Writer, guardians
from peers import NOW, Node

from kpa_core.api import NotFound
from kpa_federation.log import models
from kpa_federation.log.pulling import read_file
from kpa_federation.log.serving import Asked
from kpa_federation.protocol.bundle import BundleReader, section_lines
from kpa_federation.protocol.forks import Evidence
from kpa_federation.protocol.notes import read_checkpoint
from kpa_federation.records import reading, taking
from kpa_federation.records.kinds import kinds

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


def by_line(node, writer):
    return node.pull(node_of(writer))


def by_file(node, writer):
    pieces = list(node_of(writer).sync(Asked({writer.origin: 0})))
    return read_file(node.store, pieces.copy, follows=lambda _: True, now=NOW)[0]


WAYS = pytest.mark.parametrize("bring", [by_line, by_file])


def evidence(node):
    with node.store.reading() as session:
        return list(session.scalars(sa.select(models.EvidenceRow)))


def check(found):
    """Check that evidence convinces who has the log's key."""
    proof = tuple(found.proof[at : at + 32] for at in range(0, len(found.proof), 32))
    pair = read_checkpoint(found.first), read_checkpoint(found.second)
    key = Writer("roubaix").state().identity.key
    Evidence(*pair, found.other_root, proof).check(key, key)


# --- a frozen log


def frozen(honest, ours, theirs):
    """Return a node that held one branch from 5 on, and met another."""
    one, other = honest.branch(5), honest.branch(5)
    ours(one)
    theirs(other)
    node = node_of(one)
    assert by_line(node, other).forked == {honest.origin: "freeze"}
    return node


def test_of_a_frozen_log_only_what_both_branches_share_is_shown_and_served(honest):
    def ours(writer):
        writer.put("Nouvelle")
        writer.put("Changée", record=2, revision=2)

    node = frozen(honest, ours, lambda writer: writer.put("Autre"))
    assert node.bodies(honest.origin) == {at: honest.bodies[at] for at in (1, 2, 3, 4)}
    (section,) = BundleReader(node.sync(Asked({honest.origin: 0})))
    assert (section.end, set(section.bodies)) == (7, {1, 2, 3, 4})
    with node.store.reading() as session:
        dead = session.scalars(sa.select(models.EntryRow.dead_on).order_by(models.EntryRow.place))
        assert list(dead)[2] is None  # what is shown again is not erased a few days later


def test_what_was_withdrawn_stays_hidden_while_people_look(honest):
    """The likeliest fork is an old backup: words someone asked to erase must not come back."""

    def ours(writer):
        writer.withdraw(2, 2, op="purge", reason="privacy")

    node = frozen(honest, ours, lambda writer: writer.put("Autre"))
    assert set(node.bodies(honest.origin)) == {1, 3, 4}


def test_a_recovery_shows_again_what_the_winner_says(honest):
    def ours(writer):
        writer.withdraw(2, 2, op="purge", reason="privacy")
        writer.put("D'un voleur")

    node = frozen(honest, ours, lambda writer: writer.put("Autre"))
    winner = honest.branch(5)
    winner.rotate("roubaix 2", ALL[:2], GUARDIANS)
    place = winner.put("Nous revoilà")
    assert by_line(node, winner).forked == {honest.origin: "replace"}
    assert set(node.bodies(honest.origin)) == {1, 2, 3, 4, place}


def test_a_fork_further_back_holds_more_back(honest):
    node = frozen(honest, lambda one: one.put("Une"), lambda other: other.put("Autre"))
    further = honest.branch(3)
    further.put("Plus tôt")
    assert by_line(node, further).forked == {honest.origin: "freeze"}
    assert set(node.bodies(honest.origin)) == {1, 2}


def test_pages_and_plugins_see_what_is_shared_alone(home, honest):
    one, other = honest.branch(5), honest.branch(5)
    name = f"{one.origin}/{one.put('Nouvelle')}/{one.entries[5].leaf.hex()[:16]}"
    one.put("Changée", record=2, revision=2)
    other.put("Autre")
    mirror = node_of(one)
    home.follow(honest.origin, mirror)
    home.pull()
    assert "Nouvelle" in titles(home)
    rival = node_of(other)
    mirror.heads, mirror.sync, mirror.checkpoint = rival.heads, rival.sync, rival.checkpoint
    home.pull()
    assert titles(home) == {"Fiche 0", "Fiche 1", "Fiche 2", "Fiche 3"}
    with home.work() as work, pytest.raises(NotFound):
        taking.take(work, name)


def titles(home):
    with home.work() as work:
        return {one.title for one in reading.records(work, kinds(work))}


# --- by a line or by a file


@WAYS
@pytest.mark.parametrize("further", [-1, 0, 3], ids=["shorter", "as long", "longer"])
def test_a_fork_freezes_and_both_heads_are_kept(honest, bring, further):
    honest.put("Une suite")
    other = honest.branch(4)
    for place in range(2 + further):
        other.put(f"Autre {place}")
    node = node_of(honest)
    done = bring(node, other)
    assert (done.forked, done.refused) == ({honest.origin: "freeze"}, {})
    (found,) = evidence(node)
    check(found)


@WAYS
def test_a_recovery_replaces_the_thief_s_branch(honest, bring):
    node = node_of(honest)
    other = honest.branch(3)
    other.rotate("roubaix 2", ALL[:2], GUARDIANS)
    other.put("Nous revoilà")
    done = bring(node, other)
    assert done.forked == {honest.origin: "replace"}
    assert node.roots() == node_of(other).roots()
    assert set(node.bodies(honest.origin)) == {1, 2, 4}
    assert len(evidence(node)) == 1
    assert bring(node, honest).forked == {honest.origin: "keep"}


# --- what it costs


def long_log(count):
    made = Writer("roubaix", GUARDIANS)
    for place in range(count):
        made.put(f"Fiche {place} " * 40)
    return made


def test_a_head_that_lies_costs_two_small_questions_each_time(honest):
    known = long_log(400)
    node, source = node_of(known), node_of(known)
    source.heads = lambda since: ("x.1", {known.origin: (401, b"z" * 32)})
    whole = sum(map(len, source.sync(Asked({known.origin: 0}))))
    for _ in range(3):
        source.sent = 0
        done = node.pull(source)
        assert (done.forked, done.refused) == ({}, {})
        assert source.sent < whole / 4


def test_a_branch_that_was_met_is_not_fetched_again():
    known = long_log(400)
    other = known.branch(200)
    for place in range(200):
        other.put(f"Autre {place} " * 40)
    node, source = node_of(known), node_of(other)
    assert node.pull(source).forked == {known.origin: "freeze"}
    whole, source.sent = source.sent, 0
    node.cursors.clear()
    assert node.pull(source).forked == {known.origin: "freeze"}
    assert source.sent < whole / 4
    assert len(evidence(node)) == 1


def test_a_long_branch_is_held_on_disk(honest):
    """What is in memory is a section, however many come."""
    node = node_of(honest)
    other = honest.branch(4)
    for place in range(400):
        other.put(f"Autre {place} " + "x" * 60_000)

    def lines(asked):
        for start in range(asked.want[other.origin], 404, 25):
            yield from section_lines(other.section(start, min(start + 25, 404)))

    sections = [list(lines(Asked({other.origin: start}))) for start in (0, 5)]
    peer = Says(
        {other.origin: (404, other.root())}, lambda asked: sections[asked.want[other.origin] > 0]
    )
    tracemalloc.start()
    done = node.pull(peer)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert done.forked == {honest.origin: "freeze"}
    assert most < 12 * 2**20, most
