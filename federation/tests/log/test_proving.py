"""Proofs about a long log cost a few entries, and are those of the whole tree."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import sqlalchemy as sa
from log_writer import Writer
from peers import NOW, Node

from kpa_federation.log import keeping, models, serving
from kpa_federation.log.proving import BLOCK, Proving
from kpa_federation.protocol import tree
from kpa_federation.protocol.bundle import BundleReader, closing, opening, section_lines
from kpa_federation.protocol.entries import read_entry
from kpa_federation.protocol.reading import LogState

SIZE = 5 * BLOCK + 77


def lines(size, word):
    return [b'{"op":"%s","n":%d}' % (word, at) for at in range(size)]  # void, and entries all right


def node_with(writer, more):
    state, entries = writer.state().after([read_entry(line) for line in more])
    every = [*writer.entries, *entries]
    node = Node()
    with node.store.writing() as session:
        made = keeping.Verified(state, 0, every, {}, writer.checkpoint())
        keeping.keep(session, [made], NOW)
    return node, [entry.leaf for entry in every]


def read_rows(node, work):
    """Return how many entries ``work`` reads."""
    count = [0]

    def look(_c, _cursor, statement, parameters, *_rest):
        if "federation_entry" in statement:
            count[0] += parameters[2] - parameters[1]

    sa.event.listen(node.store.engine, "before_cursor_execute", look)
    with node.store.reading() as session:
        row = session.scalars(sa.select(models.LogRow)).one()
        found = work(Proving(session, row.id))
    sa.event.remove(node.store.engine, "before_cursor_execute", look)
    return found, count[0]


@pytest.fixture(scope="module")
def long():
    return node_with(Writer("roubaix"), lines(SIZE - 1, b"eh"))


def test_the_proofs_are_those_of_the_whole_tree(long):
    node, hashes = long
    dice = random.Random(7)
    edges = [1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, SIZE - 1, SIZE]
    sizes = edges + [dice.randint(1, SIZE) for _ in range(12)]
    for size in sizes:
        old, index = dice.randint(1, size), dice.randrange(size)

        def leaves(start, end):
            return hashes[start:end]

        found, _ = read_rows(node, lambda one: (one.root(0, size), one.consistency(old, size)))  # noqa: B023
        assert found[0] == tree.root_of(leaves, 0, size)
        assert found[1] == tree.consistency_proof(leaves, old, size)
        found, _ = read_rows(node, lambda one: one.inclusion(index, size))  # noqa: B023
        assert found == tree.inclusion_proof(leaves, index, size)


def test_the_second_proof_reads_a_few_blocks_and_not_the_log(long):
    node, _ = long
    read_rows(node, lambda one: one.inclusion(3, SIZE))
    for prove in (lambda one: one.inclusion(700, SIZE), lambda one: one.consistency(300, SIZE)):
        _, count = read_rows(node, prove)
        assert 0 < count <= 3 * BLOCK


def test_what_is_remembered_of_a_branch_that_lost_proves_nothing():
    node, _ = node_with(Writer("roubaix"), lines(SIZE, b"eh"))
    read_rows(node, lambda one: one.root(0, SIZE))
    with node.store.writing() as session:
        row = session.scalars(sa.select(models.LogRow)).one()
        session.execute(sa.delete(models.EntryRow))
        row.size = 0
        other = Writer("roubaix")
        state, entries = LogState(other.origin).after(
            [*other.entries, *(read_entry(line) for line in lines(SIZE, b"oh"))]
        )
        made = keeping.Verified(replace(state), 0, entries, {}, other.checkpoint())
        keeping.keep(session, [made], NOW)
    found, _ = read_rows(node, lambda one: one.root(0, SIZE))
    assert found == tree.root_of(lambda a, b: [e.leaf for e in entries[a:b]], 0, SIZE)


def test_one_section_is_never_longer_than_an_answer_may_be(monkeypatch):
    monkeypatch.setattr(serving, "MOST", 150_000)
    writer, node = Writer("roubaix"), Node()
    for _ in range(5):
        writer.put("x" * 60_000)
    node.write(writer)
    state = LogState(writer.origin)
    with node.store.reading() as session:
        row = session.scalars(sa.select(models.LogRow)).one()
        for end in (3, 5, 6):
            made = serving.one_section(session, row, state.size, 6)
            lines = [opening("b" * 32), *section_lines(made), closing("", {})]
            (section,) = BundleReader(lines)
            state, _ = state.take(section)
            assert section.end == end
