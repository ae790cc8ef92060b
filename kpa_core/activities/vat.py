"""The VAT rates a new price may have. A paper that was issued keeps the rate it was issued with."""

from __future__ import annotations

from typing import NamedTuple


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
_KNOWN = frozenset(rate.basis_points for rate in RATES)


def is_vat_rate(basis_points: int) -> bool:
    """Tell whether French law has this rate today."""
    return basis_points in _KNOWN
