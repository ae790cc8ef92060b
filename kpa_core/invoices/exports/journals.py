"""Sales and payments as journals in the 18 columns of the FEC (LPF art. A47 A-1, VII). Pure.

They are made to be taken in by the carrier's accounting, which owes the whole FEC: here are two of
its journals, not validated (``ValidDate`` is empty) and without opening balances. Each entry
balances to the cent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from kpa_core.errors import N_, Refused
from kpa_core.invoices.cells import harmless
from kpa_core.invoices.exports.accounts import LABELS, Accounts
from kpa_core.invoices.exports.tables import decimal
from kpa_core.invoices.exports.waiting import freed_cents, waiting_cents
from kpa_core.invoices.imports.folding import folded
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paper.snapshot import Snapshot, VatGroup
from kpa_core.money import split

COLUMNS = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
SALES, MONEY = ("VE", "Ventes"), ("BQ", "Encaissements")
OTHER = ("OD", "Opérations diverses")
BREAKING = re.compile(r"[\t|\r\n]+")


@dataclass(frozen=True)
class Posting:
    """One line of an entry; ``cents`` above zero is a debit, below zero a credit."""

    account: str
    label: str
    cents: int
    of_customer: bool = False


@dataclass(frozen=True)
class Entry:
    """One entry of a journal: what it is about, and postings whose cents add up to nothing."""

    journal: tuple[str, str]
    number: str
    day: date
    piece: str
    piece_day: date
    words: str
    customer_number: str
    customer_name: str
    postings: tuple[Posting, ...]


@dataclass(frozen=True)
class Money:
    """A payment the carrier has confirmed; below zero it went back, or to another piece.

    ``day`` is that of its entry, ``moved_on`` that of the money.
    """

    number: str
    day: date
    cents: int
    method: str
    moved_on: date


def sale(
    paper: Snapshot,
    accounts: Accounts,
    *,
    number: str,
    day: date,
    cents: int | None = None,
    code: str = "",
    back: bool = False,
    taken: Sequence[Posting] = (),
) -> Entry:
    """Return the entry of an invoice; a credit note is the same the other way round.

    ``number`` and ``day`` are those the piece is known by: ours, or the carrier's. ``cents`` is the
    total of the carrier's own piece, where it is not ours. ``code`` is what a customer without a
    SIREN is known by. ``back`` books an invoice as the credit note that takes it back. ``taken`` is
    what :func:`advance` says of the deposits it takes back.
    """
    # Papers of the first version have no type: their kind tells.
    back = back or paper.type_code in type_codes.BACK or paper.kind == "credit_note"
    word = "Avoir" if back else "Facture"
    asked = paper.totals.to_pay_cents if cents is None else cents
    return Entry(
        journal=SALES,
        number=number,
        day=day,
        piece=number,
        piece_day=day,
        words=f"{word} {number} {paper.customer.name}",
        customer_number=paper.customer.siren or code,
        customer_name=paper.customer.name,
        postings=tuple(
            replace(one, cents=-one.cents if back else one.cents)
            for one in _sold(paper, accounts, asked, taken)
            if one.cents
        ),
    )


def reversal(sold: Entry, *, number: str, day: date, piece_day: date | None = None) -> Entry:
    """Return what undoes the entry of an invoice, on the strength of the one that replaces it."""
    return replace(
        sold,
        number=number,
        day=day,
        piece=number,
        piece_day=piece_day or day,
        words=f"Annulation {sold.piece} {sold.customer_name}",
        postings=tuple(replace(one, cents=-one.cents) for one in sold.postings),
    )


def advance(paper: Snapshot, accounts: Accounts, asked: int) -> Posting:
    """Return what takes a deposit back: to the cent what its own entry left there."""
    cents = sum(group.net_cents for group in _groups(paper, asked)[0])
    return Posting(accounts.deposits, LABELS["deposits"], cents)


def _sold(
    paper: Snapshot, accounts: Accounts, asked: int, taken: Sequence[Posting]
) -> Iterator[Posting]:
    """Yield what the customer owes, what was sold and the VAT of each rate, and the rounding.

    The lines of the paper take back at most what is sold at each rate: a cent of a deposit that
    they leave is in the rounding.
    """
    groups, rounding = _groups(paper, asked)
    yield Posting(accounts.customers, LABELS["customers"], asked, of_customer=True)
    yield from taken
    rounding += sum(one.cents for one in taken)
    for group in groups:
        parts = _parts(paper, group)
        for name, cents in parts.items():
            if name == "deposits" and taken:
                rounding += cents
            else:
                yield Posting(getattr(accounts, name), LABELS[name], -cents)
        waits = _waiting(paper, group, asked)
        yield Posting(accounts.vat_waiting, LABELS["vat_waiting"], -waits)
        yield Posting(accounts.vat_of(group.rate_bp), LABELS["vat"], waits - group.vat_cents)
    name = "rounding_won" if rounding > 0 else "rounding_lost"
    yield Posting(getattr(accounts, name), LABELS[name], -rounding)


def owed_vat(paper: Snapshot, asked: int, came: int) -> dict[int, int]:
    """Return the VAT of each rate that waited and is owed once ``came`` of ``asked`` has come."""
    waiting: dict[int, int] = {}
    for group in _groups(paper, asked)[0]:
        cents = _waiting(paper, group, asked)
        waiting[group.rate_bp] = waiting.get(group.rate_bp, 0) + cents
    return freed_cents(waiting, asked, came)


def _waiting(paper: Snapshot, group: VatGroup, asked: int) -> int:
    """Return the VAT of a group that waits; for no money, nothing does."""
    return waiting_cents(paper, group, _parts(paper, group)) if asked else 0


def transfers(accounts: Accounts, freed: Mapping[int, int]) -> Iterator[Posting]:
    """Yield the postings that take VAT of each rate out of what waits."""
    for rate_bp, cents in freed.items():
        yield Posting(accounts.vat_waiting, LABELS["vat_waiting"], cents)
        yield Posting(accounts.vat_of(rate_bp), LABELS["vat"], -cents)


def _groups(paper: Snapshot, asked: int) -> tuple[tuple[VatGroup, ...], int]:
    """Return the groups and the rounding that add up to what was asked.

    Another total than ours falls on the rates in proportion, VAT and net alike.
    """
    sums = paper.totals
    more = asked - sums.gross_cents
    weights = {
        place: max(one.net_cents + one.vat_cents, 0) for place, one in enumerate(paper.vat_groups)
    }
    if asked == sums.to_pay_cents or not any(weights.values()):
        return paper.vat_groups, more
    found = list(paper.vat_groups)
    for place, part in split(more, weights).items():
        one = found[place]
        if part:
            vat, net = split(part, {0: one.vat_cents, 1: one.net_cents}).values()
            found[place] = replace(
                one, net_cents=one.net_cents + net, vat_cents=one.vat_cents + vat
            )
    return tuple(found), 0


def _parts(paper: Snapshot, group: VatGroup) -> dict[str, int]:
    """Return the net of one rate by account: deposits, goods, services.

    A deposit is no sale yet, and the line that takes it back is none either. What came off the
    whole falls on what was sold most of.
    """
    if paper.type_code in type_codes.DEPOSITS:
        return {"deposits": group.net_cents}
    found: dict[str, int] = {}
    for line in paper.lines:
        if (line.vat_rate_bp, line.vat_category) != (group.rate_bp, group.category):
            continue
        mixed = paper.nature == "mixed"
        goods = line.nature == "goods" if mixed else paper.nature == "goods"
        name = "deposits" if line.deposit_number else "goods" if goods else "services"
        found[name] = found.get(name, 0) + line.net_cents
    left = group.net_cents - sum(found.values())
    if left:
        sold = {name: cents for name, cents in found.items() if name != "deposits"}
        most = max(sold, key=lambda name: (sold[name], name)) if sold else "services"
        found[most] = found.get(most, 0) + left
    return found


def money(
    paper: Snapshot,
    accounts: Accounts,
    paid: Money,
    *,
    number: str,
    day: date,
    code: str = "",
    freed: Mapping[int, int] | None = None,
    till: Accounts | None = None,
) -> Entry:
    """Return the entry of a payment of the piece known as ``number``, of ``day``.

    ``accounts`` are those of the piece, ``till`` those of the day; without it they are the same.
    ``freed`` is the VAT of each rate that this money makes owed.
    """
    name = {"cash": "cash", "kept": "deposits"}.get(paid.method, "bank")
    word, moved = ("Règlement", "reçu") if paid.cents > 0 else ("Remboursement", "rendu")
    if paid.method == "kept":
        word = "Règlement par argent gardé" if paid.cents > 0 else "Argent gardé"
    late = f", {moved} le {paid.moved_on:%d/%m/%Y}" if paid.moved_on != paid.day else ""
    return Entry(
        journal=OTHER if paid.method == "kept" else MONEY,
        number=paid.number,
        day=paid.day,
        piece=number,
        piece_day=day,
        words=f"{word} {number} {paper.customer.name}{late}",
        customer_number=paper.customer.siren or code,
        customer_name=paper.customer.name,
        postings=(
            Posting((till or accounts).money(paid.method), LABELS[name], paid.cents),
            Posting(accounts.customers, LABELS["customers"], -paid.cents, of_customer=True),
            *transfers(accounts, freed or {}),
        ),
    )


def customer_code(first_name: str, customer_id: UUID) -> str:
    """Return what a customer without a SIREN is known by in the books.

    The name is for who reads; the end of the id, which is drawn, keeps two of one name apart.
    """
    letters = re.sub("[^A-Z0-9]", "", folded(first_name).upper())
    return f"{letters[:9] or 'CLIENT'}{customer_id.hex[-8:].upper()}"


def lines(entry: Entry) -> Iterator[bytes]:
    """Yield the lines of an entry.

    Raises:
        Refused: it does not balance; nothing that does not is ever written.
    """
    if sum(one.cents for one in entry.postings):
        raise Refused(N_("L'écriture {number} ne tombe pas juste."), number=entry.number)
    for one in entry.postings:
        of_customer = one.of_customer
        yield line(
            (
                *entry.journal,
                harmless(entry.number),
                f"{entry.day:%Y%m%d}",
                one.account,
                one.label,
                entry.customer_number if of_customer else "",
                harmless(entry.customer_name) if of_customer else "",
                harmless(entry.piece),
                f"{entry.piece_day:%Y%m%d}",
                harmless(entry.words),
                decimal(max(one.cents, 0)),
                decimal(max(-one.cents, 0)),
                *[""] * 5,
            )
        )


def line(cells: tuple[str, ...]) -> bytes:
    """Return one line of a journal, its cells parted by tabs."""
    flat = (" ".join(BREAKING.sub(" ", one).split()) for one in cells)
    return ("\t".join(flat) + "\r\n").encode("utf-8")


def head() -> bytes:
    """Return the first line of a journal: the names of its columns."""
    return line(COLUMNS)
