"""A line that breaks anywhere, a process that ends anywhere: the next pull goes on from there."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from log_writer import Writer, guardians
from network_world import Crash
from peers import Node

from kpa_federation.log import models, serving, taking_in
from kpa_federation.log.serving import Asked
from kpa_federation.protocol.bundle import BundleReader, closing, opening, section_lines

ENTRIES = 49
CHUNK = serving.LEAST + 3000
"""A section may end one entry later; then comes the next one's frame."""
GUARDIANS = guardians("anis", "optéos", "condition")


@pytest.fixture(scope="module")
def source():
    """Three logs; the first takes three chunks and a new key on the way."""
    made = Node("source")
    long = Writer("long", GUARDIANS)
    for place in range(36):
        long.put("mots " * 200 + str(place))
        if place == 20:
            long.rotate("long 2", ["anis", "optéos"], GUARDIANS)
    long.withdraw(3, 2)
    made.write(long)
    for name in ("court", "moyen"):
        writer = Writer(name)
        for place in range(4):
            writer.put(f"Fiche {place}")
        made.write(writer)
    return made


def lines_of(source):
    want = dict.fromkeys(source.roots(), 0)
    return list(source.sync(Asked(want, chunk=serving.LEAST)))


class Line:
    """A line to a peer that breaks after some bytes, once; it counts what it carries."""

    def __init__(self, source, *cuts):
        self.source, self.cuts, self.carried = source, list(cuts), 0

    def __getattr__(self, name):
        return getattr(self.source, name)

    def sync(self, asked):
        left = self.cuts.pop(0) if self.cuts else None
        for line in self.source.sync(asked):
            part = line if left is None else line[:left]
            self.carried += len(part)
            yield part
            if left is not None:
                left -= len(line)
                if left <= 0:
                    return


def check(reader, source):
    assert reader.roots() == source.roots()
    with reader.store.reading() as session:
        count = session.scalar(sa.select(sa.func.count()).select_from(models.EntryRow))
    assert count == sum(size for size, _ in source.roots().values())
    for origin in source.roots():
        assert reader.bodies(origin) == source.bodies(origin)


def test_a_line_that_breaks_at_every_byte_gives_the_sections_before_it():
    writer = Writer("roubaix", GUARDIANS)
    writer.put("Une")
    lines = [opening("b" * 32)]
    for start, end in ((0, 1), (1, 2)):
        lines += section_lines(writer.section(start, end))
    lines.append(closing("e.1", {}))
    data, starts = b"".join(lines), [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    ends = [starts[at + 1] for at, line in enumerate(lines) if line[:1] in b"LE"][1:]
    for cut in range(len(data)):
        found = list(BundleReader([data[:cut]]))
        assert len(found) == sum(end <= cut for end in ends), cut
    assert len(list(BundleReader([data]))) == 2


@pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.long)])
def test_a_line_that_breaks_at_any_line_and_inside_it(source, step):
    lines = lines_of(source)
    whole, at, places = sum(map(len, lines)), 0, []
    for line in lines:
        places += [at, at + 1, at + len(line) - 1]
        at += len(line)
    for cut in places[::step]:
        reader, line = Node(), Line(source, cut)
        first = reader.pull(line, chunk=serving.LEAST)
        assert first.is_whole == (cut >= whole)
        second = reader.pull(line, chunk=serving.LEAST)
        assert first.entries + second.entries == ENTRIES
        assert line.carried <= whole + CHUNK, cut
        check(reader, source)


def test_a_line_that_breaks_every_20_kilobytes_still_brings_everything(source):
    reader, line = Node(), Line(source, *[20_000] * 20)
    pulls = 1
    while not reader.pull(line, chunk=serving.LEAST).is_whole:
        pulls += 1
    assert 2 < pulls < 10
    check(reader, source)


@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.long)])
def test_a_process_that_ends_at_any_statement(source, step, monkeypatch):
    """Every write of a pull is one place to end at; batches are small, so that there are many."""
    monkeypatch.setattr(taking_in, "BATCH_ENTRIES", 1)
    whole, ended = sum(map(len, lines_of(source))), 0
    for statement in range(1, 101, step):
        reader, line, left = Node(), Line(source), [statement]

        def count(*_given, left=left):
            left[0] -= 1
            if left[0] == 0:
                raise Crash

        engine = reader.store.engine
        sa.event.listen(engine, "before_cursor_execute", count)
        try:
            reader.pull(line, chunk=serving.LEAST)
        except Crash:
            ended += 1
        sa.event.remove(engine, "before_cursor_execute", count)
        kept = sum(size for size, _ in reader.roots().values())
        again = reader.pull(line, chunk=serving.LEAST)
        assert kept + again.entries == ENTRIES
        assert line.carried <= whole + CHUNK, statement
        check(reader, source)
    assert ended >= 6
