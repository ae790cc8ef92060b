"""The server on loopback: tokens, faults on demand, every answer held against the facts."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from coopcycle_peer.answering import Asker, Coop
from coopcycle_peer.facts import facts
from coopcycle_peer.patterns import kinds

KEY, SECRET, API_KEY = "acme", "s3cret", "ak_acme"
HTML = b"<html><body><h1>Maintenance</h1></body></html>"


class Peer:
    """A running server. ``faults`` are taken one by one, by requests that a fault fits."""

    def __init__(self) -> None:
        self.coop = Coop()
        self.faults: deque[tuple[str, str]] = deque()
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.wrong: list[str] = []
        self.tokens: set[str] = set()
        self.lives = 3600
        self.down = ""
        self.on_commit: Callable[[], None] | None = None
        self.lock = threading.Lock()
        self.server = _Server(("127.0.0.1", 0), self)
        self.coop.books.home = self.address
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    @property
    def place(self) -> str:
        """Its name and port."""
        return f"127.0.0.1:{self.server.server_address[1]}"

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://{self.place}"

    def fail(self, how: str, on: str = "POST /api/deliveries", times: int = 1) -> None:
        """Fail requests to come: ``cut``, ``500``, ``html``, ``commit-cut``, ``hang``, ``401``…"""
        self.faults.extend([(on, how)] * times)

    def count(self, method: str, path: str) -> int:
        """Return how many requests came to an address."""
        return sum(
            1 for verb, at, _, _ in self.asked if (verb, at.partition("?")[0]) == (method, path)
        )

    def close(self) -> None:
        """Stop."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def fault(self, method: str, path: str) -> str:
        """Take the fault of this request, if one was asked for."""
        if self.down:
            return self.down
        if self.faults and self.faults[0][0] == f"{method} {path.partition('?')[0]}":
            return self.faults.popleft()[1]
        return ""

    def asker(self, bearer: str) -> Asker | None:
        """Return who holds a token or a key."""
        if bearer == API_KEY:
            return Asker(1, oauth=False)
        return Asker(1) if bearer in self.tokens else None

    def check(self, method: str, path: str, status: int, said: Any) -> None:
        """Hold an answer against the facts of its route and status; keep what differs from all."""
        route = _route(method, path)
        alike = [
            one for one in facts() if one.route == route and one.status == status and one.answer
        ]
        told = [list(kinds(one.answer, said)) for one in alike]
        if told and all(told):
            self.wrong.append(f"{method} {path} {status}: {min(told, key=len)}")


def _route(method: str, path: str) -> tuple[str, str]:
    parts = ["N" if one.isdigit() else one for one in path.partition("?")[0].split("/")]
    return method, "/".join(parts)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, where: tuple[str, int], peer: Peer) -> None:
        self.peer = peer
        super().__init__(where, _Handler)

    def handle_error(self, *_: Any) -> None:
        """A client that left is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        peer = self.server.peer
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with peer.lock:
            how = peer.fault(self.command, self.path)
            # Headers and body as they came: what a test looks at.
            peer.asked.append((self.command, self.path, dict(self.headers), _json(raw)))
        if self._failed(how):
            return
        with peer.lock:
            status, said = self._said(raw)
            if peer.on_commit and self.command != "GET":
                peer.on_commit()
        if how == "commit-cut":
            self._cut()
        elif how == "commit-500":
            self._send(500, b"{}")
        else:
            peer.check(self.command, self.path, status, said)
            body = b"" if said is None else json.dumps(said).replace("/", "\\/").encode()
            self._send(status, body, slowly=how == "drip")

    do_GET = do_POST = do_PUT = do_DELETE = _serve

    def _failed(self, how: str) -> bool:
        """Fail before anything was done; return whether it was so."""
        if how == "cut":
            self._cut()
        elif how == "hang":
            time.sleep(0.3)
            self._cut()
        elif how == "html":
            self._send(503, HTML, kind="text/html")
        elif how.isdigit():
            self._send(int(how), json.dumps({"message": "en travaux"}).encode())
        return how in ("cut", "hang", "html") or how.isdigit()

    def _said(self, raw: bytes) -> tuple[int, Any]:
        peer = self.server.peer
        if self.path == "/oauth2/token":
            return _token(peer, self.headers.get("Authorization", ""))
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return peer.coop.answer(self.command, self.path, _json(raw), peer.asker(bearer))

    def _send(
        self, status: int, body: bytes, kind: str = "application/ld+json", slowly: bool = False
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for at in range(0, len(body), 64 if slowly else len(body) or 1):
            self.wfile.write(body[at : at + (64 if slowly else len(body))])
            if slowly:
                time.sleep(0.01)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")


def _token(peer: Peer, given: str) -> tuple[int, Any]:
    pair = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    if given != f"Basic {pair}":
        return 401, {"error": "invalid_client", "error_description": "x", "message": "x"}
    token = f"token-{len(peer.tokens) + 1}"
    peer.tokens.add(token)
    return 200, {"token_type": "Bearer", "expires_in": peer.lives, "access_token": token}
