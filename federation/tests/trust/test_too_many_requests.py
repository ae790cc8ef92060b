"""Who asks too fast is told when to come back, and whoever is told comes back then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from log_writer import Writer
from towns import free_port, served

from kpa_core import clock
from kpa_core.errors import Refused
from kpa_federation.log import keeping
from kpa_federation.peers import inviting, service, throttle
from kpa_federation.peers.buckets import Buckets

A = "a" * 32
COSTLY = (
    ("POST", "sync"),
    ("POST", "cosign"),
    ("POST", "hello"),
    ("POST", "ping"),
    ("GET", f"log/{A}"),
    ("GET", f"proof/{A}?size=1&index=0"),
    ("GET", f"blob/{'0' * 64}"),
)


@pytest.fixture
def asking(home):
    """Ask from an address; a bucket holds eight tokens and gains one in ten seconds."""
    app = home.kpa.app
    app.extensions[throttle.EXTENSION] = Buckets(burst=8, a_second=0.1)
    client = app.test_client()

    def ask(method, path, where="192.0.2.1"):
        return client.open(
            f"/federation/v1/{path}",
            method=method,
            data=b"{}" if method == "POST" else None,
            environ_base={"REMOTE_ADDR": where},
        )

    return ask


@pytest.mark.parametrize("call", COSTLY, ids=lambda call: call[1][:8])
def test_each_costly_call_is_counted(asking, call):
    statuses = [asking(*call).status_code for _ in range(10)]
    assert 429 not in statuses[:2]
    last = asking(*call)
    assert last.status_code == 429
    assert 1 <= int(last.headers["Retry-After"]) <= 40
    assert last.mimetype == "text/plain"
    assert asking(*call, "192.0.2.2").status_code != 429  # others go on


def test_what_costs_little_is_always_answered(asking):
    for _ in range(20):
        asking("POST", "ping")
    assert asking("POST", "ping").status_code == 429
    assert asking("GET", "heads").status_code == 200


def test_a_flood_is_refused_unread(home):
    client = home.kpa.app.test_client()
    statuses = [client.post("/federation/v1/ping", data=b"{}").status_code for _ in range(900)]
    assert statuses.count(429) > 200
    assert statuses[:100] == [401] * 100


def test_an_honest_first_sync_never_meets_it(town):
    """Every section on its own, as on a line that is cut all the time: hundreds of questions."""
    lille, writer = town("Lille"), Writer("roubaix")
    for number in range(120):
        writer.put(f"Fiche {number}")
    with lille.work() as work:
        service.add_peer(work, writer.origin, "", "Roubaix")
        made = keeping.Verified(
            writer.state(), 0, writer.entries, writer.bodies, writer.checkpoint()
        )
        with work.transaction() as session:
            keeping.keep(session, [made], clock.now())
    client = lille.kpa.app.test_client()
    for start in range(120):
        path = f"/federation/v1/log/{writer.origin}?from={start}&to={start + 1}"
        assert client.get(path).status_code == 200


@pytest.fixture
def busy():
    """Return a function that serves a peer which answers so, and remembers who asked."""
    asked = []

    def serve(status, *headers):
        def app(environ, start):
            asked.append(environ["PATH_INFO"])
            start(status, [("Content-Type", "text/plain"), *headers])
            return [b""]

        port = free_port()
        return served(app, port), f"http://127.0.0.1:{port}", asked

    return serve


def follow(town, address):
    with town.work() as work:
        service.add_peer(work, A, address)
    town.pull()
    with town.work() as work:
        return work.session.get_one(service.PeerRow, A)


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_peer_that_asks_to_wait_is_waited_for_and_has_not_failed(town, busy, status):
    lille = town("Lille")
    server, address, asked = busy(status, ("Retry-After", "5000"))
    with server:
        row = follow(lille, address)
        assert (row.failures, "très demandé" in row.trouble) == (0, True)
        wait = row.next_try_at - clock.now()
        assert timedelta(seconds=4900) < wait < timedelta(seconds=5100)
        count = len(asked)
        assert lille.pull() == {}  # not before
        assert len(asked) == count


def test_nobody_is_made_to_wait_longer_than_a_day(town, busy):
    lille = town("Lille")
    server, address, _ = busy("429 Too Many Requests", ("Retry-After", "99999999999"))
    with server:
        row = follow(lille, address)
    assert row.next_try_at - clock.now() <= timedelta(days=1)


def test_a_peer_that_is_broken_has_failed(town, busy):
    lille = town("Lille")
    server, address, _ = busy("503 Service Unavailable")
    with server:
        assert follow(lille, address).failures == 1


def test_joining_a_busy_kpa_says_so(town, busy):
    lille = town("Lille")
    server, address, _ = busy("429 Too Many Requests", ("Retry-After", "5"))
    with server, lille.work() as work, pytest.raises(Refused, match="Réessaie dans"):
        inviting.accept(work, inviting.Invitation(address, A, "s" * 22))
