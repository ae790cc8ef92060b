"""Ask another machine something, safely, or say in a sentence why not.

Built on ``requests`` with its comforts left out: no session, so no cookies, netrc, proxies or
environment; no redirect it follows by itself; no inflating it does by itself.
"""

from __future__ import annotations

import http.client
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urljoin

import requests
import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from kpa_core.errors import N_
from kpa_core.safehttp.addresses import PUBLIC, AddressRule, Target, parse
from kpa_core.safehttp.answers import HttpAnswer, HttpStream
from kpa_core.safehttp.bodies import PIECE, capped, inflated, too_large
from kpa_core.safehttp.deadline import Deadline, Line, Pace
from kpa_core.safehttp.errors import HttpError, HttpFailed, HttpRefused
from kpa_core.safehttp.sockets import PinnedAdapter, Resolver, ask_names, where

SMALL = 10.0
"""Seconds for a small call."""
LONG = 3600.0
"""Seconds for a bundle, which must also keep its pace."""
MOST = 2**20
HEADERS = 64 * 1024
"""Bytes the head of an answer may take."""
HOPS = 3
REDIRECTS = frozenset((301, 302, 303, 307, 308))
TRAVEL = frozenset(("accept", "accept-language", "if-modified-since", "if-none-match", "range"))
"""Headers that go along to where a redirect leads; all others were meant for one address."""
OURS = frozenset(("accept-encoding", "connection", "content-length", "host", "transfer-encoding"))
"""Headers this module decides."""
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
VALUE = re.compile(r"[!-~]([ -~]*[!-~])?|")
FOREIGN = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException)


@dataclass(frozen=True)
class _Ask:
    """One request and what its answer may cost."""

    method: str
    target: Target
    headers: Mapping[str, str]
    body: bytes | None
    max_bytes: int
    max_inflated: int | None


class SafeHttp:
    """A client with its own rule and nothing global; threads may share it."""

    def __init__(
        self,
        rule: AddressRule = PUBLIC,
        *,
        user_agent: str = "kpa",
        resolve: Resolver = ask_names,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.rule = rule
        self.user_agent = user_agent
        self._resolve = resolve
        self._tls = tls or _trusting_known_authorities()

    def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        deadline: Deadline | None = None,
        max_bytes: int = MOST,
        max_inflated: int | None = None,
        hops: int = HOPS,
    ) -> HttpAnswer:
        """Ask for a small answer and return it whole, whatever its status.

        ``max_bytes`` is the most on the wire; with ``max_inflated`` gzip is asked for and that is
        the most once inflated. ``hops`` redirects are followed, on the same machine only, for GET
        and HEAD. The deadline is 10 seconds for all of it unless said.

        Raises:
            HttpRefused, HttpFailed, TooLarge, TooSlow: see :mod:`kpa_core.safehttp.errors`.
        """
        with self.stream(
            method,
            url,
            headers=headers,
            body=body,
            deadline=deadline or Deadline(SMALL),
            pace=None,
            max_bytes=max_bytes,
            max_inflated=max_inflated,
            hops=hops,
        ) as found:
            return HttpAnswer(found.url, found.status, found.headers, b"".join(found.pieces))

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        deadline: Deadline | None = None,
        pace: Pace | None = Pace(),  # noqa: B008 - frozen
        max_bytes: int = MOST,
        max_inflated: int | None = None,
        hops: int = HOPS,
    ) -> Iterator[HttpStream]:
        """Lend an answer whose body comes piece by piece; as ``fetch``, for what is long.

        An hour in all unless said, and a least pace. What came before an error stays good: ask for
        the rest with ``Range``.
        """
        deadline = deadline or Deadline(LONG)
        ask = _Ask(method, parse(url), headers or {}, body, max_bytes, max_inflated)
        for hop in range(hops + 1):
            line = Line(ask.target.place, deadline, HEADERS, pace)
            with ExitStack() as opened:
                with _told_if_sent(line):
                    answer = self._send(ask, line, opened)
                    if answer.status_code in REDIRECTS and "location" in answer.headers:
                        ask = _redirected(ask, answer, last=hop == hops)
                        continue
                    pieces = _body(ask, answer, line)
                yield HttpStream(ask.target.url, answer.status_code, _headers(answer), pieces)
                return

    def _send(self, ask: _Ask, line: Line, opened: ExitStack) -> requests.Response:
        """Send one request to checked addresses and return the head of its answer."""
        addresses = where(ask.target, self.rule, self._resolve, line)
        request = self._prepared(ask)
        adapter = PinnedAdapter(ask.target, addresses, self._tls, line)
        opened.callback(adapter.close)
        try:
            answer = adapter.send(request, stream=True)
        except (*FOREIGN, OSError, ValueError) as error:
            line.patience()
            raise _cut(line.place) from error
        opened.callback(answer.raw.close)
        return answer

    def _prepared(self, ask: _Ask) -> requests.PreparedRequest:
        """Return the request as it leaves: few headers, lines are slow."""
        sent = {"User-Agent": self.user_agent}
        sent |= {name: value for name, value in ask.headers.items() if name.lower() not in OURS}
        sent["Accept-Encoding"] = "identity" if ask.max_inflated is None else "gzip"
        wrong = [
            name
            for name, value in sent.items()
            if not TOKEN.fullmatch(name) or not VALUE.fullmatch(value)
        ]
        if wrong or not TOKEN.fullmatch(ask.method):
            raise HttpRefused(
                N_("La question à {place} est mal écrite ({name!r}). Rien n'est parti."),
                place=ask.target.place,
                name=wrong[0] if wrong else ask.method,
            )
        request = requests.Request(ask.method, ask.target.url, sent, data=ask.body or b"").prepare()
        request.url = ask.target.url  # requests has spellings of its own, which nobody checked
        return request


def _trusting_known_authorities() -> ssl.SSLContext:
    """Return a context that wants a good certificate of the right name, TLS 1.2 or later."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


@contextmanager
def _told_if_sent(line: Line) -> Iterator[None]:
    try:
        yield
    except HttpError as error:
        error.sent = line.sent
        raise


def _headers(answer: requests.Response) -> Mapping[str, str]:
    return {name.lower(): value for name, value in answer.headers.items()}


def _body(ask: _Ask, answer: requests.Response, line: Line) -> Iterator[bytes]:
    """Return the body's pieces under its caps.

    Raises:
        HttpRefused: it is encoded otherwise than was asked.
        TooLarge: its announced length is over the cap: nothing of it is read.
    """
    place = ask.target.place
    if ask.method == "HEAD" or answer.status_code in (204, 304):
        return iter(())
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity" and (encoding != "gzip" or ask.max_inflated is None):
        raise HttpRefused(
            N_("{place} répond dans un codage qu'on n'a pas demandé ({encoding}). Rien n'est lu."),
            place=place,
            encoding=encoding[:40],
        )
    length = answer.headers.get("content-length", "")
    if re.fullmatch("[0-9]+", length) and (len(length) > 18 or int(length) > ask.max_bytes):
        raise too_large(place, ask.max_bytes)
    line.allow(2 * ask.max_bytes + HEADERS)  # on the wire chunks have sizes, and trailers follow
    pieces = capped(_read(answer, line), ask.max_bytes, place)
    if encoding == "gzip" and ask.max_inflated is not None:
        pieces = inflated(pieces, ask.max_inflated, place)
    return _piece_by_piece(pieces, line)


def _piece_by_piece(pieces: Iterator[bytes], line: Line) -> Iterator[bytes]:
    with _told_if_sent(line):
        for piece in pieces:
            if piece:
                yield piece


def _read(answer: requests.Response, line: Line) -> Iterator[bytes]:
    try:
        while piece := answer.raw.read1(PIECE, decode_content=False):
            yield piece
    except (*FOREIGN, OSError, ValueError) as error:
        line.patience()
        raise _cut(line.place) from error


def _redirected(ask: _Ask, answer: requests.Response, *, last: bool) -> _Ask:
    """Return the next request; the body of a redirect is never read.

    Raises:
        HttpRefused: it leads to another machine or another port, down to http, or once too often.
    """
    before = ask.target
    location = answer.headers["location"]
    plain = all("!" <= one <= "~" and one != "\\" for one in location)
    after = parse(urljoin(before.url, location.partition("#")[0]) if plain else "")
    same = (after.scheme, after.port) == (before.scheme, before.port)
    safer = (before.scheme, before.port, after.scheme, after.port) == ("http", 80, "https", 443)
    wrong = last or ask.body is not None or ask.method not in ("GET", "HEAD")
    if wrong or after.host != before.host or not (same or safer):
        raise HttpRefused(
            N_("{place} renvoie vers {other}, et kpa n'y va pas seul. Vérifie l'adresse."),
            place=before.place,
            other=after.place,
        )
    kept = {name: value for name, value in ask.headers.items() if name.lower() in TRAVEL}
    return replace(ask, target=after, headers=kept)


def _cut(place: str) -> HttpFailed:
    return HttpFailed(N_("{place} a coupé, ou a mal répondu. Réessaie plus tard."), place=place)
