"""Documents to freeze, link and print: the buffet of the story, changed by keyword."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import jinja2
import pytest
from pypdf import PdfReader

import kpa_core.invoices
from kpa_core.invoices.paper.mentions import legal_notes
from kpa_core.invoices.paper.printed import sheet_of
from kpa_core.invoices.paper.snapshot import Customer, Line, Seller, Snapshot, Totals, VatGroup
from kpa_core.invoices.paper.typst_pdf import render_pdf
from kpa_core.money import apply_rate, format_cents

sys.path.insert(0, str(Path(__file__).parent))

CARRIER = Seller(
    name="La Maison qui Facture",
    legal_form="SCOP à capital variable",
    capital_cents=1_850_000,
    address=("80 rue de Lille", "59100 Roubaix"),
    siren="732829320",
    siret="73282932000074",
    rcs="RCS Lille Métropole",
    vat_number="FR44732829320",
    iban="FR7630006000011234567890189",
)
TOWN = Customer(
    name="Ville de Lille",
    kind="public",
    address=("Place Augustin-Laurent", "59000 Lille"),
    siren="215903501",
    engagement_number="EJ-2026-004512",
    service_code="CULT-03",
)
BUFFET = Line(
    label="Buffet oriental",
    details="Couscous, salades\nservice compris",
    quantity="40",
    unit="pers.",
    unit_price_cents=1500,
    vat_rate_bp=1000,
    net_cents=60_000,
)
OF_KIND: dict[str, dict[str, object]] = {
    "quote": {"reference": "D-2026-0007", "validity_day": date(2026, 12, 31)},
    "handover": {"type_code": "380", "reference": "P-2026-0007", "due_day": date(2026, 12, 30)},
    "invoice": {
        "type_code": "380",
        "number": "KPA-2026-0001",
        "series": "KPA",
        "due_day": date(2026, 12, 30),
    },
    "credit_note": {
        "type_code": "381",
        "number": "KPA-2026-0002",
        "series": "KPA",
        "corrects_number": "KPA-2026-0001",
        "corrects_day": date(2026, 11, 12),
    },
}


def summed(lines: tuple[Line, ...], rounding: int = 0) -> dict[str, object]:
    """Return the VAT groups and totals that go with some lines."""
    nets: dict[int, int] = {}
    for line in lines:
        nets[line.vat_rate_bp] = nets.get(line.vat_rate_bp, 0) + line.net_cents
    groups = tuple(
        VatGroup(rate_bp=rate, net_cents=net, vat_cents=apply_rate(net, rate))
        for rate, net in sorted(nets.items())
    )
    net, vat = sum(nets.values()), sum(group.vat_cents for group in groups)
    totals = Totals(net_cents=net, vat_cents=vat, gross_cents=net + vat, rounding_cents=rounding)
    return {"lines": lines, "vat_groups": groups, "totals": totals}


def document(
    kind: str = "invoice", lines: tuple[Line, ...] = (BUFFET,), rounding: int = 0, **changes: object
) -> Snapshot:
    """Return a whole document of a kind, with ``changes``."""
    fields: dict[str, object] = {
        "kind": kind,
        "title": "Buffet pour 40 personnes",
        "reference": "C-2026-0007",
        "issue_day": date(2026, 11, 30),
        "service_day": date(2026, 11, 28),
        "seller": CARRIER,
        "customer": TOWN,
        "trade_name": "Moulins Coop",
        "analytic_code": "MOUL",
        "notes": legal_notes("public"),
        **summed(lines, rounding),
        **OF_KIND[kind],
        **changes,
    }
    return Snapshot(**fields)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def make_document() -> Callable[..., Snapshot]:
    return document


class _Html(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(Reader.squeezed(data))


class Reader:
    """Reads a document back, as the page's HTML and as the PDF's text."""

    def __init__(self) -> None:
        templates = Path(kpa_core.invoices.__path__[0]) / "templates"
        loader = jinja2.FileSystemLoader(templates)
        undefined = jinja2.StrictUndefined
        environment = jinja2.Environment(loader=loader, autoescape=True, undefined=undefined)
        page = '{% from "invoices/paper.html" import paper %}{{ paper(sheet) }}'
        self._page = environment.from_string(page)

    @staticmethod
    def squeezed(text: str) -> str:
        """Return text without spaces: lines break differently on a page and on paper."""
        return re.sub(r"\s", "", text)

    def html(self, snapshot: Snapshot) -> str:
        return self._page.render(sheet=sheet_of(snapshot))

    def html_texts(self, snapshot: Snapshot) -> list[str]:
        return _Html(self.html(snapshot)).texts

    def html_text(self, snapshot: Snapshot) -> str:
        return "".join(self.html_texts(snapshot))

    def tags(self, snapshot: Snapshot) -> set[str]:
        return _Html(self.html(snapshot)).tags

    def pages(self, pdf: bytes) -> list[str]:
        return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]

    def pdf_text(self, snapshot: Snapshot) -> str:
        return self.squeezed("".join(self.pages(render_pdf(snapshot))))

    def amounts(self, snapshot: Snapshot) -> set[str]:
        """Return every amount of a snapshot as printed."""
        totals = snapshot.totals
        cents = {totals.net_cents, totals.vat_cents, totals.gross_cents, totals.to_pay_cents}
        for line in snapshot.lines:
            cents |= {line.unit_price_cents, line.net_cents}
        for group in snapshot.vat_groups:
            cents |= {group.net_cents, group.vat_cents}
        return {self.squeezed(format_cents(amount, snapshot.language)) for amount in cents}


@pytest.fixture(scope="session")
def read() -> Reader:
    return Reader()
