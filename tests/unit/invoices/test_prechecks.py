"""Before a paper leaves: what platforms take passes, what they refuse is refused for its rule.

The first table has the combinations tried with the official rules (XSD, EN 16931, Factur-X, BR-FR):
what they said of each, and what we say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest

from kpa_core.i18n import sentence
from kpa_core.invoices.paper.mentions import legal_notes
from kpa_core.invoices.paper.prechecks import Facts, Finding, findings
from kpa_core.invoices.paper.snapshot import (
    Customer,
    Deposit,
    Discount,
    Line,
    Note,
    Snapshot,
    VatGroup,
)

Make = Callable[..., Snapshot]
DAY = date(2026, 11, 30)
FACTS = Facts(today=DAY)
COMPANY = Customer(
    name="Atelier Nord",
    kind="business_vat",
    address=("1 rue du Port", "59000 Lille"),
    siren="552008443",
    siret="55200844300012",
    vat_number="FR83404833048",
)
PERSON = Customer(name="Mme Durand", kind="person", address=("2 rue du Port", "59000 Lille"))
TOWN = replace(COMPANY, kind="public", engagement_number="EJ-1", service_code="S1")
DEPOSIT = Line(
    label="Acompte du 2 novembre",
    quantity="-1",
    unit_price_cents=10_000,
    vat_rate_bp=1000,
    net_cents=-10_000,
    deposit_number="KPA-2026-0001",
)


def bent(whole: Any, **changes: Any) -> Any:
    """Return a frozen thing with changes, whatever its own checks would say."""
    made = object.__new__(type(whole))
    for one in fields(whole):
        value = changes.get(one.name, getattr(whole, one.name))
        object.__setattr__(made, one.name, value)
    return made


def with_line(paper: Snapshot, **changes: Any) -> Snapshot:
    line = bent(paper.lines[0], **changes)
    return bent(paper, lines=(line, *paper.lines[1:]))  # type: ignore[no-any-return]


def without_vat(paper: Snapshot, category: str, reason: str, **changes: Any) -> Snapshot:
    lines = tuple(bent(one, vat_category=category, vat_rate_bp=0) for one in paper.lines)
    group = VatGroup(
        rate_bp=0,
        net_cents=paper.totals.net_cents,
        vat_cents=0,
        category=category,  # type: ignore[arg-type]
        reason=reason,
    )
    totals = bent(paper.totals, vat_cents=0, gross_cents=paper.totals.net_cents)
    return bent(paper, lines=lines, vat_groups=(group,), totals=totals, **changes)  # type: ignore[no-any-return]


def after_deposit(paper: Snapshot, **changes: Any) -> Snapshot:
    taken = Deposit(number="KPA-2026-0001", day=date(2026, 11, 2), to_pay_cents=11_000)
    return bent(paper, lines=(*paper.lines, DEPOSIT), deposits=(taken,), **changes)  # type: ignore[no-any-return]


def paid(paper: Snapshot, **changes: Any) -> Snapshot:
    totals = bent(paper.totals, prepaid_cents=paper.totals.to_pay_cents)
    given = {"paid_day": DAY, "due_day": DAY, "totals": totals, **changes}
    return bent(paper, **given)  # type: ignore[no-any-return]


def corrects(paper: Snapshot, code: str, **changes: Any) -> Snapshot:
    kind = "invoice" if code == "384" else "credit_note"
    given = {"corrects_number": "KPA-2026-0001", "corrects_day": date(2026, 11, 12), **changes}
    return bent(paper, kind=kind, type_code=code, **given)  # type: ignore[no-any-return]


EU = replace(COMPANY, kind="foreign", country="BE", siren="", siret="", vat_number="BE0403019261")
FRANCHISE = {"vat_number": "", "vat_regime": "franchise"}


def seller(paper: Snapshot, **changes: Any) -> Any:
    return bent(paper.seller, **changes)


# What is tried, what the official rules say, what we say (the rule, or "" where it passes).
TABLE: dict[str, tuple[Callable[[Snapshot], Snapshot], str, str]] = {
    "380 S1": (lambda p: p, "", ""),
    "380 B1": (lambda p: bent(p, nature="goods"), "", ""),
    "380 M1": (lambda p: bent(p, nature="mixed"), "", ""),
    "S4 and a line of -1": (after_deposit, "", ""),
    "S1 with BT-8 = 5": (lambda p: bent(p, seller=seller(p, vat_regime="debits")), "", ""),
    "S2 paid": (paid, "", ""),
    "386 S1": (lambda p: bent(p, type_code="386"), "", ""),
    "S4, prepaid, BG-3": (
        lambda p: after_deposit(p, totals=bent(p.totals, prepaid_cents=100)),
        "",
        "XP Z12-014",
    ),
    "381 with a reference": (lambda p: corrects(p, "381"), "", ""),
    "384 with a reference": (lambda p: corrects(p, "384"), "", ""),
    "503 with a reference": (lambda p: corrects(p, "503"), "", ""),
    "E, franchise": (
        lambda p: without_vat(p, "E", "franchise", seller=seller(p, **FRANCHISE)),
        "",
        "",
    ),
    "E, 261-4": (
        lambda p: without_vat(p, "E", "exempt", seller=seller(p, vat_regime="exempt")),
        "",
        "",
    ),
    "AE": (lambda p: without_vat(p, "AE", "reverse_charge"), "", ""),
    "a document allowance": (
        lambda p: bent(p, discounts=(Discount(net_cents=100, vat_rate_bp=1000),)),
        "",
        "",
    ),
    "to a person, by hand": (lambda p: bent(p, customer=PERSON), "", ""),
    "a negative unit price": (lambda p: with_line(p, unit_price_cents=-1), "BR-27", "BR-27"),
    "S2 without a due date": (lambda p: paid(p, paid_day=None), "BR-FR-CO-09", "BR-FR-CO-09"),
    "386 in S4": (lambda p: after_deposit(p, type_code="386"), "BR-FR-CO-08", "BR-FR-CO-08"),
    "381 without a reference": (
        lambda p: corrects(p, "381", corrects_number=None),
        "BR-FR-CO-05",
        "BR-FR-CO-05",
    ),
    "384 without a reference": (
        lambda p: corrects(p, "384", corrects_number=None),
        "BR-FR-CO-04",
        "BR-FR-CO-04",
    ),
    "a number with a space": (lambda p: bent(p, number="KPA 1"), "BR-FR-02", "BR-FR-02"),
    "a number of 36 signs": (lambda p: bent(p, number="K" * 36), "BR-FR-01", "BR-FR-01"),
    "due before issue": (
        lambda p: bent(p, due_day=DAY - timedelta(days=1)),
        "BR-FR-CO-07",
        "BR-FR-CO-07",
    ),
    "O and a buyer's VAT number": (
        lambda p: without_vat(p, "O", "outside", customer=EU),
        "BR-O-02",
        "BR-O-02",
    ),
    "no BT-49": (
        lambda p: bent(p, customer=bent(COMPANY, siren="", siret="")),
        "BR-FR-12",
        "BR-FR-11",  # without a SIREN there is no address: the SIREN is what a person can add
    ),
}


@pytest.fixture
def whole(make_document: Make) -> Snapshot:
    """A whole invoice to a company."""
    return make_document(customer=COMPANY)


def stops(paper: Snapshot, facts: Facts = FACTS) -> list[Finding]:
    return [one for one in findings(paper, facts) if one.blocks]


@pytest.mark.parametrize(("change", "official", "ours"), TABLE.values(), ids=TABLE)
def test_what_the_official_rules_take_or_refuse(
    whole: Snapshot, change: Callable[[Snapshot], Snapshot], official: str, ours: str
) -> None:
    found = stops(change(whole))
    if not ours:
        assert found == []
        assert official == ""
        return
    assert any(ours in one.rule for one in found)
    assert len({one.field for one in found}) == 1, "one reason, not several"


# A change to a right invoice, the field to name, and the rule to cite.
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


# What is only said: the change, the field, the level.
SAID: dict[str, tuple[Callable[[Snapshot], Snapshot], str, str]] = {
    "no IBAN": (lambda p: bent(p, seller=seller(p, iban="")), "seller.iban", "warn"),
    "outside flux 2": (lambda p: bent(p, customer=PERSON), "customer.kind", "told"),
    "no engagement": (
        lambda p: bent(p, customer=bent(TOWN, engagement_number="")),
        "order.engagement_number",
        "warn",
    ),
    "a service before last year": (
        lambda p: bent(p, service_day=DAY - timedelta(days=400)),
        "service_day",
        "warn",
    ),
    "90 days to pay": (
        lambda p: bent(p, due_day=DAY + timedelta(days=90)),
        "due_day",
        "warn",
    ),
    "a long label": (lambda p: with_line(p, label="é" * 300), "lines.label", "warn"),
    "an address we make": (lambda p: p, "customer.electronic_address", "told"),
}


@pytest.mark.parametrize(("change", "field", "level"), SAID.values(), ids=SAID)
def test_what_is_only_said_stops_nothing(
    whole: Snapshot, change: Callable[[Snapshot], Snapshot], field: str, level: str
) -> None:
    found = findings(change(whole), FACTS)
    assert [one for one in found if one.blocks] == []
    assert (field, level) in {(one.field, one.level) for one in found}


def test_a_public_body_decides_what_it_wants(whole: Snapshot) -> None:
    paper = bent(whole, customer=bent(TOWN, service_code="", engagement_number=""))

    assert stops(paper) == []
    asked = stops(paper, Facts(today=DAY, asks=frozenset({"service_code"})))
    assert [one.field for one in asked] == ["order.service_code"]


def test_from_its_day_on_a_business_invoice_is_to_be_deposited(whole: Snapshot) -> None:
    def told(emits_from: date | None, customer: Customer = COMPANY) -> bool:
        found = findings(bent(whole, customer=customer), Facts(today=DAY, emits_from=emits_from))
        return any("à déposer" in one.message for one in found)

    assert not told(None)
    assert not told(DAY + timedelta(days=1))
    assert told(DAY)
    assert not told(DAY, PERSON)


def test_what_stops_an_invoice_only_advises_on_a_hand_over(make_document: Make) -> None:
    paper = make_document("handover", customer=replace(COMPANY, siren="", siret=""))

    (found,) = (one for one in findings(paper, FACTS) if one.field == "customer.siren")

    assert found.level == "warn"
    assert sentence(found.sentence) == "La maison en aura besoin : Il manque le SIREN du client."


def test_a_hand_over_never_says_vat_nobody_may_charge(make_document: Make) -> None:
    paper = make_document("handover")
    paper = bent(paper, seller=bent(paper.seller, vat_number=""))

    assert [one.field for one in stops(paper)] == ["seller.vat_number"]


def test_a_quote_owes_no_mention_of_invoices(make_document: Make) -> None:
    paper = make_document("quote", notes=(), service_day=None, customer=bent(COMPANY, address=()))

    assert stops(paper) == []


def test_five_hundred_lines_pass(make_document: Make) -> None:
    one = make_document().lines[0]
    lines = tuple(replace(one, label=f"Ligne {place}") for place in range(500))

    assert stops(make_document(lines=lines, customer=COMPANY)) == []


def test_names_of_everywhere_pass(make_document: Make) -> None:
    name = "جمعية الأمل 🌻 Œuvre d’Émilie"
    paper = make_document(customer=replace(COMPANY, name=name), title=name)

    assert stops(paper) == []
