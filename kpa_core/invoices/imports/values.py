"""Days, amounts and means of payment as people write them in a table. Pure."""

from __future__ import annotations

import re
from datetime import date

from kpa_core.errors import N_, Refused
from kpa_core.invoices.imports.folding import folded
from kpa_core.money import MAX_CENTS

FRENCH = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: .*)?")
ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
COMPACT = re.compile(r"(20\d{2})(\d{2})(\d{2})")
AMOUNT = re.compile(r"(-?)(\d+)(?:[.,](\d{1,5}))?")
MINUS = "\N{MINUS SIGN}"
"""What some spreadsheets write before an amount that goes back."""
METHODS = {
    "transfer": ("virement", "vir", "transfer"),
    "cheque": ("cheque", "chq", "remise de cheque"),
    "cash": ("especes", "espece", "liquide", "cash"),
    "card": ("carte", "carte bancaire", "cb", "card"),
}


def day(text: str, column: str) -> date | None:
    """Return a day written ``03/12/2026`` or ``2026-12-03``, or nothing of an empty cell.

    Raises:
        Refused: it is no day; the sentence names the column.
    """
    if not text:
        return None
    french = FRENCH.fullmatch(text)
    iso = ISO.fullmatch(text) or COMPACT.fullmatch(text)
    try:
        if french:
            return date(int(french[3]), int(french[2]), int(french[1]))
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
    except ValueError:
        pass
    raise Refused(
        N_("Colonne « {column} » : « {text} » n'est pas un jour. Exemple : 03/12/2026."),
        column=column,
        text=text[:40],
    )


def cents(text: str, column: str) -> int | None:
    """Return the cents of an amount written ``1 234,50 €``, or nothing of an empty cell.

    Raises:
        Refused: it is no amount, has a part of a cent, is too large, or has three decimals: they
            may be thousands.
    """
    bare = "".join(one for one in text if not one.isspace()).removesuffix("€").removesuffix("EUR")
    bare = bare.replace(MINUS, "-")
    if not bare:
        return None
    if "." in bare and "," in bare:  # 1.234,50 or 1,234.50: the last sign is the decimal one
        thousands = "." if bare.rindex(",") > bare.rindex(".") else ","
        bare = bare.replace(thousands, "")
    found = AMOUNT.fullmatch(bare)
    decimals = found[3].rstrip("0") if found and found[3] else ""
    if found is None or len(decimals) > 2 or len(found[3] or "") == 3:
        raise Refused(
            N_("Colonne « {column} » : « {text} » n'est pas une somme. Exemple : 660,00."),
            column=column,
            text=text[:40],
        )
    whole = found[2].lstrip("0") or "0"
    fits = len(whole) < len(str(MAX_CENTS))  # before it is read: thousands of digits take long
    amount = int(whole) * 100 + int((decimals + "00")[:2]) if fits else 0
    if not fits or amount > MAX_CENTS:
        raise Refused(
            N_("Colonne « {column} » : « {text} » est trop grand."), column=column, text=text[:40]
        )
    return -amount if found[1] else amount


def method(text: str) -> str:
    """Return the means of payment a word names: a transfer when nothing is said."""
    plain = folded(text)
    if not plain:
        return "transfer"
    for key, words in METHODS.items():
        if plain in words or plain.split()[0] in words:
            return key
    return "other"
