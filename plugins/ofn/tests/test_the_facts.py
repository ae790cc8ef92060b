"""Each fact of the contract is said to the client over HTTP; what we ask is written as theirs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest
from ofn_peer.facts import Fact, fact, facts

from kpa_core.api import KpaError, NotFound, Refused
from kpa_core.safehttp.addresses import AddressRule
from kpa_core.safehttp.client import SafeHttp
from kpa_ofn.amounts import Unreadable
from kpa_ofn.client import OpenFood

KEY = "<spree_api_key>"
NOT_SAID = {
    "webhook-order-cycle-opened-delivery": "said to us, not by us",
    "webhook-payment-completed-test-delivery": "said to us, not by us",
    "webhook-delivery-failing-with-server-error": "said to us, not by us",
}


class Parrot:
    """A server on loopback that says one answer again and again, and notes what it is asked."""

    def __init__(self) -> None:
        self.status, self.body = 200, b""
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        parrot = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = json.loads(raw) if raw else None
                parrot.asked.append((self.command, self.path, dict(self.headers), body))
                self.send_response(parrot.status)
                self.send_header("Content-Length", str(len(parrot.body)))
                self.end_headers()
                self.wfile.write(parrot.body)

            do_GET = do_PUT = _serve

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def says(self, status: int, answer: Any) -> None:
        """Set what is answered from now on; None is an empty body."""
        self.status = status
        self.body = b"" if answer is None else json.dumps(answer).encode()

    def close(self) -> None:
        """Stop."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="module")
def parrot() -> Iterator[Parrot]:
    one = Parrot()
    yield one
    one.close()


@pytest.fixture
def asker(parrot: Parrot) -> OpenFood:
    parrot.asked.clear()
    return OpenFood(SafeHttp(AddressRule([parrot.place])), f"http://{parrot.place}", KEY)


OFFER = "/api/dfc/enterprises/10000/offers/10001"
READINGS = {
    "orders": lambda one: list(one.orders("3", None)),
    "order": lambda one: one.order("R123456789"),
    "shop": lambda one: one.shop("3"),
    "articles": lambda one: one.articles("10000"),
    "set_offer": lambda one: one.set_offer(OFFER, 999, 7),
}
SAID = [one for one in facts() if one.name not in NOT_SAID]
REFUSALS = {400: Refused, 401: Refused, 404: NotFound, 422: Unreadable, 504: Unreadable}


def test_every_fact_is_said_but_those_that_are_named():
    assert len(SAID) + len(NOT_SAID) == len(facts()) == 108
    assert {one.status for one in SAID} <= {200, 201, 204, *REFUSALS, None}


@pytest.mark.parametrize("one", [x for x in SAID if (x.status or 0) >= 400], ids=repr)
@pytest.mark.parametrize("name", READINGS)
def test_a_refusal_is_of_its_kind_and_never_repeats_the_key(parrot, asker, one, name):
    parrot.says(one.status, one.answer)
    with pytest.raises(KpaError) as told:
        READINGS[name](asker)
    assert type(told.value) is REFUSALS[one.status]
    assert "fake_key" not in str(told.value)


@pytest.mark.parametrize("status", [504, 500, 502])
def test_a_server_that_gave_up_says_nothing_and_is_no_success(parrot, asker, status):
    parrot.says(status, None)
    for ask in READINGS.values():
        with pytest.raises(Unreadable):
            ask(asker)


@pytest.mark.parametrize("one", [x for x in SAID if (x.status or 200) < 400], ids=repr)
def test_what_is_said_is_read_or_refused_and_never_breaks_the_reader(parrot, asker, one: Fact):
    """An answer of any call, given to every reading: it is taken or named, nothing else."""
    parrot.says(one.status or 200, one.answer)
    told = []
    for ask in (*READINGS.values(), lambda it: next(iter(it.products("3", "2")), None)):
        try:
            ask(asker)
        except KpaError as error:
            told.append(str(error))
    assert all(told)


def test_a_closed_cycle_sells_nothing(parrot, asker):
    one = fact("v0-order-cycle-products-when-closed")
    parrot.says(one.status, one.answer)
    assert list(asker.products("3", "2")) == []


ASKED = {
    "v0-order-show-full-example-unverified": READINGS["order"],
    "v0-orders-list-full-example-unverified": READINGS["orders"],
    "v0-shop-show-full-example-unverified": READINGS["shop"],
    "dfc-get-enterprises-enterprise-id-catalog-items-200-with-given-enterprise-id": READINGS[
        "articles"
    ],
    "dfc-put-enterprises-enterprise-id-offers-id-204": READINGS["set_offer"],
}


@pytest.mark.parametrize("name", ASKED)
def test_what_we_ask_is_written_as_theirs(parrot, asker, name):
    one = fact(name)
    parrot.says(one.status, one.answer)
    ASKED[name](asker)
    ((method, path, headers, body),) = parrot.asked
    place, _, query = path.partition("?")
    theirs, _, wanted = one.path.partition("?")
    assert (method, unquote(place)) == (one.method, theirs)
    assert set(parse_qs(wanted)) <= set(parse_qs(query))
    for header, value in one.headers.items():
        assert headers.get(header) == value
    ours, other = ("X-Spree-Token", "X-Api-Token")[:: 1 if one.api == "v0" else -1]
    assert headers[ours] == KEY
    assert other not in headers
    if isinstance(body, dict) and "@id" in body:
        body["@id"] = body["@id"].replace(f"http://{parrot.place}", "http://test.host")
    assert body == one.body


def test_without_a_key_none_is_sent(parrot):
    nobody = OpenFood(SafeHttp(AddressRule([parrot.place])), f"http://{parrot.place}")
    one = fact("v0-shop-show-full-example-unverified")
    parrot.asked.clear()
    parrot.says(one.status, one.answer)
    nobody.shop("3")
    assert not {"X-Spree-Token", "X-Api-Token"} & set(parrot.asked[0][2])


@pytest.mark.parametrize("address", ["http://ofn.example", "http://127.0.0.1.ofn.example"])
def test_a_server_elsewhere_is_asked_over_https_only(address):
    with pytest.raises(Refused):
        OpenFood(SafeHttp(), address)


@pytest.mark.parametrize("offer", ["http://ofn.example/offer", "//ofn.example/offer", ""])
def test_an_offer_of_another_machine_is_never_asked(parrot, asker, offer):
    with pytest.raises(Refused):
        asker.set_offer(offer, 999, 7)
    assert parrot.asked == []
