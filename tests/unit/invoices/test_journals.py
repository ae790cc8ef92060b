"""Journals in the FEC's columns: whatever the paper, each entry balances to the cent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpa_core.errors import Refused
from kpa_core.invoices.exports import accounts as accounts_module
from kpa_core.invoices.exports import journals, waiting
from kpa_core.invoices.exports.accounts import Accounts, check_accounts
from kpa_core.invoices.paper.snapshot import Line, Snapshot, Totals, VatGroup, quantity_text
from kpa_core.invoices.totals import Line as Priced
from kpa_core.invoices.totals import totals

Make = Callable[..., Snapshot]
DAY = date(2026, 11, 30)
PRICED = st.builds(
    Priced,
    label=st.just("x"),
    quantity=st.decimals(min_value="0.001", max_value="500", places=3),
    unit_price_cents=st.integers(0, 500_000),
    vat_rate_bp=st.sampled_from((0, 210, 550, 1000, 2000)),
    price_basis=st.sampled_from(("net", "gross")),
)
SEEN: list[int] = []


def of_lines(make: Make, kind: str, priced: list[Priced]) -> Snapshot:
    sums = totals(priced)
    return make(
        kind,
        vat_groups=tuple(
            VatGroup(rate_bp=one.rate_bp, net_cents=one.net, vat_cents=one.vat)
            for one in sums.groups
        ),
        totals=Totals(
            net_cents=sums.net,
            vat_cents=sums.vat,
            gross_cents=sums.gross,
            rounding_cents=sums.rounding,
        ),
        lines=tuple(
            Line(
                label=one.label,
                quantity=quantity_text(one.quantity),
                unit_price_cents=one.unit_price_cents,
                vat_rate_bp=one.vat_rate_bp,
                net_cents=net,
                price_basis=one.price_basis,
            )
            for one, net in zip(priced, sums.line_nets, strict=True)
        ),
    )


def cells(entry: journals.Entry) -> list[dict[str, str]]:
    found = []
    for line in journals.lines(entry):
        row = line.decode("utf-8").removesuffix("\r\n").split("\t")
        found.append(dict(zip(journals.COLUMNS, row, strict=True)))
    return found


def cents(text: str) -> int:
    return int(Decimal(text.replace(",", ".")) * 100)


@pytest.mark.parametrize("kind", ["invoice", "credit_note"])
@settings(max_examples=300, deadline=None)
@given(priced=st.lists(PRICED, min_size=1, max_size=6))
def test_every_entry_balances_and_tells_the_paper(
    make_document: Make, kind: str, priced: list[Priced]
) -> None:
    paper = of_lines(make_document, kind, priced)
    rows = cells(journals.sale(paper, Accounts(), number="KPA-1", day=DAY))
    SEEN.append(1)

    assert sum(cents(one["Debit"]) - cents(one["Credit"]) for one in rows) == 0
    assert all(not (cents(one["Debit"]) and cents(one["Credit"])) for one in rows)
    sign = -1 if kind == "credit_note" else 1
    of = {}
    for one in rows:
        number = one["CompteNum"]
        of[number] = of.get(number, 0) + sign * (cents(one["Debit"]) - cents(one["Credit"]))
    sums = paper.totals
    assert of.get("411", 0) == sums.to_pay_cents
    assert of.get("706", 0) == -sums.net_cents
    assert of.get("44574", 0) == -sums.vat_cents
    assert of.get("658", 0) + of.get("758", 0) == -sums.rounding_cents
    taxed = [one for one in paper.vat_groups if one.vat_cents]
    assert sum(one["CompteNum"] == "44574" for one in rows) == len(taxed)


def test_an_entry_that_does_not_balance_is_never_written(make_document: Make) -> None:
    entry = journals.sale(make_document("invoice"), Accounts(), number="1", day=DAY)
    short = journals.Entry(**{**_facts(entry), "postings": entry.postings[:1]})
    with pytest.raises(Refused, match="ne tombe pas juste"):
        list(journals.lines(short))


def _facts(entry: journals.Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in entry.__dataclass_fields__}


def test_goods_go_to_their_own_account_and_cash_to_the_till(make_document: Make) -> None:
    paper = make_document("invoice", nature="goods")
    sold = journals.sale(paper, Accounts(), number="1", day=DAY)
    assert {one.account for one in sold.postings} == {"411", "707", "44571"}
    paid = journals.Money("2026-11-0001", DAY, -500, "cash", DAY)
    rows = cells(journals.money(paper, Accounts(), paid, number="1", day=DAY))
    assert [(one["CompteNum"], one["Debit"], one["Credit"]) for one in rows] == [
        ("530", "0,00", "5,00"),
        ("411", "5,00", "0,00"),
    ]
    assert rows[0]["EcritureLib"].startswith("Remboursement")


@pytest.mark.parametrize("name", ["=cmd()", "@x", "a\tb", "a|b\r\nc", "-1+1"])
def test_no_name_breaks_a_line_nor_runs(make_document: Make, name: str) -> None:
    paper = make_document("invoice")
    clean = name.replace("\t", " ").replace("\r\n", " ")
    paper = replace(paper, customer=replace(paper.customer, name=clean, siren=""))
    for row in cells(journals.sale(paper, Accounts(), number="1", day=DAY)):
        assert len(row) == 18
        assert not any(one.startswith(("=", "+", "@")) for one in row.values())
        assert not any("|" in one for one in row.values())


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"bank": "51"}, "bank"),
        ({"vat": "TVA"}, "vat"),
        ({"services": "706 100"}, "services"),
        ({"vat_by_rate": {"dix": "445711"}}, "vat_by_rate"),
        ({"vat_by_rate": {"1000": "x"}}, "vat_by_rate"),
        ({"vat_by_rate": "445711"}, "vat_by_rate"),
        ({"bnak": "512"}, None),
    ],
)
def test_what_is_no_account_is_refused_with_its_field(
    said: dict[str, object], field: str | None
) -> None:
    with pytest.raises(Refused) as told:
        check_accounts(said)
    assert told.value.field == field


def test_accounts_are_kept_in_one_form() -> None:
    assert check_accounts({"bank": " 5121a ", "cash": ""}) == {"bank": "5121A"}
    assert set(accounts_module.LABELS) < set(Accounts.__dataclass_fields__)


def test_a_deposit_is_no_sale_and_the_last_invoice_takes_it_back(make_document: Make) -> None:
    deposit = make_document("invoice", type_code="386")
    asked = journals.sale(deposit, Accounts(), number="1", day=DAY)
    assert {one.account for one in asked.postings} == {"411", "4191", "44574"}

    parts = journals._parts(
        make_document("invoice", nature="mixed"), VatGroup(rate_bp=1000, net_cents=1, vat_cents=0)
    )
    assert sum(parts.values()) == 1


@pytest.mark.parametrize("discount", [0, 1_000])
def test_goods_and_services_of_one_paper_go_apart(discount: int) -> None:
    from types import SimpleNamespace

    def line(nature: str, cents: int, deposit: str = "") -> SimpleNamespace:
        return SimpleNamespace(
            nature=nature,
            net_cents=cents,
            vat_rate_bp=2000,
            vat_category="S",
            deposit_number=deposit,
        )

    lines = (line("goods", 30_000), line("services", 10_000), line("services", -5_000, "KPA-1"))
    paper = SimpleNamespace(type_code="380", nature="mixed", lines=lines)
    group = VatGroup(rate_bp=2000, net_cents=35_000 - discount, vat_cents=0)
    found = journals._parts(paper, group)  # type: ignore[arg-type]
    assert found == {"goods": 30_000 - discount, "services": 10_000, "deposits": -5_000}


def test_the_carriers_credit_note_is_no_second_sale(make_document: Make) -> None:
    paper = make_document(
        "handover", type_code="381", corrects_number="CAE-1", corrects_day=DAY, due_day=None
    )
    rows = cells(journals.sale(paper, Accounts(), number="AV-1", day=DAY))
    assert {one["CompteNum"]: one["Credit"] for one in rows if cents(one["Credit"])} == {
        "411": "660,00"
    }
    assert {one["EcritureLib"] for one in rows} == {"Avoir AV-1 Ville de Lille"}


@pytest.mark.parametrize("total", [1, 65_000, 65_999, 66_001, 132_000])
def test_the_carriers_own_total_is_booked_with_its_vat_in_proportion(
    make_document: Make, total: int
) -> None:
    entry = journals.sale(make_document("invoice"), Accounts(), number="1", day=DAY, cents=total)
    of = {one.account: one.cents for one in entry.postings}
    assert of["411"] == total
    assert abs(of.get("44574", 0) * 11 + total) <= 6  # 10 % of the net, to the nearest cent
    assert set(of) <= {"411", "706", "44574"}
    assert list(journals.lines(entry))


@settings(max_examples=200, deadline=None)
@given(priced=st.lists(PRICED, min_size=1, max_size=6), total=st.integers(1, 2_000_000))
def test_whatever_total_the_carrier_wrote_the_entry_balances(
    make_document: Make, priced: list[Priced], total: int
) -> None:
    paper = of_lines(make_document, "invoice", priced)
    entry = journals.sale(paper, Accounts(), number="1", day=DAY, cents=total)
    assert sum(one.cents for one in entry.postings if one.of_customer) == total
    assert list(journals.lines(entry))


def test_a_reversal_undoes_an_entry_under_the_number_of_what_replaces_it(
    make_document: Make,
) -> None:
    sold = journals.sale(make_document("invoice"), Accounts(), number="KPA-1", day=DAY)
    undone = journals.reversal(sold, number="KPA-2", day=DAY)
    assert [one.cents for one in undone.postings] == [-one.cents for one in sold.postings]
    assert (undone.number, undone.words) == ("KPA-2", "Annulation KPA-1 Ville de Lille")


@pytest.mark.parametrize("number", ["=HYPERLINK(1)", "+1", "-1", "@x"])
def test_no_number_of_a_piece_runs(make_document: Make, number: str) -> None:
    paper = make_document("invoice")
    paid = journals.Money(number, DAY, 500, "transfer", DAY)
    for entry in (
        journals.sale(paper, Accounts(), number=number, day=DAY),
        journals.money(paper, Accounts(), paid, number=number, day=DAY),
    ):
        for row in cells(entry):
            assert not any(one.startswith(("=", "+", "-", "@")) for one in row.values())


@pytest.mark.parametrize(
    ("changes", "regime", "vat"),
    [
        ({"nature": "services"}, "", {"44574": -6_000}),
        ({"nature": "services"}, "normal", {"44574": -6_000}),
        ({"nature": "services"}, "debits", {"44571": -6_000}),
        ({"nature": "goods"}, "normal", {"44571": -6_000}),
        # That of a deposit waits for the money whatever is sold, and whatever was opted for.
        ({"nature": "goods", "type_code": "386"}, "normal", {"44574": -6_000}),
        ({"nature": "services", "type_code": "386"}, "debits", {"44574": -6_000}),
    ],
)
def test_vat_waits_for_the_money_where_the_law_says_so(
    make_document: Make, changes: dict[str, object], regime: str, vat: dict[str, int]
) -> None:
    paper = make_document("invoice", **changes)
    paper = replace(paper, seller=replace(paper.seller, vat_regime=regime))
    entry = journals.sale(paper, Accounts(), number="1", day=DAY)
    found = {one.account: one.cents for one in entry.postings if one.account.startswith("445")}
    assert found == vat
    owed = journals.owed_vat(paper, 66_000, 66_000)
    assert sum(owed.values()) == -vat.get("44574", 0)


@given(
    vat=st.dictionaries(st.sampled_from((550, 1000, 2000)), st.integers(-500, 5_000)),
    asked=st.integers(1, 9_000),
    steps=st.lists(st.integers(-3_000, 6_000), max_size=6),
)
def test_parts_of_a_payment_free_all_the_vat_and_no_more(
    vat: dict[int, int], asked: int, steps: list[int]
) -> None:
    came, owed = 0, dict.fromkeys(vat, 0)
    for step in (*steps, None):
        now = asked if step is None else came + step
        after, before = (waiting.freed_cents(vat, asked, one) for one in (now, came))
        for rate, cents in waiting.difference(after, before).items():
            owed[rate] += cents
            assert abs(owed[rate]) <= abs(vat[rate])
        came = now
    assert owed == vat


def test_goods_and_services_of_one_rate_wait_each_for_its_share(make_document: Make) -> None:
    paper = make_document("invoice", nature="mixed")
    group = VatGroup(rate_bp=1000, net_cents=40_000, vat_cents=4_000)
    sold = {"goods": 30_000, "services": 30_000, "deposits": -20_000}
    assert waiting.waiting_cents(paper, group, sold) == 2_000


def test_customers_of_one_name_are_two_and_accents_are_letters() -> None:
    first, second = (UUID(int=one) for one in (1, 2))
    assert journals.customer_code("École Été", first) == "ECOLEETE00000001"
    assert journals.customer_code("École Été", second) == "ECOLEETE00000002"
    assert journals.customer_code("日本", first) == "CLIENT00000001"
    assert len(journals.customer_code("x" * 80, first)) == 17
