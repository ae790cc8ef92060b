"""A carrier's file is written piece by piece; cut in the middle, the same file ends the work."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import sqlalchemy as sa

from kpa_core.errors import Refused
from kpa_core.invoices import imports
from kpa_core.invoices.carrier.models import ImportedLine
from kpa_core.invoices.imports import acts, writing
from kpa_core.invoices.life import answers
from kpa_core.invoices.models import CarrierAnswer, Document, Payment

HEADS = (
    "Notre référence;Numéro de facture;Date de facture;Total TTC;"
    "Montant reçu;Reçu le;Référence du paiement"
)


@pytest.fixture(autouse=True)
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write two acts at a time."""
    monkeypatch.setattr(writing, "PIECE", 2)


def written(house: Any, text: str) -> list[str]:
    with house.work("host") as work:
        lines = imports.read(text.encode())
        found = imports.compare(work, lines)
        done = imports.write(work, lines, imports.to_write(found))
    return sorted(one.status for one in done)


def facts(house: Any) -> list[Any]:
    """Return what is known of each paper's number and money, whoever wrote it and when."""
    with house.work("kpa") as work:
        numbers = sa.select(CarrierAnswer.document_id, CarrierAnswer.number)
        money = sa.select(Payment.document_id, Payment.amount_cents, ImportedLine.outside_reference)
        told = money.join(ImportedLine, ImportedLine.payment_id == Payment.id)
        rows = [*work.session.execute(numbers), *work.session.execute(told)]
    names = {one.id: one.reference for one in documents_of(house)}
    return sorted((names[document_id], *map(str, rest)) for document_id, *rest in rows)


def documents_of(house: Any) -> list[Document]:
    with house.work("kpa") as work:
        return list(work.session.scalars(sa.select(Document)))


def halves(names: list[str]) -> str:
    """Return a file with a number and two halves, paid on one day, for each paper."""
    rows = (
        f"{name};OPT-{name};23/11/2026;660,00;330,00;23/11/2026;A{name}\r\n"
        f"{name};;;;330,00;23/11/2026;B{name}\r\n"
        for name in names
    )
    return f"{HEADS}\r\n{''.join(rows)}"


@pytest.mark.parametrize("cut_after", [1, 2, 3, 4, 5, 8])
def test_the_same_file_after_a_cut_is_as_if_it_had_come_whole(
    drafting_house: Any, monkeypatch: pytest.MonkeyPatch, cut_after: int
) -> None:
    text = halves([drafting_house.issued().reference for _ in range(3)])
    really, done = acts.do, []

    def cut(*asked: Any) -> imports.Finding:
        if len(done) == cut_after:
            raise KeyboardInterrupt
        done.append(really(*asked))
        return done[-1]

    with monkeypatch.context() as planted:
        planted.setattr(writing, "do", cut)
        with pytest.raises(KeyboardInterrupt):
            written(drafting_house, text)
    kept = cut_after - cut_after % 2
    assert len(facts(drafting_house)) == kept  # whole pieces only
    assert written(drafting_house, text) == ["known"] * kept + ["new"] * (9 - kept)
    names = [one.reference for one in documents_of(drafting_house) if one.kind == "handover"]
    assert facts(drafting_house) == sorted(
        fact
        for name in names
        for fact in [(name, f"OPT-{name}"), *((name, "33000", half + name) for half in "AB")]
    )
    assert {drafting_house.state(one.order_id) for one in documents_of(drafting_house)} == {"paid"}


def test_the_page_lets_others_write_between_two_pieces(
    drafting_house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = halves([drafting_house.issued().reference for _ in range(2)])
    kept: list[int] = []

    def looked(*asked: Any) -> imports.Finding:
        kept.append(len(facts(drafting_house)))
        return acts.do(*asked)

    monkeypatch.setattr(writing, "do", looked)
    fields = {
        "content": base64.b64encode(text.encode()).decode(),
        "chosen": "2:number 2:payment 3:payment 4:number 4:payment 5:payment",
    }
    with drafting_house.kpa.client_for(drafting_house.people["host"]) as browser:
        done = browser.submit("/retours/noter", page="/retours", **fields)
    assert "Nouveau : 6" in done.sentence()
    assert kept == [0, 0, 2, 2, 4, 4]  # what another connection sees


def test_a_line_that_went_bad_says_that_a_part_is_written(drafting_house: Any) -> None:
    papers = [drafting_house.issued() for _ in range(2)]
    text = halves([one.reference for one in papers])
    with drafting_house.work("host") as work:
        lines = imports.read(text.encode())
        chosen = imports.to_write(imports.compare(work, lines))
        answers.send_back(work, papers[-1].id, "trop tard")
        with pytest.raises(Refused, match=r"Ligne 4 : .*Une partie est écrite"):
            imports.write(work, lines, chosen)
    assert len(facts(drafting_house)) == 2


def test_a_line_costs_few_statements(drafting_house: Any) -> None:
    """A thousand lines are waited for: a number and a payment take some forty statements."""
    names = [drafting_house.issued().reference for _ in range(4)]
    asked: list[str] = []
    engine = drafting_house.kpa.instance.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    rows = "".join(f"{one};OPT-{one};23/11/2026;660,00;330,00;23/11/2026;A\r\n" for one in names)

    with drafting_house.work("host") as work:
        lines = imports.read(f"{HEADS}\r\n{rows}".encode())
        found = imports.compare(work, lines)
        compared = len(asked)
        done = imports.write(work, lines, imports.to_write(found))

    assert {one.status for one in done} == {"new"}
    assert compared < 52 * len(names)
    assert len(asked) - compared < 50 * len(names)
