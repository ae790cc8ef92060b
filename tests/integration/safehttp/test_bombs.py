"""R24: whatever a site pours out, little of it is read, quickly, in little memory."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kpa_core.safehttp.errors import HttpFailed, HttpRefused, TooLarge

from .conftest import head, ok

MIB = 2**20
GROWTH = 32 * MIB
TOTAL = 64 * MIB
SECONDS = 2.0


def bomb(size: int = 1024 * MIB) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    piece = bytes(MIB)
    return b"".join(engine.compress(piece) for _ in range(size // MIB)) + engine.flush()


@pytest.fixture(scope="session")
def gzip_bomb() -> bytes:
    """A gibibyte of zeros in a mebibyte."""
    return bomb()


def endless(first: bytes, piece: bytes) -> Any:
    """Send for ever, until the other end has enough."""

    def answer(conn: Any, _asked: bytes) -> None:
        conn.sendall(first)
        while True:
            conn.sendall(piece)

    return answer


def many_headers() -> Iterator[str]:
    yield "HTTP/1.1 200 OK"
    for number in range(100_000):
        yield f"X-{number}: {number}"


ZEROS = bytes(MIB)
CHUNK = b"100000\r\n" + ZEROS + b"\r\n"


def test_no_bomb_costs_memory_or_time(site, gzip_bomb: bytes) -> None:
    """Each ends the right way; memory is what the process held at most, over all of them."""
    gz = "Content-Encoding: gzip"
    long_head = head("HTTP/1.1 200 OK", "Content-Length: 1073741824")
    elsewhere = head("HTTP/1.1 302 Found", "Location: https://x.example.org/", gz) + gzip_bomb
    sites = {
        "a body as long as it says": ("TooLarge", endless(long_head, ZEROS), None),
        "a body without end": ("TooLarge", endless(head("HTTP/1.1 200 OK"), ZEROS), None),
        "chunks without end": (
            "TooLarge",
            endless(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"), CHUNK),
            None,
        ),
        "trailers without end": (
            "TooLarge",
            endless(
                head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked") + b"0\r\n", b"a: b\r\n" * 9999
            ),
            None,
        ),
        "a size of chunk without end": (
            "HttpFailed",
            endless(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"), b"0" * MIB),
            None,
        ),
        "a gzip bomb": ("TooLarge", ok(gzip_bomb, gz), 4 * MIB),
        "a gzip bomb nobody asked for": ("HttpRefused", ok(gzip_bomb, gz), None),
        "a deflate bomb": ("HttpRefused", ok(gzip_bomb, "Content-Encoding: deflate"), 4 * MIB),
        "a br bomb": ("HttpRefused", ok(gzip_bomb, "Content-Encoding: br"), 4 * MIB),
        "a bomb in a bomb": ("HttpRefused", ok(gzip_bomb, "Content-Encoding: gzip, gzip"), MIB),
        "a bomb in a redirect": ("HttpRefused", elsewhere, 4 * MIB),
        "a redirect without end": (
            "HttpRefused",
            endless(head("HTTP/1.1 302 Found", "Location: https://x.example.org/"), ZEROS),
            None,
        ),
        "100,000 headers": ("HttpFailed", head(*many_headers()), None),
        "a header without end": ("TooLarge", endless(b"HTTP/1.1 200 OK\r\nX: ", ZEROS), None),
        "first lines without end": ("TooLarge", endless(b"", head("HTTP/1.1 100 Continue")), None),
        "not HTTP at all": ("HttpFailed", endless(b"", b"\x00\r\n"), None),
    }
    asked = {
        name: [site(answer).url, 2 * MIB, inflated] for name, (_, answer, inflated) in sites.items()
    }

    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("glutton.py")), json.dumps(asked)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)

    assert {name: told[name][0] for name in sites} == {name: one[0] for name, one in sites.items()}
    slow = {name: one[1] for name, one in told.items() if one[1] > SECONDS}
    fat = {name: one[2] // MIB for name, one in told.items() if name != "all" and one[2] > GROWTH}
    assert (slow, fat) == ({}, {})
    print({n: (t[0], round(t[1], 3), t[2] / MIB) for n, t in told.items()})
    assert told["all"][2] < TOTAL


def test_a_long_body_passes_piece_by_piece(site, client_for) -> None:
    body = bytes(range(256)) * 4096 * 8
    open_site = site(ok(gzip.compress(body, 1), "Content-Encoding: gzip"))

    with client_for(open_site).stream(
        "GET", open_site.url, max_bytes=16 * MIB, max_inflated=16 * MIB
    ) as found:
        sizes, got = [], b""
        for piece in found.pieces:
            sizes.append(len(piece))
            got += piece

    assert got == body
    assert max(sizes) <= 64 * 1024
    assert b"Accept-Encoding: gzip\r\n" in open_site.asked[0]


@pytest.mark.parametrize(("most", "whole"), [(1000, True), (999, False)])
def test_the_cap_is_exact(most: int, whole: bool, site, client_for) -> None:
    body = b"x" * 1000
    chunked = head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked")
    chunked += b"".join(b"64\r\n" + body[:100] + b"\r\n" for _ in range(10)) + b"0\r\n\r\n"
    untold = head("HTTP/1.0 200 OK") + body
    packed = ok(gzip.compress(body), "Content-Encoding: gzip")

    for answer, caps in (
        (ok(body), {"max_bytes": most}),
        (untold, {"max_bytes": most}),
        (chunked, {"max_bytes": most}),
        (packed, {"max_inflated": most}),
    ):
        open_site = site(answer)
        client = client_for(open_site)
        if whole:
            assert client.fetch("GET", open_site.url, **caps).body == body
        else:
            with pytest.raises(TooLarge) as told:
                client.fetch("GET", open_site.url, **caps)
            assert told.value.sent


PACKED = gzip.compress(b"abc" * 1000)
BROKEN = {
    "cut": ok(PACKED[:-4], "Content-Encoding: gzip"),
    "damaged": ok(PACKED[:12] + b"\xff\xff" + PACKED[14:], "Content-Encoding: gzip"),
    "followed by something else": ok(PACKED + b"tail", "Content-Encoding: gzip"),
    "followed by another": ok(PACKED * 2, "Content-Encoding: gzip"),
    "not gzip": ok(b"abc", "Content-Encoding: gzip"),
    "empty": ok(b"", "Content-Encoding: gzip"),
    "shorter than it says": head("HTTP/1.1 200 OK", "Content-Length: 9") + b"abc",
    "two lengths": head("HTTP/1.1 200 OK", "Content-Length: 3", "Content-Length: 4") + b"abcd",
    "chunks without a last one": head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked")
    + b"3\r\nabc\r\n",
    "chunks of no size": head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked") + b"x\r\nabc\r\n",
    "nothing": b"",
    "half a line of its head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "half its head": b"HTTP/1.1 200 OK\r\nServer: x\r\n",
    "a line that is no header": head("HTTP/1.1 200 OK", "no header", "Content-Length: 3") + b"abc",
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_a_sentence(answer: bytes, site, client_for) -> None:
    open_site = site(answer)

    with pytest.raises(HttpFailed, match=f"http://{open_site.place}") as told:
        client_for(open_site).fetch("GET", open_site.url, max_inflated=MIB)

    assert told.value.sent


def test_an_encoding_nobody_asked_for_is_refused(site, client_for) -> None:
    open_site = site(ok(PACKED, "Content-Encoding: gzip"))

    with pytest.raises(HttpRefused, match="gzip"):
        client_for(open_site).fetch("GET", open_site.url)

    assert b"Accept-Encoding: identity\r\n" in open_site.asked[0]


def test_what_came_before_a_cut_stays_good(site, client_for) -> None:
    open_site = site(head("HTTP/1.1 206 Partial Content", "Content-Length: 9999") + b"x" * 500)
    got = b""

    def read() -> None:
        nonlocal got
        with client_for(open_site).stream("GET", open_site.url, max_bytes=MIB) as found:
            for piece in found.pieces:
                got += piece

    with pytest.raises(HttpFailed):
        read()
    assert got == b"x" * 500
