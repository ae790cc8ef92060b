"""The numbers that name a body: SIREN, SIRET, VAT number. Pure."""

from __future__ import annotations

from collections.abc import Callable

from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.fr import siren as fr_siren
from stdnum.fr import siret as fr_siret

from kpa_core.errors import N_, Refused


def siren(text: str) -> str:
    """Return a SIREN as nine digits, or an empty text.

    Raises:
        Refused: its check digit is wrong.
    """
    return _checked(
        text,
        fr_siren.validate,
        "siren",
        N_("« {text} » n'est pas un SIREN. Un SIREN a 9 chiffres. Relis-les."),
    )


def siret(text: str) -> str:
    """Return a SIRET as fourteen digits, or an empty text.

    Raises:
        Refused: its check digit is wrong.
    """
    return _checked(
        text,
        fr_siret.validate,
        "siret",
        N_("« {text} » n'est pas un SIRET. Un SIRET a 14 chiffres. Relis-les."),
    )


def vat_number(text: str) -> str:
    """Return a VAT number of a country of the European Union, or an empty text.

    Raises:
        Refused: it is not one.
    """
    return _checked(
        text,
        eu_vat.validate,
        "vat_number",
        N_("« {text} » n'est pas un numéro de TVA. Exemple : FR44732829320."),
    )


def siren_of(siren_text: str, siret_text: str) -> str:
    """Return the SIREN that goes with both numbers.

    Raises:
        Refused: they name two bodies.
    """
    number, place = siren(siren_text), siret(siret_text)
    if number and place and not place.startswith(number):
        raise Refused(
            N_("Le SIRET {siret} ne va pas avec le SIREN {siren}. Relis les deux."),
            field="siret",
            siret=place,
            siren=number,
        )
    return number or place[:9]


def _checked(text: str, validate: Callable[[str], str], field: str, message: str) -> str:
    if not text.strip():
        return ""
    try:
        return validate(text)
    except ValidationError as error:
        raise Refused(message, field=field, text=text.strip()[:40]) from error
