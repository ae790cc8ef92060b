"""Before a paper leaves: what platforms take passes, what they refuse is refused for its rule.

The first table has the combinations tried with the official rules (XSD, EN 16931, Factur-X, BR-FR):
what they said of each, and what we say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from bends import (
    COMPANY,
    DAY,
    EU,
    FACTS,
    FRANCHISE,
    PERSON,
    TOWN,
    after_deposit,
    bent,
    corrects,
    paid,
    seller,
    stops,
    whole_paper,
    with_line,
    without_vat,
)

from kpa_core.i18n import sentence
from kpa_core.invoices.paper.prechecks import Facts, findings
from kpa_core.invoices.paper.snapshot import (
    Customer,
    Discount,
    Snapshot,
)

Make = Callable[..., Snapshot]


@pytest.fixture
def whole(make_document: Make) -> Snapshot:
    """Return the paper every row bends."""
    return whole_paper(make_document)


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
    "E, 261-7": (
        lambda p: without_vat(
            p, "E", "exempt_association", seller=seller(p, vat_regime="exempt_association")
        ),
        "",
        "",
    ),
    "AE": (lambda p: without_vat(p, "AE", "reverse_charge"), "", ""),
    "AE, a service in Europe": (
        lambda p: without_vat(p, "AE", "eu_services", customer=EU),
        "",
        "",
    ),
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
