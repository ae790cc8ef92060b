"""Each rule of a look before issuing, broken alone: named, with its field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from bends import (
    COMPANY,
    DAY,
    EU,
    FACTS,
    PERSON,
    TOWN,
    bent,
    paid,
    seller,
    stops,
    whole_paper,
    with_line,
    without_vat,
)

from kpa_core.i18n import sentence
from kpa_core.invoices.paper.mentions import legal_notes
from kpa_core.invoices.paper.prechecks import findings
from kpa_core.invoices.paper.snapshot import (
    Note,
    Snapshot,
)

Make = Callable[..., Snapshot]


@pytest.fixture
def whole(make_document: Make) -> Snapshot:
    """Return the paper every row bends."""
    return whole_paper(make_document)


WRONG: dict[str, tuple[Callable[[Snapshot], Snapshot], str, str]] = {
    "no address of ours": (
        lambda p: bent(p, seller=seller(p, address=())),
        "seller.address",
        "242 nonies A",
    ),
    "no SIREN of ours": (
        lambda p: bent(p, seller=seller(p, siren="", siret="")),
        "seller.siren",
        "BR-FR-10",
    ),
    "a wrong SIREN": (
        lambda p: bent(p, seller=seller(p, siren="732829321", siret="")),
        "seller.siren",
        "BR-FR-32",
    ),
    "another body's SIRET": (
        lambda p: bent(p, seller=seller(p, siret="55200844300012")),
        "seller.siret",
        "BR-FR-09",
    ),
    "a wrong SIRET": (
        lambda p: bent(p, seller=seller(p, siret="73282932000075")),
        "seller.siret",
        "BR-FR-09",
    ),
    "a wrong VAT number": (
        lambda p: bent(p, seller=seller(p, vat_number="FR45732829320")),
        "seller.vat_number",
        "BR-CO-09",
    ),
    "a wrong IBAN": (
        lambda p: bent(p, seller=seller(p, iban="FR7630006000011234567890188")),
        "seller.iban",
        "ISO 13616",
    ),
    "an address of another SIREN": (
        lambda p: bent(p, customer=bent(COMPANY, electronic_address="0225:732829320")),
        "customer.electronic_address",
        "BR-FR-21",
    ),
    "an address with a space": (
        lambda p: bent(p, customer=bent(COMPANY, electronic_address="0225:552 008 443")),
        "customer.electronic_address",
        "BR-FR-23",
    ),
    "an endless address": (
        lambda p: bent(p, customer=bent(COMPANY, electronic_address="0225:552008443_" + "A" * 130)),
        "customer.electronic_address",
        "BR-FR-25",
    ),
    "our address, of another SIREN": (
        lambda p: bent(p, seller=seller(p, electronic_address="0225:552008443")),
        "seller.electronic_address",
        "BR-FR-22",
    ),
    "no customer's address": (
        lambda p: bent(p, customer=bent(COMPANY, address=())),
        "customer.address",
        "BR-10",
    ),
    "a customer's wrong VAT number": (
        lambda p: bent(p, customer=bent(COMPANY, vat_number="FR00000000000")),
        "customer.vat_number",
        "BR-CO-09",
    ),
    "a public body without SIRET": (
        lambda p: bent(p, customer=bent(TOWN, siret="")),
        "customer.siret",
        "Chorus Pro",
    ),
    "an endless engagement": (
        lambda p: bent(p, customer=bent(TOWN, engagement_number="9" * 51)),
        "order.engagement_number",
        "Chorus Pro",
    ),
    "no penalties": (
        lambda p: bent(p, notes=legal_notes("public")[1:]),
        "notes.PMD",
        "BR-FR-05",
    ),
    "no indemnity": (lambda p: bent(p, notes=legal_notes("person")), "notes.PMT", "BR-FR-05"),
    "no word on discounts": (
        lambda p: bent(p, notes=legal_notes("public")[:2]),
        "notes.AAB",
        "BR-FR-05",
    ),
    "a sentence twice": (
        lambda p: bent(p, notes=(*p.notes, Note(subject="AAB", text="x"))),
        "notes.AAB",
        "BR-FR-06",
    ),
    "a rate that is none": (
        lambda p: with_line(p, vat_rate_bp=1900),
        "lines.vat_rate_bp",
        "BR-FR-16",
    ),
    "a rate of the past": (
        lambda p: with_line(p, vat_rate_bp=1960),
        "lines.vat_rate_bp",
        "CGI 278",
    ),
    "0 % without a reason": (
        lambda p: with_line(p, vat_rate_bp=0),
        "lines.vat_rate_bp",
        "BR-S-05",
    ),
    "exempt at 10 %": (
        lambda p: with_line(
            without_vat(p, "E", "exempt", seller=seller(p, vat_regime="exempt")), vat_rate_bp=1000
        ),
        "lines.vat_rate_bp",
        "BR-E-05",
    ),
    "no reason for no VAT": (lambda p: without_vat(p, "E", ""), "vat_reason", "BR-E-10"),
    "VAT without a VAT number": (
        lambda p: bent(p, seller=seller(p, vat_number="")),
        "seller.vat_number",
        "BR-S-02",
    ),
    "VAT in franchise": (
        lambda p: bent(p, seller=seller(p, vat_regime="franchise")),
        "lines.vat_rate_bp",
        "CGI 293 B",
    ),
    "AE without the customer's number": (
        lambda p: without_vat(p, "AE", "reverse_charge", customer=bent(COMPANY, vat_number="")),
        "customer.vat_number",
        "BR-AE-02",
    ),
    "AE for a person": (
        lambda p: without_vat(
            p, "AE", "reverse_charge", customer=bent(PERSON, vat_number="FR83404833048")
        ),
        "customer.kind",
        "CGI 283-2",
    ),
    "a service in Europe sold in France": (
        lambda p: without_vat(p, "AE", "eu_services"),
        "customer.country",
        "CGI 259, 1°",
    ),
    "VAT by an exempt association": (
        lambda p: bent(p, seller=seller(p, vat_regime="exempt_association")),
        "lines.vat_rate_bp",
        "CGI 293 B",
    ),
    "K without the customer's number": (
        lambda p: without_vat(p, "K", "eu_goods", customer=bent(EU, vat_number="")),
        "customer.vat_number",
        "BR-IC-02",
    ),
    "K inside France": (
        lambda p: without_vat(p, "K", "eu_goods"),
        "customer.country",
        "BR-IC-12",
    ),
    "G inside Europe": (
        lambda p: without_vat(p, "G", "export", customer=EU),
        "customer.country",
        "CGI 262",
    ),
    "no date of service": (lambda p: bent(p, service_day=None), "service_day", "242 nonies A"),
    "a service in two years": (
        lambda p: bent(p, service_day=DAY + timedelta(days=800)),
        "service_day",
        "242 nonies A",
    ),
    "written tomorrow": (
        lambda p: bent(p, issue_day=DAY + timedelta(days=1), due_day=DAY + timedelta(days=31)),
        "issue_day",
        "242 nonies A",
    ),
    "written in 1999": (
        lambda p: bent(p, issue_day=date(1999, 1, 1), service_day=date(1999, 1, 1)),
        "",
        "BR-FR-03",
    ),
    "paid after": (lambda p: paid(p, paid_day=DAY + timedelta(9)), "paid_day", "CO-09"),
    "paid in part": (
        lambda p: paid(p, totals=bent(p.totals, prepaid_cents=1)),
        "paid_day",
        "CO-09",
    ),
    "a line without a name": (lambda p: with_line(p, label=" "), "lines.label", "BR-25"),
    "no line": (lambda p: bent(p, lines=()), "lines", "BR-16"),
    "nothing sold": (lambda p: with_line(p, quantity="0"), "lines.quantity", "BR-22"),
    "a quantity of words": (
        lambda p: with_line(p, quantity="quarante"),
        "lines.quantity",
        "BR-22",
    ),
    "five decimals": (
        lambda p: with_line(p, quantity="1.00001"),
        "lines.quantity",
        "BR-FR-DEC-02",
    ),
    "2^63": (
        lambda p: with_line(p, net_cents=2**63),
        "lines.unit_price_cents",
        "BR-FR-DEC-01",
    ),
    "an unknown type": (lambda p: bent(p, type_code="999"), "type_code", "BR-FR-04"),
    "a country in words": (
        lambda p: bent(p, customer=bent(COMPANY, country="France")),
        "customer.country",
        "BR-11",
    ),
}


@pytest.mark.parametrize(
    ("category", "reason", "rule"),
    [
        ("K", "eu_goods", "CGI 262 ter, I, CGI 283-3"),
        ("G", "export", "CGI 262, I, CGI 283-3"),
        ("AE", "reverse_charge", "CGI 283-2, CGI 283-3"),
    ],
)
def test_vat_beside_a_sale_without_vat_is_warned_of(
    whole: Snapshot, category: str, reason: str, rule: str
) -> None:
    def warned(paper: Snapshot) -> list[str]:
        return [one.rule for one in findings(paper, FACTS) if one.level == "warn"]

    exempt = without_vat(whole, category, reason)
    assert rule not in warned(exempt)
    assert rule in warned(bent(exempt, lines=(*exempt.lines, whole.lines[0])))


@pytest.mark.parametrize(("change", "field", "rule"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_with_its_rule(
    whole: Snapshot, change: Callable[[Snapshot], Snapshot], field: str, rule: str
) -> None:
    found = stops(change(whole))
    assert any(rule in one.rule and (not field or one.field == field) for one in found), found
    for one in found:
        assert "{" not in sentence(one.sentence)
        assert sentence(one.sentence).rstrip()[-1] in ".!?"
        assert one.place in ("seller", "customer", "carrier", "lines", "order")
