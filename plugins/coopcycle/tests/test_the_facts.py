"""The simulator against the facts of the real server, and our reading of what it answers."""

from __future__ import annotations

import copy
from datetime import datetime

import pytest
from coopcycle_peer.answering import Asker, Coop
from coopcycle_peer.books import Books
from coopcycle_peer.facts import Fact, fact, facts
from coopcycle_peer.patterns import differences, kinds
from coopcycle_peer.times import ZONE

from kpa_coopcycle import answers, signature
from kpa_core.api import KpaError

USERS_ONLY = "asked by people signed in to the co-op's site, never by a store's key"
ANOTHER_DOOR = "a way to order, change or read that this bridge does not use"
NOT_PLAYED = {
    "authentication-0077": USERS_ONLY,
    "maintenance-0003": USERS_ONLY,
    "stores-0757": USERS_ONLY,
    "stores-0948": USERS_ONLY,
    "stores-1027": USERS_ONLY,
    "stores-0983": USERS_ONLY,
    "retail_prices-0177": USERS_ONLY,
    "retail_prices-0444": USERS_ONLY,
    "retail_prices-0534": USERS_ONLY,
    "retail_prices-0719": USERS_ONLY,
    "deliveries-0623-step2": ANOTHER_DOOR,
    "deliveries-3604": ANOTHER_DOOR,
    "deliveries-3627": ANOTHER_DOOR,
    "deliveries-4354": ANOTHER_DOOR,
    "deliveries-4694-step2": ANOTHER_DOOR,
    "deliveries-4956": ANOTHER_DOOR,
    "deliveries-6317": ANOTHER_DOOR,
    "deliveries_multi-0275": ANOTHER_DOOR,
    "deliveries_multi-0445": ANOTHER_DOOR,
    "deliveries_multi-0581": ANOTHER_DOOR,
    "delivery-local-time-slot": "an example of the documentation with one number in it",
    "delivery_quotes": ANOTHER_DOOR,
    "oauth2-token": "played over HTTP by the tests of the client",
    "orders-1662": ANOTHER_DOOR,
    "retail-prices-docs-example": "an example of the documentation with a price in it",
    "tasks-2711": ANOTHER_DOOR,
    "tasks-3838": ANOTHER_DOOR,
    "time-slots-choices-docs-example": "a piece of a request, with no answer",
    "webhook-delivery": "a webhook: read below",
}
"""Facts the simulator does not play; those with a delivery are read below all the same."""


def plays(one: Fact) -> bool:
    return not one.name.startswith(tuple(NOT_PLAYED))


def asker(one: Fact) -> Asker | None:
    said = one.headers.get("Authorization", "")
    if "JWT" in said:
        if not any("belongs to user" in line or "ROLE_ADMIN" in line for line in one.given):
            return Asker(0, oauth=False)  # a user of no store
        return Asker(1, oauth=False, user=True)
    store = 2 if "Acme2" in said else 1
    return Asker(store, oauth="ak_" not in said) if said else None


def coop_of(one: Fact) -> Coop:
    """Return the server as it was before the fact."""
    books = Books()
    for line in one.given:
        if line.startswith("the current time is"):
            text = line.split('"')[1].replace(" 9:", " 09:")
            books.now = datetime.fromisoformat(text).replace(tzinfo=ZONE)
        if "check expression" in line:
            books.most_km = int(line.split("<")[1].strip(' "')) / 1000
        if "webhooks.yml" in line:
            books.webhooks[1] = {"url": "x", "event": "delivery.completed", "store": "1"}
        if "store_with_packages.yml" in line:
            books.store_contact = dict.fromkeys(("telephone", "name", "contactName"), "x")
        if "deliveries.yml" in line:
            _two_deliveries(books)
    if one.name.startswith("webhooks-0103"):
        books.webhooks[1]["store"] = "9"
    coop = Coop(books)
    for before in facts():
        if before.scenario == one.scenario and before.step < one.step:
            coop.answer(before.method, before.path, before.body, asker(before))
    return coop


def _two_deliveries(books: Books) -> None:
    for end in ("19:30", "20:30"):
        made = books.make(
            {
                "pickup": {"after": "2019-11-12 18:00", "before": "2019-11-12 18:30"},
                "dropoff": {"after": "2019-11-12 19:00", "before": f"2019-11-12 {end}"},
            },
            1,
        )
        made.total = None  # these are older than prices


@pytest.mark.parametrize("one", [x for x in facts() if plays(x)], ids=repr)
def test_the_simulator_answers_as_the_real_server_does(one):
    status, said = coop_of(one).answer(one.method, one.path, one.body, asker(one))
    assert status == one.status
    if one.answer is not None:
        assert list(differences(one.answer, said)) == []


def test_which_facts_are_played_is_counted():
    names = [one.name for one in facts()]
    assert len(names) == 79
    assert sum(plays(one) for one in facts()) >= 40
    for start in NOT_PLAYED:
        assert any(name.startswith(start) for name in names), start


def test_a_planted_defect_is_seen_by_the_matcher():
    """Each key of a known answer, taken away or turned into something else, is told."""
    one = fact("deliveries-3035")
    _, said = coop_of(one).answer(one.method, one.path, one.body, asker(one))
    planted = 0
    for key in said:
        for change in ("gone", "other"):
            broken = copy.deepcopy(said)
            if change == "gone":
                del broken[key]
            else:
                broken[key] = object()
            assert list(differences(one.answer, broken)), (key, change)
            assert list(kinds(one.answer, broken)), (key, change)
            planted += 1
    assert planted == 24
    assert list(differences(one.answer, {**said, "more": 1})) == [".more is not in the fact"]


# --- our reading ------------------------------------------------------------------------------

DELIVERIES = [
    one
    for one in facts()
    if isinstance(one.answer, dict)
    and one.answer.get("@type") == "http://schema.org/ParcelDelivery"
    and plays(one)
]


@pytest.mark.parametrize("one", DELIVERIES, ids=repr)
def test_a_delivery_as_theirs_is_written_is_read(one):
    _, said = coop_of(one).answer(one.method, one.path, one.body, asker(one))
    read = answers.delivery({**said, "a key of next year": [1]})
    assert read.path == "/api/deliveries/1"
    assert read.number == 1
    assert read.tracking_url.startswith("https://")
    priced = one.answer.get("order", "@*@") is not None
    assert (read.total_cents is not None) == (read.tax_cents is not None) == priced


REQUIRED = {
    answers.server: ("settings-0016", ("currency_code", "timezone", "country")),
    answers.client: ("authentication-0119", ("store", "name")),
    answers.price: ("retail_prices-1205", ("amount", "currency", "tax")),
    answers.delivery: ("deliveries-3035", ("@id", "tasks", "trackingUrl")),
    answers.members: ("stores-0634", ("hydra:member",)),
    answers.choices: ("time_slots-0003", ("choices",)),
    answers.secret: ("webhooks-0003", ("secret",)),
    answers.store: ("stores-0212", ("weightRequired", "packagesRequired")),
}


@pytest.mark.parametrize(
    ("read", "name", "key"),
    [(read, name, key) for read, (name, keys) in REQUIRED.items() for key in keys],
)
def test_a_missing_required_key_is_refused_by_name(read, name, key):
    one = fact(name)
    _, said = coop_of(one).answer(one.method, one.path, one.body, asker(one))
    read(said)
    for broken in ({x: y for x, y in said.items() if x != key}, {**said, key: None}):
        with pytest.raises(KpaError) as told:
            read(broken)
        assert key in str(told.value)


def test_what_no_server_says_is_refused():
    for said in (None, "", [], 3, "<html>"):
        with pytest.raises(KpaError):
            answers.delivery(said)


@pytest.mark.parametrize(
    ("tasks", "status"),
    [
        ([("PICKUP", "TODO"), ("DROPOFF", "TODO")], "todo"),
        ([("PICKUP", "DONE"), ("DROPOFF", "TODO")], "doing"),
        ([("PICKUP", "DONE"), ("DROPOFF", "DONE")], "done"),
        ([("PICKUP", "DONE"), ("DROPOFF", "DONE"), ("DROPOFF", "TODO")], "doing"),
        ([("PICKUP", "DONE"), ("DROPOFF", "DONE"), ("DROPOFF", "CANCELLED")], "done"),
        ([("PICKUP", "DONE"), ("DROPOFF", "FAILED")], "failed"),
        ([("PICKUP", "CANCELLED"), ("DROPOFF", "CANCELLED")], "cancelled"),
        ([("PICKUP", "DONE"), ("DROPOFF", "CANCELLED")], "doing"),
    ],
)
def test_where_a_delivery_is_is_read_from_its_tasks(tasks, status):
    assert answers.status_of(tasks) == status


@pytest.mark.parametrize("name", ["webhook-delivery-docs-secret", "webhook-delivery-valid"])
def test_a_signature_is_known_by_its_raw_bytes(name):
    one = fact(name)
    secret = one.more["secret"]
    raw = one.more["raw_body"].encode()
    given = next(v for k, v in one.headers.items() if k.lower() == signature.HEADER.lower())
    assert signature.is_signed(secret, raw, given)
    assert not signature.is_signed(secret, raw.replace(b"\\/", b"/"), given)
    assert not signature.is_signed(secret + "x", raw, given)
    assert not signature.is_signed("", raw, signature.sign("", raw))
    assert not signature.is_signed(secret, raw, "é" + given)
