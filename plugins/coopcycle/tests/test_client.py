"""The client against the simulator over HTTP: what leaves, what comes back, what fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from coopcycle_peer.facts import fact
from coopcycle_peer.server import KEY, SECRET

from kpa_coopcycle.answers import Unreadable
from kpa_coopcycle.client import CoopCycle
from kpa_coopcycle.wishes import Stop, Window, Wish, body_of
from kpa_core.api import Away, HttpError, KpaError, Refused, TryAgain
from kpa_core.safehttp.addresses import AddressRule
from kpa_core.safehttp.client import SafeHttp

NOON = datetime(2030, 4, 2, 10, tzinfo=UTC)
WINDOW = Window(NOON, NOON + timedelta(hours=2))
RIVOLI = Stop("48, Rue de Rivoli Paris", lat=48.857127, lng=2.354766, phone="+33612345678")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def wish(*stops, **more):
    return Wish(WINDOW, stops or (RIVOLI,), **more)


# --- requests match theirs --------------------------------------------------------------------


def test_a_token_is_asked_for_as_the_documentation_says(peer, client):
    client.me()
    asked = fact("oauth2-token")
    method, path, headers, body = peer.asked[0]
    assert (method, path, body) == (asked.method, asked.path, asked.body)
    assert headers["Content-Type"] == asked.headers["Content-Type"]
    assert headers["Authorization"].startswith("Basic ")


CALLS = {
    "settings-0016": lambda one: one.server(),
    "authentication-0119": lambda one: one.me(),
    "stores-0212": lambda one: one.store("/api/stores/1"),
    "time_slots-0003": lambda one: one.slots(),
    "webhooks-0003": lambda one: one.add_webhook(
        "delivery.completed", "https://example.com/webhook"
    ),
    "deliveries-3479": lambda one: one.cancel("/api/deliveries/1"),
    "deliveries-3035": lambda one: one.create(body_of(wish())),
    "retail_prices-1205": lambda one: one.price(body_of(wish())),
    "deliveries-3349": lambda one: one.check(body_of(wish())),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_leaves_has_the_method_path_and_headers_of_the_fact(peer, client, name):
    asked = fact(name)
    peer.coop.books.make({"dropoff": {"before": "tomorrow 13:00"}}, 1)
    CALLS[name](client)
    method, path, headers, _ = peer.asked[-1]
    assert (method, path) == (asked.method, asked.path)
    for key in ("Content-Type", "Accept"):
        assert (
            headers[key] == asked.headers.get(key, "application/ld+json") == "application/ld+json"
        )
    bearer = "Bearer token-1" if "Authorization" in asked.headers else None
    assert headers.get("Authorization") == bearer


def test_the_body_of_a_delivery_is_the_one_of_the_fact(peer, client):
    asked = fact("deliveries-3035").body
    window = Window.read(asked["dropoff"]["timeSlot"])
    made = body_of(Wish(window, (RIVOLI,)))
    assert made == asked
    client.create(made)
    assert peer.asked[-1][3] == asked


def test_packages_weight_and_several_stops_are_written_as_theirs():
    asked = fact("deliveries_multi-0275").body["tasks"][-1]
    stops = (RIVOLI, Stop("1 rue du Port", packages=(("XL", 2),), grams=1500, contact="Awa"))
    tasks = body_of(wish(*stops, pickup="24, Rue de la Paix Paris"))["tasks"]
    assert tasks[0] == {"type": "pickup", "address": "24, Rue de la Paix Paris"}
    assert [one["type"] for one in tasks] == ["pickup", "dropoff", "dropoff"]
    assert {key: tasks[2][key] for key in ("weight", "packages")} == {
        key: asked[key] for key in ("weight", "packages")
    }


def test_our_reference_comes_back_in_the_list(peer, client):
    made = client.create(body_of(wish(ref="kpa-1", remarks="Sonner deux fois")))
    assert made.refs == {"kpa-1"}
    (found,) = client.deliveries("/api/stores/1", LONG_AGO)
    assert found == made
    sent = next(one[3] for one in peer.asked if one[:2] == ("POST", "/api/deliveries"))
    assert sent["dropoff"]["comments"] == "Sonner deux fois\nref kpa-1"


def test_every_page_is_read_and_only_what_is_recent(peer, client):
    for n in range(251):
        peer.coop.books.make({"dropoff": {"before": (NOON + timedelta(hours=n)).isoformat()}}, 1)
    assert len({one.path for one in client.deliveries("/api/stores/1", LONG_AGO)}) == 251
    assert peer.count("GET", "/api/stores/1/deliveries") == 3
    assert len(list(client.deliveries("/api/stores/1", NOON + timedelta(hours=200)))) == 51


# --- tokens -----------------------------------------------------------------------------------


def test_one_token_is_enough_until_it_ends(peer, client):
    for _ in range(5):
        client.me()
    assert peer.count("POST", "/oauth2/token") == 1


def test_a_token_that_ended_is_renewed_before_it_is_used(peer, client):
    peer.lives = 30  # less than a minute is as good as over
    client.me()
    client.me()
    assert peer.count("POST", "/oauth2/token") == 2


def test_a_token_that_is_refused_is_renewed_once(peer, client):
    client.me()
    peer.tokens.clear()
    assert client.me().store == "/api/stores/1"
    assert peer.count("POST", "/oauth2/token") == 2
    peer.fail("401", on="GET /api/me", times=2)
    with pytest.raises(Refused):
        client.me()


def test_an_order_is_not_sent_again_with_a_new_token(peer, client):
    client.me()
    peer.tokens.clear()
    with pytest.raises(Unreadable):
        client.create(body_of(wish()))
    assert peer.count("POST", "/api/deliveries") == 1


def test_a_key_goes_as_it_is_and_cannot_have_webhooks(peer, by_key):
    assert by_key.me().name == "Acme"
    assert peer.count("POST", "/oauth2/token") == 0
    with pytest.raises(Refused):
        by_key.add_webhook("delivery.completed", "https://example.com/x")


def test_a_wrong_secret_is_refused(peer):
    wrong = CoopCycle(SafeHttp(AddressRule([peer.place])), peer.address, f"{KEY}:no")
    with pytest.raises(Refused):
        wrong.me()


# --- failures ---------------------------------------------------------------------------------

FAILURES = {
    "html": Away,
    "503": Away,
    "429": TryAgain,
    "500": Unreadable,
    "502": Unreadable,
    "408": Unreadable,
    "409": Unreadable,
    "400": Refused,
    "403": Refused,
    "404": Refused,
    "cut": HttpError,
    "commit-cut": HttpError,
    "commit-500": Unreadable,
}


@pytest.mark.parametrize("how", FAILURES)
def test_each_failure_of_an_order_is_told_apart(peer, client, how):
    peer.fail(how)
    with pytest.raises(FAILURES[how]) as told:
        client.create(body_of(wish()))
    certain = isinstance(told.value, Refused | TryAgain)
    assert certain == (how in ("html", "503", "429", "400", "403", "404"))
    assert len(peer.coop.books.deliveries) == (1 if how.startswith("commit") else 0)
    assert peer.count("POST", "/api/deliveries") == 1
    assert str(told.value)
    assert SECRET not in str(told.value)


def test_a_slow_answer_is_read(peer, client):
    peer.fail("drip")
    assert client.create(body_of(wish())).number == 1


def test_an_address_nobody_finds_breaks_the_server(peer, client):
    with pytest.raises(Unreadable):
        client.create(body_of(wish(Stop("nowhere"))))
    assert client.create(body_of(wish(Stop("nowhere", lat=46.5, lng=3.3)))).number == 1


def test_a_refusal_says_which_field_and_why(peer, client):
    peer.coop.books.most_km = 4
    with pytest.raises(Refused) as told:
        client.check(body_of(wish()))
    assert "items" in str(told.value)


def test_a_cancelled_or_unknown_delivery_cancels_again_but_not_one_on_its_way(peer, client):
    made = client.create(body_of(wish()))
    client.cancel(made.path)
    assert client.delivery(made.path).status == "cancelled"
    client.cancel(made.path)
    client.cancel("/api/deliveries/99")
    other = client.create(body_of(wish()))
    peer.coop.books.deliveries[2].tasks[0].assigned = True
    with pytest.raises(Refused):
        client.cancel(other.path)


@pytest.mark.parametrize("path", ["https://evil.example/api", "//evil.example/x", "api", ""])
def test_a_path_never_leads_to_another_machine(peer, client, path):
    with pytest.raises(Refused):
        client.delivery(path)
    assert all(one[1] == "/oauth2/token" for one in peer.asked)


def test_no_key_travels_in_the_clear():
    with pytest.raises(Refused):
        CoopCycle(SafeHttp(), "http://coop.example", "ak_x")
    CoopCycle(SafeHttp(), "https://coop.example", "ak_x")


def test_a_package_the_server_does_not_know_is_seen_missing(client):
    stop = Stop("1 rue du Port", packages=(("XL", 2), ("HUGE", 1)))
    assert client.create(body_of(wish(stop))).packages == (("XL", 2),)


# --- windows and wishes -----------------------------------------------------------------------


def test_a_slot_is_written_as_the_server_offers_it(client):
    for slot in client.slots():
        assert Window.read(slot).written() == slot


BACKWARDS = "2030-01-02T00:00:00Z/2030-01-01T00:00:00Z"
NOBODYS = "2030-01-01T00:00:00/2030-01-02T00:00:00"


@pytest.mark.parametrize("text", ["", "x/y", "2030-01-01T10:00:00Z", BACKWARDS, NOBODYS])
def test_what_is_no_slot_is_refused(text):
    with pytest.raises(KpaError):
        Window.read(text)


def test_the_hour_that_comes_twice_keeps_its_offset():
    """In the night of 27 October 2030 the clock in Paris shows 02:30 twice."""
    first = Window.read("2030-10-27T02:30:00+02:00/2030-10-27T03:30:00+01:00")
    second = Window.read("2030-10-27T02:30:00+01:00/2030-10-27T03:30:00+01:00")
    assert first.written() == "2030-10-27T00:30:00Z/2030-10-27T02:30:00Z"
    assert second.written() == "2030-10-27T01:30:00Z/2030-10-27T02:30:00Z"


def test_a_wish_is_kept_as_plain_data():
    whole = wish(RIVOLI, Stop("x", packages=(("XL", 2),)), pickup="y", remarks="z", ref="r")
    again = Wish.of(whole.kept())
    assert (again, again.ref) == (whole, "r")
