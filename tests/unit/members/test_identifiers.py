"""Numbers that name a body: the check digits are read, a wrong one is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kpa_core.errors import Refused
from kpa_core.members import identifiers

TAKEN = {
    "siret with spaces": (identifiers.siret, "732 829 320 00074", "73282932000074"),
    "siret of La Poste, by its own sum": (identifiers.siret, "35600000049837", "35600000049837"),
    "siren": (identifiers.siren, " 732829320 ", "732829320"),
    "french vat": (identifiers.vat_number, "fr 44 732 829 320", "FR44732829320"),
    "belgian vat": (identifiers.vat_number, "BE0428759497", "BE0428759497"),
    "nothing": (identifiers.siret, "  ", ""),
}
WRONG = {
    "siret with a wrong digit": (identifiers.siret, "73282932000075", "siret"),
    "siret too short": (identifiers.siret, "7328293200007", "siret"),
    "siret with letters": (identifiers.siret, "7328293200007O", "siret"),
    "siren with a wrong digit": (identifiers.siren, "732829321", "siren"),
    "vat with a wrong key": (identifiers.vat_number, "FR45732829320", "vat_number"),
    "vat of nowhere": (identifiers.vat_number, "XX123456789", "vat_number"),
}


@pytest.mark.parametrize(("read", "text", "kept"), TAKEN.values(), ids=TAKEN)
def test_a_right_number_is_kept_in_one_form(
    read: Callable[[str], str], text: str, kept: str
) -> None:
    assert read(text) == kept


@pytest.mark.parametrize(("read", "text", "field"), WRONG.values(), ids=WRONG)
def test_a_wrong_number_is_refused_beside_its_field(
    read: Callable[[str], str], text: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        read(text)
    assert refused.value.field == field
    assert text.strip() in str(refused.value)


def test_the_siren_follows_the_siret() -> None:
    assert identifiers.siren_of("", "73282932000074") == "732829320"


def test_a_siret_of_another_siren_is_refused() -> None:
    with pytest.raises(Refused, match="ne va pas avec"):
        identifiers.siren_of("552100554", "73282932000074")
