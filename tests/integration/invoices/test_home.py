"""What the home, the order's page, a person's copy and the doctor say of papers and money."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core.activities import customers
from kpa_core.activities.models import Order
from kpa_core.cli import serve
from kpa_core.invoices import checks, personal
from kpa_core.invoices.life import answers
from kpa_core.invoices.life.standing import standing
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Document, Series
from kpa_core.invoices.paying import payments
from kpa_core.members import charter
from kpa_core.members.personal import erase_personal_data as erase_card

DECEMBER = datetime(2026, 12, 1, 12, tzinfo=UTC)
DAYS_LATE = datetime(2026, 12, 26, 12, tzinfo=UTC)
JANUARY = datetime(2027, 1, 15, 12, tzinfo=UTC)


def titles(house: Any, who: str) -> list[str]:
    """Return what the home page asks of someone."""
    with house.kpa.client_for(house.people[who]) as browser:
        text = browser.get("/aujourdhui").sentence()
    known = (
        "Une facture à faire",
        "Une facture à relire",
        "Deux totaux différents",
        "Demande le numéro de la facture",
        "Un projet à numéroter",
        "Un paiement à confirmer",
        "L'argent n'est pas arrivé",
        "Relance le client",
    )
    return [one for one in known if one in text]


def test_done_work_asks_for_its_invoice(house) -> None:
    order_id = house.done()

    assert titles(house, "treasurer") == ["Une facture à faire"]
    assert titles(house, "one") == ["Une facture à relire"]
    house.approve(order_id, "invoice", "one")
    assert titles(house, "one") == []
    assert titles(house, "two") == ["Une facture à relire"]
    house.approve(order_id, "invoice", "two")
    assert titles(house, "one") == ["Une facture à faire"]
    assert titles(house, "stranger") == []
    with house.work() as work:
        issuing.issue(work, order_id)
    assert titles(house, "treasurer") == []


def test_nobody_is_asked_for_what_the_groups_rule_forbids(house) -> None:
    house.done()
    with house.work("kpa") as work:
        rule = {"two_members": False, "referent": False}
        charter.set_rule(work, "invoice.issuers", rule, starts_on=work.today, source="conseil")

    assert [titles(house, who) for who in ("one", "referent")] == [[], []]
    assert titles(house, "treasurer") == ["Une facture à faire"]


def test_a_number_is_asked_for_after_a_week(drafting_house) -> None:
    drafting_house.issued()

    assert titles(drafting_house, "treasurer") == []
    assert titles(drafting_house, "host") == ["Un projet à numéroter"]
    with time_machine.travel(DECEMBER, tick=True):
        assert titles(drafting_house, "treasurer") == ["Demande le numéro de la facture"]
        assert titles(drafting_house, "one") == []


def test_two_totals_are_looked_at_at_once(drafting_house) -> None:
    document = drafting_house.issued()
    with drafting_house.work() as work:
        said = answers.CarrierNumber("CAE-1", work.today, 1)
        answers.note_number(work, document.id, said)

    assert titles(drafting_house, "treasurer") == ["Deux totaux différents"]


def test_money_is_confirmed_by_the_carrier(house) -> None:
    document = house.issued()
    with house.work() as work:
        payments.record_payment(work, document.id, 1_000, work.today)

    assert titles(house, "host") == ["Un paiement à confirmer"]
    assert titles(house, "treasurer") == []


def test_a_light_is_shown_only_to_who_works(house) -> None:
    shown = {}
    for who in ("host", "stranger", "one"):
        with house.kpa.client_for(house.people[who]) as browser:
            shown[who] = "Mon feu vert" in browser.get("/aujourdhui").sentence()
    assert shown == {"host": False, "stranger": False, "one": True}


def test_late_money_is_looked_for(house) -> None:
    """Said once: as late, and once a reminder is due, as that."""
    house.issued()

    with time_machine.travel(DAYS_LATE, tick=True):
        assert titles(house, "treasurer") == ["L'argent n'est pas arrivé"]
        assert titles(house, "one") == []
    with time_machine.travel(JANUARY, tick=True):
        assert titles(house, "treasurer") == ["Relance le client"]
        assert titles(house, "one") == []


def test_an_order_says_where_its_money_is(house) -> None:
    document = house.issued()
    with house.work() as work:
        payments.record_payment(work, document.id, 6_000, work.today)
        order = work.session.get_one(Order, document.order_id)
        found = standing(work, order)

    assert (found.number, found.owed_cents, found.claimed_cents) == (
        "KPA-2026-0001",
        66_000,
        6_000,
    )
    assert (found.awaits_number, found.awaits_money, found.awaits_confirmation) == (
        False,
        True,
        True,
    )


def test_an_order_says_what_to_give_back(house) -> None:
    document = house.issued()
    with house.work("host") as work:
        payments.record_payment(work, document.id, 6_000, work.today)
        issuing.credit(work, document.id, "annulé")
        found = standing(work, work.session.get_one(Order, document.order_id))
        assert [(one.id, cents) for one, cents in found.to_give_back] == [(document.id, 6_000)]
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        shown = browser.get(f"/commandes/{document.order_id}").sentence()
        assert "Rends 60,00 € au client, puis note-le sur la page de cette facture." in shown
        assert "Attends l'argent" not in shown
        assert "Noter l'argent rendu" in shown
    with house.work("host") as work:
        payments.record_payment(work, document.id, -6_000, work.today)
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        shown = browser.get(f"/commandes/{document.order_id}").sentence()
        assert "Rends" not in shown
        assert "fais la facture" in shown


def test_money_over_on_a_living_invoice_does_not_hide_what_is_next(house) -> None:
    document = house.issued()
    with house.work("host") as work:
        payments.record_payment(work, document.id, 70_000, work.today, more_is_right=True)
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        shown = browser.get(f"/commandes/{document.order_id}").sentence()
    assert "Décidez ensemble du partage." in shown


@pytest.mark.parametrize("who", ["host", "one", "treasurer", "referent"])
def test_the_order_page_shows_the_panel(house, who: str) -> None:
    document = house.issued()
    with house.kpa.client_for(house.people[who]) as browser:
        shown = browser.get(f"/commandes/{document.order_id}").sentence()
    assert "Devis, facture, paiement" in shown
    assert "Facture KPA-2026-0001 : 0,00 € confirmés sur 660,00 €." in shown


@pytest.mark.parametrize(
    ("who", "whole"), [("treasurer", False), ("host", False), ("referent", True)]
)
def test_the_log_of_money_tells_nothing_else(house, who: str, whole: bool) -> None:
    house.issued()
    with house.kpa.client_for(house.people[who]) as browser:
        shown = browser.get("/maison/journal").sentence()
    assert "Émettre une facture ou la confier." in shown
    assert ("Préparer une commande et son devis." in shown) is whole


# --- what is known of a person --------------------------------------------------------------------


def test_a_customer_finds_their_papers_and_none_is_erased(house) -> None:
    with house.work("kpa") as work:
        new = customers.NewCustomer(
            "Zoé Martin", "person", phone="0612345678", address="1 rue X", town="Lille"
        )
        customer = customers.add_customer(work, new)
        party_id, house.customer_id = customer.party_id, customer.id
    house.issued()

    with house.work("kpa") as work:
        items = list(personal.personal_data(work, party_id))
        assert [str(item.what) for item in items] == ["Devis", "Facture"]
        assert all("L123-22" in str(item.why) for item in items)
        assert "KPA-2026-0001 · 23/11/2026" in items[1].value
    with house.work("kpa") as work, work.transaction():
        for _ in range(2):
            erase_card(work, party_id)
            personal.erase_personal_data(work, party_id)
    with house.work("kpa") as work:
        frozen = work.session.scalars(sa.select(Document.snapshot)).all()
        assert all("Zoé Martin".encode() in paper for paper in frozen)
        assert list(personal.personal_data(work, house.people["one"].party_id)) == []


# --- the doctor -----------------------------------------------------------------------------------


def test_the_doctor_is_content_with_a_house_that_stands(house) -> None:
    house.issued()

    with house.work("kpa") as work:
        found = {one.name: one for one in checks.health(work)}
    assert {name: one.ok for name, one in found.items()} == {
        "guards": True,
        "series": True,
        "clock": True,
        "fonts": True,
    }


def test_the_doctor_and_the_start_name_a_series_whose_end_was_cut(house, caplog) -> None:
    house.issued()
    with house.kpa.instance.engine.begin() as connection:
        table = sa.update(Series.__table__).where(Series.code == "KPA")
        connection.execute(table.values(chain_length=5, last_issued_on=date(2026, 11, 23)))

    with house.work("kpa") as work:
        found = {one.name: one for one in checks.health(work)}
    assert not found["series"].ok
    assert "Optéos/KPA, à KPA-2026-0001" in str(found["series"].detail)
    serve._warn(house.kpa.instance)
    assert "ATTENTION (series) : Optéos/KPA, à KPA-2026-0001" in caplog.text
