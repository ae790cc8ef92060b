"""Whether a body is right by the fields of its kind, and whether the fields themselves are.

What the fields do not name is kept as it is: a newer version wrote it. It must still be something a
record can hold at all, and ``salt`` and ``files`` belong to whoever carries the record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kpa_core.api import N_, Problem, RecordField, RecordType

KEY = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}\.[a-z]{2,20}/[a-z][a-z0-9_-]{0,31}/[1-9][0-9]{0,3}")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
RESERVED = ("salt", "files")
ITEM_LENGTH = 300
"""The longest text in a list."""
DEPTH = 12
INTEGER = 2**53 - 1
_BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def check(kind: RecordType, body: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Return all that is wrong with a body, in the order of the fields; nothing when it is right.

    ``where`` names the field at fault, ``steps.2.text``.
    """
    problems = [problem for field in kind.fields for problem in _check_field(field, body, "")]
    known = {field.name for field in kind.fields}
    for name, value in body.items():
        if name in RESERVED:
            problems.append(_problem(name, N_("Le nom « {name} » est réservé."), name=name))
        elif name not in known and not _can_be_written({str(name): value}):
            problems.append(
                _problem(str(name), N_("« {name} » ne peut pas être publié."), name=str(name)[:40])
            )
    return tuple(problems)


def _check_field(field: RecordField, body: Mapping[str, Any], above: str) -> Iterator[Problem]:
    where = f"{above}{field.name}"
    value = body.get(field.name)
    if _is_empty(value):
        if field.required:
            yield _problem(where, N_("{label} : écris quelque chose."), label=field.label)
        return
    yield from _CHECKS[field.kind](field, value, where)


def _is_empty(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list | tuple) and not value)


def _check_text(field: RecordField, value: Any, where: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield _problem(where, N_("{label} : il faut un texte."), label=field.label)
        return
    if len(value) > field.longest:
        yield _problem(
            where,
            N_("{label} : c'est trop long. Il y a {count} signes, {most} au plus."),
            label=field.label,
            count=len(value),
            most=field.longest,
        )
    if field.kind != "long_text" and _BREAKS.search(value):
        yield _problem(where, N_("{label} : écris sur une seule ligne."), label=field.label)
    if _UNSEEN.search(value) or not _is_text(value):
        yield _problem(
            where,
            N_("{label} : il y a un signe qu'on ne voit pas. Tape le texte à nouveau."),
            label=field.label,
        )


def _check_choice(field: RecordField, value: Any, where: str) -> Iterator[Problem]:
    if not isinstance(value, str) or value not in dict(field.choices):
        yield _problem(where, N_("{label} : choisis dans la liste."), label=field.label)


def _check_number(field: RecordField, value: Any, where: str) -> Iterator[Problem]:
    if type(value) is not int or not field.least <= value <= field.most:
        yield _problem(
            where,
            N_("{label} : écris un nombre entre {least} et {most}."),
            label=field.label,
            least=field.least,
            most=field.most,
        )


def _check_list(field: RecordField, value: Any, where: str) -> Iterator[Problem]:
    if not isinstance(value, list | tuple):
        yield _problem(where, N_("{label} : il faut une liste."), label=field.label)
        return
    if len(value) > field.longest:
        yield _problem(
            where,
            N_("{label} : c'est trop long. Il y a {count} lignes, {most} au plus."),
            label=field.label,
            count=len(value),
            most=field.longest,
        )
    for number, item in enumerate(value[: field.longest]):
        yield from _check_item(field, item, f"{where}.{number}")


def _check_item(field: RecordField, item: Any, where: str) -> Iterator[Problem]:
    if not field.of:
        if _is_empty(item):
            yield _problem(where, N_("{label} : une ligne est vide."), label=field.label)
        else:
            line = RecordField(field.name, field.label, longest=ITEM_LENGTH)
            yield from _check_text(line, item, where)
        return
    if not isinstance(item, Mapping):
        yield _problem(where, N_("{label} : une ligne n'est pas complète."), label=field.label)
        return
    for inside in field.of:
        yield from _check_field(inside, item, f"{where}.")


_CHECKS: dict[str, Callable[[RecordField, Any, str], Iterator[Problem]]] = {
    "text": _check_text,
    "long_text": _check_text,
    "place": _check_text,
    "choice": _check_choice,
    "number": _check_number,
    "list": _check_list,
}


def _problem(where: str, message: str, **params: object) -> Problem:
    return Problem(message, params=params, where=where)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _can_be_written(value: Any, depth: int = DEPTH) -> bool:
    """Tell whether canonical JSON has a spelling for a value: no fraction, no null, ASCII keys."""
    if depth == 0 or isinstance(value, bool):
        return False
    if isinstance(value, str):
        return _is_text(value)
    if isinstance(value, int):
        return abs(value) <= INTEGER
    if isinstance(value, Mapping):
        return all(
            isinstance(key, str) and key.isascii() and _can_be_written(inside, depth - 1)
            for key, inside in value.items()
        )
    return isinstance(value, list | tuple) and all(
        _can_be_written(inside, depth - 1) for inside in value
    )


def faults(kind: RecordType) -> tuple[str, ...]:
    """Return, in English, what is wrong with a kind a plugin brings: for its author, at start.

    Its own example must be right, or nobody could write one.
    """
    found = [] if KEY.fullmatch(kind.key) else [f"{kind.key!r} is not <domain>/<name>/<version>"]
    found += _field_faults(kind.fields, "")
    if not found:
        found += [
            f"the example is wrong at {problem.where}: {problem.message}"
            for problem in check(kind, kind.example)
        ]
    return tuple(found)


def _field_faults(fields: tuple[RecordField, ...], above: str) -> Iterator[str]:
    names = [field.name for field in fields]
    for field in fields:
        where = f"{above}{field.name}"
        if not NAME.fullmatch(field.name) or (not above and field.name in RESERVED):
            yield f"{where!r} cannot be a field's name"
        if names.count(field.name) > 1:
            yield f"{where!r} is there twice"
        if field.kind not in _CHECKS:
            yield f"{where!r} is of an unknown kind {field.kind!r}"
        if (field.kind == "choice") is not bool(field.choices):
            yield f"{where!r}: a choice has choices, nothing else does"
        if field.of and field.kind != "list":
            yield f"{where!r}: only a list has fields in it"
        yield from _field_faults(field.of, f"{where}.")
