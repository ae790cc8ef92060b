"""The ledger: every move adds up to zero, inside one carrier, and nobody can bend it unseen."""

from __future__ import annotations

import contextlib
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kpa_core import clock
from kpa_core.errors import NotFound, Refused
from kpa_core.sharing import ledger, pots
from kpa_core.sharing.ledger import Part, Reason
from kpa_core.sharing.models import Allocation, LedgerEntry, LedgerMove


def place(house, kind: str = "common", carrier_id=None):
    with house.work() as work, work.transaction() as session:
        return ledger.account(session, carrier_id or house.carrier_id, kind)


@pytest.mark.parametrize("cents", [(1, 1), (100, -99), (-1, 0), (5,)], ids=str)
def test_a_move_that_is_not_zero_is_refused(numbered, cents) -> None:
    pot, outside = place(numbered), place(numbered, "outside")
    parts = [Part(where, amount) for where, amount in zip((pot, outside), cents, strict=False)]
    with numbered.work() as work, pytest.raises(Refused, match="perd ou invente"):
        ledger.post(work, numbered.carrier_id, Reason("put_in"), parts)


def test_a_float_is_refused(numbered) -> None:
    pot, outside = place(numbered), place(numbered, "outside")
    with numbered.work() as work, pytest.raises(TypeError):
        ledger.post(
            work, numbered.carrier_id, Reason("put_in"), [Part(pot, 1.0), Part(outside, -1.0)]
        )


def test_a_move_of_nothing_is_not_written(numbered) -> None:
    with numbered.work() as work:
        assert ledger.post(work, numbered.carrier_id, Reason("put_in"), []) is None


def test_no_move_crosses_carriers(numbered) -> None:
    other = numbered.carrier("Les Coopains", "own_structure")
    parts = [Part(place(numbered), 100), Part(place(numbered, "outside", other), -100)]
    for carrier_id in (numbered.carrier_id, other):
        with numbered.work() as work, pytest.raises(Refused, match="d'une maison"):
            ledger.post(work, carrier_id, Reason("put_in"), parts)


def raw_move(connection, house):
    move = {"id": uuid4(), "created_at": clock.now(), "carrier_id": house.carrier_id}
    day = clock.now().date()
    connection.execute(sa.insert(LedgerMove).values(kind="put_in", day=day, what="", **move))
    return move["id"]


def raw_entry(connection, house, move_id, pot_id, cents, carrier_id=None) -> None:
    row = {"id": uuid4(), "created_at": clock.now(), "move_id": move_id, "pot_id": pot_id}
    row |= {"carrier_id": carrier_id or house.carrier_id, "amount_cents": cents}
    connection.execute(sa.insert(LedgerEntry).values(**row))


def test_the_database_keeps_carriers_apart(numbered) -> None:
    other = numbered.carrier("Les Coopains", "own_structure")
    mine, theirs = place(numbered), place(numbered, "common", other)
    for carrier_id in (numbered.carrier_id, other):
        with numbered.instance.engine.connect() as connection:
            move_id = raw_move(connection, numbered)
            raw_entry(connection, numbered, move_id, mine.id, 100)
            with pytest.raises(DBAPIError, match=r"(?i)foreign key"):
                raw_entry(connection, numbered, move_id, theirs.id, -100, carrier_id)


def test_a_bent_ledger_is_seen(numbered) -> None:
    numbered.shared(numbered.paid_order())
    with numbered.work() as work:
        assert list(ledger.faults(work.session)) == []
    common = place(numbered)
    with numbered.instance.engine.begin() as connection:
        raw_entry(connection, numbered, raw_move(connection, numbered), common.id, 100)
    with numbered.work() as work:
        [fault] = ledger.faults(work.session)
    assert "adds up to 100" in fault.why


def test_a_share_out_the_ledger_tells_otherwise_is_seen(numbered) -> None:
    order_id = numbered.paid_order()
    numbered.shared(order_id)
    common, fee = place(numbered), place(numbered, "fee")
    with numbered.work() as work:
        ledger.post(
            work,
            numbered.carrier_id,
            Reason("correction", order_id=order_id),
            [Part(common, 100), Part(fee, -100)],
        )
        [fault] = ledger.faults(work.session)
    assert fault.row == f"customer_order:{order_id}"


def test_a_part_changed_behind_the_ledger_is_seen(numbered) -> None:
    numbered.shared(numbered.paid_order())
    one = sa.select(Allocation.id).where(Allocation.cents > 0).limit(1).scalar_subquery()
    with numbered.instance.engine.begin() as connection:
        connection.execute(
            sa.update(Allocation).where(Allocation.id == one).values(cents=Allocation.cents + 1)
        )
    with numbered.work() as work:
        [fault] = ledger.faults(work.session)
    assert fault.row.startswith("allocation:")


@contextlib.contextmanager
def statements(engine):
    """Note every statement sent meanwhile."""
    seen: list[str] = []

    def note(_connection, _cursor, text, *_) -> None:
        seen.append(text)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_looking_at_the_books_asks_as_much_for_two_orders_as_for_one(numbered) -> None:
    asked = []
    for _ in range(2):
        numbered.shared(numbered.paid_order())
        with numbered.work() as work, statements(numbered.instance.engine) as seen:
            assert list(ledger.faults(work.session)) == []
        asked.append(len(seen))
    assert asked[0] == asked[1]


# --- pots -----------------------------------------------------------------------------------------


def opened(house, name: str = "Vélos", kind: str = "project"):
    with house.work("Hôte") as work:
        return pots.open_pot(work, house.carrier_id, kind, name)


def test_money_moves_between_two_pots(numbered) -> None:
    bikes = opened(numbered)
    with numbered.work("Hôte") as work:
        pots.put_in(work, bikes.id, 500_00, "Aide de la ville")
        other = pots.open_pot(work, numbered.carrier_id, "cash", "Caisse")
        pots.transfer(work, bikes.id, other.id, 80_00, "Fond de caisse")
        with pytest.raises(Refused, match="pas assez"):
            pots.transfer(work, bikes.id, other.id, 420_01, "Trop")
        with pytest.raises(Refused, match="différentes"):
            pots.transfer(work, bikes.id, bikes.id, 1, "Rien")
    with numbered.work("Amina") as work:
        assert {held.pot.name: held.cents for held in pots.pots(work)} == {
            "Vélos": 420_00,
            "Caisse": 80_00,
        }
        assert [(line.cents, line.held) for line in pots.history(work, bikes.id)] == [
            (-80_00, 420_00),
            (500_00, 500_00),
        ]


@pytest.mark.parametrize("cents", [0, -1, 10**13 + 1, 1.5])
def test_odd_amounts_are_refused(numbered, cents) -> None:
    bikes = opened(numbered)
    with numbered.work("Hôte") as work, pytest.raises(Refused, match="plus grande que zéro"):
        pots.put_in(work, bikes.id, cents, "Aide")


def test_money_says_where_it_comes_from(numbered) -> None:
    bikes = opened(numbered)
    with numbered.work("Hôte") as work, pytest.raises(Refused, match="Écris pourquoi"):
        pots.put_in(work, bikes.id, 1_00, " ")


def test_pots_of_two_carriers_exchange_nothing(numbered) -> None:
    other = numbered.carrier("Les Coopains", "own_structure")
    bikes = opened(numbered)
    with numbered.work("Hôte") as work:
        pots.put_in(work, bikes.id, 500_00, "Aide")
    with numbered.work() as work:
        far = pots.open_pot(work, other, "cash", "Caisse")
        with pytest.raises(Refused, match="d'une maison"):
            pots.transfer(work, bikes.id, far.id, 1_00, "Prêt")


@pytest.mark.parametrize("by", ["Amina", "Gaëlle", "Animatrice", "Trésor"])
def test_only_the_carrier_says_that_money_came(numbered, by: str) -> None:
    bikes = opened(numbered)
    with numbered.work(by) as work, pytest.raises(NotFound):
        pots.put_in(work, bikes.id, 1_00, "Don")


@pytest.mark.parametrize("by", ["Amina", "Gaëlle", "Animatrice"])
def test_members_do_not_move_pots(numbered, by: str) -> None:
    bikes, other = opened(numbered), opened(numbered, "Autre")
    with numbered.work(by) as work, pytest.raises(NotFound):
        pots.transfer(work, bikes.id, other.id, 1_00, "Pour voir")


def test_an_account_of_passage_is_no_pot(numbered) -> None:
    fee = place(numbered, "fee")
    with numbered.work("Hôte") as work:
        with pytest.raises(NotFound):
            pots.find_pot(work, fee.id)
        assert pots.scope_of_pot(work.session, fee.id) is None


OPENINGS = [("common", "Deux"), ("fee", "Frais"), ("project", " "), ("activity", "Sans activité")]


@pytest.mark.parametrize(("kind", "name"), OPENINGS)
def test_pots_that_cannot_be_opened(numbered, kind: str, name: str) -> None:
    with pytest.raises(Refused):
        opened(numbered, name, kind)


def test_an_activity_has_one_pot(numbered) -> None:
    with numbered.work("Hôte") as work:
        pots.open_pot(work, numbered.carrier_id, "activity", "Cuisine", numbered.activity_id)
        with pytest.raises(Refused, match="déjà sa cagnotte"):
            pots.open_pot(work, numbered.carrier_id, "activity", "Encore", numbered.activity_id)
