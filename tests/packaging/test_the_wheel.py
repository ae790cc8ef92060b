"""The distribution as others get it: built, installed in an empty environment, used elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("wheel")

PLUGINS = ("cape", "catering", "coopcycle", "ofn", "workshop")
PACKAGES = {"kpa_core", "kpa_federation", *(f"kpa_{name}" for name in PLUGINS)}
# The index of packages is reached through pip's own settings, as on any machine.
PASSED_ON = ("HOME", "LANG", "TMPDIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
PIP_S_OWN = ("PIP_", "SSL_CERT_", "REQUESTS_CA_")


def run(*command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """The wheel built from the checkout, with the build tools of the lock."""
    folder = tmp_path_factory.mktemp("wheel")
    run(
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"),
        *("--wheel-dir", folder, root),
        env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="session")
def installed(wheel: Path, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` folder of an environment that knows the lock and the wheel, nothing else."""
    folder = tmp_path_factory.mktemp("elsewhere")
    new_environment(folder / "venv")
    install(folder / "venv", "--require-hashes", "--requirement", root / "requirements.lock")
    install(folder / "venv", "--no-deps", wheel)
    return folder / "venv" / "bin"


def new_environment(folder: Path) -> None:
    """Make an empty environment; pip stays outside, as it is no part of what is tried."""
    run(sys.executable, "-m", "venv", "--without-pip", folder, env=clean())


def install(environment: Path, *what: str | Path) -> None:
    """Install into an environment; modules are compiled when they are used."""
    python = environment / "bin" / "python"
    quick = ("--quiet", "--no-compile")
    pip = (sys.executable, "-m", "pip", "--python", python, "install", *quick)
    run(*pip, *what, cwd=environment, env=clean())


def clean() -> dict[str, str]:
    """Return an environment in which nothing points back at the checkout."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.upper() in PASSED_ON or name.startswith(PIP_S_OWN)
    }
    return kept | {"PATH": "/usr/bin:/bin", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def test_it_brings_our_packages_and_no_other_top_level_name(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}

    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES


def test_it_brings_every_file_that_is_not_a_test(
    names: set[str], tracked: list[Path], root: Path
) -> None:
    expected = set()
    for path in tracked:
        parts = path.relative_to(root).parts
        inside = next((i for i, part in enumerate(parts) if part in PACKAGES), None)
        if parts[0] == "instance_template":
            expected.add("/".join(("kpa_core", "scaffold", "instance", *parts[1:])))
        elif inside is not None and inside <= 2 and parts[0] != "tests":
            expected.add("/".join(parts[inside:]))

    assert expected - names == set()


def test_it_brings_each_catalogue_compiled(names: set[str]) -> None:
    written = {name for name in names if name.endswith(".po")}

    assert {name.replace(".po", ".mo") for name in written} <= names


def test_it_brings_no_test(names: set[str]) -> None:
    # The scaffold's own test is a template, not a module.
    modules = [name for name in names if name.endswith(".py")]

    assert [name for name in modules if "tests" in name.split("/")] == []


def test_it_brings_what_the_network_needs_and_no_vectors(names: set[str], root: Path) -> None:
    inside = {name for name in names if name.startswith("kpa_federation/")}

    for folder, end in (("templates/federation/", ".html"), ("migrations/versions/", ".py")):
        found = {one for one in inside if f"kpa_federation/{folder}" in one and one.endswith(end)}
        there = (root / "federation" / "kpa_federation" / folder).rglob(f"*{end}")
        assert len(found) == len(list(there)) > 3
    assert "kpa_federation/protocol/words.txt" in inside
    assert any(name.startswith("kpa_federation/catalogue/examples/") for name in inside)
    assert [name for name in names if "vectors" in name or name.endswith("SPEC.md")] == []


def test_it_says_its_licence_and_carries_the_text(wheel: Path, root: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        head = Parser().parsestr(archive.read(metadata).decode())
        text = archive.read(metadata.replace("METADATA", "licenses/LICENSE"))

    assert head["License-Expression"] == "AGPL-3.0-or-later"
    assert text == (root / "LICENSE").read_bytes()


def test_the_command_answers_from_another_folder(installed: Path, tmp_path: Path) -> None:
    answer = run(installed / "kpa", "--help", cwd=tmp_path, env=clean())

    assert "Usage: kpa" in answer.stdout or "Usage : kpa" in answer.stdout


def test_the_module_answers_where_a_stranger_s_kpa_took_the_name(
    installed: Path, tmp_path: Path
) -> None:
    run(installed / "python", "-m", "kpa_core", "--version", cwd=tmp_path, env=clean())


def test_its_plugins_are_found_by_their_entry_points(installed: Path, tmp_path: Path) -> None:
    load = (
        "from importlib.metadata import entry_points\n"
        "for one in entry_points(group='kpa.plugins'): print(one.name, one.load().name)\n"
    )

    answer = run(installed / "python", "-c", load, cwd=tmp_path, env=clean())

    ours = sorted((*PLUGINS, "federation"))
    assert answer.stdout.splitlines() == [f"{one} {one}" for one in ours]


def test_a_new_instance_is_in_the_network_and_nothing_is_wrong(
    installed: Path, tmp_path: Path
) -> None:
    names = ("--name", "La Cape", "--first-name", "Awa", "--contact", "0612345678")
    run(installed / "kpa", "new", "ici", *names, cwd=tmp_path, env=clean())
    there = tmp_path / "ici"

    listed = run(installed / "kpa", "plugin", "list", cwd=there, env=clean())
    opened = run(installed / "kpa", "federation", "open", cwd=there, env=clean())

    for name in ("cape", "catering", "federation"):
        assert f"{name}  loaded  " in listed.stdout
    assert re.fullmatch(r"[a-z2-7]{32}\n", opened.stdout)
    checked = subprocess.run(
        [installed / "kpa", "doctor"], cwd=there, env=clean(), capture_output=True, text=True
    )
    about = [line for line in checked.stdout.splitlines() if "federation" in line]
    assert about
    assert [line for line in about if not line.startswith("ok")] == []


@pytest.mark.parametrize("name", ["federation", "plugins", "tests", "tools"])
def test_no_folder_of_the_checkout_can_be_imported(
    name: str, installed: Path, tmp_path: Path
) -> None:
    answer = subprocess.run(
        [installed / "python", "-c", f"import {name}"],
        cwd=tmp_path,
        env=clean(),
        capture_output=True,
        text=True,
    )

    assert f"No module named '{name}'" in answer.stderr


# --- a plugin of someone else ---------------------------------------------------------------------


@pytest.fixture(scope="session")
def sewing(installed: Path, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plugin that ``kpa plugin new`` wrote, far from the checkout, beside its environment.

    That one is on top of the wheel's, which nobody else may change: there it would be found too.
    """
    folder = tmp_path_factory.mktemp("stranger")
    run(installed / "kpa", "plugin", "new", "sewing", cwd=folder, env=clean())
    new_environment(folder / "venv")
    (below,) = installed.parent.glob("lib/*/site-packages")
    (own,) = (folder / "venv").glob("lib/*/site-packages")
    (own / "below.pth").write_text(f"{below}\n", "utf-8")
    lock = root / "requirements-dev.lock"
    locked = ("--require-hashes", "--constraint", lock, "--requirement", pytest_of(lock, folder))
    install(folder / "venv", *locked)
    install(folder / "venv", "--no-deps", "--no-build-isolation", folder / "kpa-sewing")
    return folder / "kpa-sewing"


def pytest_of(lock: Path, folder: Path) -> Path:
    """Write the lock's own lines for pytest and what it stands on."""
    entries = re.split(r"\n(?=\S)", lock.read_text("utf-8"))
    wanted = ("pytest==", "iniconfig==", "packaging==", "pygments==")
    chosen = folder / "pytest.lock"
    chosen.write_text("\n".join(one for one in entries if one.startswith(wanted)), "utf-8")
    return chosen


def python_of(sewing: Path) -> Path:
    return sewing.parent / "venv" / "bin" / "python"


def test_a_generated_plugin_passes_its_own_tests_in_a_fresh_environment(sewing: Path) -> None:
    done = run(python_of(sewing), "-m", "pytest", "-q", cwd=sewing, env=clean())

    assert "3 passed" in done.stdout


def test_an_instance_made_by_the_wheel_takes_the_plugin_in(sewing: Path, tmp_path: Path) -> None:
    kpa = (python_of(sewing), "-m", "kpa_core")
    names = ("--name", "La Cape", "--first-name", "Awa", "--contact", "0612345678")
    run(*kpa, "new", "ici", "--plugin", "sewing", *names, cwd=tmp_path, env=clean())

    listed = run(*kpa, "plugin", "list", cwd=tmp_path / "ici", env=clean())

    assert "sewing  loaded  0.1.0  Sewing" in listed.stdout


BANNED = {"federation", "plugins", "tests"}


@pytest.mark.parametrize("name", sorted(BANNED))
def test_ruff_refuses_what_works_only_in_a_checkout(name: str, tmp_path: Path, root: Path) -> None:
    (tmp_path / "planted.py").write_text(f"import {name}\n", encoding="utf-8")

    answer = subprocess.run(
        [
            *(sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251"),
            *("--config", root / "pyproject.toml", tmp_path / "planted.py"),
        ],
        capture_output=True,
        text=True,
    )

    assert answer.returncode == 1
    assert f"`{name}` is banned" in answer.stdout
