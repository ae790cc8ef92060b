"""The whole way as a cook on a phone, and as the volunteer at a terminal."""

from __future__ import annotations

import json

import click
import pytest
from click.testing import CliRunner
from coopcycle_peer.server import KEY, SECRET

from kpa_coopcycle import cli
from kpa_coopcycle.checking import directory
from kpa_coopcycle.settings import Settings
from kpa_core.activities.models import Order
from kpa_core.api import KpaError, Misuse, Refused
from kpa_core.commands import Session
from kpa_core.commands import operator as the_operator

SPACES = str.maketrans({"\N{NARROW NO-BREAK SPACE}": " ", "\N{NO-BREAK SPACE}": " "})


def plain(page):
    return page.text.replace("&#39;", "'").translate(SPACES)


@pytest.fixture
def cook(moulins):
    with moulins.kpa.client_for(moulins.cook) as browser:
        yield browser


def test_from_who_delivers_to_delivered_on_a_phone(moulins, cook):
    order = f"/commandes/{moulins.order}"
    assert "Qui livre ?" in plain(cook.get(order))
    form = f"/coopcycle{order}/livraison"
    slot = moulins.wish().window.written()
    page = cook.submit(
        form,
        connection_id=str(moulins.connection),
        street="48, Rue de Rivoli Paris",
        contact="Jeanne",
        phone="06 12 34 56 78",
        slot=slot,
    )
    assert "On demande le prix à la coop." in plain(page)
    moulins.run()
    (place,) = {f"/coopcycle/livraisons/{one}" for one in ids(moulins)}
    page = plain(cook.get(place))
    assert "4,16 € sans la TVA" in page
    assert "Commander la livraison" in page
    cook.submit(f"{place}/commander", page=place, price_cents="499")
    moulins.run()
    page = plain(cook.get(place))
    assert "Commandée" in page
    assert "La coop a compris : 48, Rue de Rivoli Paris" in page
    assert "Suivre la livraison" in page
    sent = next(one[3] for one in moulins.peer.asked if one[:2] == ("POST", "/api/deliveries"))
    assert sent["dropoff"]["address"]["telephone"] == "+33612345678"
    assert "Commandée" in plain(cook.get(order))
    cook.submit(f"{place}/annuler", page=place)
    moulins.run()
    assert "Annulée" in plain(cook.get(place))


def ids(moulins):
    from kpa_coopcycle.deliveries import of_order

    with moulins.kpa.work() as work:
        return [one.id for one in of_order(work.session, moulins.order)]


WRONG = {
    "no street": {"street": ""},
    "a phone that is none": {"phone": "12"},
    "no time": {"slot": ""},
    "a place that is none": {"place": "là-bas"},
    "too heavy": {"weight": "400"},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_beside_its_field(moulins, cook, change):
    slot, at = moulins.wish().window.written(), str(moulins.connection)
    fields = {"street": "1 rue", "slot": slot, "connection_id": at, **change}
    page = cook.submit(f"/coopcycle/commandes/{moulins.order}/livraison", **fields)
    assert page.status == 422
    assert "error" in page.text
    assert ids(moulins) == []


def test_a_refused_address_is_corrected_and_a_stop_added(moulins, cook):
    slot, at = moulins.wish().window.written(), str(moulins.connection)
    form = f"/coopcycle/commandes/{moulins.order}/livraison"
    cook.submit(form, street="nowhere", slot=slot, connection_id=at)
    moulins.run()
    (one,) = ids(moulins)
    place = f"/coopcycle/livraisons/{one}"
    assert "ne trouve pas cette adresse" in plain(cook.get(place))
    cook.submit(f"{place}/corriger", street="1 rue du Port", slot=slot, connection_id=at)
    moulins.run()
    cook.submit(f"{place}/arret", street="2 rue du Port")
    moulins.run()
    page = plain(cook.get(place))
    assert "2 rue du Port" in page
    cook.submit(f"{place}/commander", page=place, price_cents="499")
    moulins.run()
    (theirs,) = moulins.theirs()
    assert [task.address["streetAddress"] for task in theirs.tasks[1:]] == [
        "1 rue du Port",
        "2 rue du Port",
    ]


def test_the_page_of_co_ops_says_where_lists_differ(moulins, cook):
    assert "D'accord avec la coop" in plain(cook.get("/coopcycle/"))
    with moulins.kpa.work() as work, work.transaction() as session:
        from kpa_coopcycle.models import ConnectionRow

        at = session.get_one(ConnectionRow, moulins.connection)
        at.drift = [{"kind": "price", "path": "/api/deliveries/1", "ours": "499", "theirs": "600"}]
    page = plain(cook.get("/coopcycle/"))
    assert "Le prix de /api/deliveries/1 a changé : 4,99 € chez nous, 6,00 € chez elle." in page


# --- the terminal -----------------------------------------------------------------------------


@pytest.fixture
def run(moulins, monkeypatch):
    group = click.Group("coopcycle")
    cli.add(group, Settings())
    monkeypatch.setenv("KPA_COOPCYCLE_KEY", f"{KEY}:{SECRET}")

    def invoke(*words, actor=None):
        session = Session(lambda: moulins.kpa.instance, lambda *_: actor or the_operator())
        result = CliRunner().invoke(group, list(words), obj=session)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output.translate(SPACES)

    return invoke


def test_a_server_is_tried_without_ordering_anything(moulins, run, monkeypatch):
    said = run("check", moulins.peer.address)
    assert [line[0] for line in said.splitlines()] == ["✓"] * 4
    assert "EUR, Europe/Paris, fr" in said
    rows = [json.loads(line) for line in run("check", moulins.peer.address, "--json").splitlines()]
    assert all(one["good"] for one in rows)
    assert moulins.theirs() == []
    moulins.peer.fail("html", on="GET /api/settings")
    with pytest.raises(Refused):
        run("check", moulins.peer.address)
    monkeypatch.setenv("KPA_COOPCYCLE_KEY", "")
    assert len(run("check", moulins.peer.address).splitlines()) == 2


def test_connect_deliver_order_cancel_and_leave(moulins, run):
    said = run("connect", moulins.peer.address, "--activity", "traiteur", "--package", "XL")
    assert "Acme est branchée" in said
    with moulins.kpa.work() as work:
        reference = work.session.get_one(Order, moulins.order).reference
    slot = moulins.wish().window.written()
    stop = "1 rue du Port|Jeanne|0612345678"
    cook = moulins.cook
    number = run("deliver", reference, "--to", stop, "--slot", slot, actor=cook).strip()
    with pytest.raises(Refused):
        run("order", number, actor=cook)
    moulins.run()
    assert "4,99 €" in run("order", number, actor=cook)
    moulins.run()
    assert "Commandée" in run("deliveries", reference, actor=cook)
    (listed,) = run("coops", "--json").splitlines()
    connection = json.loads(listed)["id"]
    assert "les mêmes livraisons" in run("drift", connection)
    moulins.theirs()[0].total = 700
    assert "a changé : 4,99 € chez nous, 7,00 € chez elle" in run("drift", connection)
    assert "annulation part" in run("cancel", number, actor=cook)
    moulins.run()
    assert "débranchée" in run("disconnect", connection)


def test_connecting_needs_a_key_an_activity_and_coopcycle(moulins, run, monkeypatch, peer):
    with pytest.raises(Misuse):
        run("connect", peer.address, "--activity", "Menuiserie")
    with pytest.raises(KpaError):
        run("connect", "http://coop.example")
    monkeypatch.setenv("KPA_COOPCYCLE_KEY", "")
    with pytest.raises(Misuse):
        run("connect", peer.address)
    monkeypatch.setenv("KPA_COOPCYCLE_KEY", "wrong:key")
    with pytest.raises(Refused):
        run("connect", peer.address)


def test_the_list_of_co_ops_is_read_and_those_without_a_server_left_out():
    class Http:
        body, status = b"[]", 200

        def fetch(self, *_args, **_more):
            return self

    http = Http()
    http.body = json.dumps(
        [
            {"city": "Poitiers", "name": "B", "coopcycle_url": "https://b.example"},
            {"city": "Moulins", "name": "A", "coopcycle_url": "https://a.example", "text": {}},
            {"city": "Lyon", "name": "sans"},
            "?",
        ]
    ).encode()
    assert [one.city for one in directory(http, "x")] == ["Moulins", "Poitiers"]
    for http.body, http.status in ((b"<html>", 200), (b"{}", 200), (b"[]", 500)):
        with pytest.raises(KpaError):
            directory(http, "x")
