"""Where a syntax writes each business term: XPath expressions compiled once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree

from kpa_core.errors import N_
from kpa_core.invoices.received.errors import Unreadable

Find = Callable[[Any], list[Any]]


@dataclass(frozen=True)
class Syntax:
    """One way to write an invoice: its terms, those of a line, of a VAT group, and its days."""

    name: str
    head: Mapping[str, Find]
    seller: Mapping[str, Find]
    buyer: Mapping[str, Find]
    lines: Find
    line: Mapping[str, Find]
    changes: Find
    change: Mapping[str, Find]
    groups: Find
    group: Mapping[str, Find]
    day: Callable[[str, str], date]


def compiled(paths: Mapping[str, str], spaces: Mapping[str, str]) -> dict[str, Find]:
    """Return the expressions ready to use, by the term they find."""
    return {term: find(path, spaces) for term, path in paths.items()}


def find(path: str, spaces: Mapping[str, str]) -> Find:
    """Return one expression ready to use."""
    made: Find = etree.XPath(path, namespaces=dict(spaces), smart_strings=False)
    return made


def all_of(finds: Mapping[str, Find], term: str, node: Any) -> list[str]:
    """Return every text of a term, empty ones left out."""
    return [text for one in finds[term](node) if (text := _text(one)).strip()]


def one_of(finds: Mapping[str, Find], term: str, node: Any) -> str:
    """Return the text of a term, or nothing.

    Raises:
        Unreadable: it is there twice and says two things.
    """
    texts = all_of(finds, term, node)
    if len({text.strip() for text in texts}) > 1:
        raise Unreadable(
            N_("Ce fichier dit deux choses pour {term}. Demande une facture corrigée."), term=term
        )
    return texts[0] if texts else ""


def must(finds: Mapping[str, Find], term: str, node: Any) -> str:
    """Return the text of a term that has to be there.

    Raises:
        Unreadable: it is not, or says two things.
    """
    found = one_of(finds, term, node)
    if not found:
        raise Unreadable(
            N_("Il manque {term} dans ce fichier. Demande une facture corrigée."), term=term
        )
    return found


def _text(found: Any) -> str:
    if isinstance(found, str):
        return found
    text: str | None = found.text
    return text or ""
