"""One paper, three ways to send it: the same facts; what does not add up is refused or doubted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kpa_core.errors import Refused
from kpa_core.invoices.received import PdfReader, Unreadable, read
from kpa_core.testing import suppliers
from kpa_core.testing.suppliers import Paper, Sold, cii, pdf, ubl

SYNTAXES = {"cii": cii, "ubl": ubl}


@pytest.fixture(params=SYNTAXES.values(), ids=SYNTAXES)
def write(request):
    return request.param


def test_what_a_supplier_says_is_read(write) -> None:
    found = read(write(Paper(vat_number="FR96552100554", prepaid="8.40", to_pay="100.00")))
    assert (found.number, found.day, found.due_on) == (
        "F-2026-118",
        date(2026, 1, 15),
        date(2026, 2, 14),
    )
    assert (found.supplier.name, found.supplier.siren) == ("Primeurs du Nord", "552100554")
    assert (found.buyer.name, found.buyer.siren) == ("Optéos", "732829320")
    assert (found.net_cents, found.vat_cents, found.gross_cents) == (100_00, 8_40, 108_40)
    assert (found.prepaid_cents, found.to_pay_cents) == (8_40, 100_00)
    first, second = found.lines
    assert (first.label, first.quantity, first.unit) == ("Légumes", Decimal(10), "KGM")
    assert (first.unit_price, first.net_cents, first.rate_bp) == (Decimal("8"), 80_00, 550)
    assert (second.net_cents, second.rate_bp) == (20_00, 2000)
    assert [(one.rate_bp, one.net_cents, one.vat_cents) for one in found.groups] == [
        (550, 80_00, 4_40),
        (2000, 20_00, 4_00),
    ]
    assert found.notes == ("Merci de votre confiance.",)
    assert found.doubts == ()


def test_the_same_paper_in_a_pdf_says_the_same() -> None:
    xml = cii(Paper())
    with PdfReader() as pdfs:
        inside = read(pdf(("factur-x.xml", xml), ("photo.png", b"\x89PNG")), pdfs)
    assert inside.media_type == "application/pdf"
    assert inside.lines == read(xml).lines


def test_an_attachment_beside_the_invoice_is_no_second_one() -> None:
    made = pdf(("conditions.xml", b"<a/>"), ("factur-x.xml", cii(Paper())))
    assert read(made).number == "F-2026-118"


def test_a_credit_note_names_what_it_gives_back(write) -> None:
    found = read(write(Paper(type_code="381", number="A-3", corrects="F-2026-118")))
    assert (found.kind, found.corrects) == ("credit_note", "F-2026-118")


def test_the_supplier_is_known_by_the_strongest_of_its_numbers(write) -> None:
    def key(**changes: str) -> str:
        return read(write(Paper(**changes))).supplier.key

    assert key() == "siren:552100554"
    assert key(siren="", vat_number="FR96552100554") == "siren:552100554"
    assert key(siren="", vat_number="BE0428759497") == "vat:BE0428759497"
    assert key(siren="", supplier="Épices  & Co") == "name:épices & co"
    assert key(siren="552100555") == "name:primeurs du nord"  # its check digit is wrong


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_usual_ways_to_write_accents_are_read(write, name: str) -> None:
    text = write(Paper()).decode()
    told = name if name.startswith(("iso", "win")) else "UTF-8"
    data = text.replace('encoding="UTF-8"', f'encoding="{told}"').encode(name)
    assert read(data).lines[0].label == "Légumes"


def test_an_allowance_and_a_charge_are_lines_of_the_whole() -> None:
    def change(kind: str, cents: str, why: str) -> str:
        return (
            "<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>"
            f"{kind}</udt:Indicator></ram:ChargeIndicator><ram:ActualAmount>{cents}"
            f"</ram:ActualAmount><ram:Reason>{why}</ram:Reason>"
            "<ram:CategoryTradeTax><ram:CategoryCode>S</ram:CategoryCode>"
            "<ram:RateApplicablePercent>20</ram:RateApplicablePercent></ram:CategoryTradeTax>"
            "</ram:SpecifiedTradeAllowanceCharge>"
        )

    more = change("false", "5.00", "Remise") + change("true", "5.00", "Port")
    found = read(cii(Paper(more=more)))
    assert [(one.kind, one.label, one.net_cents) for one in found.lines[2:]] == [
        ("allowance", "Remise", -5_00),
        ("charge", "Port", 5_00),
    ]
    assert found.doubts == ()


HIDDEN = {
    "control characters": ("Riz\u0007\u001b[31m", None),
    "turned round": ("Riz \u202egnp.exe", "Riz gnp.exe"),
    "emoji": ("Riz 🍚👩‍🍳", "Riz 🍚👩‍🍳"),
    "right to left": ("أرز بسمتي", "أرز بسمتي"),
    "a formula": ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    "a tag": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "very long": ("x" * 10_000, "x" * 299 + "…"),
    "lines": ("Riz\n\n  long\t grain", "Riz long grain"),
}


@pytest.mark.parametrize(("label", "wanted"), HIDDEN.values(), ids=HIDDEN)
def test_names_are_kept_on_one_line_without_what_hides(write, label, wanted) -> None:
    paper = Paper(lines=(Sold(label=label, net="100.00", price="10"),))
    if wanted is None:  # XML itself has no such characters
        with pytest.raises(Unreadable):
            read(write(paper))
    else:
        assert read(write(paper)).lines[0].label == wanted


def line(**changes: str) -> tuple[Sold, ...]:
    return (Sold(**{"quantity": "1", "price": "100.00", "net": "100.00", **changes}),)


DOUBTED = {
    "lines that do not make the total": ({"lines": line(net="90.00", price="90")}, "Les lignes"),
    "a line badly multiplied": ({"lines": line(price="9.00")}, "quantité × prix"),
    "the VAT of another rate": (
        {"groups": (("10", "80.00", "4.40"), ("20", "20.00", "4.00"))},
        "vérifie le taux",
    ),
    "bases that do not make the total": (
        {"groups": (("5.5", "80.00", "4.40"), ("20", "20.06", "4.00"))},
        "Les bases",
    ),
    "another rest to pay": ({"to_pay": "107.40"}, "Le reste à payer"),
    "paid in advance, but still asked": ({"prepaid": "50.00"}, "Le reste à payer"),
    "due before it was written": ({"due": "2026-01-14"}, "avant le jour"),
    "no lines": ({"lines": ()}, "détail"),
    "no VAT groups": ({"groups": ()}, "taux par taux"),
}


@pytest.mark.parametrize(("changes", "sentence"), DOUBTED.values(), ids=DOUBTED)
def test_what_is_odd_without_making_the_totals_unsure_is_a_doubt(write, changes, sentence) -> None:
    assert any(sentence in str(doubt) for doubt in read(write(Paper(**changes))).doubts)


def test_a_cent_a_line_is_rounding(write) -> None:
    lines = tuple(Sold("Clou", "3", "0.333", "1.00", "20") for _ in range(3))
    paper = Paper(
        lines=lines, groups=(("20", "2.99", "0.60"),), net="2.99", vat="0.60", gross="3.59"
    )
    assert read(write(paper.but(to_pay="3.59"))).doubts == ()


def test_who_owes_the_vat_is_told() -> None:
    data = cii(Paper(vat="0.00", gross="100.00", to_pay="100.00", groups=(("0", "100.00", "0"),)))
    reverse = data.replace(b"<ram:CategoryCode>S<", b"<ram:CategoryCode>AE<")
    assert any("Autoliquidation" in str(one) for one in read(reverse).doubts)


REFUSED = {
    "totals apart by one cent": ({"gross": "108.41"}, "ne vont pas ensemble"),
    "VAT apart by one cent": (
        {"groups": (("5.5", "80.00", "4.41"), ("20", "20.00", "4.00"))},
        "La TVA",
    ),
    "dollars": ({"currency": "USD"}, "en USD"),
    "no number": ({"number": ""}, "BT-1"),
    "no day": ({"day": ""}, "BT-2"),
    "no total": ({"net": ""}, "BT-109"),
    "nothing to pay": ({"net": "0", "vat": "0", "gross": "0", "groups": ()}, "rien à noter"),
    "below zero": (
        {"net": "-100.00", "vat": "-8.40", "gross": "-108.40", "groups": ()},
        "demande un avoir",
    ),
    "more VAT than price": ({"net": "8.40", "vat": "100.00", "groups": ()}, "La TVA"),
    "a quote": ({"type_code": "310"}, "code 310"),
    "no supplier": ({"supplier": ""}, "BT-27"),
    "no buyer": ({"buyer": ""}, "BT-44"),
}


@pytest.mark.parametrize(("changes", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_makes_the_totals_unsure_is_refused(write, changes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        read(write(Paper(**changes)))


def test_the_refusal_is_one_of_ours_and_names_the_field() -> None:
    with pytest.raises(Refused) as refusal:
        read(b"")
    assert refusal.value.field == "file"


def test_another_currency_hidden_in_one_amount_is_refused() -> None:
    data = ubl(Paper()).replace(
        b'<cbc:PayableAmount currencyID="EUR">', b'<cbc:PayableAmount currencyID="CHF">'
    )
    with pytest.raises(Unreadable, match="CHF"):
        read(data)


def test_a_second_different_total_is_refused(write) -> None:
    data = write(Paper())
    for one in (
        b"<ram:GrandTotalAmount>108.40</ram:GrandTotalAmount>",
        b"<cbc:ID>F-2026-118</cbc:ID>",
    ):
        data = data.replace(
            one, one + one.replace(b"108.40", b"1.00").replace(b"F-2026", b"G-2026")
        )
    with pytest.raises(Unreadable, match="dit deux choses"):
        read(data)


def test_two_invoices_in_one_pdf_are_refused() -> None:
    made = pdf(("a.xml", cii(Paper())), ("b.xml", ubl(Paper(number="F-2"))))
    with pytest.raises(Unreadable, match="plusieurs"):
        read(made)


def test_too_many_lines_are_counted_before_they_are_read(write) -> None:
    with pytest.raises(Unreadable, match=r"lignes"):
        read(write(Paper(lines=(Sold(),) * 2_001)))


def test_the_library_of_the_field_reads_and_writes_the_same() -> None:
    facturx = pytest.importorskip("facturx")
    for data in (cii(Paper()), ubl(Paper())):
        theirs = facturx.parse_ubl_cii_xml(data, level="en16931", check_xsd=False)
        ours = read(data)
        assert (theirs["BT-1"], theirs["BT-2"]) == (ours.number, ours.day)
        assert Decimal(theirs["BT-112"]) * 100 == ours.gross_cents
        assert [Decimal(one["BT-131"]) * 100 for one in theirs["BG-25"]] == [
            one.net_cents for one in ours.lines
        ]
    assert suppliers.cii(Paper()) == cii(Paper())
