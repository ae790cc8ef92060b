"""Phone numbers and e-mail addresses as people write them, kept in one form. Pure."""

from __future__ import annotations

import re

from kpa_core.errors import N_, Refused

LANGUAGES = (("fr", "Français"), ("en", "English"))
"""The languages a person is written to in, each by its own name."""

_EMAIL = re.compile(r"[^\s@<>\"',;:]{1,64}@(?:[^\s@<>\"',;:.]{1,63}\.)+[^\s@<>\"',;:.]{2,63}")


def email(text: str) -> str:
    """Return an address with its domain in small letters, or an empty text.

    Raises:
        Refused: it is not an address.
    """
    text = text.strip()
    if not text:
        return ""
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise Refused(
            N_("« {text} » n'est pas une adresse mail. Exemple : nom@exemple.fr."),
            field="email",
            text=text,
        )
    name, _, domain = text.rpartition("@")
    return f"{name}@{domain.lower()}"


def phone(text: str) -> str:
    """Return a number in international form (E.164), or an empty text; French ones may be short.

    Raises:
        Refused: it is not a number.
    """
    digits = re.sub(r"[\s.\-()/]", "", text)
    if not digits:
        return ""
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if re.fullmatch(r"0[1-9]\d{8}", digits):
        return "+33" + digits[1:]
    if re.fullmatch(r"\+330[1-9]\d{8}", digits):
        return "+33" + digits[4:]
    if re.fullmatch(r"\+[1-9]\d{6,14}", digits) and (
        not digits.startswith("+33") or len(digits) == 12
    ):
        return digits
    raise Refused(
        N_("« {text} » n'est pas un numéro de téléphone. Exemple : 06 12 34 56 78."),
        field="phone",
        text=text,
    )


def shown_phone(number: str) -> str:
    """Return a number as people read it."""
    if number.startswith("+33") and len(number) == 12:
        national = "0" + number[3:]
        return " ".join(national[i : i + 2] for i in range(0, 10, 2))
    return number
