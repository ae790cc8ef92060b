"""A thousand random legal documents, and no rule has anything to say against any of them.

A thousand with ``--long``; the short suite draws two hundred, others each time.
"""

from __future__ import annotations

from collections.abc import Callable

import oracles_documents as documents
import oracles_rules as rules
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from kpa_core.invoices.formats.cii import cii
from kpa_core.invoices.formats.ubl import ubl
from kpa_core.invoices.paper.snapshot import Snapshot

# Drawing a document is cheap, judging it is not: a found one is not made smaller.
MANY = settings(
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.generate],
)
OTHERS = tuple(one for one in documents.BUYERS if one not in documents.IN_FLOW_2)


def _judge(frozen: Snapshot) -> None:
    french = documents.in_flow_2(frozen)
    assert rules.cii_findings(cii(frozen), french=french) == [], frozen.to_json().decode()


def _many(short: int, whole: int) -> pytest.MarkDecorator:
    """Draw few documents, and many in the long suite."""
    return pytest.mark.parametrize("count", [short, pytest.param(whole, marks=pytest.mark.long)])


def _draw(count: int, papers: SearchStrategy[Snapshot], check: Callable[[Snapshot], None]) -> None:
    """Check as many random documents as asked."""
    settings(MANY, max_examples=count)(given(papers)(check))()


@_many(70, 350)
def test_what_a_business_gets_passes_all_four_rule_sets(count: int) -> None:
    def passes(frozen: Snapshot) -> None:
        assert documents.in_flow_2(frozen)
        _judge(frozen)

    _draw(count, documents.papers(("business_vat",)), passes)


@_many(70, 350)
def test_what_a_public_body_or_an_association_gets_passes_all_four_rule_sets(count: int) -> None:
    def passes(frozen: Snapshot) -> None:
        assert documents.in_flow_2(frozen)
        _judge(frozen)

    _draw(count, documents.papers(("public", "non_taxable_org")), passes)


@_many(60, 300)
def test_what_others_get_passes_the_rules_of_europe(count: int) -> None:
    """Outside flow 2: no platform delivers it, so the French rules on platforms are not asked."""

    def passes(frozen: Snapshot) -> None:
        assert not documents.in_flow_2(frozen)
        _judge(frozen)

    _draw(count, documents.papers(OTHERS), passes)


@_many(40, 120)
def test_the_same_document_in_ubl_passes_the_rules_of_the_cen(count: int) -> None:
    def passes(frozen: Snapshot) -> None:
        french = documents.in_flow_2(frozen)
        assert rules.ubl_findings(ubl(frozen), french=french) == [], frozen.to_json().decode()

    _draw(count, documents.papers(), passes)


PLANTED: dict[str, tuple[tuple[tuple[str, str], ...], str]] = {
    "a wrong sum": (((">660.00<", ">661.00<"),), "BR-CO-15"),
    "a rate France does not have": (
        ((">10.00<", ">19.00<"), (">60.00<", ">114.00<"), (">660.00<", ">714.00<")),
        "BR-FR-16",
    ),
    "no sentence on the 40 €": (((">PMT<", ">AAI<"),), "BR-FR-05"),
    "a customer nobody can reach": (
        ((' schemeID="0225">215903501<', ' schemeID="0225"><'),),
        "BR-FR-12",
    ),
    "a space in the number": ((("<ram:ID>KPA-2026-0001<", "<ram:ID>KPA 2026<"),), "BR-FR-02"),
    "a frame that is none": (((">S1<", ">X1<"),), "BR-FR-08"),
    "a unit that is in no list": (
        (('unitCode="IE"', 'unitCode="ZZZ9"'),),
        "Value of '@unitCode' is not allowed",
    ),
    "a line that is not worth its net": (
        (("<ram:LineTotalAmount>600.00<", "<ram:LineTotalAmount>500.00<"),),
        "BR-CO-10",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_each_rule_set_sees_a_planted_defect(name: str) -> None:
    changes, rule = PLANTED[name]
    xml = cii(documents.STORY).decode()
    assert rules.cii_findings(xml.encode(), french=True) == []
    for old, new in changes:
        assert old in xml
        xml = xml.replace(old, new, 1 if rule == "BR-CO-10" else -1)
    found = rules.cii_findings(xml.encode(), french=True)
    assert any(rule in one for one in found), found


def test_a_rate_france_does_not_have_passes_the_rules_of_europe() -> None:
    xml = cii(documents.STORY).decode()
    for old, new in PLANTED["a rate France does not have"][0]:
        xml = xml.replace(old, new)
    assert rules.cii_findings(xml.encode(), french=False) == []


@pytest.mark.parametrize("name", ["factur-x", "br-fr", "cen-ubl", "br-fr-ubl"])
def test_rules_that_break_off_have_checked_nothing(name: str) -> None:
    with pytest.raises(rules.NotChecked):
        rules.findings(name, b"<not-an-invoice/>")


def test_a_rule_set_that_crashes_midway_has_checked_nothing() -> None:
    xml = cii(documents.STORY).replace(b">S1<", b">S2<")
    broken = xml.replace(b"DuePayableAmount>660.00<", b"DuePayableAmount>rien<")
    with pytest.raises(rules.NotChecked):
        rules.findings("br-fr", broken)


def test_the_schema_sees_an_element_out_of_place() -> None:
    xml = cii(documents.STORY).replace(b"ram:BuyerReference", b"ram:BuyerReferenz")
    assert rules.xsd_findings(xml)
