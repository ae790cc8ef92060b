"""What peers ask over HTTP. Everything here is public, and read without a clock or a key."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import replace
from functools import wraps
from typing import Any

import sqlalchemy as sa
from flask import Response, request

from kpa_core.api import NotFound, Pages, current_work
from kpa_federation.log import keeping, serving, signs
from kpa_federation.log.models import LogRow
from kpa_federation.log.proving import Proving
from kpa_federation.log.serving import Asked
from kpa_federation.own import cursors
from kpa_federation.own.writing import own_origin
from kpa_federation.peers import inviting, pinging, throttle, witnessing
from kpa_federation.peers.models import PeerRow
from kpa_federation.peers.pressing import press
from kpa_federation.peers.throttle import Endpoint
from kpa_federation.protocol import canonical
from kpa_federation.protocol.bundle import closing, opening, section_lines
from kpa_federation.protocol.entries import ORIGIN
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.notes import read_checkpoint

NEEDS = "public.read"
ASKED = 1024 * 1024
LOGS = 10_000
WORTH_PRESSING = 256
BUNDLE = "application/vnd.kpa.bundle"
SIZE = "text/x.tlog.size"


def add_to(pages: Pages) -> None:
    """Add the endpoints of ``/federation/v1``."""
    _logs(pages)
    _proofs(pages)
    _signed(pages)


def _coded(answer: Endpoint) -> Endpoint:
    """Have an endpoint answer by its code what is not as the specification says: 400."""

    @wraps(answer)
    def coded(**address: str) -> Response:
        try:
            return answer(**address)
        except ProtocolError as error:
            return Response(f"{error.code}\n", 400, mimetype="text/plain")

    return coded


def _signed(pages: Pages) -> None:
    @pages.machine("/v1/hello", needs=NEEDS, method="POST")
    @throttle.costs(2)
    @_coded
    def hello() -> Response:
        return _json(inviting.welcome(current_work()))

    @pages.machine("/v1/cosign", needs=NEEDS, method="POST")
    @throttle.costs(2)
    def cosign() -> Response:
        body = request.get_data().decode("utf-8", "replace")
        status, text = witnessing.answer(current_work(), body)
        return Response(text, status, mimetype=SIZE if status == 409 else "text/plain")

    @pages.machine("/v1/ping", needs=NEEDS, method="POST")
    @throttle.costs(1)
    def ping() -> Response:
        pinging.hear_ping(current_work())
        return Response(status=204)


def _logs(pages: Pages) -> None:
    @pages.machine("/v1/heads", needs=NEEDS)
    def heads() -> Response:
        cursors.check(current_work())
        cursor, found = serving.heads(current_work().session, request.args.get("since", ""))
        blocked = _blocked()
        told = {one: _head(*head) for one, head in found.items() if one not in blocked}
        said = {"cursor": cursor, "heads": told}
        if request.args.get("alive") == "1":
            alive = signs.told(current_work().session)
            said["alive"] = {one: day for one, day in alive.items() if one not in blocked}
        return _json(said)

    @pages.machine("/v1/sync", needs=NEEDS, method="POST")
    @throttle.costs(4)
    @_coded
    def sync() -> Response:
        asked, blocked = read_asked(request.get_data()), _blocked()
        asked = replace(
            asked, want={one: at for one, at in asked.want.items() if one not in blocked}
        )
        cursors.check(current_work())
        session = current_work().session
        lines = serving.bundle(session, asked, own_origin(session) or "a" * 32)
        return _pressed(lines, BUNDLE)

    @pages.machine("/v1/log/<origin>", needs=NEEDS)
    @throttle.costs(4)
    def log(origin: str) -> Response:
        row, session = _log(origin), current_work().session
        size = read_checkpoint(row.note).size  # what lies beyond is not signed yet
        start, end = request.args.get("from", 0, int), request.args.get("to", size, int)
        if not 0 <= start < end <= size <= row.size:
            raise NotFound()
        cursors.check(current_work())
        section = serving.one_section(session, row, start, end)
        peer = own_origin(session) or "a" * 32
        lines = [opening(peer), *section_lines(section), closing(keeping.cursor(session), {})]
        return _pressed(lines, BUNDLE)


def _proofs(pages: Pages) -> None:
    @pages.machine("/v1/checkpoint/<origin>", needs=NEEDS)
    def checkpoint(origin: str) -> Response:
        row = _log(origin)
        note = row.note
        if request.args.get("cosignatures") == "1":
            size = read_checkpoint(note).size
            session = current_work().session
            lines = [one.line for one in witnessing.witnesses(session, row.id, size)]
            own = signs.line_of(session, origin, size)
            note += "".join(f"{line}\n" for line in (own, *lines) if line)
        return Response(note, mimetype="text/plain")

    @pages.machine("/v1/proof/<origin>", needs=NEEDS)
    @throttle.costs(2)
    def proof(origin: str) -> Response:
        row = _log(origin)
        proving = Proving(current_work().session, row.id)
        size, index, old = (request.args.get(one, -1, int) for one in ("size", "index", "old"))
        if not 0 < size <= row.size or not (0 <= index < size or 0 < old <= size):
            raise NotFound()
        found = proving.inclusion(index, size) if index >= 0 else proving.consistency(old, size)
        lines = "".join(f"{base64.b64encode(one).decode()}\n" for one in found)
        return Response(lines, mimetype="text/plain")


def _log(origin: str) -> LogRow:
    row = keeping.log_row(current_work().session, origin) if ORIGIN.fullmatch(origin) else None
    if row is None or origin in _blocked():
        raise NotFound()
    return row


def _blocked() -> frozenset[str]:
    """Return the origins that people here blocked: nothing of them is passed on."""
    blocked = sa.select(PeerRow.origin).where(PeerRow.trust == "blocked")
    return frozenset(current_work().session.scalars(blocked))


def read_asked(body: bytes) -> Asked:
    """Return what a request to sync asks for.

    Raises:
        ProtocolError: it is none.
    """
    said = canonical.read(body, ASKED)
    want, chunk, most = said.get("want"), said.get("chunk", serving.CHUNK), said.get("max", -1)
    if (
        not isinstance(want, dict)
        or len(want) > LOGS
        or not all(ORIGIN.fullmatch(one) and _is_count(at) for one, at in want.items())
        or not _is_count(chunk)
    ):
        raise ProtocolError("bad_field", "not what one may ask for")
    limit = min(most, serving.MOST) if _is_count(most) else serving.MOST
    bodies, explicit = said.get("bodies", "live") == "live", said.get("explicit") == 1
    return Asked(want, bodies, limit, min(chunk, serving.CHUNK), explicit)


def _head(size: int, root: bytes) -> dict[str, Any]:
    return {"root": base64.b64encode(root).decode(), "size": size}


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _json(value: dict[str, Any]) -> Response:
    data = canonical.spell(value)
    if len(data) < WORTH_PRESSING:
        return Response(data, mimetype="application/json")
    return _pressed([data], "application/json")


def _pressed(lines: Iterable[bytes], media_type: str) -> Response:
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return Response(b"".join(lines), mimetype=media_type)
    answer = Response(press(lines), mimetype=media_type)
    answer.headers["Content-Encoding"] = "gzip"
    return answer
