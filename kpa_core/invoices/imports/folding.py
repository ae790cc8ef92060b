"""Words as a machine compares them: small letters, no accents, no signs. Pure."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """Return a text to compare: ``N° de facture`` gives ``n de facture``."""
    flat = unicodedata.normalize("NFKD", text.replace("°", " ").replace("º", " ")).lower()
    kept = (one if one.isalnum() else " " for one in flat if not unicodedata.combining(one))
    return " ".join("".join(kept).split())
