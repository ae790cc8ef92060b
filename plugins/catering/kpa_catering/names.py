"""How names are put in order."""

from __future__ import annotations

import unicodedata


def alphabetical(name: str) -> str:
    """Return a key that files a name as a French reader does.

    "Épinards" and "Œufs" stand between "Dattes" and "Pêches", not after "Yaourt".
    """
    letters = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
