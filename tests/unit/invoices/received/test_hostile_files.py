"""Broken and hostile files: a sentence, in little time and memory, and never a traceback.

They are read in a process of their own with a limit on its memory: a file that eats it all ends
there, and shows here as a line that is missing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from hostile_files import FILES

SECONDS, MEBIBYTES = 2.0, 64
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each file was answered, and what it cost."""
    folder = tmp_path_factory.mktemp("hostile")
    paths = {name: folder / f"{at:03}" for at, name in enumerate(FILES)}
    for name, path in paths.items():
        path.write_bytes(FILES[name][0]())
    asked = [sys.executable, "-W", "error", str(HERE / "measure.py"), *map(str, paths.values())]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    rows = {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}
    return {name: rows[path.stem] for name, path in paths.items()}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_answered_with_a_sentence_in_time(measured, name: str) -> None:
    row, word = measured[name], FILES[name][1]
    assert word in row["said"]
    if word:
        assert row["answer"] == "refused"
    assert "Traceback" not in row["said"]
    assert "{" not in row["said"]
    assert row["seconds"] < SECONDS


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_takes_little_memory(measured, name: str) -> None:
    assert measured[name]["grown_mib"] < MEBIBYTES
    assert measured[name]["child_mib"] < MEBIBYTES
