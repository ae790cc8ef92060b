"""A few peers are asked in a large network, everyone in a village; and a few are enough."""

from __future__ import annotations

import random

import pytest

from kpa_core.work import KPA
from kpa_federation.peers import choosing, visiting
from kpa_federation.peers.choosing import VILLAGE, whom_to_ask, whom_to_tell


@pytest.mark.parametrize("count", [0, 1, VILLAGE])
def test_in_a_village_everyone_is_asked_and_told(count):
    everyone = list(range(count))
    assert sorted(whom_to_ask(everyone, random.Random(1))) == everyone
    assert sorted(whom_to_tell(everyone, random.Random(1))) == everyone


def test_in_a_large_network_all_hear_of_it_and_few_ask_the_origin():
    chance, everyone = random.Random(3), range(1000)
    has = {0, *whom_to_tell(everyone[1:], chance)}
    rounds, pulls = 0, len(has) - 1
    while len(has) < len(everyone):
        rounds, before = rounds + 1, frozenset(has)
        for one in everyone:
            answers = [other for other in whom_to_ask(everyone, chance) if other in before]
            if one not in before and answers:
                has.add(one)
                pulls += answers[0] == 0
    assert rounds <= 8
    assert pulls <= 32


def test_a_round_asks_those_that_were_chosen(town, monkeypatch):
    roubaix, lille, arras = town("Roubaix"), town("Lille"), town("Arras")
    arras.follow(roubaix)
    arras.follow(lille)
    monkeypatch.setattr(choosing, "VILLAGE", 1)
    monkeypatch.setattr(choosing, "ASKED", 1)
    asked, pull = [], visiting.pull_from
    monkeypatch.setattr(
        visiting, "pull_from", lambda work, origin: (asked.append(origin), pull(work, origin))
    )
    with arras.work(KPA) as work:
        visiting.pull_some(work)
    assert len(asked) == 1
