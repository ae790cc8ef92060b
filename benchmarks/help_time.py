"""`kpa --help` against a click program with one command, whole processes, medians of 15."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 15
BAR = 3.0
BARE = """
import click

@click.group()
def main():
    "A bare program."

@main.command()
def one():
    "One."

main()
"""


def median_seconds(commands: list[list[str]]) -> list[float]:
    """Time the commands in turn, so that the machine's moods fall on all alike."""
    times: list[list[float]] = [[] for _ in commands]
    for _ in range(RUNS):
        for place, command in enumerate(commands):
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times[place].append(time.perf_counter() - start)
    return [statistics.median(one) for one in times]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        kpa = str(Path(sys.executable).with_name("kpa"))
        ours, theirs = median_seconds([[kpa, "--help"], [sys.executable, str(bare), "--help"]])
    ratio = ours / theirs
    print(
        json.dumps(
            {
                "kpa_s": round(ours, 4),
                "bare_s": round(theirs, 4),
                "ratio": round(ratio, 2),
                "bar": BAR,
            }
        )
    )
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    raise SystemExit(main())
