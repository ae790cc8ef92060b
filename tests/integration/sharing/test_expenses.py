"""What is bought: written once, with its receipt; cancelled beside; paid by whoever paid."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from PIL import Image
from sqlalchemy.exc import DBAPIError

from kpa_core.activities import activities
from kpa_core.errors import Conflict, NotFound, Refused
from kpa_core.files import clean_photo
from kpa_core.members.roles import give_role
from kpa_core.sharing import advances, expenses, ledger, pots
from kpa_core.sharing.expenses import NewExpense
from kpa_core.sharing.models import Expense


def new(work, **changes) -> NewExpense:
    given = {"day": work.today, "supplier": "Métro", "what": "Légumes", "net_cents": 10_00}
    return NewExpense(**{**given, **changes})


REFUSED = {
    "nothing": {"net_cents": 0},
    "less than nothing": {"net_cents": -1},
    "2**63": {"net_cents": 2**63},
    "a float": {"net_cents": 10.0},
    "not a number": {"net_cents": float("nan")},
    "a yes": {"net_cents": True},
    "negative VAT": {"vat_cents": -1},
    "more VAT than price": {"vat_cents": 10_01},
    "no shop": {"supplier": " "},
    "nothing said": {"what": ""},
    "an unknown payer": {"paid_by": "bank"},
    "a member without a name": {"paid_by": "member"},
    "somebody unknown": {"paid_by": "member", "paid_by_id": uuid4()},
    "a pot without a name": {"paid_by": "pot"},
    "VAT back on a private receipt": {"in_name_of": "member", "vat_recoverable": True},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
def test_refused_receipts(numbered, changes) -> None:
    order_id = numbered.order()
    with numbered.work("Amina") as work, pytest.raises(Refused):
        expenses.record(work, order_id, new(work, **changes))
    with numbered.work() as work:
        assert expenses.counted(work.session, order_id) == []


def test_a_day_to_come_is_refused(numbered) -> None:
    order_id = numbered.order()
    with numbered.work("Amina") as work, pytest.raises(Refused, match="pas encore là"):
        expenses.record(work, order_id, new(work, day=work.today + timedelta(days=1)))


def test_the_vat_is_a_cost_when_nobody_gets_it_back(numbered) -> None:
    order_id = numbered.order()
    back = numbered.buy(order_id, 10_00, vat_cents=2_00)
    lost = numbered.buy(order_id, 10_00, vat_cents=2_00, in_name_of="member")
    assert (back.cost_cents, back.back_cents, back.paid_cents) == (10_00, 2_00, 12_00)
    assert (lost.cost_cents, lost.back_cents, lost.paid_cents) == (12_00, 0, 12_00)


def test_the_photo_of_a_receipt_is_kept(numbered) -> None:
    order_id = numbered.order()
    picture = io.BytesIO()
    Image.new("RGB", (40, 60), "white").save(picture, "PNG")
    with numbered.work("Amina") as work:
        photo = clean_photo(picture.getvalue())
        expense = expenses.record(work, order_id, new(work), photo)
    with numbered.work("Bakary") as work:
        kept, data = expenses.receipt(work, expense.id)
    assert (kept.media_type, data) == ("image/jpeg", photo)
    outsider = numbered.welcome("Zoé")
    assert outsider
    with numbered.work("Zoé") as work, pytest.raises(NotFound):
        expenses.receipt(work, expense.id)


def test_an_expense_is_cancelled_beside_once_and_with_a_reason(numbered) -> None:
    order_id = numbered.order()
    bought = numbered.buy(order_id, 10_00)
    with numbered.work("Amina") as work:
        with pytest.raises(Refused, match="Écris pourquoi"):
            expenses.cancel(work, bought.id, " ")
        expenses.cancel(work, bought.id, "En double")
        with pytest.raises(Conflict):
            expenses.cancel(work, bought.id, "Encore")
        [shown] = expenses.of_order(work, order_id)
    assert shown.cancelled == "En double"
    with numbered.work() as work:
        assert expenses.counted(work.session, order_id) == []


def test_an_expense_paid_back_is_not_cancelled(numbered) -> None:
    order_id = numbered.paid_order()
    numbered.shared(order_id)
    with numbered.work("Amina") as work:
        bought = expenses.of_order(work, order_id)[0].expense
        with pytest.raises(Refused, match="déjà rendu"):
            expenses.cancel(work, bought.id, "Trop tard")


def test_an_expense_is_never_changed(numbered) -> None:
    bought = numbered.buy(numbered.order(), 10_00)
    with numbered.work() as work, pytest.raises(Refused), work.transaction() as session:
        session.get_one(Expense, bought.id).net_cents = 1


BROKEN = {
    "net_in_range": {"net_cents": -1},
    "vat_in_range": {"vat_cents": 99_999},
    "member_named": {"paid_by": "member"},
    "says_what": {"supplier": ""},
    "vat_only_in_its_own_name": {"in_name_of": "member", "vat_recoverable": True},
}


@pytest.mark.parametrize(("rule", "change"), BROKEN.items(), ids=BROKEN)
def test_the_database_holds_the_rules_too(numbered, rule: str, change) -> None:
    bought = numbered.buy(numbered.order(), 10_00)
    table = Expense.__table__
    row = {column.name: getattr(bought, column.name) for column in table.columns}
    with (
        numbered.instance.engine.connect() as connection,
        pytest.raises(DBAPIError, match=rule),
    ):
        connection.execute(sa.insert(table).values({**row, "id": uuid4(), **change}))


# --- pots that pay --------------------------------------------------------------------------------


@pytest.fixture
def float_id(numbered):
    with numbered.work("Hôte") as work:
        return filled(work, numbered.carrier_id, "Enveloppe", numbered.activity_id)


def filled(work, carrier_id: UUID, name: str, activity_id: UUID | None = None) -> UUID:
    """Open a pot and put 80 euros in it."""
    pot = pots.open_pot(work, carrier_id, "cash", name, activity_id)
    pots.put_in(work, pot.id, 80_00, "Aide de départ")
    return pot.id


def held(house, pot_id) -> int:
    with house.work() as work:
        assert list(ledger.faults(work.session)) == []
        return ledger.balance(work.session, pot_id)


def test_a_pot_pays_and_gets_its_money_back(numbered, float_id) -> None:
    order_id = numbered.order()
    numbered.hours(order_id, {"Amina": 60})
    with numbered.work("Amina") as work:
        receipt = new(work, net_cents=50_00, vat_cents=5_00, paid_by="pot", pot_id=float_id)
        expenses.record(work, order_id, receipt)
    assert held(numbered, float_id) == 25_00

    numbered.pay(numbered.invoice(order_id), 660_00)
    numbered.shared(order_id)

    assert held(numbered, float_id) == 80_00
    with numbered.work() as work:
        assert ledger.of_order(work.session, order_id).expenses == 50_00


def test_a_pot_does_not_pay_what_it_does_not_hold(numbered, float_id) -> None:
    order_id = numbered.order()
    with numbered.work("Amina") as work, pytest.raises(Refused, match="pas assez"):
        expenses.record(work, order_id, new(work, net_cents=80_01, paid_by="pot", pot_id=float_id))
    assert held(numbered, float_id) == 80_00


def test_only_those_who_hold_a_pot_spend_it(numbered) -> None:
    order_id = numbered.order()
    with numbered.work() as work:
        elsewhere = activities.propose_activity(work, activities.NewActivity("Vélos")).id
        activities.set_carrier(work, elsewhere, numbered.carrier_id)
        bikes = filled(work, numbered.carrier_id, "Vélos", elsewhere)
        grant = filled(work, numbered.carrier_id, "Fondation")
    for pot_id in (bikes, grant):
        with numbered.work("Amina") as work:
            advanced = new(
                work, pot_id=pot_id, paid_by="member", paid_by_id=numbered.people["Amina"]
            )
            with pytest.raises(Refused, match="Tu ne peux pas payer avec"):
                expenses.record_for_activity(work, numbered.activity_id, advanced)
            bought = new(work, pot_id=pot_id, paid_by="pot")
            with pytest.raises(Refused, match="Tu ne peux pas payer avec"):
                expenses.record(work, order_id, bought)
        assert held(numbered, pot_id) == 80_00

    with numbered.work() as work, work.transaction():
        give_role(work, numbered.people["Amina"], "treasurer", starts_on=work.today)
    with numbered.work("Amina") as work:
        expenses.record(work, order_id, new(work, paid_by="pot", pot_id=grant))
    assert held(numbered, grant) == 70_00


def test_a_cancelled_expense_gives_the_pot_its_money_back(numbered, float_id) -> None:
    order_id = numbered.order()
    with numbered.work("Amina") as work:
        receipt = new(work, net_cents=50_00, paid_by="pot", pot_id=float_id)
        bought = expenses.record(work, order_id, receipt)
        expenses.cancel(work, bought.id, "Rapporté au magasin")
    assert held(numbered, float_id) == 80_00


PAYERS = {
    "the pot": ({"paid_by": "pot"}, {"suppliers": 12_00, "vat": -2_00}),
    "a member": ({"paid_by": "member"}, {"advances": 12_00, "vat": -2_00}),
    "the carrier": ({"paid_by": "carrier"}, {"purchases": 10_00, "vat": 0}),
}


@pytest.mark.parametrize(("payer", "accounts"), PAYERS.values(), ids=PAYERS)
def test_outside_orders_a_pot_bears_the_cost(numbered, float_id, payer, accounts) -> None:
    if payer["paid_by"] == "member":
        payer = {**payer, "paid_by_id": numbered.people["Amina"]}
    with numbered.work("Amina") as work:
        receipt = new(work, vat_cents=2_00, pot_id=float_id, **payer)
        bought = expenses.record_for_activity(work, numbered.activity_id, receipt)
    assert held(numbered, float_id) == 70_00
    assert balances(numbered, accounts) == accounts
    with numbered.work("Amina") as work:
        expenses.cancel(work, bought.id, "Erreur")
    assert held(numbered, float_id) == 80_00
    assert set(balances(numbered, accounts).values()) == {0}


def test_an_advance_handed_back_is_not_cancelled(numbered, float_id) -> None:
    with numbered.work("Amina") as work:
        advanced = new(work, pot_id=float_id, paid_by="member", paid_by_id=numbered.people["Amina"])
        bought = expenses.record_for_activity(work, numbered.activity_id, advanced)
    with numbered.work("Hôte") as work:
        advances.hand_back(work, bought.id)
    with numbered.work("Amina") as work, pytest.raises(Refused, match="déjà rendu"):
        expenses.cancel(work, bought.id, "Erreur")
    assert held(numbered, float_id) == 70_00


def balances(house, kinds) -> dict[str, int]:
    with house.work() as work, work.transaction() as session:
        return {
            kind: ledger.balance(session, ledger.account(session, house.carrier_id, kind).id)
            for kind in kinds
        }


def test_outside_orders_a_pot_must_be_named(numbered) -> None:
    with numbered.work("Amina") as work, pytest.raises(Refused, match="cagnotte"):
        expenses.record_for_activity(work, numbered.activity_id, new(work))
