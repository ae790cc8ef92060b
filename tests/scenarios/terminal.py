"""A person at a terminal: the command line, in process, as someone signed in."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner, Result

from kpa_core.cli import root
from kpa_core.speaking import speaking


class Terminal:
    """Runs ``kpa`` in one folder; each person keeps their own token."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.tokens: dict[str, str] = {}

    def sign_in(self, who: str, code: str) -> None:
        """Sign in with a card, as ``kpa sign-in`` does."""
        self.tokens[who] = self.run("", "sign-in", who, "--code", code, "--print").strip()

    def run(self, who: str, *words: str) -> str:
        """Run a command that must succeed; return what it says."""
        done = self.attempt(who, *words)
        assert done.exit_code == 0, f"kpa {' '.join(words)}: {done.output}"
        return done.output

    def attempt(self, who: str, *words: str) -> Result:
        """Run a command, whatever it answers."""
        environment = {
            "KPA_DIR": self.folder,
            "LANG": "fr_FR.UTF-8",
            "KPA_TOKEN": self.tokens.get(who, ""),
        }

        def run_it() -> None:
            with speaking():
                root(list(words), prog_name="kpa", standalone_mode=True)

        import click

        return CliRunner().invoke(_as_command(run_it, click), env=environment)

    def read(self, who: str, *words: str) -> Any:
        """Run a command with ``--json`` and return what it says."""
        return json.loads(self.run(who, *words, "--json"))


def _as_command(function: Any, click: Any) -> Any:
    return click.Command("kpa", callback=function)
