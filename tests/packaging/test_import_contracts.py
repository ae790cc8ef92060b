"""Each import contract stops a planted import, and only the contract meant for it speaks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

PARENTS = (
    ".",
    "federation",
    "plugins/cape",
    "plugins/catering",
    "plugins/coopcycle",
    "plugins/ofn",
    "plugins/workshop",
)
CORE = "kpa_core"
CATERING = "plugins/catering/kpa_catering"

LINT = "from importlinter.cli import lint_imports_command as run; run()"

# what is planted: (the contract it breaks, {file: its new last lines})
PLANTS = {
    "the core imports a plugin": ("core-alone", {f"{CORE}/cli/planted.py": "import kpa_cape.law"}),
    "the core imports the federation": (
        "core-alone",
        {f"{CORE}/web/planted.py": "import kpa_federation"},
    ),
    "a plugin passes beside the door": (
        "one-door",
        {f"{CATERING}/planted.py": "import kpa_core.money"},
    ),
    "a plugin imports another": ("plugins-apart", {f"{CATERING}/planted.py": "import kpa_cape"}),
    "the federation imports a plugin": (
        "plugins-apart",
        {"federation/kpa_federation/planted.py": "import kpa_cape"},
    ),
    "money knows the web": ("pure", {f"{CORE}/money.py": "import flask"}),
    "totals know the database": ("pure", {f"{CORE}/invoices/totals.py": "import sqlalchemy"}),
    "share rules know the terminal": ("pure", {f"{CORE}/sharing/rules.py": "import click"}),
    "share rules know the network": ("pure", {f"{CORE}/sharing/rules.py": "import requests"}),
    "an invoice's paper knows the database": (
        "pure",
        {f"{CORE}/invoices/paper/chain.py": "import sqlalchemy"},
    ),
    "where one may go knows the network": (
        "pure",
        {f"{CORE}/safehttp/addresses.py": "import requests"},
    ),
    "a rule on publishing knows the database": (
        "catalogue-pure",
        {"federation/kpa_federation/catalogue/linter.py": "import sqlalchemy"},
    ),
    "the protocol knows the database": (
        "pure",
        {"federation/kpa_federation/protocol/tree.py": "import sqlalchemy"},
    ),
    "a log knows the peers": (
        "federation-layers",
        {"federation/kpa_federation/log/keeping.py": "import kpa_federation.peers.models"},
    ),
    "a service knows the request": (
        "services-without-web",
        {f"{CORE}/members/service.py": "import flask"},
    ),
    "a lower layer looks up": ("layers", {f"{CORE}/money.py": "import kpa_core.config"}),
    "a feature looks up": ("layers", {f"{CORE}/members/planted.py": "import kpa_core.sharing"}),
    "a module stands in no layer": ("layers", {f"{CORE}/planted.py": ""}),
    "a model uses its service": (
        "features",
        {f"{CORE}/members/models.py": "import kpa_core.members.service"},
    ),
    "views and commands mix": (
        "features",
        {f"{CORE}/members/views.py": "import kpa_core.members.cli", f"{CORE}/members/cli.py": ""},
    ),
    "two modules go round": (
        "no-circles",
        {
            f"{CATERING}/planted.py": "import kpa_catering.planted_too",
            f"{CATERING}/planted_too.py": "import kpa_catering.planted",
        },
    ),
}
# Where two contracts are right to speak: a model that uses its service goes round in a circle,
# as two packages do that import each other; what money imports, every service does; and a module
# that nobody placed has no layer.
ALSO = {
    "the federation imports a plugin": {"federation-layers"},
    "a log knows the peers": {"no-circles"},
    "a model uses its service": {"no-circles"},
    "money knows the web": {"services-without-web"},
}


def contracts(root: Path) -> dict[str, str]:
    config = ConfigParser()
    config.read(root / ".importlinter", encoding="utf-8")
    return {
        section.removeprefix("importlinter:contract:"): config[section]["name"]
        for section in config.sections()
        if ":contract:" in section
    }


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """The packages and their contracts, somewhere a bad import does no harm."""
    return copied(root, tmp_path)


@pytest.fixture(scope="module")
def already(root: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What is broken without a plant: one test says so, the others are not drowned by it."""
    return broken(copied(root, tmp_path_factory.mktemp("as_it_is")))


def copied(root: Path, target: Path) -> Path:
    shutil.copy(root / ".importlinter", target)
    for parent in PARENTS:
        for package in (root / parent).glob("kpa_*"):
            if package.is_dir():
                shutil.copytree(package, target / parent / package.name, ignore=only_python)
    return target


def only_python(folder: str, names: list[str]) -> list[str]:
    return [
        name for name in names if not name.endswith(".py") and not (Path(folder) / name).is_dir()
    ]


def broken(copy: Path) -> set[str]:
    """Return the ids of the contracts that import-linter finds broken in the copy."""
    answer = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(str(copy / p) for p in PARENTS)},
        capture_output=True,
        text=True,
    )
    said = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", answer.stdout, re.M))
    names = contracts(copy)
    assert set(said) == set(names.values()), answer.stdout + answer.stderr
    return {key for key, name in names.items() if said[name] == "BROKEN"}


def test_the_tree_keeps_every_contract(already: set[str]) -> None:
    assert already == set(), "run: make imports"


def test_every_contract_has_a_plant(root: Path) -> None:
    assert {contract for contract, _ in PLANTS.values()} == set(contracts(root))


def test_the_page_about_the_house_lists_the_same_rooms(root: Path) -> None:
    config = ConfigParser()
    config.read(root / ".importlinter", encoding="utf-8")
    layers = config["importlinter:contract:layers"]["layers"].strip().splitlines()
    table = (root / "docs" / "house.md").read_text("utf-8").split("| room |")[1].split("\n\n")[0]
    rooms = [line.split("|")[1] for line in table.splitlines()[2:]]

    assert [re.findall(r"\w+", room) for room in rooms] == [
        re.findall(r"\w+", layer) for layer in layers
    ]


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_import_is_stopped(plant: str, copy: Path, already: set[str]) -> None:
    contract, files = PLANTS[plant]
    for name, line in files.items():
        with (copy / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")

    assert broken(copy) - already == {contract} | ALSO.get(plant, set())
