"""The same work on the command line, by references and names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from kpa_core.activities import service as orders
from kpa_core.commands import Session
from kpa_core.contracts import Actor
from kpa_core.errors import KpaError, Misuse, NotFound, Refused
from kpa_core.invoices import cli, guards
from kpa_core.invoices.models import Document
from kpa_core.invoices.proof import verification
from kpa_core.work import VISITOR, Denied

GROUPS = (cli.carriers, cli.quotes, cli.invoices, cli.payments)
Run = Callable[..., str]


def runner(kpa: Any, actor_of: Callable[[str], Actor]) -> Run:
    def run(who: str, group: click.Group, *words: object, code: int = 0) -> str:
        session = Session(lambda: kpa.instance, lambda _work, _token: actor_of(who))
        made = CliRunner().invoke(group, [str(word) for word in words], obj=session)
        if isinstance(made.exception, KpaError):
            raise made.exception
        assert made.exit_code == code, made.output
        return made.output

    return run


@pytest.fixture
def run(house) -> Run:
    """Run a command as someone and return what it prints."""
    return runner(house.kpa, lambda who: house.people.get(who, VISITOR))


@pytest.fixture
def run_drafting(drafting_house) -> Run:
    return runner(drafting_house.kpa, lambda who: drafting_house.people.get(who, VISITOR))


def the(run: Run, who: str, group: click.Group, *words: object) -> Any:
    return json.loads(run(who, group, *words, "--json"))


def test_from_a_quote_to_money(house, run: Run, tmp_path: Path) -> None:
    order_id = house.order()
    house.approve(order_id)
    sent = run("one", cli.quotes, "send", "C-2026-0001")
    assert "D-2026-0001" in sent
    assert run("one", cli.quotes, "link", "d-2026-0001").strip() in sent
    run("one", cli.quotes, "accept", "C-2026-0001", "--by", "Mme Durand")
    assert house.state(order_id) == "accepted"
    with house.work("one") as work:
        orders.move(work, order_id, "done")
    assert "KPA-2026-0001" in run("treasurer", cli.invoices, "issue", "C-2026-0001")
    run("treasurer", cli.payments, "pay", "KPA-2026-0001", "200,00", "--method", "cheque")
    run("host", cli.payments, "pay", "F-2026-0001", "460")
    rows = the(run, "host", cli.payments, "list", "C-2026-0001")
    assert [(row["amount_cents"], row["confirmed"]) for row in rows] == [
        (20_000, False),
        (46_000, True),
    ]
    run("host", cli.payments, "confirm", rows[0]["id"])
    assert house.state(order_id) == "paid"
    shown = the(run, "treasurer", cli.invoices, "show", "KPA-2026-0001")[0]
    assert (shown["owed_cents"], shown["confirmed_cents"]) == (66_000, 66_000)
    run("treasurer", cli.invoices, "pdf", "KPA-2026-0001", "--to", tmp_path / "f.pdf")
    written = (tmp_path / "f.pdf").read_bytes()
    assert written.startswith(b"%PDF-")
    with pytest.raises(Misuse, match="existe déjà"):
        run("treasurer", cli.invoices, "pdf", "KPA-2026-0001", "--to", tmp_path / "f.pdf")
    assert (tmp_path / "f.pdf").read_bytes() == written
    with pytest.raises(NotFound, match="autre sorte"):
        run("treasurer", cli.quotes, "pdf", "KPA-2026-0001", "--to", tmp_path / "q.pdf")


def test_a_refused_quote_and_a_second_one(house, run: Run) -> None:
    quote = house.quoted()

    run("one", cli.quotes, "refuse", quote.reference, "--by", "Mme Durand", "--note", "cher")
    assert house.state(quote.order_id) == "declined"
    with pytest.raises(Refused):
        run("one", cli.quotes, "accept", quote.reference, "--by", "Mme Durand")


def test_the_carriers_number_and_its_differing_total(drafting_house, run_drafting: Run) -> None:
    document = drafting_house.issued()
    run = run_drafting
    with pytest.raises(KpaError, match="n'est pas le nôtre"):
        run("treasurer", cli.invoices, "number", "P-2026-0001", "CAE-1", "--total", "650")
    assert drafting_house.state(document.order_id) == "done"
    words = ("number", "C-2026-0001", "CAE-1", "--total", "650", "--because", "remise")
    run("treasurer", cli.invoices, *words)
    assert drafting_house.state(document.order_id) == "invoiced"
    (row,) = the(run, "treasurer", cli.invoices, "list")
    assert (row["reference"], row["number"], row["carrier_number"]) == (
        "P-2026-0001",
        None,
        "CAE-1",
    )


def test_no_number_of_ours_is_ever_printed_for_a_hand_over(
    drafting_house, run_drafting: Run, tmp_path: Path
) -> None:
    drafting_house.issued()
    run = run_drafting
    told = [
        run("treasurer", cli.invoices, "list"),
        run("treasurer", cli.invoices, "show", "P-2026-0001"),
        run("treasurer", cli.invoices, "list", "--json"),
        run("operator", cli.invoices, "verify"),
    ]
    for ending in ("csv", "json"):
        path = tmp_path / f"p.{ending}"
        run("treasurer", cli.invoices, "export", "P-2026-0001", "--to", path)
        told.append(path.read_text("utf-8-sig"))

    for text in told:
        assert "KPA-" not in text
        assert "F-2026" not in text
    assert json.loads(told[2])[0]["number"] is None


@pytest.mark.parametrize(
    ("way", "start"),
    [
        ("pdf", b"%PDF-"),
        ("xml", b"<?xml version='1.0' encoding='UTF-8'?>\n<rsm:CrossIndustryInvoice"),
        ("ubl", b"<?xml version='1.0' encoding='UTF-8'?>\n<Invoice"),
        ("csv", b"\xef\xbb\xbf"),
        ("json", b"{"),
    ],
)
def test_an_invoice_is_exported_in_each_form(
    house, run: Run, tmp_path: Path, way: str, start: bytes
) -> None:
    house.issued()
    run(
        "treasurer",
        cli.invoices,
        "export",
        "KPA-2026-0001",
        "--format",
        way,
        "--to",
        tmp_path / "p",
    )
    assert (tmp_path / "p").read_bytes().startswith(start)


@pytest.mark.parametrize("way", ["xml", "ubl"])
def test_a_hand_over_is_no_electronic_invoice(
    drafting_house, run_drafting: Run, tmp_path: Path, way: str
) -> None:
    drafting_house.issued()
    words = ("export", "P-2026-0001", "--format", way, "--to", tmp_path / "p")
    with pytest.raises(Refused, match="n'est pas une facture"):
        run_drafting("treasurer", cli.invoices, *words)
    assert not (tmp_path / "p").exists()


def test_a_hand_over_is_sent_back_and_made_again(drafting_house, run_drafting: Run) -> None:
    drafting_house.issued()

    run_drafting("treasurer", cli.invoices, "send-back", "P-2026-0001", "--because", "SIREN")
    made = run_drafting("treasurer", cli.invoices, "issue", "C-2026-0001")
    assert "P-2026-0002" in made


def test_two_members_credit_together(house, run: Run) -> None:
    house.issued()
    with pytest.raises(Refused, match="kpa invoices approve C-2026-0001 --credit"):
        run("one", cli.invoices, "credit", "KPA-2026-0001", "--because", "mauvais client")
    for who in ("one", "two"):
        run(who, cli.invoices, "approve", "C-2026-0001", "--credit")

    made = run("one", cli.invoices, "credit", "KPA-2026-0001", "--because", "mauvais client")
    assert "KPA-2026-0002" in made


def test_a_carrier_finds_the_activity_it_invoices_for(house, run: Run) -> None:
    assert "facture pour" in run("host", cli.carriers, "choose", "Buffets", "Optéos")


def test_a_carrier_from_a_file(kpa, tmp_path: Path) -> None:
    run = runner(kpa, lambda _: VISITOR)
    identity = tmp_path / "coopains.toml"
    identity.write_text('address = ["1 quai Valin"]\nsiret = "73282932000074"\n', encoding="utf-8")
    words = ("--mode", "own_structure", "--identity", identity, "--code", "COOP")
    run("operator", cli.carriers, "add", "Les Coopains", *words, "--source", "statuts")
    run("operator", cli.carriers, "series", "Les Coopains", "LC", "LC-{year}-{number}")
    changed = tmp_path / "coopains.json"
    changed.write_text(json.dumps({"siret": "73282932000074", "address": "2 quai Valin"}))
    run("operator", cli.carriers, "identity", "Les Coopains", changed)
    run("operator", cli.carriers, "change", "Les Coopains", "--payment-days", 45)

    (row,) = the(run, "operator", cli.carriers, "show", "Les Coopains")
    assert row["identity"]["address"] == ["2 quai Valin"]
    assert (row["analytic_code"], row["payment_days"]) == ("COOP", 45)
    assert [one["code"] for one in row["series"]] == ["LC"]
    run("operator", cli.carriers, "close", "Les Coopains", "LC")
    (row,) = the(run, "operator", cli.carriers, "show", "Les Coopains")
    assert row["series"][0]["closed_on"] is not None


def test_a_carrier_is_shown_with_its_vat_and_the_iban_that_is_missing(
    house, run: Run, tmp_path: Path
) -> None:
    shown = run("host", cli.carriers, "show", "Optéos")
    assert shown.count("Régime de TVA : ") == 1
    assert "due quand le client paie" in shown  # nothing said: its VAT number tells
    assert "Il manque l'IBAN" not in shown

    told = tmp_path / "plain.toml"
    told.write_text('address = ["1 rue X"]\nvat_regime = "franchise"\n', encoding="utf-8")
    run("host", cli.carriers, "identity", "Optéos", told)
    shown = run("host", cli.carriers, "show", "Optéos")
    assert "franchise, article 293 B" in shown
    assert "Il manque l'IBAN" in shown


def test_an_invoice_is_shown_with_one_line_of_each_name(house, run: Run) -> None:
    house.issued()
    shown = run("treasurer", cli.invoices, "show", "KPA-2026-0001")
    names = [line.split(" : ")[0] for line in shown.splitlines()]
    assert sorted(names) == sorted(set(names))
    assert {"Numéro", "Notre référence"} <= set(names)


def test_an_activity_gets_its_carrier(house, run: Run) -> None:
    with pytest.raises(Denied):
        run("referent", cli.carriers, "choose", "Buffets", "Optéos")
    run("host", cli.carriers, "choose", "Buffets", "Optéos")
    with pytest.raises(NotFound):
        run("host", cli.carriers, "choose", "Buffets", "Personne")


BAD_FILES = {
    "not JSON": ("x.json", "{"),
    "not TOML": ("x.toml", "= 1"),
    "a list": ("x.json", "[1]"),
    "not UTF-8": ("x.toml", b"\xff"),
}


@pytest.mark.parametrize(("name", "content"), BAD_FILES.values(), ids=BAD_FILES)
def test_refused_files(kpa, tmp_path: Path, name: str, content: str | bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(Misuse):
        runner(kpa, lambda _: VISITOR)("operator", cli.carriers, "add", "X", "--identity", path)


def test_verify_counts_and_names_the_first_bad_one(house, run: Run, kpa_database: str) -> None:
    for _ in range(3):
        house.issued()
    told = run("operator", cli.invoices, "verify")
    (row,) = [
        one
        for one in json.loads(run("operator", cli.invoices, "verify", "--json"))
        if one["name"] == "Optéos/KPA"
    ]
    assert f"ok  Optéos/KPA  3  {row['head']}" in told
    witness = f"Optéos/KPA=3:{row['head']}"
    run("operator", cli.invoices, "verify", "--witness", witness)
    with pytest.raises(KpaError, match="fin de série"):
        run("operator", cli.invoices, "verify", "--witness", f"Optéos/KPA=3:{'0' * 64}")
    with pytest.raises(Misuse):
        run("operator", cli.invoices, "verify", "--witness", f"Nulle part=3:{'0' * 64}")
    with pytest.raises(Misuse):
        run("operator", cli.invoices, "verify", "--witness", "Optéos/KPA")

    with house.kpa.instance.engine.begin() as connection:
        for guard in guards.expected(connection):
            if guard.table == "document":
                on = "" if connection.dialect.name == "sqlite" else " ON document"
                connection.exec_driver_sql(f"DROP TRIGGER {guard.name}{on}")
        second = sa.update(Document.__table__).where(Document.number == "KPA-2026-0002")
        connection.execute(second.values(due_on=None))
    with pytest.raises(KpaError, match=r"1 papiers sûrs\. KPA-2026-0002 ne tient pas"):
        run("operator", cli.invoices, "verify")


def test_every_reason_is_said_in_words() -> None:
    assert all(sentence[0].islower() for sentence in verification.REASONS.values())


def test_people_without_the_right_see_nothing(house, run: Run) -> None:
    house.issued()

    for words in (("list",), ("show", "KPA-2026-0001"), ("issue", "C-2026-0001")):
        with pytest.raises((NotFound, Denied)):
            run("stranger", cli.invoices, *words)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_every_command_has_help_and_a_lock(group: click.Group, kpa) -> None:
    for name, command in group.commands.items():
        assert command.help, f"{group.name} {name}"
        assert command.kpa_needs in kpa.instance.rights  # type: ignore[attr-defined]
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, f"{name} {option.name}"


def test_an_unknown_paper_is_named(run: Run) -> None:
    with pytest.raises(NotFound, match="Le papier F-2026-9999 n'existe pas"):
        run("one", cli.invoices, "show", "F-2026-9999")
