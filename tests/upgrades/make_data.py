"""Write the data of a release: the told demo as SQL, with the key that opens its private fields.

Run once per release, before it leaves: python tests/upgrades/make_data.py 0.1.0
Every later kpa must upgrade it.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path

from kpa_core.demo.making import make_demo

DATA = Path(__file__).parent / "data"


def write(version: str) -> Path:
    """Tell the demo and keep its database as text."""
    target = DATA / version
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "demo"
        make_demo(folder)
        with sqlite3.connect(folder / "data" / "kpa.sqlite3") as database:
            lines = "\n".join(database.iterdump())
        database.close()
        (target / "database.sql").write_text(lines + "\n", "utf-8")
        shutil.copy(folder / "secrets" / "data.key", target / "data.key")
    return target


if __name__ == "__main__":
    print(write(sys.argv[1]))
