"""The locks install the same everywhere: hashes for all, and not one address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

LOCKS = ("requirements.lock", "requirements-dev.lock")
ADDRESS = re.compile(r"://|(?:^|\s)/|--(?:index|extra-index|find-links|trusted)|\bfile:")


def pins(lock: Path) -> dict[str, Version]:
    found = re.findall(
        r"^([A-Za-z0-9._-]+)(?:\[[\w,]+\])?==([^\s;\\]+)", lock.read_text("utf-8"), re.M
    )
    return {canonicalize_name(name): Version(version) for name, version in found}


def declared(root: Path, lock: str) -> list[Requirement]:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["build"]
    if lock == "requirements-dev.lock":
        wanted += project["project"]["optional-dependencies"]["dev"]
    return [Requirement(line) for line in wanted]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str, root: Path) -> None:
    lines = (root / lock).read_text("utf-8").splitlines()

    assert [line for line in lines if ADDRESS.search(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str, root: Path) -> None:
    blocks = re.split(r"^(?=\S+==)", (root / lock).read_text("utf-8"), flags=re.M)[1:]

    assert len(blocks) == len(pins(root / lock))
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_the_project_declares(lock: str, root: Path) -> None:
    pinned = pins(root / lock)

    for wanted in declared(root, lock):
        version = pinned.get(canonicalize_name(wanted.name))
        assert version is not None, f"{wanted}: not in {lock}; run: make lock"
        assert wanted.specifier.contains(version, prereleases=True), f"{wanted}: run: make lock"


def test_tests_run_with_the_versions_that_serve(root: Path) -> None:
    served, tested = (pins(root / lock) for lock in LOCKS)

    assert served.items() <= tested.items()


def test_the_build_asks_for_nothing_outside_the_lock(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    pinned = pins(root / "requirements.lock")

    for wanted in map(Requirement, project["build-system"]["requires"]):
        assert wanted.specifier.contains(pinned[canonicalize_name(wanted.name)])
