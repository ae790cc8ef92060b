"""The default: the carrier numbers. No number of ours, anywhere; its answer is written beside."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.errors import NotFound, Refused
from kpa_core.invoices import bills, documents, exports
from kpa_core.invoices.carrier import carriers, series
from kpa_core.invoices.life import answers
from kpa_core.invoices.life.answers import CarrierNumber
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import CarrierAnswer, Document
from kpa_core.invoices.paying import dues
from kpa_core.invoices.proof import verification
from kpa_core.invoices.sealing import freezing, printing

TODAY = date(2026, 11, 23)
OURS = re.compile(r"[Nn]° (?!d'engagement)|KPA-\d|F-20\d\d|A-20\d\d")
"""What a number of our own would look like: none may stand on anything we hand over."""


def note(house: Any, document: Document, who: str = "treasurer", **changes: Any) -> CarrierAnswer:
    told = {"number": "CAE-77", "issued_on": TODAY, "gross_cents": 66_000, "because": "", **changes}
    with house.work(who) as work:
        said = CarrierNumber(told["number"], told["issued_on"], told["gross_cents"])
        return answers.note_number(work, document.id, said, accept_difference=told["because"])


def test_a_hand_over_has_our_reference_and_no_number(drafting_house) -> None:
    document = drafting_house.issued()

    assert (document.kind, document.reference, document.number) == ("handover", "P-2026-0001", None)
    paper = documents.snapshot_of(document)
    assert (paper.number, paper.series) == (None, None)
    assert drafting_house.state(document.order_id) == "done"
    with drafting_house.work("kpa") as work:
        assert all(one.holds for one in verification.verify(work.session))


def test_nothing_we_hand_over_bears_a_number_of_ours(drafting_house) -> None:
    document = drafting_house.issued()
    with drafting_house.work() as work:
        pages = PdfReader(BytesIO(printing.pdf_of(work, document))).pages
        pdf = " ".join(page.extract_text() for page in pages)
        name = printing.file_name(work, document, "pdf")
    with drafting_house.kpa.client_for(drafting_house.people["treasurer"]) as browser:
        shown = [
            browser.get(url).sentence()
            for url in (
                f"/documents/{document.id}",
                f"/commandes/{document.order_id}",
                f"/commandes/{document.order_id}/papier",
                "/documents",
                "/aujourdhui",
            )
        ]
    texts = [
        pdf,
        name,
        exports.as_csv(document).decode("utf-8-sig"),
        exports.as_json(document).decode(),
        *shown,
    ]

    assert "Projet de facture, à émettre par Optéos" in " ".join(pdf.split())
    assert "Ne vaut pas facture" in pdf
    assert "Projet de facture, à émettre par Optéos" in shown[0]
    for text in texts:
        assert OURS.search(text) is None, OURS.search(text)
        assert "P-2026-0001" in text or text in shown[2:]
    assert "number" not in json.loads(exports.as_json(document))
    assert "IBAN" not in pdf


def test_the_carriers_number_makes_the_order_invoiced(drafting_house) -> None:
    document = drafting_house.issued()

    row = note(drafting_house, document)

    assert (row.stands, row.number) == (True, "CAE-77")
    assert drafting_house.state(document.order_id) == "invoiced"
    with drafting_house.work() as work:
        assert dues.owed_cents(work.session, document) == 66_000


def test_an_order_at_the_carrier_is_not_taken_back(drafting_house) -> None:
    document = drafting_house.issued()
    page = f"/commandes/{document.order_id}"
    with drafting_house.kpa.client_for(drafting_house.people["treasurer"]) as browser:
        assert "Ce n'est pas encore fait" not in browser.get(page).sentence()
        with (
            drafting_house.work() as work,
            pytest.raises(Refused, match="P-2026-0001 est chez la maison"),
        ):
            orders.move(work, document.order_id, "accepted")
        assert note(drafting_house, document, gross_cents=65_000).stands is False
        with drafting_house.work() as work:
            with pytest.raises(Refused, match="qu'elle le renvoie"):
                orders.move(work, document.order_id, "accepted")
            answers.send_back(work, document.id, "mauvaise TVA")
        assert "Ce n'est pas encore fait" in browser.get(page).sentence()
        with drafting_house.work() as work:
            orders.move(work, document.order_id, "accepted")
    assert drafting_house.state(document.order_id) == "accepted"


def test_an_order_is_not_taken_back_while_it_is_handed_over(drafting_house, meanwhile) -> None:
    order_id = drafting_house.done()

    def take_back() -> None:
        with drafting_house.work("one") as work:
            orders.move(work, order_id, "accepted")

    taken_back = meanwhile(freezing, "take_place", take_back)
    with drafting_house.work() as work:
        issuing.issue(work, order_id)

    assert isinstance(taken_back(), Refused)
    assert drafting_house.state(order_id) == "done"


def test_a_differing_total_waits_for_somebodys_reason(drafting_house) -> None:
    document = drafting_house.issued()

    assert not note(drafting_house, document, gross_cents=65_000).stands
    assert drafting_house.state(document.order_id) == "done"
    with drafting_house.work() as work:
        assert dues.owed_cents(work.session, document) == 0

    row = note(drafting_house, document, gross_cents=65_000, because="remise accordée")
    assert (row.stands, row.reason) == (True, "remise accordée")
    assert drafting_house.state(document.order_id) == "invoiced"
    with drafting_house.work() as work:
        assert dues.owed_cents(work.session, document) == 65_000
        kept = sa.select(sa.func.count(CarrierAnswer.id))
        assert work.session.scalar(kept) == 2


def test_a_total_put_right_needs_no_reason(drafting_house) -> None:
    document = drafting_house.issued()
    note(drafting_house, document, gross_cents=6_600)

    assert note(drafting_house, document).stands


REFUSED = {
    "no number": ({"number": " "}, "number"),
    "a number of 36 signs": ({"number": "9" * 36}, "number"),
    "a date before ours": ({"issued_on": TODAY - timedelta(days=1)}, "issued_on"),
    "a date ahead": ({"issued_on": TODAY + timedelta(days=1)}, "issued_on"),
    "no total": ({"gross_cents": 0}, "gross_cents"),
}


@pytest.mark.parametrize(("change", "field"), REFUSED.values(), ids=REFUSED)
def test_refused_answers(drafting_house, change: dict[str, Any], field: str) -> None:
    document = drafting_house.issued()

    with pytest.raises(Refused) as refused:
        note(drafting_house, document, **change)
    assert refused.value.field == field
    assert drafting_house.state(document.order_id) == "done"


def test_a_number_belongs_to_one_invoice(drafting_house) -> None:
    note(drafting_house, drafting_house.issued())
    second = drafting_house.issued()

    with pytest.raises(Refused, match="déjà celui d'une autre facture"):
        note(drafting_house, second)
    assert note(drafting_house, second, number="CAE-78").stands


def test_an_answer_that_stands_is_never_replaced(drafting_house) -> None:
    document = drafting_house.issued()
    note(drafting_house, document)

    with pytest.raises(Refused, match="déjà noté"):
        note(drafting_house, document, number="CAE-78")


@pytest.mark.parametrize("who", ["one", "stranger"])
def test_who_may_not_note_a_number(drafting_house, who: str) -> None:
    document = drafting_house.issued()

    with pytest.raises(NotFound):
        note(drafting_house, document, who)


def test_an_order_is_handed_over_once_at_a_time(drafting_house) -> None:
    document = drafting_house.issued()
    with drafting_house.work() as work, pytest.raises(Refused, match="déjà chez la maison"):
        issuing.issue(work, document.order_id)

    with drafting_house.work() as work:
        answers.send_back(work, document.id, "il manque le bon de commande")
        again = issuing.issue(work, document.order_id)
    assert again.reference == "P-2026-0002"
    with pytest.raises(Refused, match="renvoyé"):
        note(drafting_house, document)
    assert note(drafting_house, again).stands


def test_what_was_numbered_is_not_sent_back(drafting_house) -> None:
    document = drafting_house.invoiced()

    with drafting_house.work() as work, pytest.raises(Refused, match="déjà noté"):
        answers.send_back(work, document.id, "trop tard")


def test_a_quote_or_an_invoice_waits_for_no_number(house) -> None:
    for document in (house.quoted(), house.issued()):
        with pytest.raises(Refused, match="Seul un projet"):
            note(house, document)


def test_a_credit_note_is_asked_of_the_carrier_that_numbered(drafting_house) -> None:
    document = drafting_house.issued()
    with drafting_house.work() as work, pytest.raises(Refused, match="peut encore le renvoyer"):
        issuing.credit(work, document.id, "erreur")
    note(drafting_house, document)

    with drafting_house.work() as work:
        asked = issuing.credit(work, document.id, "erreur")

    paper = documents.snapshot_of(asked)
    assert (asked.kind, asked.type_code, asked.number) == ("handover", "381", None)
    assert (paper.corrects_number, paper.corrects_day) == ("CAE-77", TODAY)
    assert paper.lines == documents.snapshot_of(document).lines
    assert drafting_house.state(document.order_id) == "invoiced"  # until the carrier made it
    with drafting_house.work() as work, pytest.raises(Refused, match="Attends son numéro"):
        issuing.credit(work, document.id, "erreur")

    note(drafting_house, asked, number="CAE-AV-1")

    assert drafting_house.state(document.order_id) == "done"
    with drafting_house.work() as work:
        assert bills.credit_note_of(work.session, document).id == asked.id
        assert dues.owed_cents(work.session, document) == 0


def test_hand_overs_are_chained_too(drafting_house) -> None:
    found = [drafting_house.issued() for _ in range(3)]

    assert [one.previous for one in found] == [None, found[0].hash, found[1].hash]
    with drafting_house.work("kpa") as work:
        chain = carriers.find_carrier(work, drafting_house.carrier_id)
        assert series.handover_chain(work.session, chain).chain_length == 3


def test_work_put_back_is_not_invoiced_by_a_late_number(drafting_house) -> None:
    """As books written by an earlier kpa may hold it: today nobody moves such an order."""
    document = drafting_house.issued()
    with drafting_house.work("kpa") as work, work.transaction() as session:
        session.get_one(Order, document.order_id).state = "accepted"

    with pytest.raises(Refused, match="ne peut pas devenir"):
        note(drafting_house, document)


def test_a_demo_says_example_on_every_paper(make_kpa, make_house_of) -> None:
    house = make_house_of(make_kpa(instance={"demo": True}), "draft_for_carrier")
    document = house.issued()

    with house.work() as work:
        reader = PdfReader(BytesIO(printing.pdf_of(work, document)))
        assert all("EXEMPLE" in page.extract_text() for page in reader.pages)
    assert json.loads(exports.as_json(document))["example"] is True
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        assert "EXEMPLE" in browser.get(f"/documents/{document.id}").sentence()


@pytest.mark.parametrize(
    "number",
    ["=1+1", "+33", "-1", "@x", "FA;1", "FA\x00", "FA\u202e1", '"FA"', "FA|1", "<b>"],
)
def test_what_no_tool_writes_as_a_number_is_refused(drafting_house: Any, number: str) -> None:
    document = drafting_house.issued()
    with pytest.raises(Refused) as told:
        note(drafting_house, document, number=number)
    assert told.value.field == "number"


def test_numbers_of_real_tools_are_taken(drafting_house: Any) -> None:
    for number in ("FA 2026.11/003", "É-12_3", "2026-11+4", "#77"):
        assert note(drafting_house, drafting_house.issued(), number=number).number == number
