"""Lines of an address as the fields of EN 16931, and who is reached where. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kpa_core.invoices.paper.snapshot import Customer, Seller

FRENCH_TOWN = re.compile(r"([0-9]{5})\s+(\S.*)")
# Abroad, a code before the town has a figure somewhere: 1000 Bruxelles, SW1A 1AA London.
FOREIGN_TOWN = re.compile(r"((?=[A-Z -]*[0-9])[A-Z0-9-]{3,9}(?: [0-9][A-Z0-9]{2})?)\s+(\S.*)")

DIRECTORY = "0225"
"""The scheme of the French directory of electronic invoicing (BT-34-1, BT-49-1)."""


@dataclass(frozen=True, slots=True)
class Postal:
    """An address in fields: three lines at most, then the code, the town and the country."""

    lines: tuple[str, ...]
    postcode: str
    town: str
    country: str


@dataclass(frozen=True, slots=True)
class Electronic:
    """Where a platform listens: ``0225`` and a line of the directory, or another scheme."""

    scheme: str
    value: str


def postal(lines: tuple[str, ...], country: str) -> Postal:
    """Return the fields of an address printed as ``lines``, its town last.

    Abroad, the last line may be the country in words: the code says it. What does not fit three
    lines is put together on the third.
    """
    town = FRENCH_TOWN if country == "FR" else FOREIGN_TOWN
    for place in (-1, -2) if country != "FR" else (-1,):
        if len(lines) >= -place and (found := town.fullmatch(lines[place])):
            street = lines[:place]
            return Postal(_three(street), found.group(1), found.group(2), country)
    return Postal(_three(lines), "", "", country)


def _three(lines: tuple[str, ...]) -> tuple[str, ...]:
    return lines if len(lines) <= 3 else (*lines[:2], ", ".join(lines[2:]))


def electronic(party: Seller | Customer) -> Electronic | None:
    """Return where a party is reached: as noted, else by its SIREN in France, else nowhere."""
    if party.electronic_address:
        scheme, colon, value = party.electronic_address.partition(":")
        return Electronic(scheme, value) if colon else Electronic(DIRECTORY, scheme)
    if isinstance(party, Customer) and party.kind in ("person", "foreign"):
        return None
    return Electronic(DIRECTORY, party.siren) if party.siren else None
