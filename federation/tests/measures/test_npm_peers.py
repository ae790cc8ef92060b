"""The measures beside the npm peers notice a client that does not hold what was published."""

from __future__ import annotations

import importlib
import json
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

MEASURES = Path(__file__).parents[3] / "benchmarks" / "federation"
PUBLISHED = {"a-1.json": b'{"title":"Banc"}', "a-2.json": b'{"title":"Four"}'}
HELD = {name: sha256(body).hexdigest() for name, body in PUBLISHED.items()}


@pytest.fixture
def measures(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return the modules under test; they live beside the command that runs them."""
    monkeypatch.syspath_prepend(str(MEASURES))
    names = ("npm_system", "npm_place", "atproto_side", "negentropy_side", "bars", "peers_place")
    found: dict[str, ModuleType] = {name: importlib.import_module(name) for name in names}
    return SimpleNamespace(**found)


WRONG = {
    "a record dropped": ({"a-1.json": HELD["a-1.json"]}, "lacks 1, has 0 otherwise"),
    "nothing at all": ({}, "lacks 2"),
    "an edit missed": (HELD | {"a-2.json": sha256(b"old").hexdigest()}, "has 1 otherwise"),
    "a record invented": (HELD | {"a-3.json": HELD["a-1.json"]}, "1 nobody published"),
}


def client_that_holds(
    measures: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    side: str,
    held: dict[str, str],
) -> Any:
    kind = {"atproto": measures.atproto_side.AtProto, "negentropy": measures.negentropy_side.Live}
    with ExitStack() as stack:
        one = kind[side](folder / "side", stack, folder)
        one.proxy = SimpleNamespace(port=1)
        one.publish(PUBLISHED)

        def run(_node: str, _script: str, *_words: object) -> dict[str, float]:
            (folder / "side" / "reader.held.json").write_text(json.dumps(held))
            return {"seconds": 0.5, "cpu": 0.25, "signatures": 1}

        monkeypatch.setattr(measures.peers_place, "run", run)
        return one.client("reader")


@pytest.mark.parametrize("side", ["atproto", "negentropy"])
@pytest.mark.parametrize(("held", "what"), WRONG.values(), ids=WRONG)
def test_a_client_that_holds_something_else_stops_the_run(
    measures: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    side: str,
    held: dict[str, str],
    what: str,
) -> None:
    with pytest.raises(SystemExit, match=f"{side}: the client .*{what}"):
        client_that_holds(measures, monkeypatch, tmp_path, side, held)


@pytest.mark.parametrize("side", ["atproto", "negentropy"])
def test_a_client_that_holds_everything_is_measured(
    measures: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, side: str
) -> None:
    found = client_that_holds(measures, monkeypatch, tmp_path, side, HELD)

    assert found == (0.5, 0.25, 1)


@pytest.mark.parametrize(
    ("node", "npm", "why"),
    [
        ("", "11.1.0", "node is not installed"),
        ("v20.20.2", "", "npm is not installed"),
        ("v18.20.0", "10.0.0", "node v18.20.0 is too old, they need 20.19"),
        ("v20.9.0", "10.0.0", "node v20.9.0 is too old, they need 20.19"),
        ("v20.19.0", "10.0.0", ""),
        ("v22.1.0", "10.0.0", ""),
    ],
)
def test_versions_that_can_run_the_peers(
    measures: SimpleNamespace, node: str, npm: str, why: str
) -> None:
    assert measures.npm_place.why_not(node, npm) == why


def test_without_node_the_table_says_why(
    measures: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    place, why = measures.npm_place.place_of(tmp_path / "npm")

    assert place is None
    lines = measures.bars.unmeasured({"atproto": why})
    assert lines == ["atproto: not measured: node is not installed"]
    assert not (tmp_path / "npm").exists()


def test_the_peers_are_pinned_and_name_no_registry() -> None:
    wanted = json.loads((MEASURES / "npm" / "package.json").read_text())["dependencies"]
    locked = json.loads((MEASURES / "npm" / "package-lock.json").read_text())["packages"]
    packages = {name: one for name, one in locked.items() if name}

    assert wanted == {name: packages[f"node_modules/{name}"]["version"] for name in wanted}, (
        "a version that is not exact, or a lock of other ones"
    )
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert not any("resolved" in one for one in packages.values())
