"""A database that is older than what was published publishes nothing before it caught up."""

from __future__ import annotations

import json

import pytest
from backups import ask, backup, publish, put_back, size, start_again

from kpa_core.errors import Refused
from kpa_core.work import OPERATOR
from kpa_federation.own import head, mark
from kpa_federation.peers import asking, service


@pytest.fixture
def network(town):
    roubaix, lille = town("Roubaix"), town("Lille")
    for one, other in ((roubaix, lille), (lille, roubaix)):
        one.follow(other)
    publish(roubaix, "Une")
    lille.pull()
    return roubaix, lille


@pytest.mark.parametrize("lost", [False, True], ids=["the head's file is there", "lost too"])
def test_an_old_backup_comes_home_before_it_publishes(network, tmp_path, lost):
    roubaix, lille = network
    kept = backup(roubaix, tmp_path / "kept.sqlite3")
    publish(roubaix, "Deux")
    lille.pull()
    put_back(roubaix, kept)
    if lost:
        (roubaix.kpa.instance.settings.root / head.HEAD).unlink()
    start_again(roubaix)
    with pytest.raises(Refused, match="voisins"):
        publish(roubaix, "Autre deux")
    with pytest.raises(Refused, match="vieille sauvegarde"):
        ask(roubaix)
    with pytest.raises(Refused, match="vieille sauvegarde"):
        publish(roubaix, "Autre deux")
    with roubaix.work(OPERATOR) as work:
        assert asking.recover(work) == 1
    publish(roubaix, "Trois")
    lille.pull()
    assert size(lille, roubaix.origin) == size(roubaix, roubaix.origin) == 4


def test_when_no_peer_answers_it_waits_or_a_person_says_so(network):
    roubaix, lille = network
    start_again(roubaix)
    with roubaix.work() as work:
        service.add_peer(work, lille.origin, "http://127.0.0.1:9", "Lille")
    assert not ask(roubaix)
    with pytest.raises(Refused, match="absents"):
        publish(roubaix, "Deux")
    with roubaix.work(OPERATOR) as work:
        asking.override(work, "La machine de Lille est en panne.")
    publish(roubaix, "Deux")


def test_the_head_s_file_alone_stops_an_older_database(network, tmp_path):
    roubaix, _ = network
    kept = backup(roubaix, tmp_path / "kept.sqlite3")
    publish(roubaix, "Deux")
    put_back(roubaix, kept)
    with pytest.raises(head.OlderThanPublished):
        publish(roubaix, "Autre deux")


def test_one_size_is_never_signed_with_two_roots(network):
    roubaix, _ = network
    root = roubaix.kpa.instance.settings.root
    last = head.last_head(root)
    head.promise(root, last)  # the same again is nothing new
    for other in (head.Head(last.size, b"x" * 32), head.Head(last.size - 1, b"y" * 32)):
        with pytest.raises(head.OlderThanPublished):
            head.promise(root, other)


def test_the_files_are_for_their_owner_alone(network):
    root = network[0].kpa.instance.settings.root
    for path in (head.KEY, head.HEAD, mark.ASKED):
        assert (root / path).stat().st_mode & 0o777 == 0o600
    assert json.loads((root / head.HEAD).read_text())["size"] == 2
