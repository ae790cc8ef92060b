"""A month for a carrier: every paper, tables it can open, journals that balance, the same twice."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import time_machine

from kpa_core.activities import lines
from kpa_core.errors import Misuse, Refused
from kpa_core.invoices import documents
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.drafts import correcting
from kpa_core.invoices.exports import bookkeeping, month_file, months, parcel
from kpa_core.invoices.exports.journals import COLUMNS
from kpa_core.invoices.life import answers
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import DocumentFile
from kpa_core.invoices.paying import payments

DAYS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\b|\b2026[0-9]{4}\b|[0-9]{2}/[0-9]{2}/[0-9]{4}")
NOVEMBER = months.Month(date(2026, 11, 1))
WOOD = lines.NewLine("Étagère", Decimal(1), 8500, 2000)
GROSS = lines.NewLine("Menu", Decimal(3), 333, 1000, price_basis="gross")


def written(house: Any, who: str = "host", month: months.Month = NOVEMBER) -> zipfile.ZipFile:
    file = BytesIO()
    with house.work(who) as work:
        carrier = carriers.find_carrier(work, house.carrier_id)
        month_file.write_month(work, carrier, month, file)
    return zipfile.ZipFile(file)


def content(parcel: zipfile.ZipFile, ending: str) -> bytes:
    (name,) = (one for one in parcel.namelist() if one.endswith(ending))
    return parcel.read(name)


def journal(parcel: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    text = content(parcel, f"-{name}.txt").decode("utf-8")
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


def balance(rows: list[dict[str, str]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for row in rows:
        cents = Decimal(row["Debit"].replace(",", ".")) - Decimal(row["Credit"].replace(",", "."))
        found[row["EcritureNum"]] = found.get(row["EcritureNum"], Decimal(0)) + cents
    return found


@pytest.fixture
def busy(house: Any) -> Any:
    """A month with two invoices, a credit note, a payment, two rates and a rounding."""
    paid = house.issued()
    house.issued(WOOD, GROSS)
    wrong = house.issued()
    with house.work() as work:
        issuing.credit(work, wrong.id, "mauvais client")
    with house.work("host") as work:
        payments.record_payment(work, paid.id, 66_000, work.today)
    return house


def test_a_month_has_each_paper_under_the_carriers_code_and_a_true_manifest(busy: Any) -> None:
    made = written(busy)

    folders, names = zip(*(name.split("/") for name in made.namelist()), strict=True)
    assert set(folders) == {"MOUL-2026-11"}
    assert {name for name in names if not name.startswith("MOUL-")} == {"index.html"}
    assert {name for name in names if name.endswith(".pdf")} == {
        f"MOUL-KPA-2026-000{number}.pdf" for number in (1, 2, 3, 4)
    }
    told = dict(
        reversed(line.split("  ")) for line in content(made, "empreintes.txt").decode().splitlines()
    )
    assert set(told) == {name for name in names if not name.endswith("empreintes.txt")}
    for name, digest in told.items():
        assert hashlib.sha256(made.read(f"MOUL-2026-11/{name}")).hexdigest() == digest


def test_the_same_month_is_the_same_bytes(busy: Any) -> None:
    first, second = written(busy), written(busy)
    assert first.fp.getvalue() == second.fp.getvalue()  # type: ignore[union-attr]


def test_the_index_stands_alone_and_names_every_file(busy: Any) -> None:
    made = written(busy)
    page = content(made, "index.html").decode()
    for name in made.namelist():
        if not name.endswith(("index.html", "empreintes.txt")):
            assert f'href="{name.split("/")[1]}"' in page, name
    assert "http" not in page
    assert "<script" not in page


def test_sales_balance_one_line_a_rate_credit_notes_reversed_and_the_rounding_apart(
    busy: Any,
) -> None:
    rows = journal(written(busy), "ventes")

    assert tuple(rows[0]) == COLUMNS
    assert set(balance(rows).values()) == {Decimal(0)}
    by_number = {
        number: [
            (one["CompteNum"], one["Debit"], one["Credit"])
            for one in rows
            if one["PieceRef"] == number
        ]
        for number in ("KPA-2026-0001", "KPA-2026-0002", "KPA-2026-0004")
    }
    assert by_number["KPA-2026-0001"] == [
        ("411", "660,00", "0,00"),
        ("706", "0,00", "600,00"),
        ("44574", "0,00", "60,00"),
    ]
    assert by_number["KPA-2026-0004"] == [
        ("411", "0,00", "660,00"),
        ("706", "600,00", "0,00"),
        ("44574", "60,00", "0,00"),
    ]
    assert [account for account, _, _ in by_number["KPA-2026-0002"]].count("44574") == 2
    assert {one["EcritureDate"] for one in rows} == {"20261123"}
    assert {one["ValidDate"] for one in rows} == {""}


def test_days_are_written_one_way_in_tables_and_another_in_journals(busy: Any) -> None:
    made = written(busy)

    def days(*endings: str) -> set[str]:
        texts = [made.read(one).decode() for one in made.namelist() if one.endswith(endings)]
        found = DAYS.findall("".join(texts))
        return {re.sub("[0-9]", "9", one) for one in found}

    assert days(".csv") == {"99/99/9999"}
    assert days("-ventes.txt", "-encaissements.txt") == {"99999999"}
    page = content(made, "index.html").decode()
    assert "AAAAMMJJ" in page
    assert "La TVA des services et des acomptes attend au compte 44574." in page


def test_money_is_in_the_month_its_carrier_confirmed_it(busy: Any) -> None:
    rows = journal(written(busy), "encaissements")
    assert [(one["CompteNum"], one["Debit"], one["Credit"]) for one in rows] == [
        ("512", "660,00", "0,00"),
        ("411", "0,00", "660,00"),
        ("44574", "60,00", "0,00"),  # VAT on services is owed now that they are paid
        ("44571", "0,00", "60,00"),
    ]


DECEMBER = months.Month(date(2026, 12, 1))
THIRD = datetime(2026, 12, 3, 12, tzinfo=UTC)


def test_money_confirmed_after_its_month_is_once_in_the_month_that_knows_it(house: Any) -> None:
    paid, other = house.issued(), house.issued()
    with time_machine.travel(datetime(2026, 11, 30, 12, tzinfo=UTC)):
        with house.work() as work:
            told = payments.record_payment(work, paid.id, 66_000, work.today).id
        before = written(house).fp.getvalue()  # type: ignore[union-attr]
    with time_machine.travel(THIRD):
        with house.work("host") as work:
            payments.confirm_payment(work, told)
            payments.record_payment(work, other.id, 10_000, date(2026, 12, 1))
            payments.record_payment(work, other.id, 20_000, date(2026, 11, 28))
        november, december = written(house), written(house, month=DECEMBER)

    assert journal(november, "encaissements") == []
    assert content(november, "ventes.txt") == content(reopened(before), "ventes.txt")
    rows = [one for one in journal(december, "encaissements") if one["CompteNum"] == "512"]
    assert [(one["EcritureDate"], one["EcritureLib"], one["Debit"]) for one in rows] == [
        ("20261201", "Règlement KPA-2026-0002 Ville de Lille", "100,00"),
        ("20261203", "Règlement KPA-2026-0002 Ville de Lille, reçu le 28/11/2026", "200,00"),
        ("20261203", "Règlement KPA-2026-0001 Ville de Lille, reçu le 30/11/2026", "660,00"),
    ]
    assert "Une écriture est dans le dossier du mois de sa date." in unescaped(december)


def test_a_number_noted_after_its_month_is_once_in_the_month_that_knows_it(
    drafting_house: Any,
) -> None:
    document = drafting_house.issued()
    with drafting_house.work("host") as work:
        bookkeeping.set_accounts(
            work, drafting_house.carrier_id, {"handovers": True}, starts_on=work.today
        )
    with time_machine.travel(THIRD):
        with drafting_house.work() as work:
            said = answers.CarrierNumber("OPT-7", date(2026, 11, 28), document.to_pay_cents)
            answers.note_number(work, document.id, said)
        november = written(drafting_house)
        rows = journal(written(drafting_house, month=DECEMBER), "ventes")

    assert journal(november, "ventes") == []
    assert {(one["EcritureDate"], one["PieceRef"], one["PieceDate"]) for one in rows} == {
        ("20261203", "OPT-7", "20261128")
    }


def reopened(parcel: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(parcel))


def unescaped(parcel: zipfile.ZipFile) -> str:
    return html.unescape(content(parcel, "index.html").decode())


def test_the_accounts_are_the_carriers_own_from_their_day_on(busy: Any) -> None:
    before = content(written(busy), "ventes.txt")
    with busy.work("host") as work:
        said = {"services": "706100", "vat_by_rate": {"1000": "445712"}}
        bookkeeping.set_accounts(work, busy.carrier_id, said, starts_on=date(2026, 12, 1))
    assert content(written(busy), "ventes.txt") == before
    with busy.work("host") as work:
        carrier = carriers.find_carrier(work, busy.carrier_id)
        usual = bookkeeping.accounts_on(work.session, carrier, date(2026, 11, 30))
        later = bookkeeping.accounts_on(work.session, carrier, date(2026, 12, 1))
    assert (usual.services, usual.vat_of(1000)) == ("706", "44571")
    assert (later.services, later.vat_of(1000), later.vat_of(2000)) == ("706100", "445712", "44571")


def test_a_month_has_the_accounts_of_its_last_day(busy: Any) -> None:
    with busy.work("host") as work:
        said = {"services": "706100"}
        bookkeeping.set_accounts(work, busy.carrier_id, said, starts_on=date(2026, 11, 23))
    assert "706100" in {one["CompteNum"] for one in journal(written(busy), "ventes")}


def test_every_file_kept_beside_a_paper_goes_with_it(house: Any) -> None:
    document = house.issued()
    with house.work("kpa") as work, work.transaction() as session:
        kept = work.instance.files.keep(
            session, b"<Invoice/>", media_type="text/xml", scope=document.scope
        )
        session.add(DocumentFile(document_id=document.id, media_type="text/xml", file_id=kept.id))
    made = written(house)
    assert content(made, "MOUL-KPA-2026-0001.pdf").startswith(b"%PDF-")
    assert b"CrossIndustryInvoice" in content(made, "MOUL-KPA-2026-0001.xml")
    assert content(made, "MOUL-KPA-2026-0001-2.xml") == b"<Invoice/>"
    page = content(made, "index.html").decode()
    assert page.count('href="MOUL-KPA-2026-0001-2.xml"') == 1


def test_what_a_carrier_numbers_is_a_sheet_and_no_entry(drafting_house: Any) -> None:
    drafting_house.issued()
    drafting_house.invoiced()
    made = written(drafting_house)

    assert journal(made, "ventes") == []
    sheet = content(made, "a-recopier.html").decode()
    assert "P-2026-0001" in sheet
    assert "P-2026-0002" not in sheet  # it has its number: nobody makes it again
    answers = content(made, "reponses.csv").decode("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in answers[1:]] == ["P-2026-0001"]
    with drafting_house.work("host") as work:
        bookkeeping.set_accounts(
            work, drafting_house.carrier_id, {"handovers": True}, starts_on=work.today
        )
    december = written_answers(drafting_house)
    assert {one["PieceRef"] for one in december} == {"CAE-P-2026-0002"}


@pytest.mark.parametrize(
    ("price", "rate", "rounding"), [(1006, 1000, -1), (10, 550, 1), (1100, 1000, 0)]
)
def test_a_cent_of_rounding_is_told_to_whoever_retypes(
    drafting_house: Any, price: int, rate: int, rounding: int
) -> None:
    told = "Nos prix comprennent la TVA : le total peut différer d'un centime."
    line = lines.NewLine("Repas", Decimal(1), price, rate, price_basis="gross")
    document = drafting_house.issued(line)
    paper = documents.snapshot_of(document)
    assert (paper.totals.rounding_cents, document.to_pay_cents) == (rounding, price)

    with drafting_house.kpa.client_for(drafting_house.people["treasurer"]) as browser:
        page = browser.get(f"/documents/{document.id}/recopie").sentence()
    sheet = html.unescape(content(written(drafting_house), "a-recopier.html").decode())
    assert (told in page, told in sheet) == (bool(rounding), bool(rounding))


def written_answers(house: Any) -> list[dict[str, str]]:
    """Return the sales of hand-overs as of today's accounts."""
    with house.work("host") as work:
        carrier = carriers.find_carrier(work, house.carrier_id)
        accounts = bookkeeping.accounts_on(work.session, carrier, work.today)
        entries = list(months.sales(work, carrier, NOVEMBER, lambda _: accounts))
    return [{"PieceRef": one.piece} for one in entries]


def test_nothing_to_send_is_said(house: Any) -> None:
    with pytest.raises(Refused, match="Rien à envoyer pour 2026-10"):
        written(house, month=NOVEMBER.before)
    with pytest.raises(Misuse, match="Exemple : 2026-11"):
        months.month_of("11/2026")


def test_a_stranger_gets_nothing_of_a_month(house: Any) -> None:
    house.issued()
    with house.kpa.client_for(house.people["stranger"]) as browser:
        assert browser.get(f"/maisons/{house.carrier_id}/mois/2026-11.zip").status == 404
    with house.kpa.client_for(house.people["host"]) as browser:
        answer = browser.client.get(f"/maisons/{house.carrier_id}/mois/2026-11.zip")
        assert (answer.status_code, answer.mimetype) == (200, "application/zip")
        assert zipfile.ZipFile(BytesIO(answer.data)).testzip() is None
        assert "2026-11" in browser.get(f"/maisons/{house.carrier_id}/mois").sentence()


def test_a_large_month_is_sent_from_its_file(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    house.issued()
    monkeypatch.setattr("kpa_core.invoices.views.sending.AT_ONCE", 1000)
    with house.kpa.client_for(house.people["host"]) as browser:
        url = f"/maisons/{house.carrier_id}/mois/2026-11.zip"
        with browser.client.get(url) as answer:
            assert zipfile.ZipFile(BytesIO(answer.data)).testzip() is None
            assert "MOUL-2026-11.zip" in answer.headers["Content-Disposition"]


def test_two_files_of_one_name_both_stay() -> None:
    file = BytesIO()
    with parcel.Parcel(file, "X", (2026, 11, 1)) as made:
        made.add("a.xml", [b"1"])
        made.add("a.xml", [b"2"])
    assert set(made.hashes) == {"a.xml", "a-2.xml"}


def test_the_list_says_what_was_replaced_and_what_a_carrier_was_asked_back(
    drafting_house: Any,
) -> None:
    invoice, wrong = drafting_house.invoiced(), drafting_house.invoiced()
    with drafting_house.work() as work:
        note = issuing.credit(work, wrong.id, "mauvais client")
    with drafting_house.work() as work:
        correcting.reopen(work, invoice.id, "prix")
    with drafting_house.work("one") as work:
        (line,) = lines.lines_of(work.session, invoice.order_id)
        now = lines.NewLine(line.label, line.quantity, 1400, 1000, unit=line.unit)
        lines.change_line(work, line.id, line.version, now)
    with drafting_house.work() as work:
        corrective = issuing.issue(work, invoice.order_id)
    for name, one in (("AV-1", note), ("COR-1", corrective)):
        with drafting_house.work() as work:
            said = answers.CarrierNumber(name, work.today, one.to_pay_cents)
            answers.note_number(work, one.id, said)

    listed = content(written(drafting_house), "papiers.csv").decode("utf-8-sig").splitlines()
    said = {row[2]: (row[0], row[5], row[-1]) for row in csv.reader(listed[1:], delimiter=";")}
    assert said == {
        invoice.reference: ("Projet de facture", "660,00", "Remplacé"),
        wrong.reference: ("Projet de facture", "660,00", "Repris par un avoir"),
        note.reference: ("Avoir demandé à la maison", "-660,00", ""),
        corrective.reference: ("Projet de facture corrective", "616,00", "À payer"),
    }


def test_a_credit_note_of_ours_is_listed_with_a_minus_sign(house: Any) -> None:
    invoice = house.invoiced()
    with house.work() as work:
        issuing.credit(work, invoice.id, "mauvais client")

    listed = content(written(house), "papiers.csv").decode("utf-8-sig").splitlines()
    said = [(row[0], row[5]) for row in csv.reader(listed[1:], delimiter=";")]
    assert sorted(said) == [("Avoir", "-660,00"), ("Facture", "660,00")]
