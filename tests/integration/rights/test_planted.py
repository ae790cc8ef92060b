"""The matrix sees what it should: each mistake planted here turns it red."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from world import World, asking, canaries

from kpa_core.activities import scopes
from kpa_core.pages import routes
from kpa_core.rights.reach import Reach
from kpa_core.web import create_app


def test_a_list_that_forgets_to_ask_who_looks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def everything(_work: object, model: type[scopes.Order], *_: object) -> object:
        return sa.select(model).join(scopes.Activity, scopes.Activity.id == model.activity_id)

    monkeypatch.setattr(scopes, "_visible", everything)
    known = canaries.canaries(world)
    found = {
        (one.actor.key, word)
        for one in asking.ask_all(world, "activities.orders", "activities.planning")
        for word in canaries.leaks(world, known, one.actor, one.text)
    }
    assert {("participant_b", "CommandeA"), ("participant_a", "TacheB")} <= found


@pytest.mark.parametrize("endpoint", ["house.overview", "sharing.rules", "cape.houses"])
def test_a_door_that_opens_to_all(
    world: World, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    declare = routes.Pages._guarded

    def laxer(self, rule, methods, door, options):  # type: ignore[no-untyped-def]
        name = options.get("endpoint")

        def guard(view):  # type: ignore[no-untyped-def]
            is_it = f"{self.name}.{name or view.__name__}" == endpoint
            kept = routes.Door("public.read", door.once) if is_it else door
            return declare(self, rule, methods, kept, options)(view)

        return guard

    monkeypatch.setattr(routes.Pages, "_guarded", laxer)
    monkeypatch.setattr(world.kpa, "app", create_app(world.kpa.instance))
    assert len(asking.wrong(asking.ask_all(world, endpoint))) >= 5


def test_a_door_that_forgets_where_the_thing_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reach, "covers", lambda self, _scope: self.anywhere)
    assert asking.wrong(asking.ask_all(world, "members.member", "sharing.receipt"))


def test_a_refusal_that_says_more_than_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes.Denied, "status", 403)
    assert asking.wrong(asking.ask_all(world, "activities.order"))
