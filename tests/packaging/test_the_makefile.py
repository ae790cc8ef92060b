"""The commands of the project: what the README names exists, and `make help` hides none."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest


def make(root: Path, *arguments: str) -> str:
    return subprocess.run(
        ["make", *arguments], cwd=root, capture_output=True, text=True, check=True
    ).stdout


def targets(root: Path) -> list[str]:
    named = re.search(r"^\.PHONY: (.+)$", (root / "Makefile").read_text("utf-8"), re.M)
    assert named
    return named[1].split()


def test_help_lists_every_target(root: Path) -> None:
    listed = re.findall(r"^  make (\w+) +\S", make(root, "help"), re.M)

    assert sorted(listed) == sorted(targets(root))


def test_the_readme_s_commands_exist(root: Path) -> None:
    named = re.findall(r"^make (\w+)", (root / "README.md").read_text("utf-8"), re.M)

    assert named == ["run", "test"]
    assert set(named) <= set(targets(root))


def test_ci_runs_the_readme_s_test_command(root: Path) -> None:
    script = root / ".ci" / "run"
    commands = [
        line
        for line in script.read_text("utf-8").splitlines()
        if line and not line.startswith(("#", "set ", "cd "))
    ]

    assert os.access(script, os.X_OK)
    assert commands == ["exec make test"]


@pytest.mark.parametrize("check", ["lint", "types", "imports", "deps"])
def test_make_test_leaves_no_check_out(check: str, root: Path) -> None:
    planned = make(root, "--dry-run", "--always-make", "test")
    step = make(root, "--dry-run", "--always-make", check).splitlines()[-1]

    assert step in planned


NO_PYTHON = {
    "too old": "#!/bin/sh\nexit 1\n",
    "a version manager's empty shell": "#!/bin/sh\necho 'not installed' >&2; exit 127\n",
}


@pytest.mark.parametrize("script", NO_PYTHON.values(), ids=NO_PYTHON)
def test_a_machine_without_a_fit_python_is_told_which(
    script: str, tmp_path: Path, root: Path
) -> None:
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        (tmp_path / name).write_text(script, encoding="utf-8")
        (tmp_path / name).chmod(0o755)

    answer = machine(root, tmp_path, "venv", str(tmp_path / "venv"))

    assert answer.returncode == 1
    assert "no Python 3.11 or newer found. Install python3.11" in answer.stderr
    assert not (tmp_path / "venv").exists()


def test_a_missing_ensurepip_is_installed_only_by_an_administrator(
    tmp_path: Path, root: Path
) -> None:
    (tmp_path / "python3").write_text(
        '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; *print*) echo 3.11;; esac\n',
        encoding="utf-8",
    )
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n", encoding="utf-8")
    for script in tmp_path.iterdir():
        script.chmod(0o755)

    answer = machine(root, tmp_path, "venv", str(tmp_path / "venv"))

    assert answer.returncode == 1
    assert "as administrator, run: apt-get install python3.11-venv" in answer.stderr


@pytest.mark.parametrize(("allowed", "status"), [("", 1), ("postgresql", 1), ("chromium", 0)])
def test_a_missing_chromium_is_loud(allowed: str, status: int, tmp_path: Path, root: Path) -> None:
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n", encoding="utf-8")
    (tmp_path / "id").chmod(0o755)

    answer = machine(root, tmp_path, "chromium", allowed=allowed)

    assert answer.returncode == status
    assert "chromium" in answer.stderr.lower()


def machine(
    root: Path, path: Path, *arguments: str, allowed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the script as on a machine whose only commands are those in ``path``."""
    return subprocess.run(
        ["/bin/sh", str(root / "tools" / "machine.sh"), *arguments],
        env={"PATH": str(path), "KPA_ALLOW_SKIP": allowed},
        capture_output=True,
        text=True,
    )
