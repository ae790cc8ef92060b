"""The same on the command line: a month in a file, a carrier's file, its link, its accounts."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from kpa_core.commands import Session
from kpa_core.errors import KpaError, Misuse, Refused
from kpa_core.invoices import cli
from kpa_core.invoices.exports import bookkeeping
from kpa_core.invoices.models import Carrier, CarrierAnswer

Run = Callable[..., str]
HEADS = "Notre référence;Numéro de facture;Date de facture;Total TTC"
RETURNED = f"{HEADS}\nP-2026-0001;OPT-7;23/11/2026;660,00\nP-2026-0044;OPT-8;23/11/2026;1,00\n"


@pytest.fixture
def run(drafting_house: Any) -> Run:
    """Run a command as someone of the house and return what it prints."""

    def call(who: str, group: click.Group, *words: object) -> str:
        house = drafting_house
        session = Session(lambda: house.kpa.instance, lambda _work, _token: house.people[who])
        made = CliRunner().invoke(group, [str(word) for word in words], obj=session)
        if isinstance(made.exception, KpaError):
            raise made.exception
        assert made.exit_code == 0, made.output
        return made.output

    return call


ELSEWHERE = {
    "a paper": ("export", "P-2026-0001", "--to", "paper.pdf"),
    "a month": ("export", "--month", "2026-11", "--carrier", "Optéos", "--to", "month.zip"),
    "an archive": ("archive", "--to", "all.zip"),
}


@pytest.mark.parametrize("asked", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_folder_that_is_not_there_is_named(
    drafting_house: Any, run: Run, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    drafting_house.issued()
    folder = tmp_path / "absent"
    with pytest.raises(Misuse, match=r"Le dossier .*absent n'existe pas\. Crée-le"):
        run("host", cli.invoices, *asked[:-1], folder / asked[-1])
    assert not folder.exists()


def test_a_month_is_written_once_and_nothing_is_left_of_one_that_fails(
    drafting_house: Any, run: Run, tmp_path: Path
) -> None:
    drafting_house.issued()
    path = tmp_path / "month.zip"
    month = ("export", "--month", "2026-11", "--carrier", "Optéos", "--to", path)
    assert "1 papier, 0 écriture" in run("host", cli.invoices, *month)
    assert zipfile.ZipFile(path).testzip() is None
    with pytest.raises(Misuse, match="existe déjà"):
        run("host", cli.invoices, *month)
    empty = tmp_path / "empty.zip"
    with pytest.raises(Refused, match="Rien à envoyer"):
        run("host", cli.invoices, "export", "--month", "2026-10", "--to", empty)
    assert not empty.exists()
    for words in ((), ("P-2026-0001", "--month", "2026-11")):
        with pytest.raises(Misuse, match="quel papier, ou quel mois"):
            run("host", cli.invoices, "export", *words, "--to", empty)


def test_a_carriers_file_is_shown_then_written(
    drafting_house: Any, run: Run, tmp_path: Path
) -> None:
    drafting_house.issued()
    path = tmp_path / "retour.csv"
    path.write_text(RETURNED, "cp1252")

    shown = run("treasurer", cli.invoices, "import-answers", path)
    assert "    2  nouveau    P-2026-0001" in shown
    assert "    3  inconnu    P-2026-0044" in shown
    assert "Rien n'est écrit" in shown
    assert count(drafting_house) == 0
    assert "Nouveau : 1. Déjà là : 0" in run(
        "treasurer", cli.invoices, "import-answers", path, "--yes"
    )
    assert count(drafting_house) == 1
    again = json.loads(run("treasurer", cli.invoices, "import-answers", path, "--json"))
    assert [one["status"] for one in again] == ["known", "unknown"]


def test_a_refused_line_fails_the_command_and_the_others_are_written(
    drafting_house: Any, run: Run, tmp_path: Path
) -> None:
    drafting_house.issued()
    path = tmp_path / "retour.csv"
    path.write_text(f"{RETURNED}P-2026-0001;X;hier;3\n", "utf-8")
    with pytest.raises(KpaError, match="Des lignes sont refusées"):
        run("treasurer", cli.invoices, "import-answers", path, "--yes")
    assert count(drafting_house) == 1


def test_the_link_is_given_again_and_closed(drafting_house: Any, run: Run) -> None:
    drafting_house.issued()
    first = run("treasurer", cli.invoices, "carrier-link", "P-2026-0001")
    assert "/maison/" in first
    assert run("treasurer", cli.invoices, "carrier-link", "p-2026-0001") == first
    assert "ne marche plus" in run(
        "treasurer", cli.invoices, "carrier-link", "P-2026-0001", "--end"
    )
    assert run("treasurer", cli.invoices, "carrier-link", "P-2026-0001") != first
    with pytest.raises(Refused, match="pas de lien à fermer"):
        run("referent", cli.invoices, "carrier-link", "P-2026-0001", "--end")


def test_accounts_come_from_a_file(drafting_house: Any, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "comptes.toml"
    path.write_text('services = "706200"\n[vat_by_rate]\n1000 = "445711"\n', "utf-8")
    run("host", cli.carriers, "accounts", "Optéos", path, "--source", "mail")
    with drafting_house.work("kpa") as work:
        carrier = work.session.get_one(Carrier, drafting_house.carrier_id)
        found = bookkeeping.accounts_on(work.session, carrier, date(2026, 11, 23))
    assert (found.services, found.vat_of(1000), found.bank) == ("706200", "445711", "512")


def test_accounts_are_typed_on_a_page(drafting_house: Any) -> None:
    page = f"/maisons/{drafting_house.carrier_id}/comptes"
    with drafting_house.kpa.client_for(drafting_house.people["host"]) as browser:
        wrong = browser.submit(page, vat_by_rate="20 = 445711", starts_on="2026-11-23")
        assert wrong.status == 422
        assert "20 : 445711" in wrong.sentence()
        rates = "5,5 : 445713\n20 : 445711"
        done = browser.submit(page, vat_by_rate=rates, bank="5121", starts_on="2026-11-23")
        assert done.status == 200, done.sentence()
        assert "5,5 : 445713" in browser.get(page).text


def count(house: Any) -> int:
    with house.work("kpa") as work:
        query = sa.select(sa.func.count()).select_from(CarrierAnswer)
        return work.session.scalar(query) or 0
