"""A form sent twice (a double click, a poor network) is done once, and answers the same twice."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from world import World, asking, doing
from world.deeds import DEEDS

from kpa_core.audit import AuditEntry

GONE = {"accounts.end_session", "accounts.erase"}
"""These close the session they are sent from: sent again they come from nobody."""


def once_only(world: World) -> list[str]:
    """Return every act of the pages that is done once per key."""
    views = world.kpa.app.view_functions
    kept = {one for one in DEEDS if views[one].kpa_door.once}  # type: ignore[attr-defined]
    return sorted(kept - GONE)


def sent_twice(world: World, endpoint: str) -> list[tuple[int, str, int]]:
    """Do an act, then send the same form again: how each is answered, and what the log gained."""
    deed, rule = DEEDS[endpoint], doing.posting(world)[endpoint]
    if deed.before is not None:
        deed.before(world)
    url = doing.address(world, rule, deed)
    fields = doing.fields_of(world, rule, deed, url)
    files = {name: (one[0].read(), one[1]) for name, one in fields.items() if is_open(one)}
    told = []
    for _ in range(2):
        before = entries(world)
        again = {name: (BytesIO(data), named) for name, (data, named) in files.items()}
        given = asking.ask(world, deed.who, "POST", url, {**fields, **again})
        location = given.headers.get("Location", "")
        told.append((given.status_code, location, entries(world) - before))
    return told


def is_open(field: Any) -> bool:
    """Tell whether a field is an open file, which can be sent once."""
    return isinstance(field, tuple) and isinstance(field[0], BytesIO)


def entries(world: World) -> int:
    with world.kpa.work() as work:
        return work.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) or 0


def test_every_act_sent_twice_is_done_once_and_answers_the_same(without_csrf: World) -> None:
    world, wrong = without_csrf, []
    acts = once_only(world)
    assert len(acts) > 100
    for endpoint in acts:
        first, second = sent_twice(world, endpoint)
        if first[0] != 303 or second != (*first[:2], 0):
            wrong.append(f"{endpoint}: {first}, then {second}")
        world.rewind()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("key", ["", "short", "\0" * 8, "x" * 81, "new-line\n-in-it"])
def test_a_refusal_stays_a_refusal_whatever_the_key(without_csrf: World, key: str) -> None:
    url = f"/commandes/{without_csrf.a.find('order_id')}/etape"
    sent = {"idempotency_key": key, "state": "accepted"}
    assert asking.ask(without_csrf, "participant_b", "POST", url, sent).status_code == 404
