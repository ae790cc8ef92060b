"""Bundles: sections of many logs as lines of text, the same bytes over HTTP and in a file.

Each line is a letter and what it holds. ``K`` says who sends. Then for each section ``L`` is its
frame, and its entries follow: ``H`` a header as it is, or ``P`` a ``put`` without its ``body`` hash
and then ``B`` the body it is computed from. ``E`` ends, and says where to go on.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from typing import Any

from kpa_federation.protocol import canonical, limits
from kpa_federation.protocol.entries import (
    KIND,
    LICENCE,
    ORIGIN,
    VERSION,
    Entry,
    body_hash,
    entry_of,
    read_entry,
)
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.notes import read_checkpoint
from kpa_federation.protocol.reading import ForwardKey, Section

BODY_FIELD = re.compile(rb'(\{"at":"[0-9-]{10}",)"body":"[A-Za-z0-9_-]{43}",')
USUAL = re.compile(
    rb'\{"at":"(20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8]))","bytes":([1-9][0-9]{0,4}),'
    rb'"kind":"(%b)","licence":"(%b)","op":"put"'
    rb'(?:,"record":([1-9][0-9]{0,14}))?,"revision":([1-9][0-9]{0,14})\}'
    % (KIND.pattern.encode(), LICENCE.pattern.encode())
)
"""A ``put`` without its body's hash, as nearly all are written; on the days every month has."""
FRAME = 512 * 1024
"""A frame has room for all the keys ahead that it may bring."""
END = 1024 * 1024
MOST_ENTRIES = limits.SECTION_ENTRIES
SECTION = 16 * 1024 * 1024
"""Bytes of entries and bodies in one section: what is held in memory before it is verified."""


def opening(peer: str) -> bytes:
    """Return the first line: who sends, and the version."""
    return b"K" + canonical.write({"peer": peer, "v": VERSION}) + b"\n"


def closing(cursor: str, following: dict[str, int]) -> bytes:
    """Return the last line: what to ask for next time, and the logs that were cut short."""
    return b"E" + canonical.write({"cursor": cursor, "next": following}) + b"\n"


def section_lines(section: Section, explicit: bool = False) -> Iterator[bytes]:
    """Write a section, line by line.

    ``explicit`` sends each header whole: when a root fails, the hashes name the body at fault.
    """
    yield _frame_line(section)
    for index, entry in enumerate(section.entries, section.start):
        body = section.bodies.get(index)
        short = None if body is None or explicit else without_body(entry.line)
        yield b"H" + entry.line + b"\n" if short is None else b"P" + short + b"\n"
        if body is not None:
            yield b"B" + body + b"\n"


def is_readable(section: Section) -> bool:
    """Tell whether peers read a section: it may have too many entries, or too many keys ahead."""
    if len(section.forward) > limits.FORWARD_KEYS or len(section.entries) > MOST_ENTRIES:
        return False
    return not section.forward or len(_frame_line(section)) <= FRAME


def _frame_line(section: Section) -> bytes:
    frame: dict[str, Any] = {
        "checkpoint": section.checkpoint.note(),
        "from": section.start,
        "log": section.origin,
        "to": section.end,
    }
    if section.proof:
        frame["proof"] = _write_hashes(section.proof)
    if section.forward:
        frame["keys"] = [
            {"index": one.index, "line": one.line.decode(), "proof": _write_hashes(one.proof)}
            for one in section.forward
        ]
    return b"L" + canonical.write(frame) + b"\n"


def without_body(line: bytes) -> bytes | None:
    """Return a ``put`` line without its ``body`` field; None where it is not in its usual place."""
    matched = BODY_FIELD.match(line)
    return line[: matched.end(1)] + line[matched.end() :] if matched else None


class BundleReader:
    """Reads a bundle section by section; those before a cut are whole.

    ``peer`` is known from the first section on; ``cursor`` and ``following`` when ``is_whole``.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.peer = ""
        self.cursor = ""
        self.following: dict[str, int] = {}
        self.is_whole = False
        self._lines = split_lines(pieces)

    def __iter__(self) -> Iterator[Section]:
        """Give each whole section; one that was cut is left out, and comes again.

        Raises:
            ProtocolError: ``bad_bundle``, or what a frame or a line raises.
        """
        first = next(self._lines, None)
        if first is None:
            return
        self._open(first)
        section: Section | None = None
        for line in self._lines:
            tag = line[:1]
            if tag in (b"L", b"E") and section is not None:
                yield _whole(section)
                section = None
            if tag == b"E":
                self._close(line[1:])
                return
            if tag == b"L":
                section, held = _read_frame(line[1:]), 0
            elif section is None:
                raise ProtocolError("bad_bundle", "an entry outside of a section")
            else:
                held += len(line) + self._read_entry(section, tag, line[1:])
                count = len(section.entries)
                if held > SECTION or count > min(section.end - section.start, MOST_ENTRIES):
                    raise ProtocolError("bad_bundle", "a section longer than it says, or may be")

    def _open(self, line: bytes) -> None:
        if line[:1] != b"K":
            raise ProtocolError("bad_bundle", "it does not begin as a bundle")
        said = canonical.read(line[1:], FRAME)
        if said.get("v") != VERSION or not _is_origin(said.get("peer")):
            raise ProtocolError("bad_bundle", "another version")
        self.peer = said["peer"]

    def _close(self, line: bytes) -> None:
        said = canonical.read(line, END)
        cursor, following = said.get("cursor"), said.get("next")
        if not isinstance(cursor, str) or len(cursor) > 64 or not isinstance(following, dict):
            raise ProtocolError("bad_bundle", "an end that says nothing")
        if not all(_is_origin(one) and type(at) is int for one, at in following.items()):
            raise ProtocolError("bad_bundle", "an end that names no logs")
        self.cursor, self.following, self.is_whole = cursor, following, True
        if next(self._lines, None) is not None:
            raise ProtocolError("bad_bundle", "lines after the end")

    def _read_entry(self, section: Section, tag: bytes, line: bytes) -> int:
        """Add a line to a section; return the bytes of the body it took with it."""
        if tag == b"H":
            section.entries.append(read_entry(line))
        elif tag == b"P":
            body = next(self._lines, b"")
            if body[:1] != b"B":
                if body:
                    raise ProtocolError("bad_bundle", "a header without the body it needs")
                return 0  # cut here
            index = section.start + len(section.entries)
            section.entries.append(_with_body(line, body[1:]))
            _check_body(section.entries[-1])
            section.bodies[index] = body[1:]
            return len(body)
        elif tag == b"B" and section.entries:
            if len(line) > limits.BODY:
                raise ProtocolError("too_long", "a body longer than any may be")
            _check_body(section.entries[-1])
            index = section.start + len(section.entries) - 1
            if section.entries[-1].fields.get("body") != body_hash(line):
                raise ProtocolError("bad_root", f"the body of entry {index} is not the signed one")
            section.bodies[index] = line
        else:
            raise ProtocolError("bad_bundle", "a line of no known kind")
        return 0


def split_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Give each whole line, without its end; what follows the last end is left out.

    Raises:
        ProtocolError: ``too_long``.
    """
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if len(line) > END:
                raise ProtocolError("too_long", "a line that is longer than any may be")
            yield line
        if len(rest) > END:
            raise ProtocolError("too_long", "a line that is longer than any may be")


def _with_body(line: bytes, body: bytes) -> Entry:
    if len(body) > limits.BODY:
        raise ProtocolError("too_long", "a body longer than any may be")
    return _usual(line, body) or _unusual(line, body)


def _check_body(entry: Entry) -> None:
    if entry.op not in ("", "put"):  # an op of a later version may have one
        raise ProtocolError("bad_bundle", "a body under an entry that has none")


def _usual(line: bytes, body: bytes) -> Entry | None:
    """Return a ``put`` with no field but the usual ones, None else: then read it at leisure.

    The pattern takes canonical spellings of allowed values only, so nothing is left to check; it
    is six times as fast, and nearly every entry of a first sync is such a line.
    """
    matched = USUAL.fullmatch(line)
    if matched is None:
        return None
    at, size, kind, licence, record, revision = (one and one.decode() for one in matched.groups())
    fields: dict[str, Any] = {
        "at": at,
        "body": body_hash(body),
        "bytes": int(size),
        "kind": kind,
        "licence": licence,
        "op": "put",
        "revision": int(revision),
    }
    if record is not None:
        fields["record"] = int(record)
    cut = matched.end(1) + len('",')
    whole = b'%b"body":"%b",%b' % (line[:cut], fields["body"].encode(), line[cut:])
    return Entry(whole, "put", fields)


def _unusual(line: bytes, body: bytes) -> Entry:
    fields = canonical.parse(line, limits.HEADER)
    fields["body"] = body_hash(body)
    try:
        return entry_of(fields, canonical.spell(fields))
    except (UnicodeEncodeError, RecursionError) as error:
        raise ProtocolError("not_canonical", "half a character, or far too deep") from error


def _whole(section: Section) -> Section:
    if section.start + len(section.entries) != section.end:
        raise ProtocolError("bad_bundle", "a section shorter than it says")
    return section


def _read_frame(line: bytes) -> Section:
    frame = canonical.read(line, FRAME)
    origin, start, end, note = (frame.get(one) for one in ("log", "from", "to", "checkpoint"))
    if not (
        isinstance(origin, str)
        and _is_origin(origin)
        and isinstance(note, str)
        and type(start) is int
        and type(end) is int
        and 0 <= start <= end
    ):
        raise ProtocolError("bad_bundle", "a frame that frames nothing")
    forward = frame.get("keys", [])
    if not isinstance(forward, list) or len(forward) > limits.FORWARD_KEYS:
        raise ProtocolError("bad_bundle", "too many keys ahead")
    return Section(
        origin=origin,
        start=start,
        end=end,
        checkpoint=read_checkpoint(note),
        proof=_read_hashes(frame.get("proof", [])),
        forward=tuple(_read_forward(one) for one in forward),
    )


def _read_forward(one: Any) -> ForwardKey:
    if isinstance(one, dict) and isinstance(one.get("line"), str) and type(one.get("index")) is int:
        return ForwardKey(one["index"], one["line"].encode(), _read_hashes(one.get("proof")))
    raise ProtocolError("bad_bundle", "a key ahead that is none")


def _is_origin(value: object) -> bool:
    return isinstance(value, str) and ORIGIN.fullmatch(value) is not None


def _write_hashes(hashes: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]


def _read_hashes(value: object) -> tuple[bytes, ...]:
    if isinstance(value, list) and len(value) <= limits.PROOF_HASHES:
        try:
            return tuple(base64.b64decode(one, validate=True) for one in value)
        except (TypeError, ValueError):
            pass
    raise ProtocolError("bad_proof", "a proof that is none")
