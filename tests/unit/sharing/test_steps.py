"""What each arrival of money adds, without taking from anybody."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpa_core.money import MAX_CENTS
from kpa_core.sharing.fees import Tier
from kpa_core.sharing.reasons import Reason
from kpa_core.sharing.rules import RULES, Portion, Stake, share
from kpa_core.sharing.steps import Bill, Cover, Step, covers, step, top_up
from kpa_core.sharing.waterfall import NOTHING, Terms, Waterfall, waterfall

STORY = Terms(gross=660_00, vat=60_00, expenses=198_00, scale=(Tier(None, 1150),), pot_rate_bp=1500)
W1 = waterfall(660_00, STORY)


def ids(count: int) -> list[UUID]:
    return [UUID(int=number + 1) for number in range(count)]


def after(target: Waterfall, booked: Step) -> Step:
    return step(target, target.margin, booked)


def test_the_first_step_is_the_waterfall() -> None:
    first = after(W1, Step())
    assert first == Step(660_00, 60_00, 198_00, 46_23, 53_37, 302_40, 402_00)
    assert after(W1, first).is_nothing


def test_a_credit_note_takes_back_what_can_be() -> None:
    booked = after(W1, Step())
    back = step(NOTHING, 0, booked)
    assert back == Step(-660_00, -60_00, 0, -46_23, -553_77, 0, -402_00)
    assert (booked + back).pot == -500_40


def test_money_after_a_credit_note_fills_the_pot_first() -> None:
    booked = after(W1, Step())
    booked += step(NOTHING, 0, booked)
    again = after(W1, booked)
    assert (again.expenses, again.to_share, again.pot) == (0, 0, 553_77)
    whole = booked + again
    assert (whole.gross, whole.pot, whole.to_share) == (660_00, 53_37, 302_40)


terms = st.builds(
    lambda net, vat, spent, fee, pot: Terms(
        gross=net + vat,
        vat=vat,
        expenses=spent,
        scale=(Tier(10_000, fee), Tier(None, fee // 2)),
        pot_rate_bp=pot,
    ),
    st.integers(0, 10**9),
    st.integers(0, 10**8),
    st.integers(0, 10**9),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
)


@settings(max_examples=300, deadline=None)
@given(terms, st.lists(st.fractions(0, 1), min_size=1, max_size=6))
def test_any_payments_end_where_one_would_and_take_from_nobody(how: Terms, cuts) -> None:
    received = [*sorted(int(cut * how.gross) for cut in cuts), how.gross]
    booked = Step()
    for money in received:
        now = after(waterfall(money, how), booked)
        assert now.is_balanced
        assert min(now.expenses, now.to_share, now.fee, now.vat, now.pot) >= 0
        booked += now
    assert booked == after(waterfall(how.gross, how), Step())


@settings(max_examples=300, deadline=None)
@given(st.lists(terms, min_size=1, max_size=5), st.data())
def test_whatever_happens_nothing_is_taken_and_every_cent_has_a_place(ways, data) -> None:
    booked = Step()
    for how in ways:
        money = data.draw(st.integers(0, how.gross))
        now = after(waterfall(money, how), booked)
        assert now.is_balanced
        assert now.expenses >= 0
        assert now.to_share >= 0
        booked += now
        assert booked.gross == money
    assert booked.is_balanced


# --- who is paid back first -----------------------------------------------------------------------


def test_advances_come_first_then_the_oldest_receipt() -> None:
    carrier, first, second = ids(3)
    bills = [
        Bill(carrier, 118_00, 0, advanced=False),
        Bill(first, 50_00, 5_00, advanced=True),
        Bill(second, 30_00, 3_00, advanced=True),
    ]
    assert covers(60_00, bills) == (Cover(first, 50_00, 5_00), Cover(second, 10_00, 1_00))
    assert covers(198_00, bills)[-1] == Cover(carrier, 118_00, 0)
    assert covers(0, bills) == ()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**5), st.booleans()), max_size=6),
    st.lists(st.fractions(0, 1), max_size=4),
)
def test_receipts_are_paid_back_to_the_cent_whatever_the_payments(given_bills, cuts) -> None:
    bills = [
        Bill(row_id, cost, vat, advanced)
        for row_id, (cost, vat, advanced) in zip(ids(6), given_bills, strict=False)
    ]
    whole = sum(bill.cost for bill in bills)
    done: dict[UUID, tuple[int, int]] = {}
    before = 0
    for money in [*sorted(int(cut * whole) for cut in cuts), whole]:
        open_bills = [
            replace(
                bill,
                covered=done.get(bill.expense_id, (0, 0))[0],
                vat_covered=done.get(bill.expense_id, (0, 0))[1],
            )
            for bill in bills
        ]
        found = covers(money - before, open_bills)
        assert sum(cover.cost for cover in found) == money - before
        assert all(cover.cost >= 0 and cover.vat >= 0 for cover in found)
        for cover in found:
            cost, vat = done.get(cover.expense_id, (0, 0))
            done[cover.expense_id] = (cost + cover.cost, vat + cover.vat)
        before = money
    assert done == {bill.expense_id: (bill.cost, bill.vat) for bill in bills}


# --- parts of later money -------------------------------------------------------------------------


def portions(*cents: int) -> list[Portion]:
    return [
        Portion(person, each, 60, Reason(())) for person, each in zip(ids(9), cents, strict=False)
    ]


def test_the_first_time_everyone_gets_their_portion() -> None:
    whole = portions(3, 2)
    assert list(top_up(5, whole, {})) == whole


def test_later_each_gets_what_is_missing() -> None:
    one, other = ids(2)
    found = top_up(4, portions(6, 3), {one: 3, other: 2})
    assert [(each.person_id, each.cents) for each in found] == [(one, 3), (other, 1)]


def test_who_got_more_keeps_it() -> None:
    one, other, third = ids(3)
    found = top_up(4, portions(2, 4, 4), {one: 6})
    assert [(each.person_id, each.cents) for each in found] == [(other, 2), (third, 2)]


def test_nothing_to_share_gives_no_parts() -> None:
    assert top_up(0, portions(0, 0), {}) == ()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(1, 6000), min_size=1, max_size=7),
    st.lists(st.integers(0, 10**7), min_size=1, max_size=5),
    st.sampled_from(sorted(RULES)),
)
def test_parts_of_several_payments_add_up_to_one_share(minutes, sums, key: str) -> None:
    stakes = [Stake(person, spent) for person, spent in zip(ids(7), minutes, strict=False)]
    got: dict[UUID, int] = {}
    before = 0
    for total in sorted(sums):
        whole = share(RULES[key], total, stakes)
        found = top_up(total - before, whole, got)
        assert sum(each.cents for each in found) == total - before
        assert all(each.cents >= 0 for each in found)
        for each in found:
            got[each.person_id] = got.get(each.person_id, 0) + each.cents
        before = total
    assert sum(got.values()) == max(sums)


def test_the_largest_amounts_still_add_up() -> None:
    how = Terms(MAX_CENTS, 0, 0, (Tier(None, 1),), 1)
    assert after(waterfall(MAX_CENTS, how), Step()).is_balanced


@pytest.mark.parametrize("place", ["gross", "vat", "expenses", "fee", "pot"])
def test_a_cent_anywhere_is_something(place: str) -> None:
    assert not replace(Step(), **{place: 1}).is_nothing
