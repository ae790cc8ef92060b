"""What people read, and what the rules may lean on."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import kpa_cape
from kpa_cape.minor_words import said_length

PACKAGE = Path(kpa_cape.__file__).parent
# The rules proper: no database, no page, no clock.
RULES = [
    "days",
    "engagement",
    "findings",
    "history",
    "kinds",
    "law",
    "minor_limits",
    "minor_rules",
    "minor_words",
    "minors",
    "papers",
    "policy",
    "reminders",
    "rest",
    "rights",
    "spans",
    "works",
]
LONGEST = 16


def messages() -> Iterator[str]:
    for name in RULES:
        for node in ast.walk(_tree(name)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_":
                yield ast.literal_eval(node.args[0])


def test_sentences_are_short_and_never_speak_of_a_salary() -> None:
    found = list(messages())
    assert len(found) > 90
    for message in found:
        assert "salaire" not in message.lower()
        for sentence in re.split(r"[.?!:] ", message):
            words = re.findall(r"[\w{}'’-]+", sentence)
            assert len(words) <= LONGEST, message


@pytest.mark.parametrize("name", RULES)
def test_the_rules_lean_on_nothing_but_the_door(name: str) -> None:
    for node in ast.walk(_tree(name)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for imported in names:
            top = imported.split(".")[0]
            assert top in sys.stdlib_module_names or top == "kpa_cape" or imported == "kpa_core.api"
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"now", "today", "utcnow"}, (
                "a rule asks for the day, it is told"
            )


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (45, "45 min"), (60, "1 h"), (270, "4 h 30"), (481, "8 h 01"), (1440, "24 h")],
)
def test_lengths_are_said_as_people_say_them(minutes: int, words: str) -> None:
    assert said_length(minutes) == words


def _tree(name: str) -> ast.Module:
    return ast.parse((PACKAGE / f"{name}.py").read_text("utf-8"))
