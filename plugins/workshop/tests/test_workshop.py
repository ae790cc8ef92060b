"""From an object that comes in to one that leaves: a yes first, parts that are there."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from kpa_core.activities import pricing
from kpa_core.api import Conflict, KpaError, NotFound, Refused
from kpa_core.testing import check_plugin
from kpa_workshop import WorkshopPlugin, cards, machines, stock, tickets
from kpa_workshop.models import PartRow, TicketRow
from kpa_workshop.rules import ALLOWED, STATES, check_step, machine_cents


def test_it_keeps_the_contract_of_plugins():
    check_plugin(WorkshopPlugin)


# --- rules ------------------------------------------------------------------------------------


def test_every_step_that_is_not_allowed_is_refused_with_a_sentence():
    allowed = refused = 0
    for before in STATES:
        for after in ALLOWED:
            if before in ALLOWED[after]:
                check_step(before, after)
                allowed += 1
                continue
            with pytest.raises(Refused) as told:
                check_step(before, after)
            assert str(told.value)
            refused += 1
    assert (allowed, refused) == (8, 22)


def test_a_machines_minutes_are_counted_to_the_cent():
    for minutes in range(0, 600, 7):
        for rate in (0, 1, 59, 60, 999, 12_345):
            exact = Fraction(minutes * rate, 60)
            assert abs(machine_cents(minutes, rate) - exact) <= Fraction(1, 2)
    assert machine_cents(1, 30) == 1  # half a cent away from zero
    assert machine_cents(20, 1200) == 400


# --- tickets ----------------------------------------------------------------------------------


def test_the_whole_way_of_a_repair(atelier):
    row = atelier.agreed()
    assert (row.number, row.state, row.said_how) == (1, "agreed", "phone")
    assert row.said_to == atelier.maker.party_id
    with atelier.work() as work:
        row = tickets.finish(work, row.id, row.version)
        row = tickets.give_back(work, row.id, row.version)
    assert atelier.row(row.id).state == "returned"
    assert atelier.taken().number == 2


def test_nobody_works_before_the_yes(atelier):
    for row in (atelier.taken(), atelier.priced()):
        with atelier.work() as work:
            with pytest.raises(Refused):
                tickets.finish(work, row.id, row.version)
            part = stock.add_part(work, atelier.activity, f"câble {row.number}", 250, 3)
            with pytest.raises(Refused):
                stock.use(work, row.id, part.id, 1)
    fresh = atelier.row(row.id)
    with atelier.work() as work, pytest.raises(Refused):
        tickets.answer(work, fresh.id, fresh.version, yes=True, how="pigeon")


def test_the_database_itself_wants_the_yes(atelier):
    row = atelier.taken()
    change = sa.update(TicketRow).where(TicketRow.id == row.id).values(state="done")
    with atelier.kpa.instance.engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(change)


def test_a_no_is_kept_and_the_object_goes_back(atelier):
    row = atelier.priced()
    with atelier.work() as work:
        row = tickets.answer(work, row.id, row.version, yes=False, how="here")
        with pytest.raises(Refused):
            tickets.finish(work, row.id, row.version)
        assert tickets.give_back(work, row.id, row.version).state == "returned"


def test_a_price_does_not_change_after_the_answer(atelier):
    row = atelier.agreed()
    with atelier.work() as work, pytest.raises(Refused):
        tickets.diagnose(work, row.id, row.version, "tout", 10, 9900)


def test_two_who_change_the_same_ticket_do_not_overwrite_each_other(atelier):
    row = atelier.taken()
    with atelier.work() as work:
        tickets.diagnose(work, row.id, row.version, "a", 1, 1)
    with atelier.work() as work, pytest.raises(Conflict):
        tickets.diagnose(work, row.id, row.version, "b", 2, 2)


@pytest.mark.parametrize("field", ["what", "owner", "wrong"])
def test_a_ticket_says_what_whose_and_why(atelier, field):
    said = {"what": "vélo", "owner": "Roy", "wrong": "frein", field: "  "}
    with atelier.work() as work, pytest.raises(Refused) as told:
        tickets.take_in(work, atelier.activity, tickets.NewTicket(**said))
    assert told.value.field == field


def test_an_order_that_is_not_there_is_told_beside_its_field(atelier):
    with atelier.work() as work:
        for reference in ("C-1999-0001", "<b>"):
            new = tickets.NewTicket("vélo", "Roy", "frein", reference)
            with pytest.raises(Refused) as told:
                tickets.take_in(work, atelier.activity, new)
            assert told.value.field == "order"


# --- stock ------------------------------------------------------------------------------------


def test_parts_go_into_an_object_at_the_cost_of_that_day(atelier):
    row = atelier.agreed()
    with atelier.work() as work:
        part = stock.add_part(work, atelier.activity, "patin", 300, 2)
        stock.use(work, row.id, part.id, 1)
        stock.bring(work, part.id, 5, 400)
        stock.use(work, row.id, part.id, 2)
        assert tickets.cost_of(work.session, row.id).parts_cents == 300 + 800
        assert stock.find(work, part.id).stock == 4


def test_nothing_is_taken_that_is_not_there(atelier):
    row = atelier.agreed()
    with atelier.work() as work:
        part = stock.add_part(work, atelier.activity, "patin", 300, 2)
        with pytest.raises(Refused) as told:
            stock.use(work, row.id, part.id, 3)
        assert "2" in str(told.value)
        with pytest.raises(Conflict):
            stock.add_part(work, atelier.activity, "patin", 1, 1)
    change = sa.update(PartRow).values(stock=-1)
    with atelier.kpa.instance.engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(change)


def test_what_is_left_is_the_sum_of_what_moved(atelier):
    row = atelier.agreed()
    with atelier.work() as work:
        part = stock.add_part(work, atelier.activity, "vis", 5, 100)
        for count in (1, 7, 20):
            stock.use(work, row.id, part.id, count)
        stock.bring(work, part.id, 3, 6)
        moved = work.session.scalar(sa.text("SELECT sum(count) FROM workshop_part_move"))
        assert stock.find(work, part.id).stock == moved == 75


# --- machines ---------------------------------------------------------------------------------


def test_only_trained_hands_use_a_machine_that_wants_it(atelier):
    row = atelier.agreed()
    with atelier.work() as work:
        laser = machines.add_machine(work, atelier.activity, "laser", 2400, needs_training=True)
        saw = machines.add_machine(work, atelier.activity, "scie", 600, needs_training=False)
        with pytest.raises(Refused) as told:
            machines.use(work, row.id, laser.id, 20)
        assert "laser" in str(told.value)
        machines.use(work, row.id, saw.id, 30)
        with pytest.raises(NotFound):
            machines.train(work, laser.id, atelier.maker.party_id)  # nobody trains themselves
        laser_id = laser.id
    with atelier.work(atelier.referent) as work:
        machines.train(work, laser_id, atelier.maker.party_id)
        machines.train(work, laser_id, atelier.maker.party_id)
        assert machines.trained_on(work.session, laser_id) == [atelier.maker.party_id]
    with atelier.work() as work:
        machines.use(work, row.id, laser_id, 20)
        cost = tickets.cost_of(work.session, row.id)
        assert (cost.machines_cents, cost.total_cents) == (300 + 800, 1100)


# --- others -----------------------------------------------------------------------------------


def test_a_priced_object_is_a_line_of_its_orders_quote_with_what_it_cost(atelier):
    row = atelier.agreed(atelier.reference)
    with atelier.work() as work:
        part = stock.add_part(work, atelier.activity, "patin", 300, 2)
        stock.use(work, row.id, part.id, 2)
    with atelier.kpa.work() as work:
        (line,) = pricing.price(work, atelier.order)
        assert (line.label, line.unit_price_cents) == ("Atelier : vélo bleu", 1800)
        assert line.planned_cost_cents == 600
    with atelier.work() as work:
        no = tickets.answer
        other = atelier.priced(atelier.reference)
        no(work, other.id, other.version, yes=False, how="here")
    with atelier.kpa.work() as work:
        assert len(pricing.price(work, atelier.order)) == 1


def test_another_workshop_sees_and_touches_nothing(atelier):
    row = atelier.agreed()
    with atelier.work() as work:
        part = stock.add_part(work, atelier.activity, "patin", 300, 2)
        saw = machines.add_machine(work, atelier.activity, "scie", 600, needs_training=False)
        part_id, saw_id = part.id, saw.id
    with atelier.work(atelier.stranger) as work:
        for act in (
            lambda: tickets.find(work, row.id),
            lambda: tickets.finish(work, row.id, row.version),
            lambda: stock.bring(work, part_id, 1, 1),
            lambda: machines.use(work, row.id, saw_id, 5),
            lambda: tickets.take_in(work, atelier.activity, tickets.NewTicket("a", "b", "c")),
        ):
            with pytest.raises(NotFound):
                act()
        mine = stock.add_part(work, atelier.other_activity, "patin", 1, 1).id
    with atelier.work() as work, pytest.raises(KpaError):
        stock.use(work, row.id, mine, 1)


def test_a_person_who_leaves_takes_their_name_along(atelier):
    row = atelier.agreed()
    who = atelier.maker.party_id
    with atelier.kpa.work() as work, work.transaction() as session:
        assert len(cards.personal_data(session, who)) == 1
        cards.forget_person(session, who)
        assert cards.personal_data(session, who) == []
    assert atelier.row(row.id).state == "agreed"
