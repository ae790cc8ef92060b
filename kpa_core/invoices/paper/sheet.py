"""What stands on the paper: texts and amounts already formatted, only to be laid out.

Both templates, ``templates/invoices/paper.html`` and ``document.typ``, print a sheet and compute
nothing, so page and PDF cannot show different figures. Empty means "not shown".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A party: what it is here, its name, then lines of address and identity."""

    label: str
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value; ``strong`` is what the eye must find first."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of what is sold; ``off`` is what came off it, ``net_price`` its price without VAT
    where the price is said with it.
    """

    label: str
    details: tuple[str, ...]
    quantity: str
    unit_price: str
    rate: str
    net: str
    off: str = ""
    net_price: str = ""


@dataclass(frozen=True, slots=True)
class LinesTable:
    """What is sold; the caption is for those who do not see the table."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[SheetLine, ...]


@dataclass(frozen=True, slots=True)
class VatTable:
    """The VAT of each rate: rate, base, amount."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts under one name: the sums, or how to pay."""

    label: str
    rows: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Sentences:
    """A small heading and the sentences under it."""

    label: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignBox:
    """Where a customer agrees to a quote."""

    title: str
    sentence: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document, ready to lay out."""

    language: str
    heading: str
    corrects: str
    warning: str
    example: str
    example_sentence: str
    brand: str
    carried_by: str
    seller: Block
    customer: Block
    delivery: Block | None
    facts: tuple[Fact, ...]
    subject: str
    lines: LinesTable
    vat: VatTable
    totals: Facts
    deposits: Facts
    payment: Facts
    notes: Sentences
    sign: SignBox | None
    running_title: str
    page_label: str
