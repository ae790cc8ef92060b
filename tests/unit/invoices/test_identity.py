"""What is said of a carrier on papers: kept in one form, or refused with the field named."""

from __future__ import annotations

from typing import Any

import pytest

from kpa_core.errors import Refused
from kpa_core.invoices.carrier.identity import check_identity
from kpa_core.invoices.paper.snapshot import Seller

REFUSED: dict[str, tuple[dict[str, Any], str | None]] = {
    "a SIREN that does not add up": ({"siren": "732829321"}, "siren"),
    "a SIRET that does not add up": ({"siret": "73282932000075"}, "siret"),
    "a SIRET of another SIREN": ({"siren": "404833048", "siret": "73282932000074"}, "siret"),
    "a VAT number that does not add up": ({"vat_number": "FR00732829320"}, "vat_number"),
    "an IBAN that does not add up": ({"iban": "FR7630006000011234567890188"}, "iban"),
    "an unknown field": ({"phone": "0612345678"}, None),
    "a number where a text is": ({"rcs": 12}, "rcs"),
    "a table where an address is": ({"address": {"street": "x"}}, "address"),
    "a capital in euros with cents": ({"capital_cents": 18.5}, "capital_cents"),
    "a capital that is a yes": ({"capital_cents": True}, "capital_cents"),
    "a capital below zero": ({"capital_cents": -1}, "capital_cents"),
    "a text without end": ({"legal_form": "x" * 301}, "legal_form"),
    "no name": ({"name": " "}, "name"),
}


@pytest.mark.parametrize(("change", "field"), REFUSED.values(), ids=REFUSED)
def test_refused_identities(change: dict[str, Any], field: str | None) -> None:
    with pytest.raises(Refused) as refused:
        check_identity({"name": "Optéos", **change})
    assert refused.value.field == field


def test_an_identity_is_kept_in_one_form() -> None:
    kept = check_identity(
        {
            "name": "  Optéos\t ",
            "address": "80 rue de Lille\r\n\n59100 Roubaix",
            "siret": "732 829 320 00074",
            "iban": "FR76 3000 6000 0112 3456 7890 189",
            "vat_number": "FR 44 732829320",
            "capital_cents": 1_850_000,
            "rcs": "",
            "vat_mention": None,
        }
    )

    assert kept == {
        "name": "Optéos",
        "address": ["80 rue de Lille", "59100 Roubaix"],
        "siret": "73282932000074",
        "siren": "732829320",
        "iban": "FR7630006000011234567890189",
        "vat_number": "FR44732829320",
        "capital_cents": 1_850_000,
    }
    Seller(**{**kept, "address": tuple(kept["address"])})


def test_what_no_paper_can_bear_goes() -> None:
    assert check_identity({"name": "Op\x00té\x1bos"})["name"] == "Optéos"
