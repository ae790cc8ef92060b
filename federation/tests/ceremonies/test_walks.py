"""The walks from end to end, as those who carry them out do, with a neighbour that follows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from halls import NAMES, SHEETS

from kpa_core.api import Refused
from kpa_core.work import KPA, OPERATOR
from kpa_federation.ceremonies import lost_server, service
from kpa_federation.log import erasing
from kpa_federation.own import head, keyring, writing
from kpa_federation.peers import service as peers

TWO = NAMES[1:]


def files(hall):
    root = hall.root()
    return [(root / one).exists() for one in (head.KEY, keyring.NEXT, keyring.OLD)]


def test_the_first_ceremony_names_the_guardians_and_keeps_the_key(hall):
    before = hall.state().identity
    hall.first()
    after = hall.state().identity
    assert after.key == before.key
    assert set(after.commitment.hashes) == {one.hash for one in SHEETS.values()}
    hall.pull()
    assert hall.both_agree()


def test_a_rotation_gives_another_key_and_keeps_what_was_there(hall):
    hall.first()
    hall.publish("Une étagère")
    hall.pull()
    lines, before = hall.lines(), hall.state().identity.key
    hall.change("rotation", *TWO)
    assert files(hall) == [True, False, True]  # the peers know the old one only
    assert (hall.root() / keyring.OLD).stat().st_mode & 0o777 == 0o600
    hall.tell()
    assert files(hall) == [True, False, False]
    hall.publish("Un banc")
    hall.pull()
    assert hall.both_agree()
    assert hall.lines(hall.there)[: len(lines)] == lines
    assert hall.state(hall.there).identity.key != before
    assert len(hall.titles(hall.there)) == 2


def test_a_thief_s_branch_is_left_and_what_it_erased_is_back(hall):
    hall.first()
    hall.publish("Une étagère")
    hall.pull()
    ours, titles = len(hall.lines()), hall.titles()
    hall.withdraw(2)
    hall.publish("Donnez-moi de l'argent")
    hall.publish("Encore")
    hall.pull()
    assert 2 not in hall.titles(hall.there)
    hall.change("stolen", *TWO, cut=ours)
    assert hall.titles() == titles
    hall.pull()
    assert hall.both_agree()
    assert hall.titles(hall.there) == titles
    hall.publish("Un banc")
    hall.pull()
    assert hall.both_agree()


def test_a_lost_key_is_replaced(hall):
    hall.first()
    (hall.root() / head.KEY).unlink()
    hall.change("lost_key", *TWO)
    hall.publish("Un banc")
    hall.pull()
    assert hall.both_agree()


def test_without_enough_answers_nothing_happens(hall):
    hall.first()
    before, key = hall.lines(), (hall.root() / head.KEY).read_bytes()
    hall.do(service.begin, "rotation")
    hall.do(service.ask)
    hall.answers(NAMES[0])
    with pytest.raises(Refused, match="manquent : 1"):
        hall.do(service.write)
    hall.do(service.stop)
    assert (hall.lines(), (hall.root() / head.KEY).read_bytes()) == (before, key)
    assert files(hall) == [True, False, False]


def test_a_lost_server_comes_back_on_another_machine(hall, town):
    hall.first()
    hall.publish("Une étagère")
    hall.pull()
    before, lines = hall.state(hall.there), hall.lines(hall.there)
    new = town("Neuf")
    with new.work(OPERATOR) as work:
        assert lost_server.recover_server(work, hall.here.origin, [hall.there.address]) == 3
    hall.change("lost_server", *TWO, town=new)
    hall.publish("Après", town=new)
    hall.do(peers.add_peer, hall.here.origin, new.address, town=hall.there)
    hall.pull()
    after = hall.state(hall.there)
    assert after.identity.key_at(before.size + 1) != before.identity.key
    assert hall.lines(hall.there)[: before.size] == lines
    assert hall.state(new).frontier == after.frontier
    assert after.size == before.size + 2


def test_a_machine_that_published_takes_no_other_log(hall):
    hall.publish("Une étagère")
    with pytest.raises(Refused, match="KPA neuf"):
        hall.do(lost_server.recover_server, hall.there.origin, [hall.there.address])


def test_a_log_that_no_neighbour_has_is_not_made_up(hall, town):
    new = town("Neuf")
    own = new.origin
    with pytest.raises(Refused, match="Aucun de ces voisins"):
        hall.do(lost_server.recover_server, "a" * 32, [hall.there.address], town=new)
    with new.work() as work:
        assert writing.own_origin(work.session) == own


def test_what_was_erased_for_good_stays_erased_and_the_logs_agree(hall):
    """Fourteen days after a thief withdrew a record its words are gone everywhere."""
    hall.first()
    hall.publish("Une étagère")
    hall.publish("Un banc")
    ours = len(hall.lines())
    hall.withdraw(2)
    hall.pull()
    for town in (hall.here, hall.there):
        with town.work(KPA) as work, work.transaction() as session:
            erasing.erase(session, work.today + timedelta(days=14))
    hall.change("stolen", *TWO, cut=ours)
    hall.pull()
    assert hall.both_agree()
    for town in (hall.here, hall.there):
        found = hall.titles(town)
        assert (found[2], b"Un banc" in found[3]) == (None, True)
