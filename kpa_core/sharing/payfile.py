"""The file of a month's pay requests, for the carrier's spreadsheet. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kpa_core.errors import N_
from kpa_core.invoices.cells import harmless

HEADER = (
    N_("Mois"),
    N_("Activité"),
    N_("Personne"),
    N_("Commande"),
    N_("Montant avant cotisations"),
    N_("Référence"),
)


@dataclass(frozen=True)
class Line:
    """One line of the file."""

    month: str
    activity: str
    person: str
    order: str
    cents: int
    reference: str


def pay_file(header: Sequence[str], lines: Iterable[Line]) -> bytes:
    """Return the lines as CSV for a French spreadsheet: UTF-8 with a mark, semicolons, commas."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    for line in lines:
        named = (line.month, line.activity, line.person, line.order)
        amount = f"{line.cents // 100},{line.cents % 100:02d}"
        writer.writerow([*map(harmless, named), amount, harmless(line.reference)])
    return b"\xef\xbb\xbf" + text.getvalue().encode()
