"""A body that a peer withholds is known to be missing, and comes from another peer."""

from __future__ import annotations

import json

import pytest
from log_writer import DAY, KIND, LICENCE, Writer
from peers import NOW, Node

from kpa_federation.log import intake, missing, quotas
from kpa_federation.log.pulling import read_file
from kpa_federation.log.quotas import Quota
from kpa_federation.log.serving import Asked
from kpa_federation.protocol import canonical
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.bundle import closing, opening, section_lines
from kpa_federation.protocol.entries import put


@pytest.fixture
def roubaix():
    made = Writer("roubaix")
    for place in range(5):
        made.put(f"Fiche {place}")
    made.put("Fiche 1, mieux", record=2, revision=2)
    made.withdraw(3, 2)
    return made


@pytest.fixture
def source(roubaix):
    node = Node("source")
    node.write(roubaix)
    return node


class Withholding(Node):
    """A peer that gives every header, but not the bodies at some places."""

    def __init__(self, writer, *places):
        super().__init__("withholding")
        self.writer, self.places = writer, places
        self.write(writer)

    def sync(self, asked):
        section = self.writer.section(asked.want[self.writer.origin])
        for place in self.places:
            section.bodies.pop(place, None)
        yield opening("b" * 32)
        yield from section_lines(section)
        yield closing("x.1", {})


def withheld(node):
    with node.store.reading() as session:
        return [place for _, place in missing.withheld(session)]


@pytest.fixture
def reader(roubaix):
    made = Node("reader")
    made.pull(Withholding(roubaix, 1, 4))
    return made


def test_what_is_withheld_is_known(reader, roubaix, source):
    assert withheld(reader) == [1, 4]
    assert reader.roots() == source.roots()
    whole = Node()
    whole.pull(source)
    assert withheld(whole) == []  # what was revised or withdrawn is not missing


def test_another_peer_gives_it(reader, roubaix, source):
    sent = source.sent
    assert missing.ask(reader.store, source, [roubaix.origin]) == 2
    assert withheld(reader) == []
    assert reader.bodies(roubaix.origin) == source.bodies(roubaix.origin)
    assert missing.ask(reader.store, source, [roubaix.origin]) == 0
    assert source.sent - sent < 4000


def test_it_comes_by_a_relay_that_got_it_itself(reader, roubaix, source):
    second = Node("second")
    second.pull(reader)
    assert withheld(second) == [1, 4]
    assert missing.ask(second.store, reader, [roubaix.origin]) == 0  # it has none either
    missing.ask(reader.store, source, [roubaix.origin])
    assert missing.ask(second.store, reader, [roubaix.origin]) == 2


def test_only_followed_origins_are_asked_for(reader, source):
    assert missing.ask(reader.store, source, []) == 0
    assert withheld(reader) == [1, 4]


def test_another_body_under_the_same_header_is_refused(reader, roubaix):
    liar = Withholding(roubaix)
    liar.writer = roubaix.branch(8)
    liar.writer.bodies[1] = write_body({"title": "Fausse"}, salt=b"s" * 16)
    assert missing.ask(reader.store, liar, [roubaix.origin]) == 1  # the fourth is right
    assert withheld(reader) == [1]


def test_what_was_withdrawn_meanwhile_does_not_come_back(reader, roubaix, source):
    roubaix.withdraw(1, 2, op="purge", reason="privacy")
    late = Node("late")  # it does not know of the withdrawal
    late.write(roubaix.branch(8))
    source.write(roubaix)
    reader.pull(source)
    missing.ask(reader.store, late, [roubaix.origin])
    assert withheld(reader) == []
    assert 1 not in reader.bodies(roubaix.origin)
    section = roubaix.branch(8).section(1)
    assert missing.fill(reader.store, section) == []


def test_a_file_that_repeats_a_log_brings_what_was_withheld(reader, roubaix, source):
    pieces = list(source.sync(Asked({roubaix.origin: 0})))
    done, _ = read_file(reader.store, lambda: pieces, follows=lambda _: True, now=NOW)
    assert (done.entries, done.refused) == (0, {})
    assert withheld(reader) == []


def test_a_real_instance_asks_the_next_peer(home, roubaix, source):
    home.follow(roubaix.origin, Withholding(roubaix, 1, 4))
    home.pull()
    with home.work() as work:
        assert [place for _, place in missing.withheld(work.session)] == [1, 4]
    home.follow(Writer("lille").origin, source)
    home.pull()
    with home.work() as work:
        assert missing.withheld(work.session) == []


def lying(count):
    """A log whose bodies are far longer than their headers say."""
    made = Writer("menteur")
    for place in range(count):
        body = write_body({"title": "x" * 50_000}, salt=bytes([place]) * 16)
        fields = json.loads(put(body, at=DAY, kind=KIND, licence=LICENCE))
        at = made.append(canonical.write({**fields, "bytes": 1}))
        made.bodies[at] = body
    return made


def test_bodies_longer_than_their_headers_say_count_as_long_as_they_are():
    liar, source, reader = lying(8), Node("source"), Node("reader")
    source.write(liar)
    day = NOW.date()

    def room(session, found):
        return intake.fit(session, found, {liar.origin: 2}, day)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quotas, "BY_STEP", (Quota(entries=100, size=120_000, files=0),) * 3)
        assert reader.pull(source, room=room).held == {liar.origin}
    assert sum(map(len, reader.bodies(liar.origin).values())) < 120_000


def test_a_body_longer_than_its_header_says_is_never_filled_in():
    liar, reader = lying(2), Node("reader")
    reader.pull(Withholding(liar, 1, 2))
    source = Node("source")
    source.write(liar)
    assert missing.ask(reader.store, source, [liar.origin]) == 0
    assert withheld(reader) == [1, 2]
