"""What was frozen is in the XML, and every amount of the XML can be read on the PDF."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO

import oracles_documents as documents
import pikepdf
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from oracles_reread import Line, Party, Read, reread
from pypdf import PdfReader

from kpa_core.invoices.formats.addresses import postal
from kpa_core.invoices.formats.cii import cii
from kpa_core.invoices.formats.facturx_pdf import declared, facturx_pdf
from kpa_core.invoices.formats.units import unit_code
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.invoices.paper.typst_pdf import Look
from kpa_core.invoices.paper.vat import REASONS

QUICK = settings(
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.generate],
)
CENT = Decimal("0.01")


@settings(QUICK, max_examples=250)
@given(documents.papers())
def test_what_was_frozen_is_read_back(frozen: Snapshot) -> None:
    read = reread(cii(frozen))
    assert (read.profile, read.currency) == ("urn:cen.eu:en16931:2017", "EUR")
    assert read.number == frozen.number
    assert read.type_code == frozen.type_code
    assert (read.issue_day, read.service_day) == (frozen.issue_day, frozen.service_day)
    assert read.quote_reference == frozen.quote_reference
    assert read.buyer_reference == frozen.customer.service_code
    assert read.order_number == frozen.customer.engagement_number or read.order_number == (
        frozen.purchase_order
    )
    assert {(one.text, one.subject) for one in frozen.notes} <= {
        (one.text, one.subject) for one in read.notes
    }
    _same_parties(read, frozen)
    _same_lines(read, frozen)
    _same_sums(read, frozen)
    _same_past(read, frozen)


def _same_parties(read: Read, frozen: Snapshot) -> None:
    outside = any(group.category == "O" for group in frozen.vat_groups)
    for here, there in ((read.seller, frozen.seller), (read.customer, frozen.customer)):
        assert (here.name, here.country) == (there.name, there.country)
        assert (here.siren, here.siret) == (there.siren, there.siret)
        assert here.vat_number == ("" if outside else there.vat_number)
        assert here.address == _printed(there.address, there.country)
        if there.electronic_address:
            assert here.electronic == there.electronic_address
    trade = frozen.trade_name if frozen.trade_name != frozen.seller.name else ""
    assert read.seller.trade_name == trade
    assert frozen.seller.legal_form in read.seller.legal
    if frozen.customer.delivery_address:
        assert isinstance(read.delivery, Party)
        assert read.delivery.address == frozen.customer.delivery_address


def _printed(address: tuple[str, ...], country: str) -> tuple[str, ...]:
    if country != "FR":
        address = address[:-1]
    return address if len(address) <= 4 else (*address[:2], ", ".join(address[2:-1]), address[-1])


def _same_lines(read: Read, frozen: Snapshot) -> None:
    for here, there in zip(read.lines, frozen.lines, strict=True):
        assert (here.label, here.details) == (there.label, there.details)
        assert (here.quantity, here.net_cents) == (there.quantity, there.net_cents)
        assert here.unit_code == unit_code(there.unit)
        assert here.deposit_number == there.deposit_number
        assert (here.rate.rate_bp or 0, here.rate.category) == (
            there.vat_rate_bp,
            there.vat_category,
        )
        assert _worth(here) == here.net_cents
        if there.price_basis == "net":
            assert here.price == Decimal(there.unit_price_cents).scaleb(-2)
            assert here.discount_cents == there.discount_cents


def _worth(line: Line) -> int:
    """Return what a reader who knows only the file makes of a line."""
    whole = Decimal(line.quantity) * line.price / line.base
    return int(whole.quantize(CENT, ROUND_HALF_UP).scaleb(2)) - line.discount_cents


def _same_sums(read: Read, frozen: Snapshot) -> None:
    sums, totals = read.sums, frozen.totals
    assert sums.lines_cents == sum(line.net_cents for line in read.lines)
    assert (sums.net_cents, sums.vat_cents) == (totals.net_cents, totals.vat_cents)
    assert (sums.gross_cents, sums.discount_cents) == (totals.gross_cents, totals.discount_cents)
    assert sums.due_cents == sums.gross_cents - sums.prepaid_cents + sums.rounding_cents
    if frozen.kind == "invoice":
        assert sums.due_cents == totals.due_cents
    if frozen.kind == "invoice" and not frozen.paid_day:
        assert sums.prepaid_cents == totals.prepaid_cents
        assert sums.rounding_cents == totals.rounding_cents
    groups = [
        (one.category, one.rate_bp, REASONS[one.reason].code if one.reason else "")
        for one in frozen.vat_groups
    ]
    assert [(rate.category, rate.rate_bp or 0, rate.code) for rate, _, _ in read.vat] == groups
    assert [(net, vat) for _, net, vat in read.vat] == [
        (one.net_cents, one.vat_cents) for one in frozen.vat_groups
    ]
    assert [cents for cents, _, _ in read.discounts] == [one.net_cents for one in frozen.discounts]


def _same_past(read: Read, frozen: Snapshot) -> None:
    named = dict(read.references)
    if frozen.corrects_number:
        assert named == {frozen.corrects_number: frozen.corrects_day}
    else:
        assert named == {one.number: one.day for one in frozen.deposits}
    assert {line.deposit_number for line in read.lines} - {""} == {
        one.number for one in frozen.deposits
    }


@settings(QUICK, max_examples=20)
@given(documents.papers())
def test_every_amount_of_the_xml_is_on_the_pdf(frozen: Snapshot) -> None:
    xml = cii(frozen)
    pdf = facturx_pdf(frozen, xml, look=Look("#8a2c4a"))
    assert _amounts(xml) - _printed_amounts(pdf, frozen.language) == set()
    assert _embedded(pdf) == xml


def _amounts(xml: bytes) -> set[Decimal]:
    found = re.findall(rb"<ram:(?:\w*Amount)[^>]*>(-?[0-9.]+)<", xml)
    return {abs(Decimal(one.decode())) for one in found} - {Decimal(0)}


def _printed_amounts(pdf: bytes, language: str) -> set[Decimal]:
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    if language == "en":
        found = re.findall(r"€([0-9,]+\.[0-9]+)", text)
        return {Decimal(one.replace(",", "")) for one in found}
    spaced = re.sub(r"(?<=[0-9])[\u202f\u00a0](?=[0-9]{3})", "", text)
    found = re.findall(r"([0-9]+,[0-9]+)\s*€", spaced)
    return {Decimal(one.replace(",", ".")) for one in found}


def _embedded(pdf: bytes) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as document:
        return document.attachments["factur-x.xml"].get_file().read_bytes()


def test_a_planted_amount_is_missed_on_the_pdf() -> None:
    xml = cii(documents.STORY)
    pdf = facturx_pdf(documents.STORY, xml.replace(b">660.00<", b">661.00<"))
    missing = _amounts(_embedded(pdf)) - _printed_amounts(pdf, "fr")
    assert missing == {Decimal("661.00")}


def test_a_planted_loss_is_seen_when_it_is_read_back() -> None:
    xml = cii(documents.STORY).replace(b"CULT-03", b"CULT-04")
    assert reread(xml) != reread(cii(documents.STORY))
    with pytest.raises(AssertionError):
        _same_lines(reread(xml.replace(b">15.00<", b">15.01<")), documents.STORY)


def test_the_pdf_is_built_as_an_archive_that_bears_its_invoice() -> None:
    """Its structure only: no validator of PDF/A comes as a package that judges right."""
    xml = cii(documents.STORY)
    with pikepdf.open(BytesIO(facturx_pdf(documents.STORY, xml))) as document:
        root = document.Root
        xmp = root.Metadata.read_bytes().decode()
        assert xmp.count("<rdf:RDF") == xmp.count("</rdf:RDF>") == 1
        assert xmp.count("<pdfaExtension:schemas>") == 1
        for said in (
            "<pdfaid:part>3</pdfaid:part>",
            "<pdfaid:conformance>B</pdfaid:conformance>",
            "<pdfuaid:part>1</pdfuaid:part>",
            "<fx:DocumentType>INVOICE</fx:DocumentType>",
            "<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
            "<fx:Version>1.0</fx:Version>",
            "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
            "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
        ):
            assert said in xmp
        assert "/Filter" not in root.Metadata
        (attached,) = root.AF
        assert attached.AFRelationship == "/Alternative"
        assert attached.UF == "factur-x.xml"
        assert attached.EF.F.Subtype == "/text/xml"
        assert list(document.attachments) == ["factur-x.xml"]
        assert root.OutputIntents[0].S == "/GTS_PDFA1"
        assert root.MarkInfo.Marked
        assert str(root.Lang) == "fr"
        assert "/Encrypt" not in document.trailer
        assert _fonts_without_file(document) == []


def _fonts_without_file(document: pikepdf.Pdf) -> list[str]:
    bare = []
    for thing in document.objects:
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor":
            files = [name for name in ("/FontFile", "/FontFile2", "/FontFile3") if name in thing]
            bare += [] if files else [str(thing.FontName)]
    return bare


def test_the_same_invoice_gives_the_same_bytes() -> None:
    xml = cii(documents.STORY)
    assert cii(documents.STORY) == xml
    assert facturx_pdf(documents.STORY, xml) == facturx_pdf(documents.STORY, xml)


def test_metadata_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="metadata"):
        declared(declared_twice())


def declared_twice() -> bytes:
    """Return a PDF whose metadata have a second list of extension schemas."""
    made = BytesIO()
    with pikepdf.open(BytesIO(facturx_pdf(documents.STORY, cii(documents.STORY)))) as document:
        xmp = document.Root.Metadata.read_bytes()
        end = b"</rdf:Bag></pdfaExtension:schemas>"
        document.Root.Metadata.write(xmp.replace(end, end + end))
        document.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    ("lines", "country", "expected"),
    [
        (("3 rue des Lilas", "59000 Lille"), "FR", (("3 rue des Lilas",), "59000", "Lille")),
        (("Lieu-dit",), "FR", (("Lieu-dit",), "", "")),
        ((), "FR", ((), "", "")),
        (("Rue 1", "1000 Bruxelles", "Belgique"), "BE", (("Rue 1",), "1000", "Bruxelles")),
        (("10 Downing St", "SW1A 2AA London"), "GB", (("10 Downing St",), "SW1A 2AA", "London")),
        (("a", "b", "c", "d", "75001 Paris"), "FR", (("a", "b", "c, d"), "75001", "Paris")),
    ],
)
def test_an_address_is_taken_apart(
    lines: tuple[str, ...], country: str, expected: tuple[tuple[str, ...], str, str]
) -> None:
    found = postal(lines, country)
    assert (found.lines, found.postcode, found.town) == expected
