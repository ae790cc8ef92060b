"""The VAT rates a new price may have. A paper that was issued keeps the rate it was issued with."""

from __future__ import annotations

from typing import NamedTuple

from kpa_core.errors import N_


class VatRate(NamedTuple):
    """A rate in basis points, where it holds, and the article of the CGI that says so."""

    basis_points: int
    where: str
    source: str


# In force since 1 January 2014 (loi n° 2012-1510 du 29 décembre 2012, art. 68).
RATES = (
    VatRate(2000, "", "CGI 278"),
    VatRate(1000, "", "CGI 278 bis, 279"),
    VatRate(550, "", "CGI 278-0 bis"),
    VatRate(210, "", "CGI 281 quater et suivants"),
    VatRate(0, "", "CGI 261, 293 B"),
    VatRate(1300, "Corse", "CGI 297"),
    VatRate(90, "Corse", "CGI 297"),
    VatRate(850, "Guadeloupe, Martinique, La Réunion", "CGI 296"),
    VatRate(175, "Guadeloupe, Martinique, La Réunion", "CGI 296"),
    VatRate(105, "Guadeloupe, Martinique, La Réunion", "CGI 296"),
)
# The sentences and codes that go with each are the papers' own: invoices/paper/vat.py.
NO_VAT = {
    "reverse_charge": N_("Sous-traitance du bâtiment : le client paie lui-même la TVA"),
    "eu_services": N_("Un service pour une entreprise d'un autre pays d'Europe"),
    "eu_goods": N_("Des biens partent dans un autre pays d'Europe"),
    "export": N_("Des biens partent hors d'Europe"),
    "outside": N_("Un service pour un client hors d'Europe"),
}
"""Why a customer's order bears no VAT, as a person chooses it; the carrier's regime needs none."""
_KNOWN = frozenset(rate.basis_points for rate in RATES)


def is_vat_rate(basis_points: int) -> bool:
    """Tell whether French law has this rate today."""
    return basis_points in _KNOWN
