"""Sockets that lead only where a rule allows and give up at a deadline.

``requests`` has timeouts per wait, so that a machine sending one byte now and then holds it for
ever; and it asks for a name's address itself, after any check. Here the connection is dialled to an
address already checked, while host, server name and certificate keep the name; and every wait is
given what is left of the total, under buffers and under TLS.
"""

from __future__ import annotations

import http.client
import io
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from email.errors import FirstHeaderLineIsContinuationDefect, MissingHeaderBodySeparatorDefect
from ipaddress import ip_address
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from kpa_core.errors import N_
from kpa_core.safehttp.addresses import Address, AddressRule, Target
from kpa_core.safehttp.deadline import Line
from kpa_core.safehttp.errors import HttpError, HttpFailed

BAD_LINES = (FirstHeaderLineIsContinuationDefect, MissingHeaderBodySeparatorDefect)
Resolver = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a name; may wait, and raise OSError."""


def ask_names(host: str, port: int) -> Sequence[str]:
    """Ask this machine's resolver where a name leads."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def where(target: Target, rule: AddressRule, resolve: Resolver, line: Line) -> list[Address]:
    """Ask once where a target leads, and return its addresses when the rule allows all of them.

    A name that leads both outside and inside is refused whole.

    Raises:
        HttpRefused: the rule says no.
        HttpFailed: the name leads nowhere.
        TooSlow: nobody knew in time.
    """
    rule.check_target(target)
    literal = target.literal
    if literal is not None:
        return [literal]
    addresses = _resolved(target, resolve, line)
    for address in addresses:
        rule.check_address(target, address)
    return addresses


def _resolved(target: Target, resolve: Resolver, line: Line) -> list[Address]:
    """Ask in a thread of its own: a resolver knows no deadline."""
    told: queue.SimpleQueue[list[Address]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            told.put([ip_address(one) for one in resolve(target.host, target.port)])
        except (OSError, ValueError):
            told.put([])

    threading.Thread(target=ask, name="kpa-names", daemon=True).start()
    try:
        found = told.get(timeout=line.patience())
    except queue.Empty:
        raise line.too_slow() from None
    if not found:
        raise HttpFailed(
            N_("{place} est introuvable. Vérifie le nom, ou la connexion."), place=target.place
        )
    return found


def dial(addresses: Sequence[Address], port: int, line: Line) -> socket.socket:
    """Connect to the first of these addresses that answers.

    Raises:
        HttpFailed: none does.
        TooSlow: none did in time.
    """
    for place, address in enumerate(addresses):
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(line.patience() / (len(addresses) - place))
            sock.connect((str(address), port))
            if ip_address(sock.getpeername()[0]) != address:
                raise OSError("connected elsewhere")
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(line.patience())
        except OSError:
            sock.close()
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    line.patience()
    raise HttpFailed(N_("{place} ne répond pas. Réessaie plus tard."), place=line.place)


class _Reader(io.RawIOBase):
    """The reading end of a socket, which never waits longer than its line allows."""

    def __init__(self, sock: Any, line: Line) -> None:
        self._held = sock.makefile("rb", buffering=0)  # keeps it open until this end is closed
        self._sock = sock
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            self._sock.settimeout(self._line.patience())
            since = time.monotonic()
            try:
                got: int = self._sock.recv_into(buffer)
            except TimeoutError:
                self._line.waited(time.monotonic() - since, 0)
            else:
                self._line.waited(time.monotonic() - since, got)
                if not got and self._line.in_head:
                    raise ConnectionResetError  # http.client would take half a head for a whole one
                return got

    def close(self) -> None:
        if not self.closed:
            self._held.close()
        super().close()


class TimedSocket:
    """A connected socket, plain or TLS, as ``http.client`` uses it: every wait asks the line."""

    def __init__(self, sock: Any, line: Line) -> None:
        self._sock = sock
        self._line = line

    def makefile(self, _mode: str = "rb", *_more: Any, **_named: Any) -> io.BufferedReader:
        """Return its reading end, buffered."""
        return io.BufferedReader(_Reader(self._sock, self._line))

    def sendall(self, data: Any) -> None:
        """Send everything, in what time is left."""
        self._line.sent = True
        left = memoryview(data).cast("B")
        while left:
            self._sock.settimeout(self._line.patience())
            try:
                left = left[self._sock.send(left[:65536]) :]
            except TimeoutError:
                raise self._line.too_slow() from None

    def settimeout(self, _value: float | None) -> None:
        """Do nothing: the line decides, not each layer above."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class _Strict(http.client.HTTPResponse):
    """An answer whose head is well formed: a bad line would hide all those after it."""

    def begin(self) -> None:
        super().begin()
        if any(isinstance(one, BAD_LINES) for one in self.msg.defects):
            raise http.client.HTTPException("a line of the head is no header")


class _Plain(HTTPConnection):
    """What both kinds of connection do: dial checked addresses, then never wait too long."""

    response_class = _Strict

    def __init__(self, *args: Any, line: Line, addresses: Sequence[Address], **more: Any) -> None:
        super().__init__(*args, **more)
        self.line = line
        self.addresses = addresses

    def _new_conn(self) -> socket.socket:
        return dial(self.addresses, self.port, self.line)

    def connect(self) -> None:
        try:
            super().connect()
        except HttpError:
            raise
        except ssl.SSLCertVerificationError as error:
            raise HttpFailed(
                N_(
                    "{place} ne prouve pas qui elle est : son certificat est refusé ({detail}). "
                    "Rien n'est parti. Préviens la personne qui tient cette machine."
                ),
                place=self.line.place,
                detail=error.verify_message,
            ) from error
        except OSError as error:
            self.line.patience()
            raise HttpFailed(
                N_("{place} ne parle pas comme un site sûr. Réessaie plus tard."),
                place=self.line.place,
            ) from error
        self.sock = TimedSocket(self.sock, self.line)


class _Secure(_Plain, HTTPSConnection):
    """The same, with TLS between the dialling and the waiting."""


class PlainPool(HTTPConnectionPool):
    """One plain connection."""

    ConnectionCls = _Plain


class SecurePool(HTTPSConnectionPool):
    """One connection under TLS."""

    ConnectionCls = _Secure


class PinnedAdapter(HTTPAdapter):
    """The way ``requests`` takes for one request: to these addresses and no proxy."""

    def __init__(
        self, target: Target, addresses: Sequence[Address], tls: ssl.SSLContext, line: Line
    ) -> None:
        super().__init__()
        named: dict[str, Any] = {"line": line, "addresses": addresses}
        if target.scheme == "https":
            named["ssl_context"] = tls
            self._pool: HTTPConnectionPool = SecurePool(target.host, target.port, **named)
        else:
            self._pool = PlainPool(target.host, target.port, **named)

    def get_connection_with_tls_context(self, *_args: Any, **_named: Any) -> HTTPConnectionPool:
        """Return the one pool, whatever the environment says of proxies."""
        return self._pool

    def build_response(self, req: Any, resp: Any) -> requests.Response:
        """Return the bare answer: its cookies and its character set are not even read."""
        response = requests.Response()
        response.status_code, response.raw = resp.status, resp
        response.headers.update(resp.headers)
        return response

    def cert_verify(self, *_args: Any, **_named: Any) -> None:
        """Leave the TLS context as it is: it asks for a good certificate of the right name."""

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()
        super().close()
