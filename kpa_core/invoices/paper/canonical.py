"""Canonical JSON: one value, one spelling, so that a hash of the bytes is a hash of the value.

The bytes are those RFC 8785 gives for the values allowed here: UTF-8, keys in order, no space
outside strings, whole numbers that every reader holds exactly (up to 2^53 - 1), never a float.
"""

from __future__ import annotations

import json
from typing import NoReturn

from kpa_core.errors import N_, KpaError

LARGEST_INTEGER = 2**53 - 1


class InvalidSnapshot(KpaError):
    """A document that is not whole, or bytes that no kpa wrote; ``field`` says where."""

    status = 422


def canonical(value: object) -> bytes:
    """Write strings, whole numbers, booleans, None, sequences and string-keyed mappings.

    Raises:
        InvalidSnapshot: another type, an integer beyond 2^53 - 1, or text that is not Unicode.
    """
    _check(value, "$")
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def read_canonical(data: bytes) -> object:
    """Read bytes that :func:`canonical` wrote, and no others.

    Raises:
        InvalidSnapshot: not UTF-8 JSON, a repeated key, a float, NaN or Infinity, nesting too
            deep, or the same value spelt in another way.
    """
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object_once,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except (ValueError, RecursionError) as error:
        raise InvalidSnapshot(
            N_("Ce document figé ne se lit pas : ce n'est pas du JSON en UTF-8.")
        ) from error
    if canonical(value) != data:
        raise InvalidSnapshot(N_("Ce document figé n'est pas écrit dans sa forme unique."))
    return value


def _check(value: object, where: str) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise InvalidSnapshot(N_("Le nombre est trop grand : {where}."), where=where)
    elif isinstance(value, str):
        _check_text(value, where)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _check(item, f"{where}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise InvalidSnapshot(
                    N_("Une clé doit être en lettres simples : {where}."), where=where
                )
            _check(item, f"{where}.{key}")
    else:
        raise InvalidSnapshot(
            N_("Cette valeur ne peut pas être figée : {where} ({kind})."),
            where=where,
            kind=type(value).__name__,
        )


def _check_text(value: str, where: str) -> None:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidSnapshot(
            N_("Le texte contient un caractère cassé : {where}."), where=where
        ) from error


def _object_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidSnapshot(N_("Une clé est écrite deux fois dans ce document figé."))
    return found


def _refuse_number(text: str) -> NoReturn:
    raise InvalidSnapshot(N_("Ce nombre n'est pas entier : {text}."), text=text)
