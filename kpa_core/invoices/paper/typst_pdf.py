"""The PDF of a snapshot: tagged, archivable, and the same bytes for the same document.

Typst lays out ``document.typ``; the sheet goes in as JSON text, so nothing a person typed is ever
read as Typst code. The date inside the file is the day of issue, never the clock.

Latin letters come from Typst's own font; Arabic, Hebrew, Tifinagh, Thai, Chinese… from the fonts
of the package ``weblate-fonts``, never from this machine's: the bytes are those of every machine
with these releases. What none of them can write (a picture of a smiling face, a letter invented
yesterday) is printed as a white square, so that an unusual name stops no document and the file
keeps its standards; the exact name stays in the XML and on the page.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import typst

from kpa_core.i18n import gettext
from kpa_core.invoices.paper.printed import sheet_of
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.invoices.paper.words import Translate, isolated

if TYPE_CHECKING:
    from typst import PDFStandard

TEMPLATE = Path(__file__).with_name("document.typ")

# PDF/UA-1: readable aloud. PDF/A-3b: readable in ten years (C. com. L123-22), and files inside.
STANDARDS: list[PDFStandard] = ["ua-1", "a-3b"]

LATIN = "Libertinus Serif"
OTHERS = (
    "Kurinto Sans",
    "Kurinto Sans JP",
    "Kurinto Sans SC",
    "Kurinto Sans TC",
    "Kurinto Sans KR",
)

UNKNOWN = "\N{WHITE SQUARE}"
PICTURES = range(0x1F000, 0x1FB00)
NO_LETTER = ("Cn", "Co", "Cs")
"""Unassigned, private, half a character: categories of Unicode that no font can be asked for."""
BEYOND_LATIN = re.compile("[^\u0020-\u024f\u1e00-\u1eff\u2000-\u206f\u20a0-\u20bf\u25a1]")
UNDISPLAYED = re.compile(r'the text `"(.*?)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
TRIES = 4


@dataclass(frozen=True)
class Look:
    """How a KPA's papers look: its colour as ``#rrggbb``, its picture (PNG, JPEG, WebP or SVG)."""

    accent: str = "#1c1917"
    logo: bytes = b""


PLAIN = Look()


def render_pdf(
    snapshot: Snapshot, translate: Translate = gettext, *, look: Look = PLAIN, xml: bytes = b""
) -> bytes:
    """Return the A4 PDF of a document, with ``xml`` attached as ``factur-x.xml`` if there is one.

    A picture that Typst cannot read, or that no archive may hold, is left out.
    """
    sheet = _shown(asdict(sheet_of(snapshot, translate)))
    try:
        return _printed(snapshot, sheet, look, xml)
    except typst.TypstError:
        if not look.logo:
            raise
        return _printed(snapshot, sheet, Look(look.accent), xml)


def _printed(snapshot: Snapshot, sheet: object, look: Look, xml: bytes) -> bytes:
    for _ in range(TRIES):
        try:
            return _compile(snapshot, sheet, look, xml)
        except typst.TypstError as error:
            found = UNDISPLAYED.search(error.message)
            if found is None:
                raise
            sheet = _without(sheet, _unescaped(found.group(1)))
    return _compile(
        snapshot, _each_text(sheet, lambda text: BEYOND_LATIN.sub(UNKNOWN, text)), look, xml
    )


def _compile(snapshot: Snapshot, sheet: object, look: Look, xml: bytes) -> bytes:
    said = {"accent": look.accent, "logo": look.logo.decode("latin-1"), "fonts": families()}
    inputs = {"sheet": json.dumps(sheet, ensure_ascii=False), "look": json.dumps(said)}
    if xml:
        inputs["xml"] = xml.decode("utf-8")
    return typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_standards=STANDARDS,
        timestamp=datetime.combine(snapshot.issue_day, time(), UTC),
    )


def families() -> tuple[str, ...]:
    """Return the fonts papers are printed in, in order: those of :data:`OTHERS` that are there."""
    there = _fonts().families()
    return (LATIN, *(name for name in OTHERS if name in there))


@cache
def _fonts() -> typst.Fonts:
    try:
        folder = files("weblate_fonts") / "static" / "weblate_fonts" / "kurinto" / "ttf"
    except ModuleNotFoundError:  # ``kpa doctor`` says so
        return typst.Fonts(include_system_fonts=False)
    return typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])


def _shown(sheet: object) -> object:
    return _each_text(sheet, lambda text: isolated("".join(map(_letter, text))))


def _letter(one: str) -> str:
    if ord(one) in PICTURES or unicodedata.category(one) in NO_LETTER:
        return UNKNOWN
    return one


def _without(sheet: object, unknown: str) -> object:
    letters = str.maketrans(dict.fromkeys(unknown, UNKNOWN))
    return _each_text(sheet, lambda text: text.translate(letters))


def _unescaped(text: str) -> str:
    return ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text)


def _each_text(value: object, change: Translate) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {name: _each_text(part, change) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(part, change) for part in value]
    return value
