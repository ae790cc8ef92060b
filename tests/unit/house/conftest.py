"""What the tests of the house share."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from kpa_core import cli
from kpa_core.testing.kpa import TestKpa


@pytest.fixture
def kpa_on_sqlite(tmp_path):
    """A KPA on the embedded database, for what only that one has."""
    kpa = TestKpa.make(tmp_path / "embedded")
    yield kpa
    kpa.close()


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def kpa_command(monkeypatch, capfd) -> Callable[..., Done]:
    """Return a function that runs ``kpa`` as the shell does: ``kpa_command(folder, "doctor")``."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for name in [name for name in os.environ if name.startswith(("KPA_", "LC_"))]:
        monkeypatch.delenv(name)

    def run(folder: Path, *arguments: str, language: str = "fr_FR.UTF-8") -> Done:
        monkeypatch.chdir(folder)
        monkeypatch.delenv("KPA_DIR", raising=False)
        monkeypatch.setenv("LANG", language)
        monkeypatch.setattr(sys, "argv", ["kpa", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        for number, handler in kept.items():
            signal.signal(number, handler)
        said = capfd.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return run
