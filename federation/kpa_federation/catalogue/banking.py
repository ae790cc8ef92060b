"""Where in a text there is a bank account or a social security number, by their check digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iban as iban_number
from stdnum.fr import nir as social_number

Span = tuple[int, int]

# ISO 13616: how long an account number is, by country.
_SIZES = {
    "AD": 24, "AL": 28, "AT": 20, "BA": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24,
    "DE": 22, "DK": 18, "DZ": 26, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FR": 27, "GB": 22,
    "GE": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IT": 27, "LB": 28, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "MA": 28, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31,
    "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "SN": 28, "TN": 24, "TR": 26, "UA": 29,
}  # fmt: skip
_GAP = r"[ .\-/]{0,2}"
_IBAN = re.compile(rf"(?i)(?<![^\W_])[A-Z]{{2}}{_GAP}\d{_GAP}\d(?:{_GAP}[A-Z0-9]){{11,27}}")
# A French account keeps its form when a digit was mistyped: it is somebody's all the same.
_FRENCH = re.compile(
    rf"(?i)(?<![^\W_])FR{_GAP}\d{_GAP}\d(?:{_GAP}\d){{10}}(?:{_GAP}[A-Z0-9]){{11}}(?:{_GAP}\d){{2}}"
    r"(?![^\W_])"
)
_RIB = re.compile(r"(?<!\w)\d{5}[ .\-]{1,2}\d{5}[ .\-]{1,2}[0-9A-Z]{11}[ .\-]{1,2}\d{2}(?!\w)")
_NIR = re.compile(
    r"(?i)(?<!\w)[1-478](?:[ .\-]?\d){4}[ .\-]?(?:\d[ .\-]?\d|2[ .\-]?[AB])(?:[ .\-]?\d){6}"
    r"[ .\-/]{0,3}\d[ .\-]?\d(?!\w)"
)
_SEPARATORS = re.compile(r"[ .\-/]")


def ibans(plain: str) -> Iterator[Span]:
    """Yield every bank account number: IBAN of any country, French ones even mistyped, and RIB."""
    for found in _IBAN.finditer(plain):
        end = _end_of(found)
        compact = _SEPARATORS.sub("", plain[found.start() : end])
        if end and iban_number.is_valid(compact, check_country=False):
            yield found.start(), end
    for pattern in (_FRENCH, _RIB):
        yield from (found.span() for found in pattern.finditer(plain))


def _end_of(found: re.Match[str]) -> int:
    """Return where an account of this country ends; 0 when it is too short, or of no country."""
    text, signs = found.group(), 0
    size = _SIZES.get(_SEPARATORS.sub("", text[:4])[:2].upper(), 0)
    for at, sign in enumerate(text, start=1):
        signs += not _SEPARATORS.match(sign)
        if signs == size:
            return found.start() + at
    return 0


def social_numbers(plain: str) -> Iterator[Span]:
    """Yield every French social security number with its key."""
    for found in _NIR.finditer(plain):
        if social_number.is_valid(_SEPARATORS.sub("", found.group())):
            yield found.span()
