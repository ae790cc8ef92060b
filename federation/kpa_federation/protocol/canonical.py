"""Canonical JSON: one value has one spelling, so that what is signed cannot be read two ways.

The subset of RFC 8785 without fractions, ``null`` and booleans, and with ASCII keys. There, sorting
by code points equals sorting by UTF-16 units, and the standard library writes the same bytes.
"""

from __future__ import annotations

import json
from typing import Any

from kpa_federation.protocol import limits
from kpa_federation.protocol.errors import ProtocolError


def _refuse(text: str) -> Any:
    raise ValueError(f"a number that is no plain integer: {text[:20]}")


_decode = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse).decode
_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


def write(value: dict[str, Any]) -> bytes:
    """Return the one spelling of an object.

    Raises:
        ProtocolError: it holds something that has none.
    """
    check(value)
    return spell(value)


def spell(value: dict[str, Any]) -> bytes:
    """Return the bytes of an object whose values were checked already."""
    return _encode(value).encode()


def read(line: bytes, longest: int) -> dict[str, Any]:
    """Return the object that these bytes spell.

    Raises:
        ProtocolError: ``too_long``, or ``not_canonical`` when they are not its one spelling.
    """
    value = parse(line, longest)
    check(value)
    if not is_spelled(value, line):
        raise ProtocolError("not_canonical", "another spelling of the same value")
    return value


def is_spelled(value: dict[str, Any], line: bytes) -> bool:
    """Tell whether these bytes are an object's one spelling; half characters have none.

    Nor has what is nested deeper than Python goes.
    """
    try:
        return spell(value) == line
    except (UnicodeEncodeError, RecursionError):
        return False


def parse(line: bytes, longest: int) -> dict[str, Any]:
    """Return the object of these bytes, whatever their spelling; its values are not checked.

    Raises:
        ProtocolError: ``too_long``, or ``not_canonical`` when they are no JSON object.
    """
    if len(line) > longest:
        raise ProtocolError("too_long", f"{len(line)} bytes, at most {longest}")
    try:
        value = _decode(line.decode())
    except (ValueError, RecursionError) as error:
        raise ProtocolError("not_canonical", "not JSON, or not UTF-8") from error
    if not isinstance(value, dict):
        raise ProtocolError("not_canonical", "not an object")
    return value


def check(value: Any, depth: int = 1) -> None:
    """Check that a value is made of objects with ASCII keys, lists, texts and plain integers.

    Raises:
        ProtocolError: ``not_canonical``.
    """
    kind = type(value)
    if kind is str:
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise ProtocolError("not_canonical", "half a character")
    elif kind is int:
        if abs(value) > limits.INTEGER:
            raise ProtocolError("not_canonical", "an integer above 2^53 - 1")
    elif depth > limits.DEPTH:
        raise ProtocolError("not_canonical", f"deeper than {limits.DEPTH}")
    elif kind is dict:
        for key, one in value.items():
            if type(key) is not str or not key.isascii():
                raise ProtocolError("not_canonical", "a key that is not ASCII")
            check(one, depth + 1)
    elif kind is list:
        for one in value:
            check(one, depth + 1)
    else:
        raise ProtocolError("not_canonical", f"a value of a kind that is not used: {kind.__name__}")
