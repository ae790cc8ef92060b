"""The codes of UN/ECE recommendation 20 for the units people write (BT-130). Pure."""

from __future__ import annotations

ONE = "C62"
"""What is counted without a unit, or in one that the list does not know."""

CODES = {
    "IE": "pers personne personnes convive convives couvert couverts person people",
    "HUR": "h heure heures hour hours",
    "DAY": "j jour jours journée journées day days",
    "MIN": "min minute minutes",
    "WEE": "semaine semaines week weeks",
    "MON": "mois month months",
    "KGM": "kg kilo kilos kilogramme kilogrammes",
    "GRM": "g gramme grammes",
    "LTR": "l litre litres liter liters",
    "MTR": "m mètre mètres meter meters",
    "MTK": "m² m2",
    "MTQ": "m³ m3",
    "CMT": "cm centimètre centimètres",
    "KMT": "km kilomètre kilomètres",
    "KMH": "km/h",
    "LS": "forfait forfaits",
    "H87": "pièce pièces pce pces pc piece pieces",
    "PR": "paire paires pair pairs",
    "SET": "lot lots jeu jeux",
}
BY_WORD = {word: code for code, words in CODES.items() for word in words.split()}


def unit_code(unit: str) -> str:
    """Return the code of a unit as it is written on the paper."""
    return BY_WORD.get(unit.strip().rstrip(".").lower(), ONE)
