"""The facts of the contract, and whether an answer has what they name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "contracts"


@dataclass(frozen=True, eq=False)
class Fact:
    """One exchange."""

    name: str
    api: str
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    status: int | None
    answer: Any
    match: str

    def __repr__(self) -> str:
        return self.name


@cache
def facts() -> tuple[Fact, ...]:
    """Return every fact, by name."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.json")))


def fact(name: str) -> Fact:
    """Return the one of that name."""
    (found,) = [one for one in facts() if one.name == name]
    return found


def _read(path: Path) -> Fact:
    said = json.loads(path.read_text("utf-8"))
    asked, answered = said["request"], said["response"]
    return Fact(
        path.stem,
        said.get("api", ""),
        asked["method"],
        asked["path"],
        asked.get("headers") or {},
        asked.get("body"),
        answered["status"],
        answered.get("body"),
        said.get("body_match", "exact"),
    )


def lacks(named: Any, said: Any, at: str = "") -> Iterator[str]:
    """Yield what a fact names and an answer lacks, or has of another kind; more keys are let be."""
    if isinstance(named, str) and re.search(r"<.*>", named):
        return  # there, whatever it is
    if isinstance(named, dict):
        if not isinstance(said, dict):
            yield f"{at}: {said!r} is no object"
            return
        for key, value in named.items():
            if key not in said:
                yield f"{at}.{key} is missing"
            else:
                yield from lacks(value, said[key], f"{at}.{key}")
    elif isinstance(named, list):
        if not isinstance(said, list):
            yield f"{at}: {said!r} is no list"
        elif named and said:
            yield from lacks(named[0], said[0], f"{at}[0]")
    elif named is not None and said is not None and not _alike(named, said):
        yield f"{at}: {said!r} is not of the kind of {named!r}"


def _alike(one: Any, other: Any) -> bool:
    return (_is_number(one) and _is_number(other)) or type(one) is type(other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
