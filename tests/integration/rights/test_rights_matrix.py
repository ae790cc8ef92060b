"""R37: every address, as everyone, on one's own things and on others', against the one table."""

from __future__ import annotations

from collections import Counter

import pytest
from world import World, asking
from world.asking import Visit


@pytest.fixture(scope="module")
def visits(whole_world: World) -> list[Visit]:
    """Everything, asked once."""
    app = whole_world.kpa.app
    app.config["WTF_CSRF_ENABLED"] = False
    found = [
        asking.visit(whole_world, address, actor)
        for rule in asking.rules(app)
        for actor in asking.everyone(whole_world)
        for address in asking.addresses(whole_world, rule, actor)
    ]
    app.config["WTF_CSRF_ENABLED"] = True
    return found


def test_whoever_holds_the_right_gets_in_and_nobody_else(visits: list[Visit]) -> None:
    wrong = [one.told for one in visits if one.allowed != (one.status != 404)]
    print(len(visits), Counter(one.status for one in visits))
    assert not wrong, f"{len(wrong)} of {len(visits)}\n" + "\n".join(wrong)


def test_nothing_breaks(visits: list[Visit]) -> None:
    broken = [one.told for one in visits if one.status >= 500]
    assert not broken, "\n".join(broken)
