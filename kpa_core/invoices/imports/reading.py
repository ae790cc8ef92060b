"""A carrier's file, read: CSV with ``;``, ``,`` or tabs, UTF-8 or Windows, bounded. Pure.

A broken line is said with its number and its column, and the others are read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from kpa_core.errors import N_, KpaError, Refused
from kpa_core.invoices.imports import values
from kpa_core.invoices.imports.columns import columns

MAX_BYTES = 1024 * 1024
MAX_ROWS = 5_000
MAX_CELL = 2_000
DELIMITERS = ";\t,"


@dataclass(frozen=True)
class Said:
    """What one line says of one invoice; what it does not say is empty.

    ``line`` counts as a spreadsheet does: the heads are line 1.
    """

    line: int
    reference: str = ""
    number: str = ""
    issued_on: date | None = None
    gross_cents: int | None = None
    paid_cents: int | None = None
    paid_on: date | None = None
    outside_reference: str = ""
    method: str = "transfer"
    returned: str = ""


@dataclass(frozen=True)
class Broken:
    """A line that could not be read, and why."""

    line: int
    why: KpaError


def read(data: bytes) -> list[Said | Broken]:
    """Return what each line of a file says, in order; empty lines and other accounts are left out.

    Raises:
        Refused: it is too large, is no table, or has no column we know.
    """
    rows = _rows(data)
    try:
        heads = next(rows)[1]
    except StopIteration:
        raise Refused(N_("Ce fichier est vide."), field="file") from None
    places = columns(heads)
    found: list[Said | Broken] = []
    for number, cells in rows:
        if number > MAX_ROWS + 1:
            raise Refused(
                N_("Ce fichier a plus de {most} lignes. Coupe-le."), field="file", most=MAX_ROWS
            )
        try:
            said = _said(number, {name: _cell(cells, at) for name, at in places.items()})
        except Refused as error:
            found.append(Broken(number, error))
            continue
        if said is not None:
            found.append(said)
    return found


def _rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(data)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    # Strict: an unclosed quote would swallow the lines after it in silence.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refused(
                N_("La ligne {line} ne se lit pas : vérifie ses guillemets."),
                field="file",
                line=reader.line_num,
            ) from error
        if any(one.strip() for one in cells):
            yield reader.line_num, [one.strip() for one in cells]


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise Refused(
            N_("Ce fichier est trop lourd : {most} Mo au plus."), field="file", most=MAX_BYTES >> 20
        )
    if data[:2] in (b"PK", b"%P", b"\xd0\xcf") or b"\x00" in data:
        raise Refused(
            N_("Ce fichier n'est pas un tableau CSV. Dans le tableur, enregistre-le en CSV."),
            field="file",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _cell(cells: Sequence[str], at: int) -> str:
    if at >= len(cells):
        return ""
    if len(cells[at]) > MAX_CELL:
        raise Refused(N_("Une case est trop longue."), field="file")
    # Our own tables mark what could run as a formula: the mark is not what was said.
    text = cells[at]
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _said(line: int, cells: dict[str, str]) -> Said | None:
    if "credit" in cells and "account" in cells:
        return _entry(line, cells)
    said = Said(
        line=line,
        reference=cells.get("reference", "").upper(),
        number=" ".join(cells.get("number", "").split()),
        issued_on=values.day(cells.get("issued_on", ""), "Date de facture"),
        gross_cents=values.cents(cells.get("gross", ""), "Total TTC"),
        paid_cents=values.cents(cells.get("paid", ""), "Montant reçu"),
        paid_on=values.day(cells.get("paid_on", ""), "Reçu le"),
        outside_reference=cells.get("outside_reference", ""),
        method=values.method(cells.get("method", "")),
        returned=cells.get("returned", ""),
    )
    if not said.reference and not said.number:
        raise Refused(N_("Il manque la référence ou le numéro de la facture."))
    if said.paid_cents is not None and said.paid_on is None:
        raise Refused(N_("Colonne « {column} » : il manque le jour."), column="Reçu le")
    return said


def _entry(line: int, cells: dict[str, str]) -> Said | None:
    """Return the payment an accounting entry tells: the customer's side, and general lines only."""
    customers = cells["account"].startswith("41")
    if not customers or cells.get("entry_kind", "").upper() not in ("", "G"):
        return None
    credit = values.cents(cells.get("credit", ""), "Montant crédit") or 0
    debit = values.cents(cells.get("debit", ""), "Montant débit") or 0
    if credit == debit:
        return None
    number = " ".join(cells.get("number", "").split())
    if not number:
        raise Refused(N_("Il manque la référence ou le numéro de la facture."))
    day = values.day(cells.get("entry_day", ""), "Date de pièce")
    if day is None:
        raise Refused(N_("Colonne « {column} » : il manque le jour."), column="Date de pièce")
    return Said(
        line=line,
        number=number,
        paid_cents=credit - debit,
        paid_on=day,
        outside_reference=cells.get("outside_reference", ""),
        method=values.method(cells.get("method", "")),
    )
