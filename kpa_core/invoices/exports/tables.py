"""Tables as French spreadsheets open them: ``;``, decimal comma, UTF-8 and its mark, CRLF. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from kpa_core.invoices.cells import harmless

NUMBER = re.compile(r"-?\d+(,\d+)?")
MARK = b"\xef\xbb\xbf"
"""The mark at the start tells spreadsheets that accents are UTF-8."""


def row(cells: Sequence[str]) -> bytes:
    """Return one line of a table; no cell of it runs as a formula, and amounts stay amounts."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow([safe(one) for one in cells])
    return out.getvalue().encode("utf-8")


def table(rows: Iterable[Sequence[str]]) -> bytes:
    """Return a whole table, its heads in the first row."""
    return MARK + b"".join(row(one) for one in rows)


def decimal(hundredths: int) -> str:
    """Return cents as euros, or basis points as percent."""
    return f"{Decimal(hundredths).scaleb(-2):.2f}".replace(".", ",")


def day(one: date) -> str:
    """Return a day as a French spreadsheet reads it."""
    return f"{one:%d/%m/%Y}"


def safe(cell: str) -> str:
    """Return a cell on one line that no spreadsheet reads as a formula."""
    flat = " ".join(cell.split("\n"))
    return flat if NUMBER.fullmatch(flat) else harmless(flat)
