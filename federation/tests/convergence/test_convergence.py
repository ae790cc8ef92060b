"""Whatever happened on the way, all instances end with the same logs and the same records."""

from __future__ import annotations

import pytest
from network_world import world


def live_through(made, steps):
    for _ in range(steps):
        made.step()
    made.heal()


def test_five_instances_agree_after_any_schedule():
    crashes = 0
    for seed in range(12):
        with world(5, seed) as made:
            live_through(made, 25)
            for _ in range(3):
                made.meet(4)
            made.check()
            crashes += made.crashes
    assert crashes


def test_thirteen_instances_agree_three_rounds_after_the_lines_are_back():
    with world(13, 13) as made:
        live_through(made, 80)
        for _ in range(3):
            made.meet(4)
        made.check()
        sent = sum(kpa.node.sent for kpa in made.kpas)
        made.meet(4)
        assert sum(kpa.node.sent for kpa in made.kpas) == sent  # nothing comes twice


@pytest.mark.long
@pytest.mark.parametrize("hundred", range(2))
def test_two_hundred_schedules(hundred):
    for seed in range(1000 + hundred * 100, 1100 + hundred * 100):
        with world(5, seed) as made:
            live_through(made, 40)
            for _ in range(3):
                made.meet(4)
            made.check()


@pytest.mark.long
def test_a_thousand_instances_agree_on_what_five_publish():
    with world(1000, 1, publish=5) as made:
        for _ in range(60):
            made.step()
        made.heal()
        for _ in range(7):
            made.meet(4)
        made.check()
