"""Why a document bears no VAT: the code platforms read, the sentence people read, the article."""

from __future__ import annotations

from typing import NamedTuple

from kpa_core.errors import N_
from kpa_core.invoices.totals import Category


class Reason(NamedTuple):
    """One reason: its category and code (UNTDID 5305, VATEX), what is printed, where it stands.

    ``label`` is how a person chooses it on an order's page; the regime of the carrier needs none.
    """

    category: Category
    code: str
    mention: str
    source: str
    label: str = ""


REASONS = {
    "franchise": Reason(
        "E", "VATEX-FR-FRANCHISE", N_("TVA non applicable, art. 293 B du CGI"), "CGI 293 B"
    ),
    "exempt": Reason(
        "E", "VATEX-FR-CGI261-4", N_("Exonération de TVA, art. 261, 4 du CGI"), "CGI 261, 4"
    ),
    "exempt_association": Reason(
        "E",
        "VATEX-FR-CGI261-7",
        N_("Exonération de TVA, art. 261, 7, 1° du CGI"),
        "CGI 261, 7, 1°",
    ),
    "reverse_charge": Reason(
        "AE",
        "VATEX-FR-AE",
        N_("Autoliquidation"),
        "CGI 283-2 nonies",
        N_("Sous-traitance du bâtiment : le client paie lui-même la TVA"),
    ),
    "eu_services": Reason(
        "AE",
        "VATEX-EU-AE",
        N_("Autoliquidation, art. 259, 1° du CGI"),
        "CGI 259, 1°, 283-2, directive 2006/112/CE, art. 196",
        N_("Un service pour une entreprise d'un autre pays d'Europe"),
    ),
    "eu_goods": Reason(
        "K",
        "VATEX-EU-IC",
        N_("Exonération de TVA, art. 262 ter, I du CGI"),
        "CGI 262 ter, I",
        N_("Des biens partent dans un autre pays d'Europe"),
    ),
    "export": Reason(
        "G",
        "VATEX-EU-G",
        N_("Exonération de TVA, art. 262, I du CGI"),
        "CGI 262, I",
        N_("Des biens partent hors d'Europe"),
    ),
    "outside": Reason(
        "O",
        "VATEX-EU-O",
        N_("TVA non applicable, art. 259, 1° du CGI"),
        "CGI 259, 1°",
        N_("Un service pour un client hors d'Europe"),
    ),
}

OF_REGIME = {one: one for one in ("franchise", "exempt", "exempt_association")}
"""The reason that goes with a carrier's own regime, whatever it sells and to whom."""

DEBITS = N_("Option pour le paiement de la taxe d'après les débits")
"""What the paper says when VAT is owed as soon as it is invoiced (CGI 269-2, BT-8)."""


def reason_key(regime: str, of_order: str) -> str:
    """Return the reason for no VAT on a document: the carrier's regime first, then the order's."""
    return OF_REGIME.get(regime, of_order)


def category_of(reason: str) -> Category:
    """Return the category of lines that bear VAT, or that do not for ``reason``."""
    return REASONS[reason].category if reason else "S"
