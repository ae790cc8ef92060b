"""Lists in the terminal: all of it for a machine, words for a person."""

from __future__ import annotations

import ast
import json
from datetime import date, time
from pathlib import Path

import pytest

from kpa_core import commands
from kpa_core.commands.rows import HEADINGS, show_one, show_rows
from kpa_core.i18n import locale_set

ROWS = [
    {"id": 1, "day": date(2026, 11, 23), "at": "x", "to_pay_cents": 66_000, "kind": "invoice"},
    {"id": 2, "day": date(2026, 12, 1), "at": "", "to_pay_cents": -1_250, "kind": "credit_note"},
]
KINDS = {"kind": {"invoice": "Facture", "credit_note": "Avoir"}}


def test_a_person_reads_a_table_in_words(capsys):
    with locale_set("fr"):
        show_rows(ROWS, False, "id", "day", "to_pay_cents", "kind", labels=KINDS)
    told = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert told == [
        "Numéro  Jour         À payer  Sorte",
        "1       23/11/2026  660,00 €  Facture",
        "2       01/12/2026  -12,50 €  Avoir",
    ]


def test_a_machine_reads_everything_as_it_is(capsys):
    show_rows(ROWS, True, "id", labels=KINDS)
    (first, _) = json.loads(capsys.readouterr().out)
    assert first == {**ROWS[0], "day": "2026-11-23"}


def test_an_empty_list_says_so_to_a_person_only(capsys):
    show_rows([], False, "id")
    assert "rien à montrer" in capsys.readouterr().out
    show_rows([], True, "id")
    assert capsys.readouterr().out == "[]\n"


def test_a_column_nobody_fills_is_left_out(capsys):
    show_rows([{"id": 1, "why": ""}], False, "id", "why")
    assert capsys.readouterr().out.splitlines() == ["Numéro", "1"]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("confirmed", True, "Confirmé : oui"),
        ("minutes", 390, "Durée : 6 h 30"),
        ("starts_at", time(14, 30), "À : 14 h 30"),
        ("roles", ("referent", "treasurer"), "Rôles : referent, treasurer"),
        ("total", 0, "Total : 0"),
    ],
)
def test_a_record_is_told_line_by_line(capsys, name, value, told):
    with locale_set("fr"):
        show_one({name: value}, False, name)
    assert capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ") == f"{told}\n"


def columns_shown() -> set[tuple[str, str]]:
    """Return the columns that the core's commands name, each with its file."""
    found = set()
    for file in Path(commands.__file__).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "").startswith("show_"):
                texts = [one for one in node.args[2:] if isinstance(one, ast.Constant)]
                found |= {(file.name, str(one.value)) for one in texts}
    return found


def test_every_column_has_a_heading():
    shown = columns_shown()
    assert len(shown) > 40
    assert [one for one in sorted(shown) if one[1] not in HEADINGS] == []
