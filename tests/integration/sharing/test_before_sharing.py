"""What must be there before money is shared, and what happens when it changes in between."""

from __future__ import annotations

import pytest

from kpa_core.activities import activities, contributions
from kpa_core.errors import NotFound, PluginError, Refused
from kpa_core.invoices.paying import payments
from kpa_core.members import charter
from kpa_core.sharing import expenses, share_rules, shareouts


def ready(house, *, hours: bool = True, receipts: bool = True):
    order_id = house.order()
    if hours:
        house.hours(order_id, {"Amina": 60, "Bakary": 60})
    if receipts:
        house.buy(order_id, 198_00)
    return order_id


def test_money_somebody_says_has_arrived_is_not_shared(house) -> None:
    order_id = ready(house)
    document = house.invoice(order_id)
    house.pay(document, 660_00, by="Trésor")

    with pytest.raises(Refused, match="Optéos n'a pas encore confirmé l'argent"):
        house.propose(order_id)

    with house.work("Hôte") as work:
        [(payment, confirmed)] = payments.payments_of(work.session, document)
        assert not confirmed
        payments.confirm_payment(work, payment.id)
    assert house.parts(house.propose(order_id)) == {"Amina": 151_20, "Bakary": 151_20}


def test_nothing_is_shared_before_the_invoice(house) -> None:
    order_id = ready(house)
    with pytest.raises(Refused, match="pas encore de facture"):
        house.propose(order_id)


def test_without_receipts_it_asks_first(house) -> None:
    order_id = ready(house, receipts=False)
    house.pay(house.invoice(order_id), 660_00)

    with pytest.raises(Refused, match=r"Il manque les tickets \?") as refused:
        house.propose(order_id)
    assert refused.value.field == "confirm_no_expenses"

    share_out_id = house.propose(order_id, confirm_no_expenses=True)
    share_out = house.close(share_out_id)
    assert share_out.expenses_cents == 0
    assert share_out.figures["no_expenses"] == str(house.people["Gaëlle"])


def test_a_cancelled_receipt_is_no_receipt(house) -> None:
    order_id = ready(house, receipts=False)
    bought = house.buy(order_id, 50_00)
    with house.work("Gaëlle") as work:
        expenses.cancel(work, bought.id, "Pour une autre commande")
    house.pay(house.invoice(order_id), 660_00)
    with pytest.raises(Refused, match="tickets"):
        house.propose(order_id)


def test_what_was_planned_is_not_what_was_bought(house) -> None:
    order_id = ready(house, receipts=False)
    house.buy(order_id, 1_00)
    house.pay(house.invoice(order_id), 660_00)
    assert house.close(house.propose(order_id)).expenses_cents == 1_00


def test_somebody_must_have_worked(house) -> None:
    order_id = ready(house, hours=False)
    house.hours(order_id, {"Amina": 60}, kind="volunteer")
    house.pay(house.invoice(order_id), 660_00)
    with pytest.raises(Refused, match="Personne n'a noté d'heures"):
        house.propose(order_id)


def test_time_given_for_nothing_gives_no_part(house) -> None:
    order_id = ready(house)
    for kind in ("volunteer", "training", "life"):
        house.hours(order_id, {"Chloé": 60}, kind=kind)
    house.pay(house.invoice(order_id), 660_00)
    assert set(house.parts(house.propose(order_id))) == {"Amina", "Bakary"}


def test_without_a_scale_nothing_is_guessed(numbered) -> None:
    numbered.carrier_id = numbered.carrier("Sans barème", "own_structure", scaled=False)
    numbered.welcome("Hôte", "host")
    with numbered.work() as work:
        activities.set_carrier(work, numbered.activity_id, numbered.carrier_id)
    order_id = ready(numbered)
    numbered.pay(numbered.invoice(order_id), 660_00)
    with pytest.raises(Refused, match="pas de barème"):
        numbered.propose(order_id)


def test_an_order_with_lines_of_a_lost_plugin_waits(numbered) -> None:
    order_id = ready(numbered)
    numbered.pay(numbered.invoice(order_id), 660_00)
    with numbered.work() as work, work.transaction() as session:
        from kpa_core.activities.lines import lines_of

        lines_of(session, order_id)[0].plugin = "catering"
    with pytest.raises((Refused, PluginError), match="catering"):
        numbered.propose(order_id)
    with numbered.work("Amina") as work:
        assert "catering" in str(shareouts.simulate(work, order_id).problem)


def test_one_proposal_waits_at_a_time(numbered) -> None:
    order_id = ready(numbered)
    numbered.pay(numbered.invoice(order_id), 660_00)
    first = numbered.propose(order_id)
    with pytest.raises(Refused, match="déjà proposé"):
        numbered.propose(order_id)
    with numbered.work("Trésor") as work:
        shareouts.withdraw(work, first)
    assert numbered.propose(order_id) != first
    with pytest.raises(Refused, match="a été retiré"):
        numbered.say(first, "agreed", "Amina")
    with pytest.raises(Refused, match="n'attend plus"):
        numbered.close(first)


def test_shared_money_is_not_shared_again(numbered) -> None:
    order_id = numbered.paid_order()
    numbered.shared(order_id)
    with pytest.raises(Refused, match="déjà partagé"):
        numbered.propose(order_id)


def more_hours(house, order_id) -> None:
    house.hours(order_id, {"Chloé": 60})


def fewer_hours(house, order_id) -> None:
    with house.work("Gaëlle") as work:
        row = contributions.times(work, order_id=order_id)[0]
        contributions.correct_time(work, row.id, 30, "Une demi-heure")


def a_receipt(house, order_id) -> None:
    house.buy(order_id, 1)


def a_receipt_less(house, order_id) -> None:
    with house.work("Gaëlle") as work:
        expenses.cancel(work, expenses.of_order(work, order_id)[0].expense.id, "Pas à nous")


@pytest.mark.parametrize("change", [more_hours, fewer_hours, a_receipt, a_receipt_less])
def test_what_changed_since_the_proposal_stops_it(numbered, change) -> None:
    order_id = ready(numbered)
    numbered.pay(numbered.invoice(order_id), 660_00)
    share_out_id = numbered.propose(order_id)
    change(numbered, order_id)
    with pytest.raises(Refused, match="ont changé"):
        numbered.close(share_out_id)
    with numbered.work() as work:
        assert shareouts.open_one(work.session, order_id) is not None


def test_more_money_since_the_proposal_stops_it(numbered) -> None:
    order_id = ready(numbered)
    document = numbered.invoice(order_id)
    numbered.pay(document, 300_00)
    share_out_id = numbered.propose(order_id)
    numbered.pay(document, 360_00)
    with pytest.raises(Refused, match="ont changé"):
        numbered.close(share_out_id)


def test_a_rule_changed_since_the_proposal_does_not(numbered) -> None:
    order_id = numbered.paid_order()
    share_out_id = numbered.propose(order_id)
    with numbered.work("Animatrice") as work:
        share_rules.choose(work, "equal", starts_on=work.today, voted="Conseil")
        charter.set_rule(work, "pot.common", {"rate_bp": 0}, starts_on=work.today, source="Conseil")
    assert numbered.close(share_out_id).pot_cents == 53_37
    other = numbered.order()
    numbered.hours(other, {"Amina": 60, "Elif": 30})
    numbered.buy(other, 198_00)
    numbered.pay(numbered.invoice(other), 660_00)
    parts = numbered.parts(numbered.propose(other))
    assert parts["Amina"] - parts["Elif"] in (0, 1)
    assert sum(parts.values()) == 355_77


def test_an_order_keeps_the_ways_of_its_first_share_out(numbered) -> None:
    order_id = ready(numbered)
    document = numbered.invoice(order_id)
    numbered.pay(document, 330_00)
    numbered.shared(order_id)
    with numbered.work("Animatrice") as work:
        share_rules.choose(work, "equal", starts_on=work.today, voted="Conseil")
        charter.set_rule(work, "pot.common", {"rate_bp": 0}, starts_on=work.today, source="Conseil")
    numbered.pay(document, 330_00)
    second = numbered.shared(order_id)
    assert second.figures["ways"]["rule"] == "hours"
    assert second.figures["so_far"]["pot"] == 53_37


@pytest.mark.parametrize("by", ["Amina", "Animatrice", "Hôte"])
def test_only_referents_and_treasurers_propose(numbered, by: str) -> None:
    order_id = numbered.paid_order()
    with pytest.raises(NotFound):
        numbered.propose(order_id, by)
