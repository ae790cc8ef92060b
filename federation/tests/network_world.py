"""Many instances in one process that publish, part, crash and meet again, by a seed.

What each origin says is told twice: by its log, and by plain dictionaries that know no protocol.
"""

from __future__ import annotations

import random
from collections import Counter
from contextlib import closing, contextmanager
from functools import partial

import sqlalchemy as sa
from log_writer import Writer, guardians
from peers import Node

from kpa_federation.log import models
from kpa_federation.log.serving import Asked
from kpa_federation.protocol.bundle import BundleReader
from kpa_federation.protocol.errors import ProtocolError

GUARDIANS = guardians("anis", "optéos", "condition")
SIGNERS = ("anis", "optéos", "condition")


SAMPLE = 13
"""Instances that are asked for everything at the end."""


def title_of(body):
    return body.split(b'"title":"')[1].split(b'"')[0].decode()


class Crash(Exception):
    """The process ended here."""


class Kpa:
    """One instance: what it wrote, what it holds, and what its records should be."""

    def __init__(self, number, publishes=True):
        self.publishes = publishes
        self.number, self.node = number, Node(f"kpa {number}")
        self.writer = Writer(f"kpa {number}", GUARDIANS)
        self.origin = self.writer.origin
        self.live, self.revisions, self.gone, self.said = {}, {}, set(), 0
        self.unheard: set[str] = set()
        if publishes:
            self.node.write(self.writer)

    def words(self):
        self.said += 1
        return f"{self.number}:{self.said}"

    def act(self, dice):
        """Publish, revise, withdraw, take another key, or try to revive what was withdrawn."""
        acts = ("put", "put", "revise", "revise", "withdraw", "withdraw", "licence", "key")
        what = dice.choice((*acts, "revive") if self.gone else acts)
        if what == "revive":  # no honest origin does: it is void, and shows nowhere
            record = dice.choice(sorted(self.gone))
            self.writer.put(self.words(), record, self.revisions[record] + 1)
        elif what == "put" or not self.live:
            words = self.words()
            record = self.writer.put(words)
            self.live[record], self.revisions[record] = words, 1
        elif what == "key":
            self.writer.rotate(f"{self.number} {self.said}", dice.sample(SIGNERS, 2), GUARDIANS)
        else:
            record = dice.choice(sorted(self.live))
            self.revisions[record] += 1
            if what == "withdraw":
                op = dice.choice(("del", "purge"))
                self.writer.withdraw(record, self.revisions[record], op=op)
                del self.live[record]
                self.gone.add(record)
            else:
                more = {"licence": "CC0-1.0"} if what == "licence" else {}
                self.live[record] = self.words()
                self.writer.put(self.live[record], record, self.revisions[record], **more)
        self.node.write(self.writer)

    def pull(self, other, **more):
        return self.node.pull(other.node, follows=lambda one: one not in self.unheard, **more)

    def crash_while_pulling(self, other, statements):
        """Pull, and end at the n-th statement of a writing transaction."""
        left = [statements]

        def count(_c, _cursor, statement, *_rest):
            if statement.startswith(("INSERT", "UPDATE", "DELETE")):
                left[0] -= 1
                if left[0] <= 0:
                    raise Crash

        engine = self.node.store.engine
        sa.event.listen(engine, "before_cursor_execute", count)
        try:
            self.pull(other)
        except Crash:
            return True
        finally:
            sa.event.remove(engine, "before_cursor_execute", count)
        return False

    def pull_with(self, other, stream):
        """Pull, what comes being led through ``stream``."""
        whole = other.node.sync

        def led(asked):
            other.node.sync = whole
            with closing(whole(asked)) as lines:
                yield from stream(lines)

        other.node.sync = led
        try:
            self.pull(other)
        except ProtocolError as error:
            if error.code != "gap":  # two pulls at once: the later one begins again
                raise
        finally:
            other.node.sync = whole

    def hear_again(self):
        self.unheard.clear()
        self.node.cursors.clear()  # as following somebody does

    def shown(self):
        """Return the words of live records by origin, as the tables have them."""
        query = (
            sa.select(models.LogRow.origin, models.EntryRow.body)
            .join(models.RecordRow, models.RecordRow.log_id == models.LogRow.id)
            .join(
                models.EntryRow,
                sa.and_(
                    models.EntryRow.log_id == models.LogRow.id,
                    models.EntryRow.place == models.RecordRow.place,
                ),
            )
            .where(models.RecordRow.op == "put")
        )
        found = Counter()
        with self.node.store.reading() as session:
            for origin, body in session.execute(query):
                found[origin, title_of(body)] += 1
        return found

    def served(self):
        """Return the words that are passed on to a new peer, by origin."""
        found = Counter()
        with closing(self.node.sync(Asked(dict.fromkeys(self.node.roots(), 0)))) as lines:
            for section in BundleReader(lines):
                for body in section.bodies.values():
                    found[section.origin, title_of(body)] += 1
        return found

    def entries(self):
        """Return how many entries are held of each log."""
        query = (
            sa.select(models.LogRow.origin, models.LogRow.size, sa.func.count())
            .join(models.EntryRow, models.EntryRow.log_id == models.LogRow.id)
            .group_by(models.LogRow.origin, models.LogRow.size)
        )
        with self.node.store.reading() as session:
            return {origin: (size, count) for origin, size, count in session.execute(query)}


class World:
    """Instances and the lines between them."""

    def __init__(self, count, seed, publish):
        self.dice = random.Random(seed)
        self.kpas = [Kpa(number, number < publish) for number in range(count)]
        self.origins = self.kpas[:publish]
        self.parts = dict.fromkeys(self.kpas, 0)
        self.crashes = 0

    def part(self):
        sides = self.dice.randint(1, 3)
        self.parts = {kpa: self.dice.randrange(sides) for kpa in self.kpas}

    def heal(self):
        self.parts = dict.fromkeys(self.kpas, 0)
        for kpa in self.kpas:
            if kpa.unheard:
                kpa.hear_again()

    def meet(self, peers):
        """Let every instance ask some others it reaches, in any order."""
        for kpa in self.dice.sample(self.kpas, len(self.kpas)):
            near = [
                one for one in self.kpas if one is not kpa and self.parts[one] == self.parts[kpa]
            ]
            for other in self.dice.sample(near, min(peers, len(near))):
                kpa.pull(other)

    def other(self, kpa):
        return self.dice.choice([one for one in self.kpas if one is not kpa])

    def cut(self, lines):
        """Let the line break anywhere."""
        left = self.dice.randint(0, 4000)
        for line in lines:
            yield line[:left]
            left -= len(line)
            if left <= 0:
                return

    def twice(self, kpa, third, lines):
        """Let another process of the same instance pull in between."""
        for place, line in enumerate(lines):
            yield line
            if place == 1:
                kpa.pull(third)

    def step(self):
        """Let one thing happen."""
        what, kpa = self.dice.random(), self.dice.choice(self.kpas)
        if what < 0.6:
            self.dice.choice(self.origins).act(self.dice)
        elif what < 0.7:
            self.part()
        elif what < 0.75:
            self.crashes += kpa.crash_while_pulling(self.other(kpa), self.dice.randint(1, 8))
        elif what < 0.8:
            kpa.pull_with(self.other(kpa), self.cut)
        elif what < 0.85:
            kpa.pull_with(self.other(kpa), partial(self.twice, kpa, self.other(kpa)))
        elif what < 0.9:
            kpa.unheard ^= {self.other(kpa).origin}
        else:
            self.meet(1)

    def check(self):
        """Check that every instance holds and shows exactly what was said."""
        wanted = Counter(
            {(kpa.origin, words): 1 for kpa in self.origins for words in kpa.live.values()}
        )
        sizes = {kpa.origin: (len(kpa.writer.entries),) * 2 for kpa in self.origins}
        roots = {
            kpa.origin: (kpa.node.state(kpa.origin).size, kpa.writer.root()) for kpa in self.origins
        }
        for kpa in self.kpas:
            shown = kpa.shown()
            assert not wanted - shown, f"lost at {kpa.number}"
            assert not shown - wanted, f"resurrected or doubled at {kpa.number}"
            assert kpa.entries() == sizes, f"entries at {kpa.number}"
            held = {o: (kpa.node.state(o).size, kpa.node.state(o).frontier.root()) for o in roots}
            assert held == roots, f"roots at {kpa.number}"
        for kpa in self.kpas[:SAMPLE]:
            assert kpa.served() == wanted, f"served by {kpa.number}"


@contextmanager
def world(count, seed, publish=None):
    """Lend a world of so many instances; ``publish`` of them do, or all."""
    made = World(count, seed, publish or count)
    try:
        yield made
    finally:
        for kpa in made.kpas:
            kpa.node.store.engine.dispose()
