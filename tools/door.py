"""Write what plugins may rely on: ``tests/unit/plugins/door.json``, for the API number of today.

python tools/door.py      after adding a name; a name that is there is never taken out by it
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from types import ModuleType
from typing import Any

from kpa_core import api, hookspecs

FILE = Path(__file__).resolve().parents[1] / "tests" / "unit" / "plugins" / "door.json"
Parameters = list[list[str]]


def names() -> dict[str, Parameters | None]:
    """Return every public name of the door, with the parameters of what can be called."""
    found = {}
    for name, thing in vars(api).items():
        ours = getattr(thing, "__module__", "kpa_core").partition(".")[0] == "kpa_core"
        if name.startswith("_") or isinstance(thing, ModuleType) or not ours:
            continue
        found[name] = parameters(thing) if callable(thing) else None
    return dict(sorted(found.items()))


def hooks() -> dict[str, Parameters | None]:
    """Return every hook with its arguments."""
    specs = {name: one for name, one in vars(hookspecs).items() if hasattr(one, "kpa_spec")}
    return {name: parameters(one) for name, one in sorted(specs.items())}


def parameters(thing: Any) -> Parameters | None:
    """Return each parameter: its name, its kind, and whether it may be left out."""
    try:
        given = inspect.signature(thing).parameters.values()
    except (TypeError, ValueError):
        return None  # a class made by the language: its name is all one may rely on
    empty = inspect.Parameter.empty
    return [
        [one.name, one.kind.name, "may" if one.default is not empty else "must"] for one in given
    ]


def broken(kept: dict[str, Any], today: dict[str, Any]) -> list[str]:
    """Return what plugins relied on and would miss, a sentence each."""
    found = []
    for name, before in kept.items():
        if name not in today:
            found.append(f"{name} is gone: give its new name in kpa_core.api.RENAMED")
        elif before is not None and (today[name] is None or not _takes(before, today[name])):
            found.append(f"{name} no longer takes what it took: {before}, now {today[name]}")
    return found


def _takes(before: Parameters, after: Parameters) -> bool:
    """Tell whether every call that was right still is."""
    kinds = {one[0]: one for one in after}
    place = [one[0] for one in after if one[1] != "KEYWORD_ONLY"]
    asked = [one[0] for one in before if one[1] != "KEYWORD_ONLY"]
    same = all(
        name in kinds and kinds[name][1] == kind and (was == "must" or kinds[name][2] == "may")
        for name, kind, was in before
    )
    known = {one[0] for one in before}
    stars = ("VAR_POSITIONAL", "VAR_KEYWORD")
    more = [one for one in after if one[0] not in known and one[1] not in stars]
    return same and place[: len(asked)] == asked and all(one[2] == "may" for one in more)


def main() -> None:
    """Add today's names to the file."""
    kept = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    if kept.get("api") != api.API_VERSION:
        kept = {"api": api.API_VERSION, "names": {}, "hooks": {}}
    kept["names"] = dict(sorted({**names(), **kept["names"]}.items()))
    kept["hooks"] = dict(sorted({**hooks(), **kept["hooks"]}.items()))
    FILE.write_text(_written(kept), "utf-8")


def _written(kept: dict[str, Any]) -> str:
    """Return the file: a line a name, so that a change reads as one."""
    parts = [
        f' "{part}": {{\n'
        + ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in rows.items())
        for part, rows in (("names", kept["names"]), ("hooks", kept["hooks"]))
    ]
    return f'{{\n "api": {kept["api"]},\n' + "\n },\n".join(parts) + "\n }\n}\n"


if __name__ == "__main__":
    main()
