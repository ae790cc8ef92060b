"""The index of the decision records, made from their files: no hole, no forgotten line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "decisions"
NAME = re.compile(r"(?P<number>\d{4})-[a-z]+(-[a-z0-9]+)+\.md")
HEAD = """\
# Decisions

Why kpa is built the way it is: one page per decision, written when it was taken, never rewritten.
A decision that no longer holds gets the status *replaced by NNNN*, and the new one says why.
To add one, copy [the template](template.md), take the next number, and run `make docs`: it writes
this page.

| | decision | status | date |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Decision:
    """One record: its file and what its head says."""

    path: Path
    title: str
    status: str
    date: str


def decisions(folder: Path = FOLDER) -> list[Decision]:
    """Return the records in order; raise ValueError for a hole, a bad name or a head left empty."""
    pages = sorted(folder.glob("[0-9]*.md"))
    for position, page in enumerate(pages, start=1):
        name = NAME.fullmatch(page.name)
        if name is None:
            raise ValueError(f"{page.name}: a decision is named NNNN-verb-noun.md")
        if int(name["number"]) != position:
            raise ValueError(f"{page.name}: the next number is {position:04}")
    return [_read(page) for page in pages]


def _read(page: Path) -> Decision:
    text = page.read_text(encoding="utf-8")
    head = {
        "title": re.search(r"\A# \d{4} (.+)$", text, re.MULTILINE),
        "status": re.search(r"^- Status: (accepted|replaced by \d{4})$", text, re.MULTILINE),
        "date": re.search(r"^- Date: (\d{4}-\d\d-\d\d)$", text, re.MULTILINE),
    }
    for part, found in head.items():
        if found is None:
            raise ValueError(f"{page.name}: the head has no {part} as in template.md")
    return Decision(page, **{part: found[1] for part, found in head.items() if found})


def index(folder: Path = FOLDER) -> str:
    """Return the text of the index page."""
    lines = [
        f"| {one.path.name[:4]} | [{one.title}]({one.path.name}) | {one.status} | {one.date} |\n"
        for one in decisions(folder)
    ]
    return HEAD + "".join(lines)


if __name__ == "__main__":
    (FOLDER / "README.md").write_text(index(), encoding="utf-8")
