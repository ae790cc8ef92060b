"""The door between the server and Flask: a request is whole before it costs a thread."""

from __future__ import annotations

import asyncio
import logging
import threading
from types import SimpleNamespace

import pytest
from flask import Flask, request

from kpa_core.serving import door, logs
from kpa_core.serving.alone import alone
from kpa_core.serving.door import Door

LIMIT = 1000


class Exchange:
    """What the server gives: a body that comes in pieces, with pauses; and the answer."""

    def __init__(self, *pieces):
        self.pieces = pieces
        self.answer = None

    async def __aiter__(self):
        for piece in self.pieces:
            if isinstance(piece, float):
                await asyncio.sleep(piece)
            else:
                yield piece

    def response_bytes(self, status, headers, body):
        self.answer = (status, dict(headers), body)


def scope(method="POST", path="/", query="", headers=()):
    table = dict(headers)
    found = SimpleNamespace(get=table.get, items=lambda: list(headers))
    return SimpleNamespace(
        http_version="1.1",
        server="127.0.0.1:8000",
        client="127.0.0.1:5000",
        scheme="http",
        method=method,
        path=path,
        query_string=query,
        headers=found,
    )


def announced(exchange):
    """Return the header of a body that comes whole."""
    sizes = [len(piece) for piece in exchange.pieces if isinstance(piece, bytes)]
    return [("content-length", str(sum(sizes)))]


def ask(app, exchange, **told):
    told = {"headers": announced(exchange), **told}
    made = Door(app, threads=1, body_limit=LIMIT)
    asyncio.run(made.__rsgi__(scope(**told), exchange))
    made.pool.shutdown()
    return exchange.answer


@pytest.fixture
def app():
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LIMIT

    @app.route("/", methods=["GET", "POST"])
    def show():
        return {"body": request.get_data(as_text=True), "query": dict(request.args)}

    @app.route("/<path:name>")
    def named(name):
        return {"name": name, "from": request.remote_addr, "headers": dict(request.headers)}

    @app.route("/thread")
    def thread():
        return threading.current_thread().name

    return app


def test_a_body_in_pieces_arrives_whole(app):
    status, headers, body = ask(app, Exchange(b"un ", 0.01, b"deux"), query="a=%C3%A9")
    assert status == 200
    assert headers["Content-Type"] == "application/json"
    assert app.json.loads(body) == {"body": "un deux", "query": {"a": "é"}}


def test_the_application_is_not_called_before_the_body_is_there(app):
    called = []

    def watched(environ, start):
        called.append(environ)
        return app(environ, start)

    exchange = Exchange(b"un", 0.2, b"deux")

    async def run():
        made = Door(watched, threads=1, body_limit=LIMIT)
        told = scope(headers=announced(exchange))
        task = asyncio.ensure_future(made.__rsgi__(told, exchange))
        await asyncio.sleep(0.1)
        assert called == []
        await task
        made.pool.shutdown()

    asyncio.run(run())
    assert exchange.answer[0] == 200


def test_a_body_that_does_not_come_is_given_up(app, monkeypatch):
    monkeypatch.setattr(door, "GRACE_SECONDS", 0.1)
    status, _, body = ask(app, Exchange(b"a", 30.0, b"b"))
    assert status == 408
    assert "trop lente" in body.decode()


def test_a_slow_but_steady_body_is_waited_for(app, monkeypatch):
    monkeypatch.setattr(door, "GRACE_SECONDS", 0.05)
    monkeypatch.setattr(door, "LEAST_RATE", 500)
    pieces = [piece for _ in range(6) for piece in (b"a" * 50, 0.06)]
    assert ask(app, Exchange(*pieces))[0] == 200
    monkeypatch.setattr(door, "LEAST_RATE", 2000)
    assert ask(app, Exchange(*pieces))[0] == 408


@pytest.mark.parametrize(
    ("pieces", "headers"),
    [
        ([b"a" * (LIMIT + 1)], [("content-length", str(LIMIT + 1))]),
        ([], [("content-length", str(10**12))]),
    ],
    ids=["announced", "absurd"],
)
def test_a_body_over_the_limit_is_refused_and_not_kept(pieces, headers, app):
    assert ask(app, Exchange(*pieces), headers=headers)[0] == 413


@pytest.mark.parametrize(
    ("pieces", "header", "status"),
    [
        ([b"amount=10"], ("content-length", "14"), 400),
        ([], ("content-length", "14"), 400),
        ([b"amount=1000,00"], ("transfer-encoding", "chunked"), 411),
        ([], ("transfer-encoding", "chunked"), 411),
    ],
    ids=["a part", "nothing", "in chunks", "no chunk"],
)
def test_a_body_of_which_the_end_is_not_known_is_not_asked_of_the_application(
    pieces, header, status
):
    def never(_environ, _start):
        raise AssertionError("it was asked")

    assert ask(never, Exchange(*pieces), headers=[header])[0] == status


def test_an_endless_body_is_not_read_to_the_end(app, monkeypatch):
    monkeypatch.setattr(door, "DROPPED", 5000)
    given = []

    class Endless(Exchange):
        async def __aiter__(self):
            while True:
                given.append(1)
                yield b"a" * 1000

    assert ask(app, Endless(), headers=[("transfer-encoding", "chunked")])[0] == 411
    assert len(given) < 10


def test_the_address_and_the_headers_arrive_as_they_were_sent(app):
    headers = [
        ("host", "kpa.example"),
        ("X-One", "1"),
        ("x-one", "2"),
        ("x_forwarded_for", "6.6.6.6"),
        ("cookie", "a=1"),
        ("cookie", "b=2"),
    ]
    _, _, body = ask(app, Exchange(), method="GET", path="/café/a%2Fb", headers=headers)
    told = app.json.loads(body)
    assert told["name"] == "café/a%2Fb"  # decoded once, by the server
    assert told["from"] == "127.0.0.1"
    assert told["headers"]["Host"] == "kpa.example"
    assert told["headers"]["X-One"] == "1,2"
    assert told["headers"]["Cookie"] == "a=1; b=2"
    assert "X-Forwarded-For" not in told["headers"]


def test_work_is_done_in_the_door_s_own_threads(app):
    assert ask(app, Exchange(), method="GET", path="/thread")[2].startswith(b"kpa")


def test_an_error_that_escapes_is_an_answer_without_a_traceback(caplog):
    def broken(_environ, _start):
        raise ValueError("secret inside")

    with caplog.at_level(logging.CRITICAL):
        status, _, body = ask(broken, Exchange())
    assert status == 500
    assert b"secret" not in body


# --- logs and the one worker ----------------------------------------------------------------------

FORGERIES = [
    "ok\n2026-01-01 kpa ERROR forged",
    "ok\r2026-01-01 kpa ERROR forged",
    "ok\x1b[2K\x1b[1G2026-01-01 forged",
    "ok\u2028forged",
    "ok\x00\x85forged",
]


@pytest.mark.parametrize("text", FORGERIES, ids=range(len(FORGERIES)))
def test_no_text_can_pose_as_a_line_of_the_log(text):
    record = logging.LogRecord("kpa", logging.INFO, "x.py", 1, "said %s", (text,), None)
    written = logs.SetIn(logs.FORMAT).format(record)
    first, *others = written.splitlines()
    assert "said ok" in first
    assert all(line.startswith("    ") for line in others)
    assert all(char.isprintable() or char == "\n" for char in written)


def test_only_one_holds_the_lock_and_the_next_takes_it_over(tmp_path):
    stop = threading.Event()
    path = tmp_path / "data" / "worker.lock"
    with alone(path, stop, wait=False) as first:
        assert first
        with alone(path, stop, wait=False) as second:
            assert second == ""
    with alone(path, stop, wait=True) as third:
        assert third == first


def test_whoever_waits_for_the_lock_can_be_told_to_stop(tmp_path):
    stop, got = threading.Event(), []
    path = tmp_path / "worker.lock"

    def wait():
        with alone(path, stop, wait=True) as name:
            got.append(name)

    with alone(path, stop, wait=False):
        waiter = threading.Thread(target=wait)
        waiter.start()
        stop.set()
        waiter.join(5)
    assert got == [""]
