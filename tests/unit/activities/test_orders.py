"""The path of an order: a table, and nothing beside it."""

from __future__ import annotations

import pytest

from kpa_core.activities import orders
from kpa_core.errors import Refused
from kpa_core.rights.table import CORE

FOLLOWS = {
    "asked": {"quoted", "invoiced", "declined", "cancelled"},
    "quoted": {"asked", "accepted", "declined", "cancelled"},
    "accepted": {"done", "cancelled"},
    "done": {"accepted", "invoiced"},
    "invoiced": {"done", "asked", "paid"},  # corrected, its lines open again
    "paid": {"invoiced", "asked", "shared"},
    "shared": {"reviewed"},
    "reviewed": set(),
    "declined": {"asked"},
    "cancelled": {"asked"},
}


@pytest.mark.parametrize("start", orders.STATES)
@pytest.mark.parametrize("end", orders.STATES)
def test_an_order_follows_the_path_and_no_other(start: str, end: str) -> None:
    if end in FOLLOWS[start]:
        assert orders.move_between(start, end).end == end
    else:
        with pytest.raises(Refused, match=orders.LABELS[start]):
            orders.move_between(start, end)


def test_the_steps_lead_from_the_request_to_the_review() -> None:
    for start, end in zip(orders.STEPS, orders.STEPS[1:], strict=False):
        assert orders.move_between(start, end)


def test_papers_and_money_are_never_moved_by_a_button() -> None:
    by_hand = {move.end for move in orders.MOVES if move.by == "member"}
    assert not by_hand & {"quoted", "invoiced", "paid", "shared"}


def test_every_button_has_words_and_a_capability_of_the_table() -> None:
    known = {row.key for row in CORE}
    for move in orders.MOVES:
        assert move.needs in known
        assert bool(move.label) == (move.by == "member")


def test_every_state_has_a_name_and_a_next_thing_to_do() -> None:
    assert set(orders.LABELS) == set(orders.NEXT) == set(orders.STATES) == set(FOLLOWS)
