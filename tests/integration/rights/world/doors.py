"""Which right each page asks, as ``doors.txt`` says: read by a person, not taken from the code."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FILE = Path(__file__).parent.parent / "doors.txt"


@cache
def doors() -> dict[str, str]:
    """Return the right of each page."""
    found, right = {}, ""
    for line in FILE.read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if not line.startswith(" "):
            right, _, line = line.partition(":")
        found.update(dict.fromkeys(line.split(), right))
    return found


def right_of(endpoint: str) -> str:
    """Return the right a page must ask.

    Raises:
        LookupError: nobody has thought about this page yet.
    """
    if endpoint not in doors():
        raise LookupError(f"{endpoint} is not in doors.txt: say which right it asks, and why")
    return doors()[endpoint]
