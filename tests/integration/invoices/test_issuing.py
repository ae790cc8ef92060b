"""Issuing: numbers without gaps, dates that never go back, and who may do it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core.activities import activities, customers, lines
from kpa_core.activities import service as orders
from kpa_core.activities.models import Activity
from kpa_core.errors import NotFound, Refused, Unavailable
from kpa_core.invoices import checks, documents, guards
from kpa_core.invoices.carrier import carriers, series
from kpa_core.invoices.making import issuing, quotes
from kpa_core.invoices.models import Document
from kpa_core.invoices.proof import verification
from kpa_core.members import charter, roles
from kpa_core.members.models import Role
from kpa_core.work import OPERATOR, Denied


def numbers(house: Any) -> list[str]:
    """Return the numbers given, in the order of the chain."""
    with house.work("kpa") as work:
        query = sa.select(Document.number).where(Document.number.is_not(None))
        return list(work.session.scalars(query.order_by(Document.chain_position)))


def holds(house: Any) -> bool:
    with house.work("kpa") as work:
        return all(one.holds for one in verification.verify(work.session))


def test_an_invoice_bears_the_figures_of_its_lines(house) -> None:
    document = house.issued()

    assert (document.kind, document.number) == ("invoice", "KPA-2026-0001")
    assert document.reference == "F-2026-0001"
    assert (document.net_cents, document.vat_cents, document.gross_cents) == (60_000, 6_000, 66_000)
    assert house.state(document.order_id) == "invoiced"
    paper = documents.snapshot_of(document)
    assert (paper.number, paper.series) == ("KPA-2026-0001", "KPA")
    assert paper.totals.to_pay_cents == 66_000
    assert paper.customer.engagement_number == "EJ-2026-004512"
    assert paper.seller.siren == "732829320"
    assert holds(house)


def test_prices_with_vat_keep_what_was_promised(house) -> None:
    document = house.issued(lines.NewLine("Menu", Decimal(3), 1_000, 550, price_basis="gross"))

    assert document.to_pay_cents == 3_000
    assert document.gross_cents == document.net_cents + document.vat_cents
    assert holds(house)


def test_numbers_and_references_follow_each_other(house) -> None:
    found = [house.issued() for _ in range(3)]

    assert numbers(house) == ["KPA-2026-0001", "KPA-2026-0002", "KPA-2026-0003"]
    assert [one.reference for one in found] == ["F-2026-0001", "F-2026-0002", "F-2026-0003"]
    assert [one.previous for one in found] == [None, found[0].hash, found[1].hash]


def test_an_issue_that_breaks_off_takes_no_number(house, monkeypatch) -> None:
    house.issued()
    order_id = house.done()

    def cut(*_args: object, **_more: object) -> None:
        raise RuntimeError("cut")

    with monkeypatch.context() as broken:
        broken.setattr(orders, "mark", cut)
        with house.work() as work, pytest.raises(RuntimeError):
            issuing.issue(work, order_id)

    with house.work() as work:
        assert issuing.issue(work, order_id).number == "KPA-2026-0002"
    assert holds(house)


def test_an_order_is_invoiced_once(house) -> None:
    document = house.issued()

    with house.work() as work, pytest.raises(Refused, match="n'est pas à facturer"):
        issuing.issue(work, document.order_id)
    assert len(numbers(house)) == 1


@pytest.mark.parametrize("state", ["asked", "quoted", "accepted"])
def test_only_work_that_is_done_is_invoiced(house, state: str) -> None:
    order_id = house.order() if state == "asked" else house.quoted().order_id
    if state == "accepted":
        with house.work("one") as work:
            orders.move(work, order_id, "accepted")

    with house.work() as work, pytest.raises(Refused, match="n'est pas à facturer"):
        issuing.issue(work, order_id)


# --- the calendar ---------------------------------------------------------------------------------


def test_a_yearly_series_starts_again_once_in_the_carriers_new_year(house) -> None:
    with time_machine.travel(datetime(2026, 12, 31, 22, 30, tzinfo=UTC), tick=False):
        assert house.issued().number == "KPA-2026-0001"  # half past eleven in Paris
    with time_machine.travel(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), tick=False):
        first = house.issued()  # already the new year in Paris
        assert (first.number, first.issued_on) == ("KPA-2027-0001", date(2027, 1, 1))
        assert house.issued().number == "KPA-2027-0002"
    with time_machine.travel(datetime(2027, 6, 1, tzinfo=UTC), tick=False):
        assert house.issued().number == "KPA-2027-0003"
    assert holds(house)


def test_a_continuous_series_goes_on_in_a_new_year(house) -> None:
    with house.work("host") as work:
        carrier = carriers.find_carrier(work, house.carrier_id)
        series.close_series(work, series.series_of(work.session, carrier)[0].id)
        series.grant_series(
            work, carrier.id, code="B", pattern="B-{number}", yearly=False, source="mail"
        )
    assert house.issued().number == "B-1"
    with time_machine.travel(datetime(2028, 2, 1, tzinfo=UTC), tick=False):
        assert house.issued().number == "B-2"


WRONG_CLOCKS = {
    "a day late": datetime(2026, 11, 22, 12, tzinfo=UTC),
    "in 1970": datetime(1970, 1, 2, tzinfo=UTC),
}


@pytest.mark.parametrize("wrong", WRONG_CLOCKS.values(), ids=WRONG_CLOCKS)
def test_dates_never_go_back_when_the_clock_does(house, wrong: datetime) -> None:
    house.issued()
    order_id = house.done()
    with time_machine.travel(wrong, tick=False):
        with house.work() as work:
            document = issuing.issue(work, order_id)
        with house.work("kpa") as work:
            found = {one.name: one for one in checks.health(work)}

    assert (document.number, document.issued_on) == ("KPA-2026-0002", date(2026, 11, 23))
    assert not found["clock"].ok
    late = (date(2026, 11, 23) - wrong.date()).days
    assert f"Jours de retard : {late}." in str(found["clock"].detail)
    assert holds(house)


def test_a_year_too_far_by_mistake_opens_no_year_twice(house) -> None:
    house.issued()
    with time_machine.travel(datetime(2027, 11, 23, 12, tzinfo=UTC), tick=False):
        house.issued()
    document = house.issued()

    assert (document.number, document.issued_on) == ("KPA-2027-0002", date(2027, 11, 23))
    assert numbers(house) == ["KPA-2026-0001", "KPA-2027-0001", "KPA-2027-0002"]


# --- who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["treasurer", "host", "referent"])
def test_who_issues_alone(house, who: str) -> None:
    order_id = house.done()

    with house.work(who) as work:
        assert issuing.issue(work, order_id).number == "KPA-2026-0001"


STRANGERS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "a member of no activity": lambda house, *_: house.people["stranger"],
    "an animator": lambda house, *_: house.kpa.person("Nadia", "animator"),
    "whoever runs the machine": lambda *_: OPERATOR,
    "another carrier's people": lambda house, carrier_id, _: house.kpa.person(
        "Paul", ("host", {"carrier_id": carrier_id})
    ),
    "another activity's treasurer": lambda house, _, activity_id: house.kpa.person(
        "Luc", ("treasurer", {"activity_id": activity_id})
    ),
}


@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS)
def test_who_never_issues(house, stranger) -> None:
    order_id = house.done()
    with house.work("kpa") as work:
        new = carriers.NewCarrier("Autre maison", "draft_for_carrier", {})
        carrier_id = carriers.add_carrier(work, new).id
        new_activity = activities.NewActivity("Menuiserie")
        activity_id = activities.propose_activity(work, new_activity).id
    actor = stranger(house, carrier_id, activity_id)

    with house.kpa.work(actor) as work, pytest.raises(NotFound):
        issuing.issue(work, order_id)
    assert numbers(house) == []


def test_two_members_issue_together_and_one_alone_does_not(house) -> None:
    order_id = house.done()
    with house.work("one") as work, pytest.raises(Refused, match=r"manquent sur .* : 2\."):
        issuing.issue(work, order_id)
    house.approve(order_id, "invoice", "one", "one")
    with house.work("one") as work, pytest.raises(Refused, match=r"manquent sur .* : 1\."):
        issuing.issue(work, order_id)
    house.approve(order_id, "invoice", "two")

    with house.work("two") as work:
        assert issuing.issue(work, order_id).number == "KPA-2026-0001"


def test_a_yes_counts_once_a_person_and_while_they_are_in_the_activity(house) -> None:
    order_id = house.done()
    house.approve(order_id, "invoice", "one", "host")  # who issues alone is no second member
    with house.work("one") as work, pytest.raises(Refused, match=r"manquent sur .* : 1\."):
        issuing.issue(work, order_id)

    house.approve(order_id, "invoice", "two")
    with house.work("kpa") as work:
        (role,) = work.session.scalars(
            sa.select(Role).where(
                Role.party_id == house.people["two"].party_id, Role.kind == "participant"
            )
        )
        roles.end_role(work, role.id)
    with house.work("one") as work, pytest.raises(Refused, match=r"manquent sur .* : 1\."):
        issuing.issue(work, order_id)


NARROWER = {
    "no two members": ({"two_members": False}, "one"),
    "no referent": ({"referent": False, "two_members": False}, "referent"),
}


def test_nobody_issues_alone_by_a_rule_of_their_own(house) -> None:
    order_id = house.done()
    for who, alone in (("kpa", False), ("referent", True)):
        with house.work(who) as work:
            rule = {"referent": alone}
            charter.set_rule(work, "invoice.issuers", rule, starts_on=work.today, source="conseil")

    with house.work("referent") as work, pytest.raises(Refused, match=r"manquent sur .* : 2\."):
        issuing.issue(work, order_id)
    other = house.kpa.person("Bob", ("referent", {"activity_id": house.activity_id}))
    with house.kpa.work(other) as work:
        assert issuing.issue(work, order_id).number == "KPA-2026-0001"


@pytest.mark.parametrize(("rule", "who"), NARROWER.values(), ids=NARROWER)
def test_the_groups_rule_narrows_who_issues(house, rule: dict[str, bool], who: str) -> None:
    order_id = house.done()
    house.approve(order_id, "invoice", "one", "two", "referent")
    with house.work("kpa") as work:
        charter.set_rule(work, "invoice.issuers", rule, starts_on=work.today, source="conseil")

    with house.work(who) as work, pytest.raises(Denied):
        issuing.issue(work, order_id)
    with house.work("treasurer") as work:
        assert issuing.issue(work, order_id).number == "KPA-2026-0001"


# --- what is missing ------------------------------------------------------------------------------

ABSENT = {
    "the customer's address": (
        {"address": "", "town": "", "postcode": ""},
        "Il manque l'adresse du client.",
    ),
    "the customer's SIREN": (
        {"kind": "business_vat", "siret": "", "siren": ""},
        "Il manque le SIREN du client.",
    ),
}


@pytest.mark.parametrize(("change", "said"), ABSENT.values(), ids=ABSENT)
def test_what_the_law_wants_is_on_the_paper_or_it_stays(house, change, said: str) -> None:
    order_id = house.done()
    with house.work("one") as work:
        known = customers.find_customer(work, house.customer_id)
        customers.change_customer(work, known.id, known.version, change)

    with house.work() as work, pytest.raises(Refused) as refused:
        issuing.issue(work, order_id)
    assert str(refused.value) == said
    assert numbers(house) == []


def test_vat_is_never_written_by_a_carrier_without_a_vat_number(make_house) -> None:
    mention = "TVA non applicable, art. 293 B du CGI"
    house = make_house("own_structure", vat_number="", vat_mention=mention, vat_regime="franchise")
    order_id = house.order()
    house.approve(order_id)
    with house.work() as work, pytest.raises(Refused, match="0 % de TVA"):
        quotes.send_quote(work, order_id)

    document = house.issued(lines.NewLine("Atelier", Decimal(1), 10_000, 0))
    assert (document.vat_cents, document.to_pay_cents) == (0, 10_000)


def test_an_activity_without_a_carrier_issues_nothing(house) -> None:
    order_id = house.done()
    with house.work("kpa") as work, work.transaction() as session:
        session.get_one(Activity, house.activity_id).carrier_id = None

    with house.work() as work, pytest.raises(Refused, match="Aucune maison ne facture"):
        issuing.issue(work, order_id)


def test_a_carrier_that_left_issues_nothing(house) -> None:
    order_id = house.done()
    with house.work("host") as work:
        carrier = carriers.find_carrier(work, house.carrier_id)
        changes = {"ends_on": work.today}
        carriers.change_carrier(work, carrier.id, carrier.version, changes)

    with house.work() as work, pytest.raises(Refused, match="ne porte plus ce KPA"):
        issuing.issue(work, order_id)


def test_a_carrier_without_a_series_issues_nothing(house) -> None:
    order_id = house.done()
    with house.work("host") as work:
        carrier = carriers.find_carrier(work, house.carrier_id)
        series.close_series(work, series.series_of(work.session, carrier)[0].id)

    with house.work() as work, pytest.raises(Refused, match="série de numéros"):
        issuing.issue(work, order_id)


def test_without_its_triggers_nothing_is_issued(house) -> None:
    order_id = house.done()
    with house.kpa.instance.engine.begin() as connection:
        gone = guards.expected(connection)[0]
        on = "" if connection.dialect.name == "sqlite" else f" ON {gone.table}"
        connection.exec_driver_sql(f"DROP TRIGGER {gone.name}{on}")

    with house.work() as work, pytest.raises(Unavailable, match=gone.name):
        issuing.issue(work, order_id)
    assert numbers(house) == []
    with house.work("kpa") as work:
        found = {one.name: one for one in checks.health(work)}
    assert not found["guards"].ok

    with house.kpa.instance.engine.begin() as connection:
        guards.install(connection)
    with house.work() as work:
        assert issuing.issue(work, order_id).number == "KPA-2026-0001"


def test_an_invoice_says_what_its_quote_said(house) -> None:
    order_id = house.done()
    with house.work("kpa") as work, work.transaction():
        [line] = lines.lines_of(work.session, order_id)
        line.unit_price_cents = 1800

    with house.work() as work, pytest.raises(Refused, match="du devis D-2026-0001"):
        issuing.issue(work, order_id)

    assert house.state(order_id) == "done"
