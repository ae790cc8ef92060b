"""The PDF of a snapshot: tagged, archivable, and the same bytes for the same document.

Typst lays out ``document.typ``; the sheet goes in as JSON text, so nothing a person typed is ever
read as Typst code. The date inside the file is the day of issue, never the clock.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import typst

from kpa_core.i18n import gettext
from kpa_core.invoices.paper.printed import sheet_of
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.invoices.paper.words import Translate

if TYPE_CHECKING:
    from typst import PDFStandard

TEMPLATE = Path(__file__).with_name("document.typ")

# PDF/UA-1: readable aloud. PDF/A-3b: readable in ten years (C. com. L123-22).
STANDARDS: list[PDFStandard] = ["ua-1", "a-3b"]


def render_pdf(snapshot: Snapshot, translate: Translate = gettext) -> bytes:
    """Return the A4 PDF of a document.

    Fonts come from Typst itself, so the bytes are those of every machine with this Typst; only a
    text these fonts cannot write (Chinese, emoji) is tried again with the fonts installed here.
    If none can write it either, a character is shown as a box and the file claims no standard:
    an unusual name must never stop a document.
    """
    sheet = json.dumps(asdict(sheet_of(snapshot, translate)), ensure_ascii=False)
    for fonts, standards in ((False, STANDARDS), (True, STANDARDS)):
        try:
            return _compile(snapshot, sheet, system_fonts=fonts, standards=standards)
        except typst.TypstError as error:
            if "could not be displayed" not in error.message:
                raise
    return _compile(snapshot, sheet, system_fonts=True, standards=[])


def _compile(
    snapshot: Snapshot, sheet: str, *, system_fonts: bool, standards: list[PDFStandard]
) -> bytes:
    return typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        font_paths=_fonts(system_fonts),
        ignore_system_fonts=True,
        sys_inputs={"sheet": sheet},
        pdf_standards=standards,
        timestamp=datetime.combine(snapshot.issue_day, time(), UTC),
    )


@cache
def _fonts(system: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=system)
