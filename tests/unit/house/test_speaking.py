"""What the terminal says around our sentences is in the reader's language too."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

ENGLISH = re.compile(
    r"Usage:|Try '|Error|Show this|No such|Missing|Invalid|Got unexpected|required"
)


def kpa(locale: str, *words: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if name[:3] not in ("LC_", "LAN")}
    return subprocess.run(
        [sys.executable, "-m", "kpa_core", *words],
        env={**known, "LANG": locale, "KPA_DIR": "/nowhere"},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["orders", "--help"], 0, "Montrer cette aide."),
        (["quotes", "pdf", "--help"], 0, "[obligatoire]"),
        (["orders", "sho"], 2, "La commande 'sho' n'existe pas. Tu voulais dire 'show' ?"),
        (["orders", "list", "--stat", "x"], 2, "L'option '--stat' n'existe pas."),
        (["orders", "done"], 2, "Il manque 'ORDER'."),
        (["orders", "done", "a", "b"], 2, "En trop : b"),
        (["serve", "--port", "x"], 2, "Cela ne va pas pour '--port'"),
    ],
)
def test_the_frame_is_french(words, code, sentence):
    answer = kpa("fr_FR.UTF-8", *words)
    told = answer.stdout + answer.stderr
    assert (answer.returncode, sentence in told) == (code, True), told
    assert not ENGLISH.search(told), told


def test_the_frame_is_english_for_who_reads_english():
    answer = kpa("en_GB.UTF-8", "orders", "sho")
    assert answer.returncode == 2
    assert "No such command 'sho'." in answer.stderr
