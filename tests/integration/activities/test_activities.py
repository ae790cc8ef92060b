"""What a group tries, who is in it, and what it was good for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from kpa_core import audit
from kpa_core.activities import activities, impact, scopes, service
from kpa_core.activities.activities import NewActivity
from kpa_core.activities.people import is_in, places
from kpa_core.contracts import Actor
from kpa_core.db import new_id
from kpa_core.errors import Conflict, NotFound, Refused
from kpa_core.members.roles import grant
from kpa_core.work import VISITOR


def test_who_proposes_an_activity_is_in_it(house) -> None:
    zora = house.person("Zora")
    with house.work(zora) as work:
        made = activities.propose_activity(work, NewActivity(" Couture  à la main "))
        assert (made.title, made.state) == ("Couture à la main", "idea")
        assert is_in(work.session, made.id, zora.party_id, work.today)
    with house.work(house.actor(zora.party_id)) as work:
        assert scopes.find_activity(work, made.id).title == "Couture à la main"


def test_a_visitor_neither_proposes_nor_lists(house) -> None:
    with house.work(VISITOR) as work:
        assert activities.listed_activities(work) == []
        with pytest.raises(NotFound):
            activities.propose_activity(work, NewActivity("Couture"))


REFUSED = {
    "no title": (NewActivity(" "), Refused, "title"),
    "a title that is taken": (NewActivity("Traiteur"), Conflict, "title"),
    "a kind no plugin brings": (NewActivity("Vélo", kind="bikes"), Refused, "kind"),
}


@pytest.mark.parametrize(("new", "error", "field"), REFUSED.values(), ids=REFUSED)
def test_an_activity_that_cannot_be_is_refused(house, cook, new, error, field) -> None:
    with house.work(cook) as work, pytest.raises(error) as refused:
        activities.propose_activity(work, new)
    assert refused.value.field == field


def test_only_referents_archive_an_activity(house, cook, referent) -> None:
    with house.work(cook) as work:
        assert activities.set_state(work, house.activity.id, "review").state == "review"
        with pytest.raises(NotFound):
            activities.set_state(work, house.activity.id, "archived")
        with pytest.raises(Refused, match="n'existe pas"):
            activities.set_state(work, house.activity.id, "closed")
    with house.work(referent) as work:
        activities.set_state(work, house.activity.id, "archived")
        assert activities.listed_activities(work) == []
        assert len(activities.listed_activities(work, archived=True)) == 1


def test_two_people_changing_an_activity_is_a_conflict(house, cook) -> None:
    with house.work(cook) as work:
        seen = scopes.find_activity(work, house.activity.id).version
        activities.change_activity(work, house.activity.id, seen, {"description": "Miam"})
        with pytest.raises(Conflict):
            activities.change_activity(work, house.activity.id, seen, {"description": "Beurk"})


def test_an_activity_is_read_by_its_own_people_only(house, cook) -> None:
    sewing = house.start("Couture")
    with house.work(cook) as work:
        assert [one.title for one in work.session.scalars(scopes.visible_activities(work))] == [
            "Traiteur"
        ]
        with pytest.raises(NotFound):
            scopes.find_activity(work, sewing.id)
        with pytest.raises(NotFound):
            activities.change_activity(work, sewing.id, 1, {"description": "Miam"})
        with pytest.raises(NotFound):
            impact.add_counter(work, sewing.id, "sacs")
        assert {one.title for one in activities.listed_activities(work)} == {"Couture", "Traiteur"}


def test_the_carrier_sees_the_orders_it_invoices(house, referent, cook) -> None:
    carrier_id = house.activity.id  # any id: carriers are tables of a room above
    order = house.order()
    host = house.person("Hôte", light=False)
    with house.work() as work, work.transaction():
        grant(work, host.party_id, "host", carrier_id=carrier_id)
    with house.work(house.actor(host.party_id)) as work:
        assert list(work.session.scalars(scopes.visible_orders(work))) == []
    with house.work(referent) as work, pytest.raises(NotFound):
        activities.set_carrier(work, house.activity.id, carrier_id)
    with house.work(house.person("Nadia", "animator")) as work:
        activities.set_carrier(work, house.activity.id, carrier_id)
    with house.work(house.actor(host.party_id)) as work:
        with pytest.raises(NotFound):  # it gives nothing to a body it does not speak for
            activities.set_carrier(work, house.activity.id, new_id())
        assert scopes.find_order(work, order.id).scope.carrier_id == carrier_id
        with pytest.raises(NotFound):
            scopes.find_order(work, order.id, "order.write")
        with pytest.raises(NotFound):
            service.move(work, order.id, "cancelled", "On n'en veut pas")


def test_people_come_with_all_their_places(house, cook, referent) -> None:
    with house.work() as work:
        found = places(work.session, house.activity.id, work.today)
        shown = [(one.person.display_name, one.kinds) for one in found]
        assert shown == [("Amina", ("participant",)), ("Fatou", ("participant", "referent"))]
        long_ago = work.today - timedelta(days=200)
        assert places(work.session, house.activity.id, long_ago) == []


def test_counting_adds_up_and_a_mistake_is_taken_back_with_a_reason(house, cook) -> None:
    with house.work(cook) as work:
        counter = impact.add_counter(work, house.activity.id, "déchets", "kg")
        impact.add_amount(work, counter.id, Decimal("12.5"), work.today)
        with pytest.raises(Refused) as refused:
            impact.add_amount(work, counter.id, Decimal("-2"), work.today)
        assert refused.value.field == "note"
        impact.add_amount(work, counter.id, Decimal("-2"), work.today, "Compté deux fois")
        assert [one.total for one in impact.counts(work.session, house.activity.id)] == [
            Decimal("10.5")
        ]
        with pytest.raises(Conflict):
            impact.add_counter(work, house.activity.id, "déchets")


@pytest.mark.parametrize("amount", ["0", "0.0001", "NaN", "Infinity", "1000001"])
def test_what_cannot_be_counted_is_refused(house, cook, amount: str) -> None:
    with house.work(cook) as work:
        counter = impact.add_counter(work, house.activity.id, "déchets")
        with pytest.raises(Refused):
            impact.add_amount(work, counter.id, Decimal(amount), work.today)
        with pytest.raises(Refused, match="pas encore arrivé"):
            impact.add_amount(work, counter.id, Decimal(1), work.today + timedelta(days=1))


def test_every_act_is_in_the_log(house, cook: Actor) -> None:
    with house.work(cook) as work:
        activities.set_state(work, house.activity.id, "review")
        last = work.session.scalars(
            sa.select(audit.AuditEntry).order_by(audit.AuditEntry.seq.desc())
        ).first()
    assert (last.capability, last.actor_id) == ("activity.write", cook.party_id)
    assert (last.before, last.after) == ({"state": "running"}, {"state": "review"})
    assert last.activity_id == house.activity.id
