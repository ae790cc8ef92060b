"""Texts, amounts and days of a stranger's XML, read exactly or refused."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

from kpa_core.errors import N_
from kpa_core.invoices.received.errors import Unreadable
from kpa_core.money import MAX_CENTS, MAX_RATE_BP

LONGEST_NUMBER = 60
LONGEST_TEXT = 300
SPACES = " \t\r\n"

_DECIMAL = re.compile(r"([+-]?)([0-9]{1,16})(?:\.([0-9]{0,40}))?", re.ASCII)
_CII_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)
_UBL_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII)
_JOINER = "\u200d"  # inside emoji and some scripts


def text(raw: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text on one line, without what hides or turns round (Unicode Cc, Cf, Co, Cs)."""
    head = raw[: longest * 8]
    kept = "".join(
        char if char == _JOINER or unicodedata.category(char)[0] != "C" else " " for char in head
    )
    flat = " ".join(kept.split())
    return flat if len(flat) <= longest else f"{flat[: longest - 1]}…"


def cents(raw: str, term: str) -> int:
    """Return an amount in cents; ``term`` is its name in EN 16931, such as ``BT-112``.

    Raises:
        Unreadable: it is no plain decimal, has more than two decimals, or is too large.
    """
    value = _decimal(raw, term, places=2)
    if abs(value) * 100 > MAX_CENTS:
        raise Unreadable(
            N_("« {text} » est trop grand pour un montant ({term}). Demande une facture corrigée."),
            text=_clipped(raw),
            term=term,
        )
    return int(value * 100)


def number(raw: str, term: str) -> Decimal:
    """Return a quantity or a unit price, with at most ten decimals.

    Raises:
        Unreadable: it is no plain decimal, or is too large or too precise.
    """
    return _decimal(raw, term, places=10)


def rate_bp(raw: str, term: str) -> int:
    """Return a VAT rate in basis points.

    Raises:
        Unreadable: it is none, or not between 0 and 100 %.
    """
    value = _decimal(raw, term, places=2) * 100
    if not 0 <= value <= MAX_RATE_BP:
        raise _wrong(N_("« {text} » n'est pas un taux de TVA ({term})."), raw, term)
    return int(value)


def cii_day(raw: str, term: str) -> date:
    """Return a day written ``20261123`` (format 102)."""
    return _day(_CII_DAY.fullmatch(raw.strip(SPACES)), raw, term)


def ubl_day(raw: str, term: str) -> date:
    """Return a day written ``2026-11-23``."""
    return _day(_UBL_DAY.fullmatch(raw.strip(SPACES)), raw, term)


def _day(found: re.Match[str] | None, raw: str, term: str) -> date:
    try:
        day = date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2100:
        raise _wrong(N_("« {text} » n'est pas un jour ({term})."), raw, term)
    return day


def _decimal(raw: str, term: str, *, places: int) -> Decimal:
    found = _DECIMAL.fullmatch(raw.strip(SPACES))
    if found is None:
        raise _wrong(N_("« {text} » n'est pas un nombre lisible ({term})."), raw, term)
    decimals = (found[3] or "").rstrip("0")
    if len(decimals) > places:
        raise _wrong(N_("« {text} » a trop de chiffres après la virgule ({term})."), raw, term)
    # Zero has one sign here: adding it turns -0 into 0.
    return Decimal(f"{found[1]}{found[2]}.{decimals or '0'}") + 0


def _wrong(message: str, raw: str, term: str) -> Unreadable:
    return Unreadable(message, text=_clipped(raw), term=term)


def _clipped(raw: str) -> str:
    return text(raw, 30)
