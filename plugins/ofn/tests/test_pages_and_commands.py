"""The shop on a phone, for visitors, and at a terminal."""

from __future__ import annotations

import json

import click
import pytest
from click.testing import CliRunner
from ofn_peer.server import KEY, SHOP

from kpa_core.api import KpaError, Misuse, Refused
from kpa_core.commands import Session
from kpa_core.commands import operator as the_operator
from kpa_ofn import cli, reading

SPACES = str.maketrans({"\N{NARROW NO-BREAK SPACE}": " ", "\N{NO-BREAK SPACE}": " "})
POMMES = ("Pommes", 2, "4.50", 1)


def plain(page):
    return page.text.replace("&#39;", "'").translate(SPACES)


def test_a_treasurer_answers_and_the_order_is_priced(halle):
    halle.peer.sell(POMMES)
    halle.read()
    order, _ = halle.order()
    with halle.kpa.client_for(halle.treasurer) as browser:
        card = plain(browser.get(f"/commandes/{order.id}"))
        assert "Pas de facture avant de savoir la TVA de : Pommes." in card
        assert "Payée dans la boutique" in card
        page = browser.get("/ofn/")
        assert "à dire" in plain(page)
        (rate,) = page.ids("/ofn/tva/")
        assert browser.submit(f"/ofn/tva/{rate}", rate="17").status == 422
        page = browser.submit(f"/ofn/tva/{rate}", rate="5,5")
        assert "5,5 %" in plain(page)
        halle.run()
        assert "Pas de facture" not in plain(browser.get(f"/commandes/{order.id}"))
    assert [line.vat_rate_bp for line in halle.order()[1]] == [550]


def test_a_seller_changes_a_price_and_visitors_see_the_shelf(halle):
    with halle.kpa.client_for(halle.seller) as browser:
        page = browser.get(f"/ofn/boutique/{halle.shop}/articles")
        assert "Pommes · 2,50 € · il en reste 5" in plain(page).replace("<bdi>", "").replace(
            "</bdi>", ""
        )
        offer = "/api/dfc/enterprises/3/offers/10001"
        place = f"/ofn/boutique/{halle.shop}/article?quoi={offer}"
        assert "3,10" not in browser.get(place).text
        browser.submit(place, what=offer, price="3,10", stock="")
        assert browser.submit(place, what="/another", price="1", stock="").status == 422
    halle.run()
    assert (halle.peer.articles["10001"]["cents"], halle.peer.articles["10001"]["stock"]) == (
        310,
        -1,
    )
    with halle.kpa.work() as work, work.transaction() as session:
        session.get_one(type(halle.row()), halle.shop).cycle = "7"
        work.ask(reading.SHELF, {"shop": str(halle.shop)})
    halle.run()
    with halle.kpa.browser() as visitor:
        page = plain(visitor.get(f"/ofn/boutique/{halle.shop}"))
        assert "Commander dans la boutique" in page
        assert "3,10 €" in page
    halle.peer.cycle_open = False
    with halle.kpa.work() as work, work.transaction():
        work.ask(reading.SHELF, {"shop": str(halle.shop)})
    halle.run()
    with halle.kpa.browser() as visitor:
        assert "fermée en ce moment" in plain(visitor.get(f"/ofn/boutique/{halle.shop}"))


@pytest.fixture
def run(halle, monkeypatch):
    group = click.Group("ofn")
    cli.add(group)
    monkeypatch.setenv("KPA_OFN_KEY", KEY)

    def invoke(*words, actor=None):
        session = Session(lambda: halle.kpa.instance, lambda *_: actor or the_operator())
        result = CliRunner().invoke(group, list(words), obj=session)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output.translate(SPACES)

    return invoke


def test_a_server_is_tried_without_changing_anything(halle, run, monkeypatch):
    halle.peer.sell(POMMES)
    said = run("check", halle.peer.address, SHOP)
    assert [line[0] for line in said.splitlines()] == ["✓"] * 3
    rows = [
        json.loads(one) for one in run("check", halle.peer.address, SHOP, "--json").splitlines()
    ]
    assert all(one["good"] for one in rows)
    assert {method for method, *_ in halle.peer.asked} == {"GET"}
    with pytest.raises(Refused):
        run("check", halle.peer.address, "4")
    monkeypatch.setenv("KPA_OFN_KEY", "wrong")
    with pytest.raises(Refused):
        run("check", halle.peer.address, SHOP)
    monkeypatch.setenv("KPA_OFN_KEY", "")
    assert len(run("check", halle.peer.address, SHOP).splitlines()) == 1


def test_connect_read_look_and_leave(halle, run, monkeypatch):
    said = run("connect", halle.peer.address, SHOP, "--activity", "halle", "--prices-with-tax")
    assert "Halle de Moulins est branchée." in said
    assert f"/ofn/signal/{halle.shop}/" in said
    assert KEY not in said
    halle.peer.sell(POMMES)
    halle.peer.sell(("Faux", 1, "1.00", 1), hidden="-5.00")
    run("read", str(halle.shop), "--whole")
    halle.run()
    assert "R000000002" in run("drift", str(halle.shop))
    (listed,) = run("shops", "--json").splitlines()
    assert json.loads(listed)["id"] == str(halle.shop)
    with halle.kpa.work() as work:
        from kpa_ofn import rates

        (row,) = rates.rates_of(work.session, halle.shop)
    assert "Pommes" in run("vat", str(row.id), "5,5", actor=halle.treasurer)
    with pytest.raises(Misuse):
        run("vat", str(row.id), "x", actor=halle.treasurer)
    assert "débranchée" in run("disconnect", str(halle.shop))
    with pytest.raises(KpaError):
        run("drift", str(halle.shop))
    monkeypatch.setenv("KPA_OFN_KEY", "")
    with pytest.raises(Misuse):
        run("connect", halle.peer.address, SHOP, "--prices-with-tax")
