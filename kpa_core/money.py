"""Money is whole cents, rates are basis points: the only arithmetic the rest of kpa may use.

- One amount is at most ``MAX_CENTS``, so that ninety thousand of them still add up below 2**63.
- Every rounding is half away from zero.
- A total is split by largest remainder, equal remainders in the order of the keys.
- Text typed by a person is read exactly as documented here, or refused with a sentence.
- A float never enters: where a signature says int, Decimal or Fraction, nothing else passes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from babel.core import UnknownLocaleError
from babel.numbers import format_currency, format_percent

from kpa_core.errors import N_, Refused

MAX_CENTS = 10**13
MAX_RATE_BP = 10_000
MAX_QUANTITY = Decimal(1_000_000)

_MAX_DIGITS = 18
"""A rounded number with more digits than this cannot be stored (2**63 has 19)."""


class MoneyError(Refused):
    """An amount, a rate or a quantity that kpa does not take."""


class _Sortable(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


K = TypeVar("K", bound=_Sortable)


def round_half_away(value: Decimal | Fraction) -> int:
    """Return the nearest whole number; a half goes away from zero.

    Raises MoneyError for NaN, an infinity, and a Decimal too large to be stored.
    """
    if not isinstance(value, Decimal):
        return _divide_half_away(value.numerator, value.denominator)
    if not value.is_finite():
        raise MoneyError(_NOT_AN_AMOUNT, text=str(value))
    # Looked at before anything is expanded: 1e999999999 as an integer would fill the memory.
    if value.adjusted() >= _MAX_DIGITS:
        raise _too_large(str(value), None)
    # Decimal's ROUND_HALF_UP is half away from zero, whatever the sign.
    return int(value.to_integral_value(ROUND_HALF_UP))


def apply_rate(cents: int, basis_points: int) -> int:
    """Return ``basis_points`` (10 % is 1000) of ``cents``, rounded half away from zero."""
    return _divide_half_away(cents * basis_points, 10_000)


def _divide_half_away(numerator: int, denominator: int) -> int:
    """Return numerator / denominator rounded half away from zero; the denominator is positive."""
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def split(total: int, weights: Mapping[K, int | Fraction]) -> dict[K, int]:
    """Return parts of ``total`` in proportion to ``weights``, which add up to it exactly.

    Each key gets its exact part rounded towards zero; the cents left over go one by one to the
    largest remainders, equal remainders in the order of the keys. The result comes in that order
    too, so the order of ``weights`` changes nothing. A weight of zero gets 0. A negative total
    gives the parts of the positive one with their signs changed.

    Raises MoneyError when no weight is above zero, or one is below; TypeError for a float.
    """
    keys = sorted(weights)
    whole = _sum_of(weights)
    exact = {key: Fraction(abs(total) * weights[key], whole) for key in keys}
    parts = {key: part.numerator // part.denominator for key, part in exact.items()}
    left = abs(total) - sum(parts.values())
    # A stable sort keeps equal remainders in the order of the keys.
    for key in sorted(keys, key=lambda key: parts[key] - exact[key])[:left]:
        parts[key] += 1
    return parts if total >= 0 else {key: -part for key, part in parts.items()}


def _sum_of(weights: Mapping[K, int | Fraction]) -> int | Fraction:
    for weight in weights.values():
        if not isinstance(weight, int | Fraction):
            raise TypeError(f"a weight is an int or a Fraction, not {weight!r}")
        if weight < 0:
            raise MoneyError(N_("Une part ne peut pas être plus petite que zéro. Corrige-la."))
    whole = sum(weights.values())
    if whole == 0:
        raise MoneyError(N_("Il n'y a personne à qui donner une part. Écris d'abord les parts."))
    return whole


_NOT_AN_AMOUNT = N_("« {text} » n'est pas un montant. Écris des chiffres, par exemple 15,50.")
_AMOUNT_TOO_LARGE = N_(
    "« {text} » est trop grand. Le plus grand montant possible est {most}. Vérifie les zéros."
)


@dataclass(frozen=True, slots=True)
class _Written:
    """How one kind of number is typed, and what to say when it is not."""

    places: int
    most: int
    signs: re.Pattern[str]
    missing: str
    wrong: str
    negative: str
    too_precise: str
    too_large: str


_AMOUNT = _Written(
    places=2,
    most=MAX_CENTS,
    signs=re.compile(r"^€ ?| ?(?:€|eur|euros?)$", re.IGNORECASE),
    missing=N_("Il manque le montant. Écris des chiffres, par exemple 15,50."),
    wrong=_NOT_AN_AMOUNT,
    negative=N_("« {text} » a un signe moins. Écris le montant sans signe."),
    too_precise=N_(
        "« {text} » a trop de chiffres après la virgule. Écris-en deux au plus, par exemple 15,50."
        " Pour mille, écris 1000."
    ),
    too_large=_AMOUNT_TOO_LARGE,
)
_RATE = _Written(
    places=2,
    most=MAX_RATE_BP,
    signs=re.compile(r" ?%$"),
    missing=N_("Il manque le taux. Écris un pourcentage, par exemple 11,5."),
    wrong=N_("« {text} » n'est pas un taux. Écris un pourcentage, par exemple 11,5."),
    negative=N_("« {text} » a un signe moins. Écris le taux sans signe."),
    too_precise=N_(
        "« {text} » a trop de chiffres après la virgule. Écris-en deux au plus, par exemple 11,5."
    ),
    too_large=N_("« {text} » est trop grand. Un taux va de 0 à {most} %."),
)
_QUANTITY = _Written(
    places=3,
    most=int(MAX_QUANTITY) * 1000,
    signs=re.compile(r"(?!)"),  # matches nothing: a unit is not typed here
    missing=N_("Il manque la quantité. Écris un nombre, par exemple 40."),
    wrong=N_("« {text} » n'est pas une quantité. Écris un nombre, par exemple 40."),
    negative=N_("« {text} » a un signe moins. Écris la quantité sans signe."),
    too_precise=N_(
        "« {text} » a trop de chiffres après la virgule. Écris-en trois au plus, par exemple 2,5."
        " Pour mille, écris 1000."
    ),
    too_large=N_("« {text} » est trop grand. La plus grande quantité est {most}."),
)

# [0-9], not \d: other scripts' digits are refused rather than guessed.
_NUMBER = re.compile(r"([0-9]+|[0-9]{1,3}(?: [0-9]{3})+)(?:[.,]([0-9]+))?")
# "1,250" alone is a thousand in English and three decimals in French: it needs its cents.
_ENGLISH = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+)\.([0-9]{1,2})")
_MINUS = re.compile(r"[-\u2212\u2013]")


def parse_cents(text: str, *, field: str | None = None) -> int:
    """Read an amount typed in French or English and return cents, from 0 to ``MAX_CENTS``.

    Taken: ``15``, ``15,5``, ``15,50``, ``15.50``, ``1 250,00 €`` with any space between the
    thousands, ``€1,250.00``. Refused with MoneyError: a sign (money goes back by a credit note),
    more than two decimals, ``1,250`` (two meanings), an exponent, anything else.
    """
    return _read(text, _AMOUNT, field)


def parse_rate(text: str, *, field: str | None = None) -> int:
    """Read a percentage such as ``11,5 %`` and return basis points, from 0 to 10 000.

    Raises MoneyError.
    """
    return _read(text, _RATE, field)


def parse_quantity(text: str, *, field: str | None = None) -> Decimal:
    """Read a quantity above zero and return it with three decimals, up to ``MAX_QUANTITY``.

    Raises MoneyError.
    """
    thousandths = _read(text, _QUANTITY, field)
    if thousandths == 0:
        raise MoneyError(N_("La quantité est zéro. Écris un nombre plus grand."), field=field)
    return Decimal(thousandths).scaleb(-3)


def _read(text: str, kind: _Written, field: str | None) -> int:
    """Return the number in ``text`` as a whole number of its smallest unit."""
    bare = kind.signs.sub("", " ".join(text.split()), count=1)
    if not bare:
        raise MoneyError(kind.missing, field=field)
    if _MINUS.match(bare):
        raise MoneyError(kind.negative, field=field, text=_clipped(text))
    found = _NUMBER.fullmatch(bare) or _ENGLISH.fullmatch(bare)
    if found is None:
        raise MoneyError(kind.wrong, field=field, text=_clipped(text))
    whole, decimals = re.sub("[ ,]", "", found[1]), found[2] or ""
    if len(decimals) > kind.places:
        raise MoneyError(kind.too_precise, field=field, text=_clipped(text))
    # Counted before it is converted: Python refuses an int of thousands of digits in its own words.
    units = int(whole + decimals.ljust(kind.places, "0")) if len(whole) <= _MAX_DIGITS else None
    if units is None or units > kind.most:
        raise _too_large(text, field, kind)
    return units


def _too_large(text: str, field: str | None, kind: _Written = _AMOUNT) -> MoneyError:
    most = format_cents(MAX_CENTS) if kind is _AMOUNT else str(kind.most // 10**kind.places)
    return MoneyError(kind.too_large, field=field, text=_clipped(text), most=most)


def _clipped(text: str) -> str:
    """Return enough of what was typed to recognise it."""
    return text if len(text) <= 30 else f"{text[:30]}…"


@lru_cache(maxsize=4096)  # a page shows the same amounts again and again; Babel is slow
def format_cents(cents: int, locale: str = "fr") -> str:
    """Return an amount as people of ``locale`` write it; French when Babel knows no such locale.

    In French ``1 250,00 €``: U+202F between the thousands, U+00A0 before the sign.
    """
    euros = Decimal(cents).scaleb(-2)
    try:
        return format_currency(euros, "EUR", locale=locale)
    except (UnknownLocaleError, ValueError):
        return format_currency(euros, "EUR", locale="fr")


def format_rate(basis_points: int, locale: str = "fr") -> str:
    """Return a rate as people of ``locale`` write it, as ``11,5 %``."""
    rate = Decimal(basis_points).scaleb(-4)
    try:
        return format_percent(rate, locale=locale, decimal_quantization=False)
    except (UnknownLocaleError, ValueError):
        return format_percent(rate, locale="fr", decimal_quantization=False)
