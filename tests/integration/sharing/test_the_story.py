"""Story W1 to the cent, through the services: from the money to closed parts, in both modes."""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kpa_core.errors import Refused
from kpa_core.sharing import advances, ledger, pots, shareouts
from kpa_core.sharing.models import Allocation, ShareOut
from kpa_core.sharing.steps import Step

W1 = Step(gross=660_00, vat=60_00, expenses=198_00, fee=46_23, pot=53_37, to_share=302_40)
W1B = Step(gross=704_00, vat=64_00, expenses=198_00, fee=50_83, pot=58_68, to_share=332_49)


def told(house, order_id) -> Step:
    with house.work() as work:
        return ledger.of_order(work.session, order_id)


def test_the_buffet_of_the_town_hall(house) -> None:
    order_id = house.paid_order()

    share_out = house.shared(order_id)

    assert house.parts(share_out.id) == {
        **dict.fromkeys(house.cooks, 60_48),
        **dict.fromkeys(house.riders, 30_24),
    }
    assert (share_out.fee_cents, share_out.pot_cents) == (46_23, 53_37)
    assert share_out.fee_base_cents == 402_00
    assert house.state(order_id) == "shared"


def test_the_ledger_says_the_same(house) -> None:
    order_id = house.paid_order()
    house.shared(order_id)

    assert told(house, order_id) == W1
    assert 660_00 == 60_00 + 198_00 + 46_23 + 53_37 + 302_40
    with house.work() as work:
        assert list(ledger.faults(work.session)) == []
    with house.work("Amina") as work:
        assert [(held.pot.kind, held.cents) for held in pots.pots(work)] == [("common", 53_37)]


def test_who_advanced_money_gets_it_back_first(house) -> None:
    order_id = house.paid_order(paid=110_00)
    share_out_id = house.propose(order_id)

    assert house.parts(share_out_id) == {}
    house.close(share_out_id)

    with house.work("Gaëlle") as work:
        [owed] = advances.owed(work)
        assert (owed.person.display_name, owed.cents) == ("Bakary", 80_00)
    with house.work("Trésor") as work:
        advances.hand_back(work, owed.expense.id)
        assert advances.owed(work) == []
        with pytest.raises(Refused, match="Rien n'est à rendre"):
            advances.hand_back(work, owed.expense.id)


def test_the_vat_of_an_advance_comes_back_with_it(house) -> None:
    order_id = house.order()
    house.hours(order_id, {"Amina": 60})
    receipt = house.buy(order_id, 80_00, by="Bakary", vat_cents=8_00)
    house.pay(house.invoice(order_id), 660_00)
    house.shared(order_id)

    with house.work("Gaëlle") as work:
        assert [one.cents for one in advances.owed(work)] == [88_00]
        vat = ledger.account(work.session, house.carrier_id, "vat")
        assert ledger.balance(work.session, vat.id) == 60_00 - 8_00
        assert ledger.of_order(work.session, order_id).expenses == 80_00
        assert list(ledger.faults(work.session)) == []
        assert receipt.cost_cents == 80_00


def test_at_sixteen_euros(house) -> None:
    order_id = house.paid_order(price_cents=16_00)

    share_out = house.shared(order_id)

    assert told(house, order_id) == W1B
    cents = list(house.parts(share_out.id).values())
    assert sorted(cents) == [33_25, 33_25, 66_49, 66_50, 66_50, 66_50]


def test_the_order_of_rows_changes_nothing(house) -> None:
    found = set()
    people = (*house.cooks, *house.riders)
    orders = [people, people[::-1], *(random.Random(7).sample(people, 6) for _ in range(4))]
    for names in orders:
        hours = {name: 36 if name in house.cooks else 18 for name in names}
        order_id = house.paid_order(price_cents=16_00, hours=hours)
        found.add(tuple(sorted(house.parts(house.propose(order_id)).items())))
    assert len(found) == 1


PAYMENTS = [(330_00, 330_00), (1, 659_99), (659_99, 1), (100_00, 200_00, 360_00), (219_97, 440_03)]


@pytest.mark.parametrize("payments", PAYMENTS, ids=str)
def test_several_payments_end_where_one_would(house, payments) -> None:
    order_id = house.order()
    house.hours(order_id, {"Amina": 7 * 60, "Bakary": 5 * 60 + 1, "Chloé": 61})
    house.buy(order_id, 118_00)
    house.buy(order_id, 80_00, by="Bakary")
    document = house.invoice(order_id)
    got: dict[str, int] = {}
    for cents in payments:
        assert house.state(order_id) == "invoiced"
        house.pay(document, cents)
        share_out = house.shared(order_id)
        for name, part in house.parts(share_out.id).items():
            got[name] = got.get(name, 0) + part

    once = house.order()
    house.hours(once, {"Amina": 7 * 60, "Bakary": 5 * 60 + 1, "Chloé": 61})
    house.buy(once, 198_00)
    house.pay(house.invoice(once), 660_00)
    assert got == house.parts(house.propose(once))
    assert told(house, order_id) == W1
    assert house.state(order_id) == "shared"


def test_a_second_part_says_what_came_before(house) -> None:
    order_id = house.order()
    house.hours(order_id, {"Amina": 60, "Bakary": 60})
    house.buy(order_id, 100_00)
    document = house.invoice(order_id)
    house.pay(document, 330_00)
    house.shared(order_id)
    house.pay(document, 330_00)

    reason = house.part(house.propose(order_id), "Amina").reason

    assert [one["message"] for one in reason][-2:] == [
        "C'est la part de tout l'argent reçu. Tu as déjà eu {before_cents}.",
        "Cette fois, ta part est de {share_cents}.",
    ]


def test_what_is_closed_stays(house) -> None:
    share_out = house.shared(house.paid_order())
    with (
        house.work() as work,
        pytest.raises(Refused, match="ne change plus"),
        work.transaction() as session,
    ):
        session.get_one(ShareOut, share_out.id).to_share_cents = 1
    for table in ("ledger_move", "ledger_entry", "fee_scale"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET created_by = NULL"):
            with (
                house.instance.engine.connect() as connection,
                pytest.raises(DBAPIError, match="append-only"),
            ):
                connection.execute(sa.text(statement))


def test_each_part_says_how_it_was_reached(house) -> None:
    share_out = house.shared(house.paid_order())
    reason = house.part(share_out.id, "Elif").reason
    params = {name: value for one in reason for name, value in one["params"].items()}
    assert params == {
        "own_minutes": 180,
        "all_minutes": 1800,
        "total_cents": 302_40,
        "part_cents": 30_24,
    }


def test_nothing_is_written_by_looking_ahead(house) -> None:
    order_id = house.paid_order()
    with house.work("Amina") as work:
        outlook = shareouts.simulate(work, order_id)
        assert outlook.is_real
        assert outlook.plan.step == Step(**{**vars_of(W1), "fee_base": 402_00})
        assert work.session.scalar(sa.select(sa.func.count()).select_from(Allocation)) == 0


def test_before_the_money_one_sees_what_it_would_be(house) -> None:
    order_id = house.order()
    house.hours(order_id, {"Amina": 60})
    house.buy(order_id, 198_00)
    house.invoice(order_id)
    with house.work("Amina") as work:
        outlook = shareouts.simulate(work, order_id)
    assert not outlook.is_real
    assert outlook.plan.step.to_share == 302_40
    assert "pas encore arrivé chez Optéos" in str(outlook.problem)


def vars_of(step: Step) -> dict[str, int]:
    return {name: getattr(step, name) for name in step.__slots__}
