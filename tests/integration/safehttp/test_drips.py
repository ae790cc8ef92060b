"""R25: a site that drips is left at the deadline, in whatever part it drips."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from kpa_core.safehttp.addresses import AddressRule
from kpa_core.safehttp.client import SafeHttp
from kpa_core.safehttp.deadline import Deadline, Pace
from kpa_core.safehttp.errors import TooSlow

from .conftest import Site, head, ok

LIMIT = 0.3
GRACE = 0.4
"""Seconds a busy machine may add before one says that the deadline did not hold."""


def drip(first: bytes, rest: bytes, every: float = 0.05) -> Callable[[Any, bytes], None]:
    """Send the first bytes at once, the rest one by one."""

    def answer(conn: Any, _asked: bytes) -> None:
        conn.sendall(first)
        for number in range(len(rest)):
            time.sleep(every)
            conn.sendall(rest[number : number + 1])

    return answer


LONG = b"x" * 1000
HANDSHAKE = b"\x16\x03\x03\x0f\xff\x02" + bytes(4000)
DRIPS: dict[str, tuple[Any, dict[str, Any]]] = {
    "nothing at all": (lambda _conn, _asked: time.sleep(3), {}),
    "its first line": (drip(b"", LONG), {}),
    "its headers": (drip(b"HTTP/1.1 200 OK\r\nX-Long: ", LONG), {}),
    "its body": (drip(head("HTTP/1.1 200 OK", "Content-Length: 1000"), LONG), {}),
    "its chunks": (
        drip(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"), b"1\r\nx\r\n" * 200),
        {},
    ),
    "its handshake": (drip(b"", HANDSHAKE), {"mute": True, "tls": True}),
    "no handshake": (lambda _conn, _asked: time.sleep(3), {"mute": True, "tls": True}),
}


@pytest.mark.parametrize(("answer", "more"), DRIPS.values(), ids=DRIPS)
def test_a_drip_is_left_at_the_deadline(
    answer: Any, more: dict[str, Any], site, client_for
) -> None:
    open_site = site(answer, **more)
    client = client_for(open_site)
    since = time.monotonic()

    with pytest.raises(TooSlow, match=f"{open_site.place} répond trop lentement"):
        client.fetch("GET", open_site.url, deadline=Deadline(LIMIT))

    assert LIMIT <= time.monotonic() - since < LIMIT + GRACE


def test_a_drip_under_tls_is_left_at_the_deadline(site, authority, tmp_path) -> None:
    answer = drip(head("HTTP/1.1 200 OK", "Content-Length: 1000"), LONG)
    open_site = site(answer, tls=authority.server(tmp_path, "127.0.0.1"))
    client = SafeHttp(AddressRule([open_site.place]), tls=authority.trusted())
    since = time.monotonic()

    with pytest.raises(TooSlow) as told:
        client.fetch("GET", open_site.url, deadline=Deadline(LIMIT))

    assert LIMIT <= time.monotonic() - since < LIMIT + GRACE
    assert told.value.sent


def test_a_reader_that_never_reads_is_left_at_the_deadline(site, client_for) -> None:
    open_site = site(lambda _conn, _asked: time.sleep(3), mute=True)
    since = time.monotonic()

    with pytest.raises(TooSlow):
        client_for(open_site).fetch(
            "POST", open_site.url, body=bytes(32 * 2**20), deadline=Deadline(LIMIT)
        )

    assert LIMIT <= time.monotonic() - since < LIMIT + GRACE


def test_a_listener_that_never_accepts_is_left_at_the_deadline(dialled, monkeypatch) -> None:
    monkeypatch.setattr(
        socket.socket,
        "connect",
        lambda self, _address: (time.sleep(self.gettimeout()), (_ for _ in ()).throw(TimeoutError)),
    )
    client = SafeHttp(resolve=lambda _host, _port: ["1.1.1.1", "93.184.216.34"])
    since = time.monotonic()

    with pytest.raises(TooSlow) as told:
        client.fetch("GET", "http://pair.example.org/", deadline=Deadline(LIMIT))

    assert LIMIT <= time.monotonic() - since < LIMIT + GRACE
    assert told.value.sent is False


def test_redirects_share_one_deadline(site, client_for) -> None:
    def answer(conn: Any, _asked: bytes) -> None:
        time.sleep(LIMIT / 2)
        conn.sendall(head("HTTP/1.1 302 Found", "Location: /again", "Content-Length: 0"))

    open_site = site(answer)
    since = time.monotonic()

    with pytest.raises(TooSlow):
        client_for(open_site).fetch("GET", open_site.url, deadline=Deadline(LIMIT), hops=9)

    assert time.monotonic() - since < LIMIT + GRACE


def test_other_work_goes_on_meanwhile(site, client_for) -> None:
    slow, quick = site(DRIPS["its body"][0]), site(ok(b"bonjour"))
    client = client_for(slow, quick)
    told: list[Exception] = []

    def wait() -> None:
        try:
            client.fetch("GET", slow.url, deadline=Deadline(LIMIT))
        except TooSlow as error:
            told.append(error)

    waiting = [threading.Thread(target=wait) for _ in range(8)]
    for one in waiting:
        one.start()
    answers = [client.fetch("GET", quick.url).body for _ in range(10)]
    for one in waiting:
        one.join(5)

    assert answers == [b"bonjour"] * 10
    assert len(told) == 8


# --- the least pace of a bundle ------------------------------------------------------------------

BRISK = Pace(least=1000, window=0.25)


def read(client: SafeHttp, site: Site, pace: Pace | None) -> int:
    with client.stream("GET", site.url, pace=pace, deadline=Deadline(5)) as found:
        return sum(map(len, found.pieces))


def test_a_bundle_below_the_least_pace_is_left(site, client_for) -> None:
    slow = site(drip(head("HTTP/1.1 200 OK", "Content-Length: 1000"), LONG))
    since = time.monotonic()

    with pytest.raises(TooSlow):
        read(client_for(slow), slow, BRISK)

    assert time.monotonic() - since < 2 * BRISK.window + GRACE


def test_a_bundle_that_keeps_its_pace_goes_on(site, client_for) -> None:
    """Pauses shorter than the window are forgiven: it is the average that counts."""
    piece = bytes(2000)

    def answer(conn: Any, _asked: bytes) -> None:
        conn.sendall(head("HTTP/1.1 200 OK", "Content-Length: 8000"))
        for _ in range(4):
            conn.sendall(piece)
            time.sleep(0.15)

    steady = site(answer)

    assert read(client_for(steady), steady, BRISK) == 8000


def test_a_slow_reader_is_not_the_site_s_fault(site, client_for) -> None:
    open_site = site(ok(bytes(900)))

    with client_for(open_site).stream("GET", open_site.url, pace=BRISK) as found:
        time.sleep(2 * BRISK.window)
        assert sum(map(len, found.pieces)) == 900
