"""``kpa invoices import``: look first, write with --yes, one line a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kpa_core.activities.models import Order
from kpa_core.cli.listing import CORE
from kpa_core.commands import Session
from kpa_core.errors import KpaError, Misuse
from kpa_core.rights.locks import unlocked
from kpa_core.sharing import cli, expenses
from kpa_core.testing.suppliers import Paper, Sold, cii, pdf, ubl


@pytest.fixture
def run(numbered):
    """Run a command as Amina; a refusal comes back as the result's exception."""

    def run(*words: object, group=cli.invoices, by: str = "Amina") -> Result:
        actor = numbered.actor(by)
        session = Session(lambda: numbered.instance, lambda _work, _token: actor)
        return CliRunner().invoke(group, [str(word) for word in words], obj=session)

    return run


@pytest.fixture
def order_id(numbered):
    return numbered.order()


@pytest.fixture
def order(numbered, order_id) -> str:
    with numbered.work() as work:
        return work.session.get_one(Order, order_id).reference


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A CII, a UBL, a PDF, and one that is broken."""
    made = {
        "a.xml": cii(Paper(number="F-1")),
        "b.xml": ubl(Paper(number="F-2")),
        "c.pdf": pdf(("factur-x.xml", cii(Paper(number="F-3")))),
        "d.pdf": b"%PDF-1.7",
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return [tmp_path / name for name in made]


def taken(house, order_id) -> int:
    with house.work() as work:
        return len(expenses.counted(work.session, order_id))


def test_it_looks_first_and_writes_when_told(numbered, run, order_id, order, files) -> None:
    looked = run("import", *files[:3], "--order", order)
    assert looked.exit_code == 0, looked.output
    first, second, third, last = looked.output.splitlines()
    assert first.startswith("ok 1/3 a.xml : facture F-1 · Primeurs du Nord · 15/01/2026 · 2 lignes")
    assert second.startswith("ok 2/3 b.xml")
    assert third.startswith("ok 3/3 c.pdf")
    assert "--yes" in last
    assert taken(numbered, order_id) == 0

    wrote = run("import", *files[:3], "--order", order, "--yes", "--paid-by", "Bakary")
    assert wrote.exit_code == 0, wrote.output
    assert taken(numbered, order_id) == 3
    with numbered.work() as work:
        assert {one.paid_by for one in expenses.counted(work.session, order_id)} == {"member"}


def test_one_bad_file_stops_no_other_and_shows_in_the_code(
    numbered, run, order_id, order, files
) -> None:
    done = run("import", files[3], *files[:2], "--order", order, "--yes")
    assert isinstance(done.exception, KpaError)
    assert str(done.exception) == "1 sur 3 n'ont pas été pris."
    assert done.output.splitlines()[0].startswith("!! 1/3 d.pdf : Ce PDF est abîmé")
    assert taken(numbered, order_id) == 2


def test_again_they_are_known(numbered, run, order_id, order, files) -> None:
    run("import", *files[:2], "--order", order, "--yes")
    again = run("import", *files[:2], files[0], "--order", order, "--yes")
    assert again.output.count("déjà dans les achats") == 3
    assert taken(numbered, order_id) == 2


def test_what_is_to_check_waits_for_accept(numbered, run, order_id, order, tmp_path) -> None:
    odd = tmp_path / "odd.xml"
    odd.write_bytes(cii(Paper(lines=(Sold(net="90.00", price="9"),))))
    for words in ((), ("--yes",)):
        refused = run("import", odd, "--order", order, *words)
        assert isinstance(refused.exception, KpaError)
        assert "Les lignes font" in refused.output
    assert taken(numbered, order_id) == 0
    assert run("import", odd, "--order", order, "--accept", "--yes").exit_code == 0
    assert taken(numbered, order_id) == 1


def test_what_is_no_file_is_refused_by_itself(run, order, tmp_path) -> None:
    done = run("import", tmp_path, tmp_path / "absent.xml", "/dev/zero", "--order", order)
    assert done.output.count("Ce n'est pas un fichier") == 3


def test_a_file_name_moves_no_cursor(run, order, tmp_path) -> None:
    bad = tmp_path / "f\x1b[2J\u202e.xml"
    bad.write_bytes(cii(Paper()))
    assert "\x1b" not in run("import", bad, "--order", order).output


def test_the_place_is_one_and_is_said(run, order, files) -> None:
    for words in ((), ("--order", order, "--activity", "Moulins Coop")):
        assert isinstance(run("import", files[0], *words).exception, Misuse)


def test_the_lines_are_shown(numbered, run, order_id, order, files) -> None:
    run("import", files[0], "--order", order, "--yes")
    with numbered.work() as work:
        [bought] = expenses.counted(work.session, order_id)
    shown = run("lines", bought.id, "--json", group=cli.expenses)
    assert [one["label"] for one in json.loads(shown.output)] == ["Légumes", "Boissons"]


def test_the_command_is_where_people_look_for_it(numbered) -> None:
    assert CORE["invoices"].module == "kpa_core.sharing.cli"
    assert "import" in cli.invoices.commands
    assert unlocked(cli.invoices, numbered.instance.rights) == ""
