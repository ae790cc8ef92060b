"""Whatever people type is printed as they typed it: it is never read as code, and never lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
import typst
from pypdf import PdfReader

from kpa_core.invoices.paper import typst_pdf
from kpa_core.invoices.paper.snapshot import Customer, Line, Note, Snapshot
from kpa_core.invoices.paper.typst_pdf import render_pdf

Make = Callable[..., Snapshot]
Reader = Any  # conftest.Reader, which a test module cannot import

WINE = Line(
    label="Vin",
    quantity="2.5",
    unit_price_cents=123_456,
    vat_rate_bp=2000,
    net_cents=308_640,
)

NAUGHTY = (
    '#import "@preview/x:1.0.0": *',
    '#read("/etc/passwd")',
    '#panic("no")',
    "$x$ $ sum_(i=0)^n $",
    "*b* _i_ `c` ~ -- --- ...",
    "\\ \\u{41} \\#",
    "<a> </td> <script>alert(1)</script> &amp; &lt;",
    "@ref [x](y) = titre",
    "{{ 7*7 }} {% raw %} {number} {carrier} %s %(a)s",
    "' \" “ ” « » // /* */",
    "- liste + 1. / terme: x",
    'http://exemple.test/?a=1&b="2"',
    "{page} sur {pages}",
)
OTHER_SCRIPTS = ("مرحبا بكم", "שלום", "\u202eabc\u202c", "Ⅷ ﬁ ﷽", "e\u0301 Å", "a\u200bb\u200d")


def spread(make_document: Make, text: str) -> Snapshot:
    """Return a quote with ``text`` wherever a person can type."""
    line = replace(WINE, label=text, details=f"{text}\n{text}", unit="u")
    customer = Customer(
        name=text, kind="person", address=(text,), engagement_number=text, delivery_address=(text,)
    )
    seller = replace(make_document().seller, name=text, address=(text,), vat_mention=text)
    return make_document(
        "quote",
        (line,),
        title=text,
        reference=text,
        trade_name=text,
        seller=seller,
        customer=customer,
        notes=(Note(text=text),),
    )


@pytest.mark.parametrize("text", NAUGHTY)
def test_what_people_type_is_printed_and_never_obeyed(
    make_document: Make, read: Reader, text: str
) -> None:
    frozen = spread(make_document, text)
    # Ligatures are one glyph for two letters; extraction gives the letters back.
    assert read.pdf_text(frozen).count(read.squeezed(text)) >= 10
    assert read.html_text(frozen).count(read.squeezed(text)) >= 10
    assert read.tags(frozen) == read.tags(spread(make_document, "calme"))


def test_a_word_longer_than_its_column_stays_on_the_paper(
    make_document: Make, read: Reader
) -> None:
    frozen = spread(make_document, "W" * 120)
    printed = "\n".join(read.pages(render_pdf(frozen)))
    # 170 mm hold at most sixty W of the smallest print.
    assert all(row.count("W") <= 60 for row in printed.splitlines())
    assert read.pdf_text(frozen).replace("\u200b", "").count("W" * 120) >= 10


@pytest.mark.parametrize("text", OTHER_SCRIPTS)
def test_other_scripts_make_an_accessible_file_with_the_right_amounts(
    make_document: Make, read: Reader, text: str
) -> None:
    frozen = spread(make_document, text)
    assert b"pdfuaid" in PdfReader(BytesIO(render_pdf(frozen))).root_object["/Metadata"].get_data()
    assert read.amounts(frozen) <= set(re.findall(r"[0-9,]+€", read.pdf_text(frozen)))


@pytest.mark.parametrize(
    "text",
    [
        "Fête 🎉 d'été",
        "\U00013000 \ufdd0",
        "𝕏\ue000👩\u200d🍳",
        "".join(map(chr, range(0x13000, 0x13010))),
    ],
)
def test_a_text_no_font_can_write_never_stops_a_document(
    make_document: Make, read: Reader, text: str
) -> None:
    frozen = spread(make_document, text)
    pdf = render_pdf(frozen)
    assert read.amounts(frozen) <= set(re.findall(r"[0-9,]+€", read.pdf_text(frozen)))
    assert PdfReader(BytesIO(pdf)).root_object["/MarkInfo"]["/Marked"]
    metadata = PdfReader(BytesIO(pdf)).root_object["/Metadata"].get_data()
    assert b"<pdfuaid:part>1<" in metadata
    assert b"<pdfaid:part>3<" in metadata
    assert "□" in read.pdf_text(frozen)


@pytest.mark.parametrize("text", ["مطعم الأمل", "東京の食堂", "한국", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "ร้านอาหาร"])
def test_names_of_the_world_are_printed_as_they_are(
    make_document: Make, read: Reader, text: str
) -> None:
    printed = read.pdf_text(spread(make_document, text))
    assert "□" not in printed
    assert set(read.squeezed(text)) <= set(printed)


def test_without_its_fonts_a_paper_is_still_an_archive(
    make_document: Make, read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = typst.Fonts(include_system_fonts=False)
    monkeypatch.setattr(typst_pdf, "_fonts", lambda: bare)
    pdf = render_pdf(spread(make_document, "東京 مطعم"))
    metadata = PdfReader(BytesIO(pdf)).root_object["/Metadata"].get_data()
    assert b"<pdfaid:part>3<" in metadata
