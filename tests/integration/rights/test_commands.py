"""R37 on the command line: every command as everyone, on things of both activities."""

from __future__ import annotations

import pytest
from world import World, asking, calling, canaries
from world.calling import Call

LEAVES_NOTHING = {
    *("migrate", "doctor", "audit verify", "sign-out"),  # change nothing that is somebody's
    *("shares requests", "shares file", "quotes link"),  # read, under the right to act
    "people role",  # the person has that role
    # A file about others' papers does nothing; a link that was made before is given again.
    *("invoices import-answers", "invoices carrier-link"),
    "tasks answer",  # about oneself
    # Reads; and what peers brought, which was verified and says itself from whom it is.
    *("federation peers", "federation export", "federation pull", "federation import"),
    *("federation keys status", "federation keys recent", "federation keys drill"),
    *("federation held", "federation profile", "federation lists"),
    *("federation open", "federation back"),  # it is
    *("coopcycle coops", "ofn shops", "ofn drift"),
    *("workshop tickets", "workshop stock"),
}
LEAVES_TWO = {
    "payments pay",  # the carrier's own word confirms at once
    "shares collect",  # one for each batch
    "federation publish",  # the draft, its file, and the publishing
    "federation recover-server",  # the log, and the neighbours it came from
}


@pytest.fixture(scope="module")
def calls(whole_world: World) -> list[Call]:
    """Everything, called once."""
    keep = whole_world.kpa.instance.close
    whole_world.kpa.instance.close = lambda: None  # type: ignore[method-assign]  # each call closes
    try:
        known = calling.commands(whole_world)
        return [
            calling.call(whole_world, line, known[name], actor, place)
            for name, line in calling.lines().items()
            if name in known
            for actor in asking.everyone(whole_world)
            for place in calling.places(whole_world, line)
        ]
    finally:
        whole_world.kpa.instance.close = keep  # type: ignore[method-assign]


def test_every_command_asks_the_right_that_was_chosen_for_it(whole_world: World) -> None:
    known = calling.commands(whole_world)
    asked = {name: one.kpa_needs for name, one in known.items()}  # type: ignore[attr-defined]
    assert asked == {name: line.right for name, line in calling.lines().items()}


def test_whoever_holds_the_right_is_served_and_nobody_else(calls: list[Call]) -> None:
    wrong = [one.told for one in calls if one.allowed == one.hidden]
    assert not wrong, f"{len(wrong)} of {len(calls)}\n" + "\n".join(wrong)


def test_what_a_command_did_is_in_the_log_once_and_what_it_did_not_is_not(
    calls: list[Call],
) -> None:
    """R44 on the command line: an entry for each act, and for each refusal that is kept."""
    silent, many = set(), set()
    for one in calls:
        done = [right for right, via, result in one.kept if (via, result) == ("cli", "done")]
        refused = [right for right, via, result in one.kept if (via, result) == ("cli", "refused")]
        assert len(done) + len(refused) == len(one.kept), one.told
        assert not (done and one.hidden), one.told
        assert len(refused) <= 1, one.told
        if one.error is None and not one.line.right.endswith((".read", ".list", ".own")):
            silent |= {one.line.name} if not done else set()
            many |= {one.line.name} if len(done) > 1 else set()
    assert silent == LEAVES_NOTHING
    assert many == LEAVES_TWO


def test_no_word_reaches_someone_it_is_not_for(whole_world: World, calls: list[Call]) -> None:
    known = canaries.canaries(whole_world)
    holders = whole_world.kpa.instance.rights.holders
    found = {
        f"{one.actor.key} {one.line.name} {one.letter}: {word}"
        for one in calls
        if "operator" not in holders(one.line.right)
        for word in canaries.leaks(whole_world, known, one.actor, one.output)
    }
    assert not found, "\n".join(sorted(found))
