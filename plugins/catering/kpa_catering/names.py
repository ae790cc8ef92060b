"""How names are put in order, and how commands write them."""

from __future__ import annotations

import re
import unicodedata

from kpa_core.api import N_, Refused

MAX_NAME = 120


def alphabetical(name: str) -> str:
    """Return a key that files a name as a French reader does.

    "Épinards" and "Œufs" stand between "Dattes" and "Pêches", not after "Yaourt".
    """
    letters = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def slug(name: str) -> str:
    """Return the name as commands write it: "Thé à la menthe" is "the-a-la-menthe".

    Two recipes with one slug would be taken for each other, so the tables refuse the second.
    """
    return "-".join(re.findall(r"\w+", alphabetical(name)))


def checked_name(text: str) -> str:
    """Return a name with single spaces.

    Raises:
        Refused: no letter or digit in it, or too long.
    """
    name = " ".join(text.split())
    if not slug(name) or len(name) > MAX_NAME:
        raise Refused(N_("Écris un nom, de 1 à {most} lettres."), field="name", most=MAX_NAME)
    return name
