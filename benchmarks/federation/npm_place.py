"""A place of their own for the npm peers: pinned by a lock of theirs, never by the project's."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

NPM = Path(__file__).parent / "npm"
OLDEST = (20, 19)  # what the lock's packages ask for
WHAT_NPM_READS = ("package.json", "package-lock.json")


def place_of(place: Path) -> tuple[Path | None, str]:
    """Return the folder the npm peers run from, made when it is not there; or why there is none."""
    if why := why_not(_version("node"), _version("npm")):
        return None, why
    place.mkdir(parents=True, exist_ok=True)
    scripts = [path.name for path in NPM.glob("*.mjs")]
    for name in (*WHAT_NPM_READS, *scripts):
        shutil.copy(NPM / name, place)
    if not (place / "node_modules").exists():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        ran = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=600)
        if ran.returncode:
            shutil.rmtree(place / "node_modules", ignore_errors=True)
            said = ran.stderr.strip().splitlines() or ["nothing"]
            return None, f"npm could not install the peers: {said[-1]}"
    return place, ""


def why_not(node: str, npm: str) -> str:
    """Return why the peers cannot run with these versions, or nothing; an empty one is missing."""
    if not node or not npm:
        return f"{'npm' if node else 'node'} is not installed"
    found = tuple(map(int, re.findall(r"\d+", node)[:2]))
    if found < OLDEST:
        return f"node {node} is too old, they need {'.'.join(map(str, OLDEST))}"
    return ""


def _version(command: str) -> str:
    if not (path := shutil.which(command)):
        return ""
    ran = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60)
    return ran.stdout.strip()
