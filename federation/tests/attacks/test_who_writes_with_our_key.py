"""A head of one's own log that was not signed here is noticed, kept, and told to key holders."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from backups import publish, size
from log_writer import Writer
from peers import Node

from kpa_core.api import Refused
from kpa_core.work import KPA
from kpa_federation.log import going_back, keeping, models
from kpa_federation.own import head
from kpa_federation.peers import asking
from kpa_federation.protocol.entries import read_entry
from kpa_federation.protocol.forks import Evidence
from kpa_federation.protocol.notes import read_checkpoint

PEER = "b" * 32


def with_our_key(home, at=None):
    """Return a writer that has the log, up to a size, and the key."""
    made = object.__new__(Writer)
    with home.work() as work:
        row = keeping.log_row(work.session, home.origin)
        lines = going_back.lines_of(work.session, row.id)[:at]
    made.name, made.origin, made.bodies = "thief", home.origin, {}
    made.private = head.read_key(home.kpa.instance.settings.root)
    made.entries = [read_entry(line) for line in lines]
    return made


def neighbour(home, writer):
    node = Node()
    node.write(writer)
    home.follow(PEER, node)
    return node


def evidence(home):
    with home.work() as work:
        return list(work.session.scalars(sa.select(models.EvidenceRow)))


@pytest.fixture
def ours(home):
    """Three entries, the last two of which were published."""
    publish(home, "Une")
    publish(home, "Deux")
    return home


def test_a_thief_who_goes_on_from_our_log_stops_the_publishing(ours):
    thief = with_our_key(ours)
    thief.put("Donnez-moi de l'argent")
    neighbour(ours, thief)
    ours.pull()
    with pytest.raises(Refused, match="avec notre clé"):
        publish(ours, "Trois")
    (found,) = evidence(ours)
    first, second = read_checkpoint(found.first), read_checkpoint(found.second)
    assert (found.verdict, first.size, second.size) == ("ahead", 3, 4)
    for note in (first, second):
        with ours.work() as work:
            note.check(keeping.state_of(work.session, ours.origin).identity.key)
    assert size(ours, ours.origin) == 3  # and nothing of it came here
    ours.pull()
    assert len(evidence(ours)) == 1


@pytest.mark.parametrize("more", [0, 1, 2], ids=["shorter", "as long", "longer"])
@pytest.mark.parametrize("when", ["hourly", "at a start"])
def test_another_branch_of_our_log_freezes_it(ours, more, when):
    thief = with_our_key(ours, 1)
    for number in range(1 + more):
        thief.put(f"Une autre suite {number}")
    neighbour(ours, thief)
    if when == "hourly":
        ours.pull()
    else:
        ours.kpa.instance.started += "'"
        with ours.kpa.instance.work(KPA) as work:
            try:
                asking.ask(work)
            except Refused:
                assert more == 2
    with pytest.raises(Refused):
        publish(ours, "Trois")
    (found,) = evidence(ours)
    assert found.verdict == "freeze"
    proof = tuple(found.proof[at : at + 32] for at in range(0, len(found.proof), 32))
    pair = read_checkpoint(found.first), read_checkpoint(found.second)
    with ours.work() as work:
        row = keeping.log_row(work.session, ours.origin)
        key = keeping.state_in(row).identity.key
        assert row.frozen_at == 1
    Evidence(*pair, found.other_root, proof).check(key, key)


@pytest.mark.parametrize("claimed", [1, 3, 4, 2**40])
def test_a_head_that_nobody_signed_stops_nothing(ours, claimed):
    node = neighbour(ours, with_our_key(ours))
    node.heads = lambda since: ("x.1", {ours.origin: (claimed, b"z" * 32)})
    ours.pull()
    fake = with_our_key(ours, 2)
    fake.private = b"z" * 32
    fake.put("Faux")
    fake.put("Faux")
    node.sync = lambda asked: iter(
        [b'K{"peer":"%s","v":1}\n' % PEER.encode(), *_lines(fake.section()), b"E{}\n"]
    )
    ours.pull()
    assert evidence(ours) == []
    assert publish(ours, "Trois") == 3


def _lines(section):
    from kpa_federation.protocol.bundle import section_lines

    return section_lines(section)


def test_a_neighbour_who_has_less_or_the_same_is_no_trouble(ours):
    for at in (1, 2, 3):
        neighbour(ours, with_our_key(ours, at))
        ours.pull()
    assert evidence(ours) == []


def test_key_holders_read_it_and_others_do_not(ours):
    thief = with_our_key(ours)
    thief.put("Donnez-moi de l'argent")
    neighbour(ours, thief)
    ours.pull()
    with ours.kpa.client_for("admin") as browser:
        assert "Ce qui ne va pas" in browser.get("/federation/voisins").sentence()
        shown = browser.get("/federation/alertes").sentence()
        assert "Quelqu'un d'autre écrit avec notre clé" in shown
        assert "kpa/" + ours.origin in shown
    with ours.kpa.client_for("member") as browser:
        assert "Ce qui ne va pas" not in browser.get("/federation/voisins").sentence()


def test_without_the_file_of_the_head_it_may_be_our_own_past(ours):
    past = with_our_key(ours)
    past.put("D'avant la sauvegarde")
    neighbour(ours, past)
    (ours.kpa.instance.settings.root / head.HEAD).unlink()
    ours.pull()
    with pytest.raises(Refused, match="vieille sauvegarde"):
        publish(ours, "Trois")
    with ours.work() as work:
        assert asking.recover(work) == 1
    assert publish(ours, "Trois") == 4
