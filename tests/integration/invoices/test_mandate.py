"""An invoice made in a carrier's name says so; one of our own, and a draft, do not."""

from __future__ import annotations

from typing import Any

import pytest

from kpa_core.invoices import documents
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Document
from kpa_core.invoices.paper.mentions import MANDATE_SUBJECT


def mandate(document: Document) -> list[str]:
    notes = documents.snapshot_of(document).notes
    return [one.text for one in notes if one.subject == MANDATE_SUBJECT]


@pytest.mark.parametrize(
    ("mode", "said"), [("delegated_series", 1), ("own_structure", 0), ("draft_for_carrier", 0)]
)
def test_only_what_is_made_in_anothers_name_says_it(make_house: Any, mode: str, said: int) -> None:
    house = make_house(mode)
    found = mandate(house.issued())
    assert len(found) == said
    for text in found:
        assert text.endswith(" au nom et pour le compte de Optéos.")
        assert house.kpa.instance.settings.instance.name in text


def test_its_credit_note_says_it_too(house: Any) -> None:
    invoice = house.issued()
    with house.work() as work:
        assert len(mandate(issuing.credit(work, invoice.id, "erreur"))) == 1
