"""Asking a peer over HTTP, through the core's safe client only."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kpa_core.api import N_, HttpAnswer, HttpError, HttpStream
from kpa_federation.log.serving import Asked
from kpa_federation.protocol import canonical, limits
from kpa_federation.protocol.entries import ORIGIN
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.notes import Checkpoint, read_checkpoint

if TYPE_CHECKING:
    from kpa_core.api import SafeHttp

BASE = "/federation/v1"
JSON, TEXT, BUNDLES = "application/json", "text/plain", "application/vnd.kpa.bundle"
PLAIN = {"Content-Type": TEXT}
SMALL = 1024 * 1024
BUNDLE = 32 * 1024 * 1024
INFLATED = 64 * 1024 * 1024
CURSOR = re.compile(r"[0-9A-Za-z._~-]{1,64}")
"""What may come back in an address as it is."""


class PeerBusy(HttpError):
    """The peer asks to come back later; ``seconds`` is when, if it says so."""

    status = 503

    def __init__(self, seconds: float | None) -> None:
        super().__init__(N_("Ce voisin est très demandé. On y retourne plus tard."))
        self.seconds = seconds


class HttpPeer:
    """A peer at an address. Every call may raise ``PeerBusy``, which is an ``HttpError``."""

    def __init__(self, http: SafeHttp, address: str) -> None:
        self.http, self.address = http, address.rstrip("/")

    def heads(self, since: str) -> tuple[str, Mapping[str, tuple[int, bytes]]]:
        """See :class:`kpa_federation.log.pulling.Peer`."""
        said = self._ask(f"/heads?since={since}" if since else "/heads")
        cursor, heads = said.get("cursor"), said.get("heads")
        if (
            not isinstance(cursor, str)
            or not CURSOR.fullmatch(cursor)
            or not isinstance(heads, dict)
        ):
            raise ProtocolError("bad_bundle", "heads that are none")
        return cursor, {origin: _head(origin, one) for origin, one in heads.items()}

    def sync(self, asked: Asked) -> Iterator[bytes]:
        """See :class:`kpa_federation.log.pulling.Peer`; a cut ends it, what came before stays."""
        body = canonical.write(
            {
                "bodies": "live" if asked.bodies else "none",
                "chunk": asked.chunk,
                "max": asked.most,
                "want": dict(asked.want),
            }
        )
        with self.http.stream(
            "POST",
            self.address + BASE + "/sync",
            body=body,
            headers={"Content-Type": JSON},
            max_bytes=BUNDLE,
            max_inflated=INFLATED,
        ) as answer:
            _check_busy(answer)
            _check(answer, BUNDLES)
            try:
                yield from answer.pieces
            except HttpError:
                return

    def alive(self, since: str) -> Mapping[str, int]:
        """Return, by origin, the day number of the last sign of life that it can show."""
        found = self._ask(f"/heads?alive=1&since={since}" if since else "/heads?alive=1").get(
            "alive"
        )
        if found is None:
            return {}  # it is of before there were any
        if not isinstance(found, dict) or not all(type(day) is int for day in found.values()):
            raise ProtocolError("bad_bundle", "signs of life that are none")
        return found

    def checkpoint(self, origin: str, *, cosigned: bool = False) -> Checkpoint | None:
        """Return the head it has of a log; None when it has none. No signature is checked."""
        answer = self._get(f"/checkpoint/{origin}{'?cosignatures=1' if cosigned else ''}")
        if answer.status == 404:
            return None
        _check(answer, TEXT)
        return read_checkpoint(answer.body.decode(errors="replace"))

    def piece(self, sha256: str, start: int, end: int) -> bytes:
        """Return the bytes of a file between two places; fewer, or none, when it has no more."""
        answer = self.http.fetch(
            "GET",
            f"{self.address}{BASE}/blob/{sha256}",
            headers={"Range": f"bytes={start}-{end - 1}"},
            max_bytes=SMALL,
        )
        _check_busy(answer)
        wanted = f"bytes {start}-"
        is_that = answer.headers.get("content-range", "").startswith(wanted)
        return answer.body if answer.status == 206 and is_that else b""

    def cosign(self, old: int, proof: Sequence[bytes], note: str) -> tuple[int, str]:
        """Ask it to cosign a head; return the status and what it says.

        Raises:
            ProtocolError: the answer is no text.
        """
        lines = [f"old {old}", *(base64.b64encode(one).decode() for one in proof)]
        body = ("\n".join(lines) + f"\n\n{note}").encode()
        url = self.address + BASE + "/cosign"
        answer = self.http.fetch("POST", url, body=body, headers=PLAIN, max_bytes=SMALL)
        _check_busy(answer)
        if answer.status == 200:
            _check(answer, TEXT)
        return answer.status, answer.body.decode("utf-8", "replace")

    def _ask(self, path: str) -> dict[str, Any]:
        answer = self._get(path)
        _check(answer, JSON)
        try:
            said = json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise ProtocolError("bad_bundle", "an answer that is not JSON") from error
        if not isinstance(said, dict):
            raise ProtocolError("bad_bundle", "an answer that is no object")
        return said

    def _get(self, path: str) -> HttpAnswer:
        answer = self.http.fetch(
            "GET", self.address + BASE + path, max_bytes=SMALL, max_inflated=8 * SMALL
        )
        _check_busy(answer)
        return answer


def is_busy(answer: HttpAnswer | HttpStream) -> bool:
    """Tell whether a peer asks to come back later; one that is broken says no time."""
    return answer.status == 429 or (answer.status == 503 and answer.retry_after is not None)


def _check_busy(answer: HttpAnswer | HttpStream) -> None:
    if is_busy(answer):
        raise PeerBusy(answer.retry_after)


def media_type(answer: HttpAnswer | HttpStream) -> str:
    """Return what an answer says it is, without its parameters."""
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()


def _check(answer: HttpAnswer | HttpStream, wanted: str) -> None:
    """Refuse what is no document of the federation: a file somebody put on a peer's machine.

    Raises:
        ProtocolError: ``bad_bundle``.
    """
    if answer.status != 200:
        raise ProtocolError("bad_bundle", f"it answers {answer.status}")
    if media_type(answer) != wanted:
        raise ProtocolError("bad_bundle", f"it is not {wanted}")


def _head(origin: str, one: Any) -> tuple[int, bytes]:
    try:
        size, root = one["size"], one["root"]
        found = base64.b64decode(root, validate=True)
    except (TypeError, ValueError, KeyError) as error:
        raise ProtocolError("bad_bundle", "a head that is none") from error
    is_size = type(size) is int and 0 <= size <= limits.INTEGER
    if not ORIGIN.fullmatch(origin) or not is_size or len(found) != 32:
        raise ProtocolError("bad_bundle", "a head that is none")
    return size, found
