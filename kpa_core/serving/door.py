"""Give Flask each request when it is whole, so that a slow phone holds no thread.

granian's own WSGI door calls the application while the body is still on its way: with 200 bodies
dripping in, every thread waited and no page was answered. Here the server's loop waits for the
body, up to a size and at a least rate; the answer is built whole and sent by the loop too.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

log = logging.getLogger("kpa.web")
GRACE_SECONDS = 30
LEAST_RATE = 2048
"""Bytes a second, on average, after the grace: a photo of 3 MB may take 25 minutes."""
IN_MEMORY = 256 * 1024
DROPPED = 64 * 1024 * 1024
TOO_SLOW = "La connexion est trop lente. Recommence. / The connection is too slow. Try again."
CUT = "La connexion a été coupée. Recommence. / The connection was cut. Try again."
NO_LENGTH = "Il manque la longueur de l'envoi. / The length of the body is missing."
BROKEN = "Quelque chose s'est cassé. Recommence plus tard. / Something broke. Try again later."
PLAIN = [("content-type", "text/plain; charset=utf-8"), ("connection", "close")]


class Scope(Protocol):
    """What the server tells about a request."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    headers: Any


class Exchange(Protocol):
    """How the body is read and the answer given."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Send a whole answer."""


@dataclass
class Answer:
    """What a WSGI application says."""

    status: int = 500
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        """Take the status and the headers, as ``start_response`` of PEP 3333."""
        self.status, self.headers = int(status.split(" ", 1)[0]), headers


class Door:
    """An RSGI application around a WSGI one, with ``threads`` at work."""

    def __init__(self, app: Any, *, threads: int, body_limit: int) -> None:
        self.app = app
        self.body_limit = body_limit
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="kpa")

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        """Answer one request; one that was cut on its way is not asked of the application."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
            try:
                length = await self._receive(scope, exchange, body)
            except TimeoutError:
                exchange.response_bytes(408, PLAIN, TOO_SLOW.encode())
                return
            refused = _fault(scope, length)
            if refused is not None:
                log.warning("a request was cut, or tells no length: %s", refused.status)
                exchange.response_bytes(refused.status, refused.headers, refused.body)
                return
            body.seek(0)
            environ = environ_of(scope, body, length)
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self.pool, self._ask, environ)
        exchange.response_bytes(answer.status, answer.headers, answer.body)

    async def _receive(self, scope: Scope, exchange: Exchange, body: IO[bytes]) -> int:
        """Keep the body; return its length, by which Flask refuses one that is too large.

        Of that one the rest is read and dropped, or the browser would never show the answer.
        """
        announced = scope.headers.get("content-length") or "0"
        if int(announced) > DROPPED:
            return int(announced)
        received, begun = 0, asyncio.get_running_loop().time()
        async with asyncio.timeout_at(begun + GRACE_SECONDS) as limit:
            async for chunk in exchange:
                received += len(chunk)
                if received > DROPPED:
                    break
                if received <= self.body_limit:
                    body.write(chunk)
                limit.reschedule(begun + GRACE_SECONDS + received / LEAST_RATE)
        return received

    def _ask(self, environ: dict[str, Any]) -> Answer:
        answer = Answer()
        try:
            parts: Iterable[bytes] = self.app(environ, answer.start)
            try:
                answer.body = b"".join(parts)
            finally:
                getattr(parts, "close", lambda: None)()
        except Exception:
            log.exception("an error escaped the application")
            return Answer(500, PLAIN, BROKEN.encode())
        return answer


def _fault(scope: Scope, received: int) -> Answer | None:
    """Return what to say to a body whose end did not come, or cannot be told.

    granian ends a body that was cut as it ends a whole one; in chunks nothing tells them apart.
    """
    if scope.headers.get("transfer-encoding"):
        return Answer(411, PLAIN, NO_LENGTH.encode())
    if received != int(scope.headers.get("content-length") or "0"):
        return Answer(400, PLAIN, CUT.encode())
    return None


def environ_of(scope: Scope, body: IO[bytes], length: int) -> dict[str, Any]:
    """Return a request as PEP 3333 wants it."""
    server, _, port = scope.server.rpartition(":")
    client, _, client_port = scope.client.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),  # the server decoded it already
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": client.strip("[]"),
        "REMOTE_PORT": client_port,
        "CONTENT_LENGTH": str(length),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        _add_header(environ, name.lower(), value)
    return environ


def _add_header(environ: dict[str, Any], name: str, value: str) -> None:
    if "_" in name or name in ("content-length", "transfer-encoding"):
        return  # x_forwarded_for would pose as x-forwarded-for; the length is the one received
    key = name.replace("-", "_").upper()
    if name != "content-type":
        key = f"HTTP_{key}"
    joint = "; " if name == "cookie" else ","
    environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
