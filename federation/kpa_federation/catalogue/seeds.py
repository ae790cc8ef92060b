"""The records a first network starts with: four groups, each with what it does.

Written for kpa from the public article on the first four groups, in plain sentences, without
anybody's name. What the article does not say is a proposal to the group, and marked as such.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "examples"
GROUPS = {
    "la-cape": "La Cape",
    "moulins-coop": "Moulins Coop",
    "illicoop": "Illicoop",
    "les-coopains": "Les Coopains à Bord !",
}


@dataclass(frozen=True)
class Seed:
    """A record ready to be published: its file's name, its group, kind, licence and body."""

    name: str
    group: str
    kind: str
    licence: str
    body: Mapping[str, Any]


def seeds(group: str | None = None) -> tuple[Seed, ...]:
    """Return the records of all groups, or of one, in the order of their files' names."""
    found = (_read(path) for path in sorted(FOLDER.glob("*.toml")))
    return tuple(seed for seed in found if group in (None, seed.group))


def _read(path: Path) -> Seed:
    with path.open("rb") as file:
        table = tomllib.load(file)
    return Seed(path.stem, table["group"], table["kind"], table["licence"], table["body"])
