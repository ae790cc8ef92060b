"""The facts of the contract, read from their files."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "contracts"


@dataclass(frozen=True, eq=False)
class Fact:
    """One exchange: what was so before, what was asked, what was answered."""

    name: str
    given: tuple[str, ...]
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    status: int | None
    answer: Any
    step: int
    more: dict[str, Any]

    def __repr__(self) -> str:
        return self.name

    @property
    def scenario(self) -> str:
        """The name without its step."""
        return re.sub(r"-step\d+", "", self.name)

    @property
    def route(self) -> tuple[str, str]:
        """The method and the path, without numbers and without what follows a ?."""
        return self.method, re.sub(r"/\d+", "/N", self.path.partition("?")[0])


@cache
def facts() -> tuple[Fact, ...]:
    """Return every fact, by name."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.json")))


def fact(name: str) -> Fact:
    """Return the one whose name starts so."""
    (found,) = [one for one in facts() if one.name.startswith(name)]
    return found


def _read(path: Path) -> Fact:
    said = json.loads(path.read_text("utf-8"))
    asked, answered = said.pop("request"), said.pop("response")
    return Fact(
        path.stem,
        tuple(said.get("given") or ()),
        asked["method"],
        asked["path"],
        asked.get("headers") or {},
        asked.get("body"),
        answered["status"],
        answered.get("body"),
        said.get("step", 1),
        {**said, "raw_body": asked.get("raw_body")},
    )
