"""A frozen document: one spelling, read back exactly, whole or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpa_core.invoices.paper.canonical import InvalidSnapshot, canonical, read_canonical
from kpa_core.invoices.paper.checks import printable
from kpa_core.invoices.paper.mentions import legal_notes
from kpa_core.invoices.paper.snapshot import (
    Customer,
    Line,
    Note,
    Snapshot,
    Totals,
    quantity_text,
)
from kpa_core.money import round_half_away

Make = Callable[..., Snapshot]

KINDS = ("quote", "handover", "invoice", "credit_note")
A_DAY = date(2026, 12, 31)
TEXT = st.text(max_size=40).map(printable).map(lambda text: text.replace("\n", " "))
NAME = TEXT.map(lambda text: f"x{text}")


@st.composite
def lines(draw: st.DrawFn) -> Line:
    quantity = draw(st.decimals("0.001", 9_999, places=3))
    price = draw(st.integers(0, 10**7))
    return Line(
        label=draw(NAME),
        details=draw(st.text(max_size=40).map(printable)),
        quantity=quantity_text(quantity),
        unit=draw(TEXT),
        unit_price_cents=price,
        vat_rate_bp=draw(st.sampled_from([0, 210, 550, 1000, 2000])),
        net_cents=round_half_away(quantity * price),
    )


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, database=None)  # a busy machine is no defect
@given(data=st.data())
def test_what_is_frozen_is_read_back_the_same(
    make_document: Make, kind: str, data: st.DataObject
) -> None:
    drawn = data.draw(st.lists(lines(), min_size=1, max_size=4).map(tuple))
    customer = Customer(
        name=data.draw(NAME), kind="person", address=data.draw(st.lists(TEXT).map(tuple))
    )
    frozen = make_document(
        kind,
        drawn,
        title=data.draw(NAME),
        customer=customer,
        notes=(Note(text=data.draw(TEXT)),),
        language=data.draw(st.sampled_from(["fr", "en"])),
        example=data.draw(st.booleans()),
    )
    data_bytes = frozen.to_json()
    assert Snapshot.from_json(data_bytes) == frozen
    assert Snapshot.from_json(data_bytes).to_json() == data_bytes


def test_the_bytes_have_ordered_keys_no_space_and_no_float(make_document: Make) -> None:
    data = make_document().to_json()
    pairs = []
    value = json.loads(data, object_pairs_hook=lambda found: pairs.append(found) or dict(found))
    assert all([key for key, _ in found] == sorted(key for key, _ in found) for found in pairs)
    assert data == json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    assert data.startswith(b'{"analytic_code":"MOUL","corrects_day":null,')
    assert "Métropole".encode() in data


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"schema":2', b'"schema":1'),
        (b'"schema":2', b'"schema":3'),
        (b'"schema":2', b'"schema":"1"'),
        (b'"schema":2', b'"schema":true'),
        (b'"schema":2', b'"schema":1.0'),
        (b',"schema":2', b""),
        (b'"net_cents":60000', b'"net_cents":60000.0'),
        (b'"net_cents":60000', b'"net_cents":6e4'),
        (b'"net_cents":60000', b'"net_cents":NaN'),
        (b'"net_cents":60000', b'"net_cents":Infinity'),
        (b'"net_cents":60000', b'"net_cents":"60000"'),
        (b'"net_cents":60000', b'"net_cents":null'),
        (b'"net_cents":60000', b'"net_cents":9223372036854775808'),
        (b'"example":false', b'"example":0'),
        (b'"kind":"invoice"', b'"kind":"facture"'),
        (b'"currency":"EUR"', b'"currency":"USD"'),
        (b'"issue_day":"2026-11-30"', b'"issue_day":"20261130"'),
        (b'"issue_day":"2026-11-30"', b'"issue_day":"2026-11-31"'),
        (b'"issue_day":"2026-11-30"', b'"issue_day":"2026-11-30T00:00:00"'),
        (b'"issue_day":"2026-11-30"', b'"issue_day":1796000000'),
        (b'"title":"Buffet', b'"title":"\\ud800Buffet'),
        (b'"title":"Buffet', b'"title":"\\u0042uffet'),
        (b'"title":"Buffet', b'"title":"\xffBuffet'),
        (b'"title":', b'"title":"twice","title":'),
        (b'"title":', b'"unknown":1,"title":'),
        (b'"title":', b' "title":'),
        (b'"title":"Buffet pour 40 personnes",', b""),
        (b'{"analytic_code"', b'\xef\xbb\xbf{"analytic_code"'),
        (b'{"analytic_code":"MOUL",', b"{"),
    ],
)
def test_bytes_that_no_kpa_wrote_are_refused(make_document: Make, old: bytes, new: bytes) -> None:
    data = make_document().to_json()
    assert old in data
    with pytest.raises(InvalidSnapshot):
        Snapshot.from_json(data.replace(old, new))


def test_a_wrong_type_names_its_field(make_document: Make) -> None:
    data = make_document().to_json().replace(b'"net_cents":60000', b'"net_cents":"60000"', 1)
    with pytest.raises(InvalidSnapshot) as refusal:
        Snapshot.from_json(data)
    assert refusal.value.field == "lines.0.net_cents"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"a":1,"a":1}', "deux fois"),
        (b'{"a":1.0}', "pas entier : 1.0"),
        (b'{"a":1e3}', "pas entier : 1e3"),
        (b'{"a":-Infinity}', "pas entier : -Infinity"),
        (b'{"a":NaN}', "pas entier : NaN"),
        (b'{"b":1,"a":1}', "forme unique"),
        (b'{"a": 1}', "forme unique"),
        (b'{"a":"\\u00e9"}', "forme unique"),
        (b'{"a":-0}', "forme unique"),
        (b'{"a":9007199254740992}', "trop grand"),
        (b'{"a":"\\udfff"}', "caractère cassé"),
        (b'{"a":"\xe9"}', "ne se lit pas"),
        (b"\xff\xfe{\x00}\x00", "ne se lit pas"),
        (b'{"a":1}x', "ne se lit pas"),
    ],
)
def test_a_value_has_one_spelling(data: bytes, said: str) -> None:
    with pytest.raises(InvalidSnapshot, match=said):
        read_canonical(data)
    assert read_canonical(b'{"a":[1,-1,true,null,"\xc3\xa9"]}') == {"a": [1, -1, True, None, "é"]}


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"1", b"[" * 100_000, b"{}", b'{"a":1}'])
def test_what_is_not_a_document_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidSnapshot):
        Snapshot.from_json(data)


REFUSED: dict[str, tuple[str, dict[str, object], str]] = {
    "handover with a number": ("handover", {"number": "KPA-1"}, "number"),
    "handover in a series": ("handover", {"series": "KPA"}, "series"),
    "quote with a number": ("quote", {"number": "KPA-1"}, "number"),
    "quote without an end": ("quote", {"validity_day": None}, "validity_day"),
    "invoice without a number": ("invoice", {"number": None}, "number"),
    "invoice without a series": ("invoice", {"series": None}, "series"),
    "invoice never due": ("invoice", {"due_day": None}, "due_day"),
    "invoice that corrects": ("invoice", {"corrects_number": "KPA-1"}, "corrects_number"),
    "credit note of nothing": ("credit_note", {"corrects_number": None}, "corrects_number"),
    "credit note of no day": ("credit_note", {"corrects_day": None}, "corrects_day"),
    "due before issued": ("invoice", {"due_day": date(2026, 11, 29)}, "due_day"),
    "ended before issued": ("quote", {"validity_day": date(2025, 11, 30)}, "validity_day"),
    "number with a space": ("invoice", {"number": "KPA 1"}, "number"),
    "number with an accent": ("invoice", {"number": "É1"}, "number"),
    "number of 36 characters": ("invoice", {"number": "K" * 36}, "number"),
    "number ending a line": ("invoice", {"number": "KPA-1\n"}, "number"),
    "no title": ("invoice", {"title": ""}, "title"),
    "no reference": ("handover", {"reference": ""}, "reference"),
    "no customer name": ("invoice", {"customer": Customer(name="", kind="person")}, "name"),
    "title on two lines": ("invoice", {"title": "a\nb"}, "title"),
    "hidden character": ("invoice", {"trade_name": "a\x00b"}, "trade_name"),
    "hidden in a note": ("invoice", {"notes": (Note(text="a\x1bb"),)}, "text"),
    "no line": ("invoice", {"lines": ()}, "lines"),
    "gross not net and VAT": (
        "invoice",
        {"totals": Totals(net_cents=60_000, vat_cents=6_000, gross_cents=66_001)},
        "gross_cents",
    ),
    "VAT not of the groups": (
        "invoice",
        {"totals": Totals(net_cents=60_000, vat_cents=5_999, gross_cents=65_999)},
        "vat_cents",
    ),
    "net not of the lines": (
        "invoice",
        {"totals": Totals(net_cents=59_999, vat_cents=6_000, gross_cents=65_999)},
        "net_cents",
    ),
}


@pytest.mark.parametrize(("kind", "changes", "field"), REFUSED.values(), ids=REFUSED)
def test_a_document_that_is_not_whole_is_refused(
    make_document: Make, kind: str, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidSnapshot) as refusal:
        make_document(kind, **changes)
    assert refusal.value.field == field
    assert "{" not in str(refusal.value)


BAD_LINES: dict[str, dict[str, object]] = {
    "net that is not quantity by price": {"net_cents": 60_001},
    "quantity with a comma": {"quantity": "40,0"},
    "quantity with an exponent": {"quantity": "4e1"},
    "quantity with a useless zero": {"quantity": "40.0"},
    "quantity with four decimals": {"quantity": "40.0001"},
    "quantity that is no number": {"quantity": "NaN"},
    "quantity in other digits": {"quantity": "٤٠"},
    "no quantity": {"quantity": "0"},
    "minus": {"quantity": "-40"},
    "too many": {"quantity": "1000001"},
    "empty quantity": {"quantity": ""},
    "negative price": {"unit_price_cents": -1500, "net_cents": -60_000},
    "rate above 100 %": {"vat_rate_bp": 10_001},
    "negative rate": {"vat_rate_bp": -1},
    "no label": {"label": ""},
}


@pytest.mark.parametrize("changes", BAD_LINES.values(), ids=BAD_LINES)
def test_a_line_that_does_not_hold_is_refused(
    make_document: Make, changes: dict[str, object]
) -> None:
    line = replace(make_document().lines[0], **changes)
    with pytest.raises(InvalidSnapshot):
        make_document(lines=(line,))


def test_two_wrong_lines_cannot_make_a_right_sum(make_document: Make) -> None:
    line = make_document().lines[0]
    more, less = replace(line, net_cents=60_001), replace(line, net_cents=59_999)
    assert make_document(lines=(line, line)).totals.net_cents == 120_000
    with pytest.raises(InvalidSnapshot, match="Buffet oriental"):
        make_document(lines=(more, less))


def test_each_vat_group_is_checked_against_its_lines(make_document: Make) -> None:
    ten = make_document().lines[0]
    frozen = make_document(lines=(ten, replace(ten, vat_rate_bp=2000)))
    first, second = frozen.vat_groups
    wrong = [
        (second, first),
        (first, first),
        (replace(first, vat_cents=first.vat_cents + 1), second),
        (replace(first, net_cents=first.net_cents + 1), second),
    ]
    for groups in wrong:
        with pytest.raises(InvalidSnapshot):
            replace(frozen, vat_groups=groups)


def test_a_price_with_vat_keeps_its_promise_and_shows_the_rounding(make_document: Make) -> None:
    line = Line(
        label="Gâteau",
        quantity="1",
        unit_price_cents=1006,  # 9.15 + 0.92 is 10.07, one cent too many
        vat_rate_bp=1000,
        net_cents=915,
        price_basis="gross",
    )
    frozen = make_document(lines=(line,), rounding=-1)
    assert (frozen.totals.gross_cents, frozen.totals.to_pay_cents) == (1007, 1006)
    for wrong in (0, 1, -2):
        with pytest.raises(InvalidSnapshot, match="rounding_cents"):
            make_document(lines=(line,), rounding=wrong)


@pytest.mark.parametrize("value", [1.0, 2**53, -(2**53), Decimal(1), b"x", {1: 2}, {"é": 1}, A_DAY])
def test_only_what_every_reader_holds_exactly_is_canonical(value: object) -> None:
    with pytest.raises(InvalidSnapshot):
        canonical({"value": value})


@pytest.mark.parametrize(
    ("quantity", "written"),
    [("40.000", "40"), ("2.500", "2.5"), ("100", "100"), ("0.001", "0.001"), ("1E+3", "1000")],
)
def test_a_quantity_has_one_spelling(quantity: str, written: str) -> None:
    assert quantity_text(Decimal(quantity)) == written


def test_typed_text_is_cleaned_of_what_no_paper_bears() -> None:
    assert printable("a\tb\r\nc\rd\x00\x7f\x85e\ud800f é مرحبا") == "a b\nc\ndef é مرحبا"


@pytest.mark.parametrize(
    ("kind", "subjects"),
    [
        ("business_vat", ["PMD", "PMT", "AAB"]),
        ("public", ["PMD", "PMT", "AAB"]),
        ("person", ["PMD", "AAB"]),
    ],
)
def test_only_professionals_owe_the_indemnity(kind: str, subjects: list[str]) -> None:
    notes = legal_notes(kind, "3 fois le taux légal")  # type: ignore[arg-type]
    assert [note.subject for note in notes] == subjects
    assert "3 fois le taux légal" in notes[0].text


def test_a_private_person_owes_no_rate_of_professionals() -> None:
    assert [note.subject for note in legal_notes("person")] == ["AAB"]
    assert "Banque centrale" in legal_notes("non_taxable_org")[0].text
