"""One invoice with two VAT rates, whole: pre-check, XML, PDF/A with the XML inside.

Beside it, in turn and in the same run: the bare Typst compile of the same page, without any
standard or attachment, and the same words laid out by WeasyPrint and fpdf2. Every round is another
invoice, so nothing an engine remembers of a page helps. Prints medians as ratios to the bare one.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from datetime import time as day_time
from pathlib import Path

import typst
from paper import invoice

from kpa_core.i18n import gettext
from kpa_core.invoices.paper import typst_pdf
from kpa_core.invoices.paper.printed import sheet_of
from kpa_core.invoices.paper.snapshot import Snapshot

ROUNDS, WARM = 40, 3
BAR = 1.6
HERE = Path(__file__).parent
PEERS = ("weasyprint", "fpdf2")


def ours(snapshot: Snapshot) -> None:
    """Do what issuing does with a paper before it is stored."""
    from whole import whole

    whole(snapshot)


class Bare:
    """Typst alone, on the page's words as they already are."""

    def __init__(self) -> None:
        look = {"accent": typst_pdf.PLAIN.accent, "logo": "", "fonts": typst_pdf.families()}
        self.look = json.dumps(look)

    def __call__(self, snapshot: Snapshot) -> float:
        sheet = told(snapshot)
        begun = time.perf_counter()
        typst.compile(
            typst_pdf.TEMPLATE.read_bytes(),
            format="pdf",
            font_paths=typst_pdf._fonts(),
            ignore_system_fonts=True,
            sys_inputs={"sheet": sheet, "look": self.look},
            timestamp=datetime.combine(snapshot.issue_day, day_time(), UTC),
        )
        return time.perf_counter() - begun


class Peer:
    """Another engine, in a process of its own environment."""

    def __init__(self, name: str, python: Path) -> None:
        words = [str(python), str(HERE / "peers.py"), name]
        self.process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __call__(self, snapshot: Snapshot) -> float:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(told(snapshot) + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)


def told(snapshot: Snapshot) -> str:
    return json.dumps(asdict(sheet_of(snapshot, gettext)), ensure_ascii=False)


def timed(act: Callable[[Snapshot], None]) -> Callable[[Snapshot], float]:
    def run(snapshot: Snapshot) -> float:
        begun = time.perf_counter()
        act(snapshot)
        return time.perf_counter() - begun

    return run


def peers_python() -> Path:
    """Return the Python of the peers' own environment; make it the first time."""
    place = HERE / ".venv"
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
        wanted = [str(python), "-m", "pip", "install", "--quiet", "-r", str(HERE / "peers.txt")]
        subprocess.run(wanted, check=True, stdout=sys.stderr)
    return python


def main() -> int:
    python = peers_python()
    peers = {name: Peer(name, python) for name in PEERS}
    ways = {"bare": Bare(), "ours": timed(ours), **peers}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    number = 0
    for turn in range(WARM + ROUNDS):
        for name, way in ways.items():
            number += 1
            took = way(invoice(number))
            if turn >= WARM:
                seconds[name].append(took)
    for peer in peers.values():
        peer.close()
    medians = {name: statistics.median(took) for name, took in seconds.items()}
    ratio = medians["ours"] / medians["bare"]
    figures = {
        "rounds": ROUNDS,
        "ours_to_bare": round(ratio, 2),
        "weasyprint_to_bare": round(medians["weasyprint"] / medians["bare"], 2),
        "fpdf2_to_bare": round(medians["fpdf2"] / medians["bare"], 2),
        "median_ms": {name: round(one * 1000, 1) for name, one in medians.items()},
    }
    print(json.dumps(figures))
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
