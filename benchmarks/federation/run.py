"""Our federation beside git, TUF, OAI-PMH, AT Proto, negentropy: one run, one corpus, one line.

    python benchmarks/federation/run.py [--long] [--records N] [--rounds N] [--peers FOLDER]
                                        [--only PART ...] [--json FILE]

The peers' packages are installed in FOLDER, or in a folder that is thrown away. The exit code is 1
when a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import bars
import convergence
import cut_lines
import gossip
import ingest
import side_by_side
import sizes

PARTS = ("others", "lines", "ingest", "history", "memory", "network", "gossip")
LONG = ("memory",)


def main() -> int:
    chosen = _arguments()
    parts = chosen.only or [part for part in PARTS if chosen.long or part not in LONG]
    found: dict[str, Any] = {"load": [os.getloadavg()], "seconds": {}}
    reached: list[bars.Bar] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for part in parts:
            began = time.perf_counter()
            found[part], more = _measure(part, folder, chosen)
            reached += more
            found["seconds"][part] = round(time.perf_counter() - began, 1)
            found["load"].append(os.getloadavg())
            print(f"{part}: {found['seconds'][part]} s", file=sys.stderr)
        _tell(found, reached)
        found["bars"] = [asdict(bar) | {"met": bar.is_met} for bar in reached]
        (chosen.json.write_text if chosen.json else print)(json.dumps(found))
    return 0 if all(bar.is_met for bar in reached) else 1


def _measure(part: str, folder: Path, chosen: argparse.Namespace) -> tuple[Any, list[bars.Bar]]:
    """Measure one part; return its figures and its bars."""
    if part == "others":
        peers = (chosen.peers or folder / "peers").resolve()
        others = side_by_side.compare(folder / "others", peers, chosen.records, chosen.rounds)
        return others, bars.beside_others(others)
    if part == "lines":
        cut, slow = cut_lines.resent(folder / "cut"), cut_lines.slow(folder / "slow")
        return {"cut": cut, "slow": slow}, bars.of_lines(cut, slow)
    if part == "ingest":
        taken = ingest.compare(folder / "ingest", chosen.records, chosen.rounds)
        name = "verified ingest: share of the unverified rate"
        return taken, [bars.Bar(name, taken["share"], 0.6, at_least=True)]
    if part == "history":
        old = sizes.history(folder / "history")
        return old, bars.of_history(old)
    if part == "memory":
        large = sizes.memory(folder / "memory", 100_000, 1000)
        return large, [bars.Bar("100,000 records of 1,000 origins: MB held", large["rss_mb"], 256)]
    if part == "network":
        sets = [convergence.converge(count, 13) for count in ((13, 1000) if chosen.long else (13,))]
        return sets, [bar for one in sets for bar in bars.of_network(one)]
    spread = asdict(gossip.worst(5000, 40))
    return spread, [
        bars.Bar("gossip of 5,000: rounds, worst of 40 seeds", spread["rounds"], 9),
        bars.Bar("gossip of 5,000: pulls from the origin", spread["from_origin"], 32),
    ]


def _tell(found: dict[str, Any], reached: list[bars.Bar]) -> None:
    if "others" in found:
        print(bars.table(found["others"]["rows"]))
        print("\n".join(bars.unmeasured(found["others"]["not_measured"])), end="\n\n")
    print("\n".join(bar.line() for bar in reached), end="\n\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the federation beside others.")
    parser.add_argument("--long", action="store_true", help="also what takes minutes")
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", type=Path, help="where the peers' packages are, or go")
    parser.add_argument("--only", nargs="+", choices=PARTS)
    parser.add_argument("--json", type=Path, help="write the figures there instead")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
