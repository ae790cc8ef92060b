"""Entries: the headers of a log, one line of canonical JSON each, and what they may say.

A header says that something happened, never what: words are in the body, which it commits to by
hash. An entry that breaks a rule is *void*: hashed, kept, passed on, without effect.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from kpa_federation.protocol import canonical, keys, limits, tree
from kpa_federation.protocol.errors import ProtocolError

VERSION = 1
REASONS = ("duplicate", "error", "outdated", "privacy", "rights", "safety")
ORIGIN = re.compile(r"[a-z2-7]{32}")
KIND = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}/[a-z][a-z0-9_-]{0,31}/[1-9][0-9]{0,3}")
LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,39}")
RECORD = re.compile(r"([a-z2-7]{32})/(0|[1-9][0-9]{0,14})/([0-9a-f]{16})")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
HASH = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
"""32 bytes in base64url: the last letter has two bits that are not used."""
HASH_BYTES = 32
NONCE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a log. ``void`` says why it has no effect; it is empty when it has one."""

    line: bytes
    op: str
    fields: dict[str, Any]
    void: str = ""

    @property
    def leaf(self) -> bytes:
        """The entry's hash in the log's tree."""
        return tree.leaf_hash(self.line)


@dataclass(frozen=True, slots=True)
class Commitment:
    """The guardians' keys, promised by hash, and how many must sign a ``key`` entry."""

    hashes: tuple[str, ...] = ()
    threshold: int = 0

    def __bool__(self) -> bool:
        """Tell whether there are guardians."""
        return bool(self.hashes)

    def to_wire(self) -> dict[str, Any]:
        """Return it as the wire has it."""
        return {"hashes": list(self.hashes), "threshold": self.threshold}


NO_GUARDIANS = Commitment()


def read_entry(line: bytes) -> Entry:
    """Return the entry of a line, void when it breaks a rule that this line alone shows.

    Raises:
        ProtocolError: ``ended``: a leaf so long that the log ends before it, for everyone.
    """
    if len(line) > limits.KEY_HEADER:
        raise ProtocolError("ended", f"a leaf of {len(line)} bytes")
    try:
        fields = canonical.parse(line, limits.KEY_HEADER)
    except ProtocolError as error:
        return Entry(line, "", {}, error.code)
    if not canonical.is_spelled(fields, line):
        return Entry(line, "", {}, "not_canonical")
    return entry_of(fields, line)


def entry_of(fields: dict[str, Any], line: bytes) -> Entry:
    """Return the entry of fields that are spelled by this line."""
    op = fields.get("op")
    if not isinstance(op, str) or op not in CHECKS:
        return _void(line, "", fields, "unknown_op")
    if len(line) > limits.HEADER and op not in ("genesis", "key"):
        return _void(line, op, fields, "too_long")
    try:
        CHECKS[op](fields)
        for name in fields.keys() - CHECKED[op]:
            canonical.check({name: fields[name]})
    except ProtocolError as error:
        return _void(line, op, fields, error.code)
    return Entry(line, op, fields)


def _void(line: bytes, op: str, fields: dict[str, Any], reason: str) -> Entry:
    """Return a void entry; a value that canonical JSON lacks is told before what it stands for."""
    try:
        canonical.check(fields)
    except ProtocolError as error:
        return Entry(line, "", {}, error.code)
    return Entry(line, op, fields, reason)


def origin_of(genesis: bytes) -> str:
    """Return the origin that a genesis line makes: 160 bits of its leaf hash, in base32."""
    return base64.b32encode(tree.leaf_hash(genesis)[:20]).decode().lower()


def record_name(origin: str, index: int, leaf: bytes) -> str:
    """Return the name of a record outside its log; two branches never share one.

    ``index`` is the place of its first ``put`` in the log, ``leaf`` that entry's hash.
    """
    return f"{origin}/{index}/{leaf[:8].hex()}"


def genesis(key: bytes, at: date, nonce: bytes, following: Commitment | None = None) -> bytes:
    """Return the first line of a new log; ``nonce`` is 16 random bytes.

    Raises:
        ProtocolError: the key or the guardians may not be used.
    """
    fields: dict[str, Any] = {
        "algorithm": "ed25519",
        "at": at.isoformat(),
        "key": keys.text_of(key),
        "nonce": keys.text_of(nonce),
        "op": "genesis",
        "v": VERSION,
    }
    if following is not None:
        fields["next"] = following.to_wire()
    return _written(fields)


def put(
    body: bytes,
    *,
    at: date,
    kind: str,
    licence: str,
    record: int | None = None,
    revision: int = 1,
    derived_from: tuple[tuple[str, int], ...] = (),
) -> bytes:
    """Return the line that publishes a body, or its next revision.

    ``derived_from`` names each record it was made from, with its revision.

    Raises:
        ProtocolError: a field that receivers would refuse.
    """
    fields: dict[str, Any] = {
        "at": at.isoformat(),
        "body": body_hash(body),
        "bytes": len(body),
        "kind": kind,
        "licence": licence,
        "op": "put",
        "revision": revision,
    }
    if record is not None:
        fields["record"] = record
    if derived_from:
        fields["derived_from"] = [
            {"record": name, "revision": number} for name, number in derived_from
        ]
    return _written(fields)


def withdraw(op: str, *, at: date, record: int, revision: int, reason: str) -> bytes:
    """Return the line that withdraws a record: ``del``, or ``purge`` to erase its bytes too.

    Raises:
        ProtocolError: a field that receivers would refuse.
    """
    return _written(
        {
            "at": at.isoformat(),
            "op": op,
            "reason": reason,
            "record": record,
            "revision": revision,
        }
    )


def body_hash(body: bytes) -> str:
    """Return the hash by which a header commits to its body."""
    return keys.text_of(sha256(body).digest())


def read_commitment(value: object) -> Commitment:
    """Return the guardians a header names.

    Raises:
        ProtocolError: ``bad_field``: not 2 to 7 different hashes, or a threshold outside 2 to n.
    """
    if isinstance(value, dict) and isinstance(value.get("hashes"), list):
        hashes, threshold = value["hashes"], value.get("threshold")
        for one in hashes:
            keys.bytes_of(one, HASH_BYTES)
        count = len(set(hashes))
        if (
            type(threshold) is int
            and 2 <= threshold <= count <= limits.GUARDIANS
            and count == len(hashes)
        ):
            return Commitment(tuple(hashes), threshold)
    raise ProtocolError("bad_field", "guardians that cannot be")


def _written(fields: dict[str, Any]) -> bytes:
    made = read_entry(canonical.write(fields))
    if made.void:
        raise ProtocolError(
            made.void if made.void in ("too_long", "bad_key") else "bad_field",
            "a field that receivers would refuse",
        )
    return made.line


def _check_genesis(fields: dict[str, Any]) -> None:
    version = fields.get("v")
    if fields.get("algorithm") != "ed25519" or type(version) is not int or version != VERSION:
        raise ProtocolError("bad_field", "another version, or another algorithm")
    _check_day(fields)
    keys.bytes_of(fields.get("nonce"), NONCE_BYTES)
    keys.check_key(keys.bytes_of(fields.get("key"), keys.KEY_BYTES))
    if "next" in fields:
        read_commitment(fields["next"])


def _check_key(fields: dict[str, Any]) -> None:
    _check_day(fields)
    _check_text(fields, "origin", ORIGIN)
    _check_count(fields, "size", 1)
    keys.bytes_of(fields.get("root"), HASH_BYTES)
    keys.check_key(keys.bytes_of(fields.get("key"), keys.KEY_BYTES))
    read_commitment(fields.get("next"))
    by = fields.get("by", [])
    if not isinstance(by, list) or len(by) > limits.GUARDIANS:
        raise ProtocolError("bad_field", "too many signatures")
    for one in by:
        if not isinstance(one, dict):
            raise ProtocolError("bad_field", "a signature that is none")
        keys.bytes_of(one.get("key"), keys.KEY_BYTES)
        keys.bytes_of(one.get("signature"), keys.SIGNATURE_BYTES)


def _check_put(fields: dict[str, Any]) -> None:
    _check_day(fields)
    _check_text(fields, "body", HASH)
    _check_count(fields, "bytes", 1, limits.BODY)
    _check_text(fields, "kind", KIND)
    _check_text(fields, "licence", LICENCE)
    _check_count(fields, "revision", 1)
    if "record" in fields:
        _check_count(fields, "record", 1)
    sources = fields.get("derived_from", [])
    if not isinstance(sources, list) or len(sources) > limits.DERIVED_FROM:
        raise ProtocolError("bad_field", "too many sources")
    for one in sources:
        if not isinstance(one, dict):
            raise ProtocolError("bad_field", "a source that is none")
        _check_text(one, "record", RECORD)
        _check_count(one, "revision", 1)


def _check_withdrawal(fields: dict[str, Any]) -> None:
    _check_day(fields)
    if fields.get("reason") not in REASONS:
        raise ProtocolError("bad_field", "a reason that is not listed")
    _check_count(fields, "record", 1)
    _check_count(fields, "revision", 1)


def _check_text(fields: dict[str, Any], name: str, pattern: re.Pattern[str]) -> None:
    value = fields.get(name)
    if type(value) is not str or not pattern.fullmatch(value):
        raise ProtocolError("bad_field", name)


def _check_count(fields: dict[str, Any], name: str, least: int, most: int = limits.INTEGER) -> None:
    value = fields.get(name)
    if type(value) is not int or not least <= value <= most:
        raise ProtocolError("bad_field", name)


def _check_day(fields: dict[str, Any]) -> None:
    value = fields.get("at")
    if type(value) is str and DAY.fullmatch(value):
        try:
            date.fromisoformat(value)
        except ValueError:
            pass
        else:
            return
    raise ProtocolError("bad_field", "at")


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "genesis": _check_genesis,
    "key": _check_key,
    "put": _check_put,
    "del": _check_withdrawal,
    "purge": _check_withdrawal,
}
CHECKED = {
    "genesis": frozenset({"algorithm", "at", "key", "nonce", "op", "v"}),
    "key": frozenset({"at", "key", "op", "origin", "root", "size"}),
    "put": frozenset({"at", "body", "bytes", "kind", "licence", "op", "record", "revision"}),
    "del": frozenset({"at", "op", "reason", "record", "revision"}),
    "purge": frozenset({"at", "op", "reason", "record", "revision"}),
}
"""Fields that are checked whole; the others may be anything that canonical JSON writes."""
