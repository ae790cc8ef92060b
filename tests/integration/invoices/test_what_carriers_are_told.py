"""Why a carrier's answer is refused: in words that never say "tu" to somebody we say "vous" to."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kpa_core.demo.browser import Shown, hidden_fields
from kpa_core.invoices import links
from kpa_core.invoices.carrier import carrier_links
from kpa_core.invoices.life import answers
from kpa_core.invoices.paying import payments

TU = re.compile(
    r"\b(tu|te|toi|ton|ta|tes|choisis|confies|corrige|dis|écris|fais|note|ouvre|recommence)\b", re.I
)
TODAY = "2026-11-23"
ISSUED = {"answer": "issued", "number": "OPT-9", "issued_on": TODAY, "gross_cents": "660,00"}
PAID = {"answer": "paid", "amount": "660,00", "received_on": TODAY}


def untouched(_house: Any) -> None:
    """Leave the paper at the carrier's."""


def returned(house: Any) -> None:
    with house.work() as work:
        answers.send_back(work, house.document.id, "Il manque le SIREN.")


def numbered(house: Any) -> None:
    with house.work() as work:
        said = answers.CarrierNumber("OPT-1", work.today, 66_000)
        answers.note_number(work, house.document.id, said)


def paid(house: Any) -> None:
    numbered(house)
    with house.work("host") as work:
        payments.record_payment(work, house.document.id, 66_000, work.today)


def corrected(house: Any) -> None:
    numbered(house)
    house.corrected(house.document)


REFUSALS = {
    "a number for what was returned": (returned, ISSUED, "Il en faut un nouveau."),
    "another number": (numbered, ISSUED, "OPT-1 est déjà noté"),
    "no total": (untouched, {**ISSUED, "gross_cents": "0"}, "Il manque le total de la facture."),
    "no number": (untouched, {**ISSUED, "number": ""}, "de 1 à 35 signes"),
    "a sign of no number": (untouched, {**ISSUED, "number": "FA;1"}, "numéro de facture n'a que"),
    "tomorrow": (untouched, {**ISSUED, "issued_on": "2026-11-24"}, "pas encore là"),
    "an older invoice": (untouched, {**ISSUED, "issued_on": "2026-11-20"}, "plus ancienne"),
    "no reason": (untouched, {"answer": "returned", "reason": " "}, "Écrivez pourquoi"),
    "money before the number": (untouched, PAID, "Il faut d'abord le numéro"),
    "money when all came": (paid, {**PAID, "amount": "1"}, "Il reste 0,00 € à recevoir"),
    "money for what was replaced": (corrected, PAID, "L'argent va sur CAE-"),
    "money of tomorrow": (numbered, {**PAID, "received_on": "2026-11-24"}, "pas encore là"),
    "money of before the order": (numbered, {**PAID, "received_on": "2026-11-01"}, "La commande"),
    "no money": (numbered, {**PAID, "amount": "0"}, "plus grande que zéro"),
    "an answer that is none": (untouched, {"answer": "what"}, "Choisissez une réponse."),
}


@pytest.fixture
def url(drafting_house: Any) -> str:
    """The carrier's address, made by someone whose link may confirm money."""
    drafting_house.document = drafting_house.issued()
    with drafting_house.work("host") as work:
        link = carrier_links.make_link(work, drafting_house.document.id)
        return "/maison/" + links.carrier_token(work.instance, link.id)


@pytest.mark.parametrize("why", REFUSALS)
def test_a_refusal_says_what_is_wrong_and_never_tu(drafting_house: Any, url: str, why: str) -> None:
    before, sent, words = REFUSALS[why]
    page = f"{url}?papier={drafting_house.document.reference}"
    with drafting_house.kpa.browser() as carrier:
        hidden = hidden_fields(carrier.get(page).text)
        before(drafting_house)  # meanwhile
        answer = carrier.client.post(page, data={**hidden, **sent})
    refused = Shown(page, answer.status_code, answer.text)
    assert refused.status == 422
    assert words in refused.sentence()
    assert not TU.search(refused.sentence()), TU.findall(refused.sentence())


@pytest.mark.parametrize("end", ["?papier=P-2026-9999", "/pdf?papier=P-2026-9999", "x", "x/pdf"])
def test_an_address_that_leads_nowhere_never_says_tu(
    drafting_house: Any, url: str, end: str
) -> None:
    with drafting_house.kpa.browser() as carrier:
        absent = carrier.get(f"{url}{end}")
    assert absent.status == 404
    assert re.search("ne vous attend pas|Demandez-en un nouveau", absent.sentence())
