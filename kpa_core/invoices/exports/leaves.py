"""Pages of HTML that stand alone in a folder: no style sheet beside, no address outside. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from kpa_core.invoices.exports.retyping import LINE_HEADS, Part, Retyping

STYLE = """
body { font-family: sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { border: 1px solid #999; padding: .3rem .5rem; text-align: start; vertical-align: top; }
td { white-space: pre-line; }
.sheet { break-after: page; }
"""


def page(title: str, body: Iterable[str]) -> Iterator[bytes]:
    """Yield a page in French, piece by piece."""
    head = (
        '<!doctype html>\n<html lang="fr">\n<head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n"
    )
    yield head.encode("utf-8")
    for piece in body:
        yield piece.encode("utf-8")
    yield b"</body>\n</html>\n"


def paragraph(text: str) -> str:
    """Return a paragraph."""
    return f"<p>{escape(text)}</p>\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a table; a cell that is a ``Link`` leads to a file beside the page."""
    yield "<table>\n<tr>" + "".join(f"<th>{escape(one)}</th>" for one in heads) + "</tr>\n"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{_cell(one)}</td>" for one in row) + "</tr>\n"
    yield "</table>\n"


class Link(str):
    """The name of a file beside the page."""


def _cell(text: str) -> str:
    if isinstance(text, Link):
        return f'<a href="{escape(text, quote=True)}">{escape(text)}</a>'
    return escape(text)


def sheets(papers: Iterable[Retyping]) -> Iterator[str]:
    """Yield one sheet to retype for each paper, in the order of enDI's form."""
    for paper in papers:
        yield '<section class="sheet">\n'
        head = f"{paper.title} – {paper.reference} – {paper.customer}"
        yield f"<h2>{escape(head)}</h2>\n"
        for part in paper.before:
            yield from _part(part)
        yield "<h3>Lignes</h3>\n"
        yield from table(LINE_HEADS, paper.lines)
        for part in paper.after:
            yield from _part(part)
        yield "<h3>À vérifier</h3>\n"
        yield from table(("", ""), ((one.label, one.value) for one in paper.sums))
        if paper.cents_apart:
            yield paragraph(
                "Nos prix comprennent la TVA : le total peut différer d'un centime. "
                "Gardez alors le vôtre."
            )
        yield "</section>\n"


def _part(part: Part) -> Iterator[str]:
    yield f"<h3>{escape(part.label)}</h3>\n"
    yield from table(("Champ", "À écrire"), ((one.label, one.value) for one in part.fields))
