"""The printed paper: the same words and figures in the page and the PDF, and those of the law."""

from __future__ import annotations

import hashlib
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from kpa_core.invoices.paper import typst_pdf
from kpa_core.invoices.paper.snapshot import Line, Snapshot
from kpa_core.invoices.paper.typst_pdf import render_pdf

Make = Callable[..., Snapshot]
Reader = Any  # conftest.Reader, which a test module cannot import

KINDS = ("quote", "handover", "invoice", "credit_note")

WINE = Line(
    label="Vin",
    quantity="2.5",
    unit="caisses",
    unit_price_cents=123_456,
    vat_rate_bp=2000,
    net_cents=308_640,
)
CAKE = Line(
    label="Gâteau",
    quantity="1",
    unit_price_cents=1006,
    vat_rate_bp=1000,
    net_cents=915,
    price_basis="gross",
)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_amount_stands_in_the_page_and_in_the_pdf(
    make_document: Make, read: Reader, kind: str, language: str
) -> None:
    lines = (*make_document().lines, WINE, CAKE)
    frozen = make_document(kind, lines, rounding=-1, language=language)
    on_page, in_pdf = read.html_text(frozen), read.pdf_text(frozen)
    for amount in read.amounts(frozen):
        assert amount in on_page
        assert amount in in_pdf


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_of_the_page_stands_in_the_pdf(
    make_document: Make, read: Reader, kind: str
) -> None:
    delivered = replace(make_document().customer, delivery_address=("Salle Courmont", "Lille"))
    frozen = make_document(kind, (*make_document().lines, WINE), customer=delivered, example=True)
    in_pdf = read.pdf_text(frozen)
    heard_only = {
        read.squeezed("Ce qui est vendu, ligne par ligne"),
        read.squeezed("TVA par taux"),
        "Totaux",
    }
    for text in read.html_texts(frozen):
        assert text in in_pdf or text in heard_only


def test_an_invoice_bears_what_the_law_asks(make_document: Make, read: Reader) -> None:
    seller = replace(
        make_document().seller,
        vat_mention="Option pour le paiement de la taxe d'après les débits",
    )
    in_pdf = read.pdf_text(make_document(seller=seller, nature="mixed"))
    asked = (
        "Facture n° KPA-2026-0001",
        "La Maison qui Facture",
        "SCOP à capital variable, capital de 18 500,00 €",
        "80 rue de Lille",
        "59100 Roubaix",
        "SIREN 732 829 320",
        "SIRET 732 829 320 00074",
        "RCS Lille Métropole",
        "TVA FR44732829320",
        "Ville de Lille",
        "Place Augustin-Laurent",
        "SIREN 215 903 501",
        "Date de la facture 30 novembre 2026",
        "Date de la prestation 28 novembre 2026",
        "À payer au plus tard le 30 décembre 2026",
        "N° d'engagement EJ-2026-004512",
        "Code service CULT-03",
        "Biens et services",
        "40 pers. 15,00 € 10 % 600,00 €",
        "Total hors taxes (HT) 600,00 €",
        "Total TVA 60,00 €",
        "Total à payer (TTC) 660,00 €",
        "FR76 3000 6000 0112 3456 7890 189",
        "Pénalités de retard",
        "frais de recouvrement en cas de retard : 40 €",
        "Pas d'escompte",
        "Option pour le paiement de la taxe d'après les débits",
    )
    for mention in asked:
        assert read.squeezed(mention) in in_pdf


def test_a_franchise_says_why_there_is_no_vat(make_document: Make, read: Reader) -> None:
    seller = replace(make_document().seller, vat_mention="TVA non applicable, art. 293 B du CGI")
    line = replace(make_document().lines[0], vat_rate_bp=0)
    frozen = make_document(lines=(line,), seller=seller)
    mention = read.squeezed(seller.vat_mention)
    assert mention in read.pdf_text(frozen)
    assert mention in read.html_text(frozen)


def test_a_handover_is_no_invoice_and_bears_no_number(make_document: Make, read: Reader) -> None:
    frozen = make_document("handover")
    for text in (read.pdf_text(frozen), read.html_text(frozen)):
        assert read.squeezed("Projet de facture, à émettre par La Maison qui Facture") in text
        assert read.squeezed("Ne vaut pas facture") in text
        assert "P-2026-0007" in text
        assert "facturen°" not in text.lower()
        assert "KPA-" not in text
        assert read.squeezed("FR76 3000") not in text


def test_a_quote_has_an_end_and_a_place_to_sign(make_document: Make, read: Reader) -> None:
    frozen = make_document("quote")
    for text in (read.pdf_text(frozen), read.html_text(frozen)):
        for said in ("Devis", "D-2026-0007", "Bon pour accord", "Nom", "Date", "Signature"):
            assert read.squeezed(said) in text
        assert read.squeezed("Valable jusqu'au 31 décembre 2026") in text
        assert "facturen°" not in text.lower()
        assert read.squeezed("FR76 3000") not in text


def test_a_credit_note_names_the_invoice_it_corrects(make_document: Make, read: Reader) -> None:
    # Taken back long after the invoice was due: that day is no longer anybody's business.
    frozen = make_document("credit_note", due_day=date(2026, 11, 20))
    for text in (read.pdf_text(frozen), read.html_text(frozen)):
        assert read.squeezed("20 novembre 2026") not in text
        assert read.squeezed("Avoir n° KPA-2026-0002") in text
        assert read.squeezed("Corrige la facture n° KPA-2026-0001 du 12 novembre 2026") in text


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_says_so_on_every_page(make_document: Make, read: Reader, kind: str) -> None:
    lines = tuple(replace(WINE, label=f"Vin {place}") for place in range(90))
    marked = read.pages(render_pdf(make_document(kind, lines, example=True)))
    assert len(marked) >= 3
    assert all(read.squeezed(page).count("EXEMPLE") >= 2 for page in marked)  # band and watermark
    real = read.pages(render_pdf(make_document(kind, lines, example=False)))
    assert not any("EXEMPLE" in read.squeezed(page) for page in real)

    html = read.html(make_document(kind, example=True))
    assert '<p class="example-mark" aria-hidden="true">EXEMPLE</p>' in html
    assert "n&#39;a aucune valeur" in html
    assert "EXEMPLE" not in read.html(make_document(kind, example=False))


def test_every_page_says_which_document_it_belongs_to(make_document: Make, read: Reader) -> None:
    lines = tuple(replace(WINE, label=f"Vin {place}") for place in range(90))
    printed = read.pages(render_pdf(make_document(lines=lines)))
    for place, page in enumerate(printed, start=1):
        assert read.squeezed(
            f"Facture n° KPA-2026-0001page {place} sur {len(printed)}"
        ) in read.squeezed(page)
        assert read.squeezed("Prix unitaire HT") in read.squeezed(page) or place == len(printed)


def test_the_same_document_gives_the_same_bytes_in_another_process(
    make_document: Make, read: Reader
) -> None:
    frozen = make_document(example=True)
    program = (
        "import hashlib, sys\n"
        "from kpa_core.invoices.paper.snapshot import Snapshot\n"
        "from kpa_core.invoices.paper.typst_pdf import render_pdf\n"
        "pdf = render_pdf(Snapshot.from_json(sys.stdin.buffer.read()))\n"
        "print(hashlib.sha256(pdf).hexdigest())\n"
    )
    here = hashlib.sha256(render_pdf(frozen)).hexdigest()
    # Another second, zone and hash seed: none of them may reach the file.
    time.sleep(1.1)
    elsewhere = os.environ | {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1"}
    told = subprocess.run(
        [sys.executable, "-c", program],
        input=frozen.to_json(),
        env=elsewhere,
        capture_output=True,
        check=True,
    )
    assert told.stdout.decode().strip() == here
    assert hashlib.sha256(render_pdf(replace(frozen, title="Autre"))).hexdigest() != here


def test_the_file_is_tagged_dated_and_archivable(make_document: Make, read: Reader) -> None:
    reader = PdfReader(BytesIO(render_pdf(make_document())))
    root, facts = reader.root_object, reader.metadata
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr"
    assert facts is not None
    assert facts.title == "Moulins Coop · Facture n° KPA-2026-0001"
    assert str(facts["/CreationDate"]).startswith("D:20261130")
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]  # A4
    described = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r"<pdfaid:part>3</pdfaid:part>\s*<pdfaid:conformance>B<", described)
    assert "<pdfuaid:part>1</pdfuaid:part>" in described


def test_another_fault_of_the_template_is_never_hidden(
    make_document: Make, read: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "document.typ"
    broken.write_text("An accessible file has a title; this one has none.", "utf-8")
    monkeypatch.setattr(typst_pdf, "TEMPLATE", broken)
    with pytest.raises(RuntimeError, match="title"):
        render_pdf(make_document())


def test_a_document_speaks_the_language_of_its_customer(make_document: Make, read: Reader) -> None:
    english = {
        "Facture n° {number}": "Invoice No. {number}",
        "page {page} sur {pages}": "page {page} of {pages}",
    }
    frozen = make_document(language="en")
    pdf = render_pdf(frozen, lambda message: english.get(message, message))
    said = read.squeezed("".join(read.pages(pdf)))
    for text in ("Invoice No. KPA-2026-0001", "page 1 of 1", "€660.00", "November 30, 2026", "10%"):
        assert read.squeezed(text) in said
    assert PdfReader(BytesIO(pdf)).root_object["/Lang"] == "en"


def test_tables_of_the_page_name_their_rows_and_columns(make_document: Make, read: Reader) -> None:
    html = read.html(make_document())
    assert html.count("<table") == html.count("<caption") == 3
    assert html.count('<th scope="col"') == 5 + 3
    assert html.count('<th scope="row"') == 1 + 1 + 3
    assert "<th>" not in html
    assert '<article class="paper" lang="fr">' in html
    assert "style=" not in html


def test_a_paper_is_printed_in_the_time_of_a_page(make_document: Make, read: Reader) -> None:
    frozen = make_document(example=True)
    render_pdf(frozen)
    spent = []
    for turn in range(15):
        start = time.perf_counter()
        render_pdf(replace(frozen, reference=f"C-{turn}"))
        spent.append(time.perf_counter() - start)
    # Measured 10 ms on the two shared cores; a page may take 500.
    assert statistics.median(spent) < 0.2
