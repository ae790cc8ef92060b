"""What is missing before issue, on the page and on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import click
import pytest
from click.testing import CliRunner

from kpa_core.activities import customers, lines
from kpa_core.activities import service as orders
from kpa_core.commands import Session
from kpa_core.errors import KpaError, Refused
from kpa_core.invoices import cli, links
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.life import follow_ups
from kpa_core.invoices.making import issuing, previews
from kpa_core.invoices.models import Document
from kpa_core.work import VISITOR

Run = Callable[..., tuple[str, KpaError | None]]


@pytest.fixture
def run(house) -> Run:
    """Run a command as someone; return what it prints and what it stopped at."""

    def command(who: str, group: click.Group, *words: object) -> tuple[str, KpaError | None]:
        actor = house.people.get(who, VISITOR)
        session = Session(lambda: house.kpa.instance, lambda _work, _token: actor)
        made = CliRunner().invoke(group, [str(word) for word in words], obj=session)
        if made.exception is not None and not isinstance(made.exception, KpaError):
            raise made.exception
        return made.output, made.exception

    return command


def change(house: Any, **changes: Any) -> None:
    with house.work("one") as work:
        known = customers.find_customer(work, house.customer_id)
        customers.change_customer(work, known.id, known.version, changes)


def test_check_names_every_fault_its_field_and_its_rule(house, run: Run) -> None:
    house.done()
    said, stopped = run("treasurer", cli.invoices, "check", "C-2026-0001")
    assert stopped is None
    assert "rien ne bloque" in said

    change(house, address="", town="", postcode="", siret="", siren="")
    said, stopped = run("treasurer", cli.invoices, "check")
    assert stopped is not None
    assert "C-2026-0001" in str(stopped)
    for wanted in ("Il manque l'adresse du client.", "BR-10", "Il manque le SIREN", "242 nonies A"):
        assert wanted in said
    told, _ = run("treasurer", cli.invoices, "check", "C-2026-0001", "--json")
    rows = json.loads(told.splitlines()[0])
    assert {"customer.address", "customer.siren", "customer.siret"} <= {
        row["field"] for row in rows if row["level"] == "stop"
    }


def test_check_tells_who_issues_with_another_that_yeses_are_missing(house, run: Run) -> None:
    house.done()
    said, stopped = run("one", cli.invoices, "check", "C-2026-0001")
    assert stopped is not None
    assert "rien ne bloque" not in said
    assert "Accords qui manquent sur C-2026-0001 : 2" in said
    assert "kpa invoices approve C-2026-0001 " in said

    for who in ("one", "two"):
        run(who, cli.invoices, "approve", "C-2026-0001")
    assert "rien ne bloque" in run("one", cli.invoices, "check", "C-2026-0001")[0]


def test_check_stops_at_a_public_body_without_siret(house, run: Run) -> None:
    house.done()
    change(house, kind="public", siret="", siren="215903501")
    said, stopped = run("treasurer", cli.invoices, "check", "C-2026-0001")
    assert stopped is not None
    assert "!! C-2026-0001  Il manque le SIRET de l'organisme public.  (Chorus Pro" in said
    assert "rien ne bloque" not in said


def test_check_reads_what_was_issued_too(house, run: Run) -> None:
    document = house.issued()
    said, stopped = run("treasurer", cli.invoices, "check", document.number)
    assert stopped is None
    assert "rien ne bloque" in said


def test_the_preview_says_what_to_fix_and_where(house) -> None:
    order_id = house.done()
    change(house, address="", town="", postcode="")
    with house.kpa.client_for(house.people["one"]) as browser:
        page = browser.get(f"/commandes/{order_id}/papier")

    assert "Il manque l'adresse du client." in page.sentence()
    assert "BR-10" in page.sentence()
    assert "Émettre la facture" not in page.sentence()
    assert f"/clients/{house.customer_id}/changer" in page.text


def test_from_the_carriers_day_the_preview_says_to_deposit(house) -> None:
    with house.work("host") as work:
        found = carriers.find_carrier(work, house.carrier_id)
        carriers.change_carrier(work, found.id, found.version, {"emits_from": date(2026, 9, 1)})
    order_id = house.done()
    with house.work() as work:
        seen = previews.preview(work, orders.find_order(work, order_id, "document.read"))
    assert any("à déposer" in one.message for one in seen.found)


def test_the_life_of_a_paper_is_told_on_its_page(house, run: Run) -> None:
    document = house.issued()
    run("treasurer", cli.invoices, "status", document.number, "--set", "200")
    _, refused = run("treasurer", cli.invoices, "status", document.number, "--set", "210")
    assert "raison" in str(refused)
    run("treasurer", cli.invoices, "status", document.number, "--set", "210", "--because", "SIRET")
    run("treasurer", cli.invoices, "reminders", document.number, "--stop")
    run("host", cli.carriers, "reminders", "Optéos", "7", "21")

    listed, _ = run("treasurer", cli.invoices, "status", document.number, "--json")
    assert [one["code"] for one in json.loads(listed)] == ["200", "210"]
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        text = browser.get(f"/documents/{document.id}").text
    for wanted in ("200 · Déposée", "210 · Refusée", "SIRET", "relances sont arrêtées", "À garder"):
        assert wanted in text


def test_the_customers_page_takes_the_word_that_it_is_paid(house) -> None:
    document = house.issued()
    with house.work() as work:
        token = links.invoice_token(work.instance, document.id)
    link = f"/factures/{token}"
    with house.kpa.browser() as visitor:
        told = visitor.get(link).sentence()
        assert document.number in told
        assert "Il reste 660,00" in told.replace("\N{NO-BREAK SPACE}", " ")
        said = visitor.submit(link, paid_on="2026-11-23", method="transfer", name="Mme Durand")
        assert "Nous ne vous relançons plus" in said.sentence()
    with house.work() as work:
        found = work.session.get_one(Document, document.id)
        assert follow_ups.paused_ids(work.session, [found])
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        assert "le client dit avoir payé" in browser.get("/aujourdhui").sentence()
        told = browser.get(f"/documents/{document.id}").sentence()
        assert "Mme Durand" in told


def test_the_preview_refuses_what_issuing_refuses(house) -> None:
    order_id = house.done()
    with house.work("kpa") as work, work.transaction():
        lines.lines_of(work.session, order_id)[0].unit_price_cents = 1_600
    with house.work() as work:
        seen = previews.preview(work, orders.find_order(work, order_id, "document.read"))
        assert seen.stops
        with pytest.raises(Refused) as refused:
            issuing.issue(work, order_id)
    assert [str(one) for one in seen.faults] == [str(refused.value)]
