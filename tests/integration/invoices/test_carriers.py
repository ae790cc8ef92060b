"""Carriers and their series: who sells, since when, and which numbers it lent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from kpa_core.activities import activities, pricing, scopes
from kpa_core.activities.models import Order
from kpa_core.contracts import Line, QuoteRequest
from kpa_core.errors import Conflict, NotFound, Refused
from kpa_core.hookspecs import hookimpl
from kpa_core.invoices import documents
from kpa_core.invoices.carrier import carriers, series
from kpa_core.invoices.carrier.carriers import NewCarrier
from kpa_core.invoices.making import issuing
from kpa_core.members.hosts import hosts
from kpa_core.plugins import Plugin
from kpa_core.work import OPERATOR

PATTERN = "A-{year}-{number}"


def carrier(work: Any, house: Any) -> Any:
    return carriers.find_carrier(work, house.carrier_id)


@pytest.mark.parametrize("who", ["animator", "operator"])
def test_who_adds_a_carrier(kpa, who: str) -> None:
    actor = OPERATOR if who == "operator" else kpa.person("Nadia", "animator")
    with kpa.work(actor) as work:
        made = carriers.add_carrier(work, NewCarrier("Optéos", "draft_for_carrier", {}))
        made_id = made.id
    with kpa.work() as work:
        assert carriers.find_carrier(work, made_id).name == "Optéos"
        assert hosts(work) == [(made_id, "Optéos")]


@pytest.mark.parametrize("who", ["treasurer", "one", "stranger", "host"])
def test_who_does_not_add_a_carrier(house, who: str) -> None:
    with house.work(who) as work, pytest.raises(NotFound):
        carriers.add_carrier(work, NewCarrier("Autre", "draft_for_carrier", {}))


REFUSED = {
    "an unknown mode": (NewCarrier("Autre", "by_magic", {}), "mode"),
    "no name": (NewCarrier(" ", "draft_for_carrier", {}), "name"),
    "a SIRET that is wrong": (NewCarrier("Autre", "draft_for_carrier", {"siret": "1"}), "siret"),
    "a quote of no day": (NewCarrier("Autre", "own_structure", {}, quote_days=0), "quote_days"),
}


@pytest.mark.parametrize(("new", "field"), REFUSED.values(), ids=REFUSED)
def test_refused_carriers(house, new: NewCarrier, field: str) -> None:
    with house.work("kpa") as work, pytest.raises(Refused) as refused:
        carriers.add_carrier(work, new)
    assert refused.value.field == field


def test_two_carriers_never_share_a_name(house) -> None:
    with house.work("kpa") as work, pytest.raises(Conflict):
        carriers.add_carrier(work, NewCarrier(" Optéos ", "draft_for_carrier", {}))


def test_papers_of_before_keep_what_they_say(house) -> None:
    before = house.quoted()
    identity = {"name": "Optéos Coopérative", "address": "1 rue Neuve", "siret": "73282932000074"}
    identity["vat_number"] = "FR44732829320"
    with house.work("host") as work:
        tomorrow = work.today + timedelta(days=1)
        carriers.set_identity(work, house.carrier_id, identity, starts_on=tomorrow, source="Kbis")

    assert documents.snapshot_of(house.quoted()).seller.name == "Optéos"
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC), tick=True):
        assert documents.snapshot_of(house.quoted()).seller.name == "Optéos Coopérative"
    assert documents.snapshot_of(before).seller.name == "Optéos"


def test_an_identity_never_begins_in_the_past(house) -> None:
    yesterday = date(2026, 11, 22)
    with house.work("host") as work, pytest.raises(Refused) as refused:
        carriers.set_identity(work, house.carrier_id, {"name": "X"}, starts_on=yesterday)
    assert refused.value.field == "starts_on"


def test_a_lost_update_is_refused(house) -> None:
    with house.work("host") as work:
        version = carrier(work, house).version
        carriers.change_carrier(work, house.carrier_id, version, {"analytic_code": "A"})
    with house.work("host") as work, pytest.raises(Conflict):
        carriers.change_carrier(work, house.carrier_id, version, {"analytic_code": "B"})


def test_only_what_is_editable_changes(house) -> None:
    with house.work("host") as work:
        version = carrier(work, house).version
        wanted = {"name": "Volé", "timezone": "Asia/Tokyo", "payment_days": 45}
        carriers.change_carrier(work, house.carrier_id, version, wanted)
        found = carrier(work, house)
        assert (found.name, found.timezone, found.payment_days) == ("Optéos", "Europe/Paris", 45)
    assert house.issued().due_on == date(2026, 11, 23) + timedelta(days=45)


# --- series ---------------------------------------------------------------------------------------


def grant(house: Any, code: str = "A", pattern: str = PATTERN, who: str = "host") -> Any:
    with house.work(who) as work:
        return series.grant_series(work, house.carrier_id, code=code, pattern=pattern)


def close(house: Any) -> None:
    with house.work("host") as work:
        known = series.series_of(work.session, carrier(work, house))
        series.close_series(work, known[0].id)


def test_one_series_is_open_at_a_time(house) -> None:
    with pytest.raises(Refused, match="est ouverte"):
        grant(house)
    house.issued()
    close(house)
    grant(house)

    assert house.issued().number == "A-2026-1"


def test_a_series_never_gives_numbers_of_another(house) -> None:
    close(house)
    with pytest.raises(Refused, match="déjà donné de tels numéros"):
        grant(house, "B", "KPA-{year}-{number}")
    with pytest.raises(Conflict, match="existe déjà"):
        grant(house, "KPA", PATTERN)


@pytest.mark.parametrize("code", ["", "P", "a b", "x" * 21, "é"])
def test_refused_codes(house, code: str) -> None:
    close(house)

    with pytest.raises(Refused) as refused:
        grant(house, code)
    assert refused.value.field == "code"


def test_a_carrier_that_numbers_itself_grants_none(drafting_house) -> None:
    with pytest.raises(Refused, match="numérote elle-même"):
        grant(drafting_house)


@pytest.mark.parametrize("who", ["treasurer", "one", "stranger"])
def test_who_neither_grants_nor_closes(house, who: str) -> None:
    with pytest.raises(NotFound):
        grant(house, who=who)
    with house.work("host") as work:
        series_id = series.series_of(work.session, carrier(work, house))[0].id
    with house.work(who) as work, pytest.raises(NotFound):
        series.close_series(work, series_id)


def test_the_chain_of_hand_overs_is_no_series_to_close(house) -> None:
    with house.work("host") as work, work.transaction() as session:
        chain_id = series.handover_chain(session, carrier(work, house)).id
    with house.work("host") as work, pytest.raises(NotFound):
        series.close_series(work, chain_id)


def test_a_carrier_that_begins_to_lend_numbers(drafting_house) -> None:
    handed = drafting_house.issued()
    with drafting_house.work("host") as work:
        version = carrier(work, drafting_house).version
        changes = {"mode": "delegated_series"}
        carriers.change_carrier(work, drafting_house.carrier_id, version, changes)
    grant(drafting_house)

    assert drafting_house.issued().number == "A-2026-1"
    with drafting_house.work() as work, pytest.raises(Refused, match="déjà chez la maison"):
        issuing.issue(work, handed.order_id)


class Priced(Plugin):
    """A plugin that tells which regime it was asked under."""

    name = "priced"
    api_version = 1

    @hookimpl
    def quote_lines(self, request: QuoteRequest) -> list[Line]:
        rate = 2000 if request.vat_regime == "normal" else 0
        return [Line(request.vat_regime, Decimal(1), 1000, rate)]


@pytest.mark.parametrize(
    ("identity", "regime"),
    [
        ({}, "normal"),
        ({"vat_number": "", "vat_mention": "TVA non applicable, art. 293 B du CGI"}, "franchise"),
    ],
    ids=["with a VAT number", "without"],
)
def test_plugins_price_under_the_regime_of_the_carrier(
    make_kpa, make_house_of, identity: dict[str, str], regime: str
) -> None:
    house = make_house_of(make_kpa(plugins=[Priced]), **identity)
    order_id = house.order()
    with house.work("one") as work:
        (line,) = [one for one in pricing.price(work, order_id) if one.plugin == "priced"]
    assert (line.label, line.vat_rate_bp) == (regime, 2000 if regime == "normal" else 0)


def test_another_carrier_waits_for_the_orders_under_way(house) -> None:
    invoice = house.issued()
    nadia = house.kpa.person("Nadia", "animator")
    with house.kpa.work(nadia) as work:
        new = carriers.add_carrier(work, NewCarrier("Autre", "own_structure", {})).id
        with pytest.raises(Refused, match=r"en cours avec cette maison : C-2026-0001\. Termine"):
            activities.set_carrier(work, house.activity_id, new)
        activities.set_carrier(work, house.activity_id, house.carrier_id)  # the same as now
        with work.transaction() as session:
            session.get_one(Order, invoice.order_id).state = "shared"
        activities.set_carrier(work, house.activity_id, new)


def test_orders_of_before_stay_with_the_carrier_their_papers_name(house) -> None:
    invoice = house.issued()
    still_asked = house.order()
    with house.work("kpa") as work, work.transaction() as session:
        session.get_one(Order, invoice.order_id).state = "shared"
        new = carriers.add_carrier(work, NewCarrier("Autre", "own_structure", {})).id
        activities.set_carrier(work, house.activity_id, new)
    seen = {
        house.people["host"]: (house.carrier_id, [invoice.order_id]),
        house.kpa.person("Hugo", ("host", {"carrier_id": new})): (new, [still_asked]),
    }
    for host, (carrier_id, expected) in seen.items():
        with house.kpa.work(host) as work:
            found = list(work.session.scalars(scopes.visible_orders(work)))
            assert [one.id for one in found] == expected
            assert {one.scope.carrier_id for one in found} == {carrier_id}
            for order_id in (invoice.order_id, still_asked):
                place = scopes.scope_of_order(work.session, order_id)
                assert work.can("order.read", place) is (order_id in expected)
