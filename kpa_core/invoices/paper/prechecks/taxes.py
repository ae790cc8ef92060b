"""VAT: its rates, why there is none, and whose numbers each case asks for."""

from __future__ import annotations

from collections.abc import Iterator

from kpa_core.errors import N_
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paper.prechecks.bodies import goes_through_platform
from kpa_core.invoices.paper.prechecks.finding import Facts, Finding, Level
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.invoices.paper.vat import OF_REGIME, REASONS

ALLOWED = frozenset((0, 90, 105, 175, 210, 550, 850, 1000, 1300, 2000))
"""In force; BR-FR-16 also lets pass those of the past, which no new line may bear."""
PAST = frozenset((700, 920, 960, 1960, 2060))
_STATES = "AT BE BG CY CZ DE DK EE EL ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI"
EUROPE = frozenset(_STATES[at : at + 2] for at in range(0, len(_STATES), 3))
NEEDS_BUYER_NUMBER = {"K": "BR-IC-02, CGI 262 ter, I", "AE": "BR-AE-02, CGI 283-2"}
BESIDE_VAT = {"AE": "CGI 283-2", "G": "CGI 262, I", "K": "CGI 262 ter, I"}

Rows = Iterator[Finding]


def rates(paper: Snapshot, _facts: Facts) -> Rows:
    """Yield rates that French law does not have, or that do not go with their category."""
    for line in paper.lines:
        at: dict[str, str] = {"label": line.label}
        if line.vat_rate_bp not in ALLOWED | PAST:
            text = N_("« {label} » : ce taux de TVA n'existe pas en France.")
            yield Finding("lines.vat_rate_bp", "BR-FR-16, CGI 278 et suivants", text, params=at)
        elif line.vat_rate_bp in PAST and paper.type_code in (
            type_codes.INVOICE,
            type_codes.DEPOSIT,
        ):
            text = N_("« {label} » : ce taux de TVA n'existe plus.")
            yield Finding("lines.vat_rate_bp", "CGI 278 et suivants", text, params=at)
        if line.vat_category == "S" and not line.vat_rate_bp:
            yield _zero(paper, at)
        if line.vat_category != "S" and line.vat_rate_bp:
            text = N_("« {label} » : cette facture est sans TVA, mets 0 %.")
            rule = {"E": "BR-E-05", "AE": "BR-AE-05", "K": "BR-IC-05", "G": "BR-G-05"}
            yield Finding(
                "lines.vat_rate_bp", rule.get(line.vat_category, "BR-O-05"), text, params=at
            )


def seller_number(paper: Snapshot, _facts: Facts) -> Rows:
    """Yield VAT charged by who may not, and the absence of VAT nobody explains."""
    one = paper.seller
    if one.vat_number:
        return
    if paper.totals.vat_cents:
        # VAT on paper is owed to the State, whoever wrote it (CGI art. 283-3).
        text = N_("{name} n'a pas de numéro de TVA : mets 0 % de TVA sur chaque ligne.")
        rule, params = "BR-S-02, CGI 283-3", {"name": one.name}
        yield Finding("seller.vat_number", rule, text, params=params, always=True)
    elif not one.vat_mention and not any(group.reason for group in paper.vat_groups):
        text = N_("Il manque le numéro de TVA, ou la phrase qui explique l'absence de TVA.")
        yield Finding("seller.vat_number", "CGI 293 E, ann. II art. 242 nonies A", text)
    elif any(group.category in ("AE", "K", "G") for group in paper.vat_groups):
        text = N_("Il manque le numéro de TVA de la maison : ce cas le demande.")
        yield Finding("seller.vat_number", "BR-AE-02, BR-IC-02, BR-G-02", text)


def reasons(paper: Snapshot, _facts: Facts) -> Rows:
    """Yield groups without VAT that say no reason, or a reason of another category."""
    for group in paper.vat_groups:
        if group.category == "S":
            continue
        known = REASONS.get(group.reason)
        if known is None or known.category != group.category:
            text = N_("Dis pourquoi cette facture est sans TVA.")
            rule = {"E": "BR-E-10", "AE": "BR-AE-10", "K": "BR-IC-10", "G": "BR-G-10"}
            yield Finding("vat_reason", rule.get(group.category, "BR-O-10"), text)
    if paper.seller.vat_regime in OF_REGIME and paper.totals.vat_cents:
        text = N_("{name} ne facture pas de TVA : mets 0 % sur chaque ligne.")
        params = {"name": paper.seller.name}
        # VAT said is VAT owed, whoever writes the invoice.
        yield Finding("lines.vat_rate_bp", "CGI 293 B, 283-3", text, params=params, always=True)


def mixed(paper: Snapshot, _facts: Facts) -> Rows:
    """Yield a sale without VAT because of the customer that has lines with VAT too."""
    found: set[str] = {line.vat_category for line in paper.lines}
    if "S" in found and (without := sorted(found & set(BESIDE_VAT))):
        # VAT on paper is owed to the State, whoever wrote it (CGI art. 283-3).
        text = N_("Cette facture a des lignes avec TVA et des lignes sans TVA. Relis les taux.")
        rule = f"{BESIDE_VAT[without[0]]}, CGI 283-3"
        yield Finding("lines.vat_rate_bp", rule, text, "warn")


def buyers(paper: Snapshot, _facts: Facts) -> Rows:
    """Yield what a sale without VAT because of the customer asks of the customer."""
    found: set[str] = {line.vat_category for line in paper.lines}
    buyer = paper.customer
    for category in sorted(found & set(NEEDS_BUYER_NUMBER)):
        if not buyer.vat_number:
            text = N_("Il manque le numéro de TVA du client : sans lui, la TVA est due.")
            yield Finding("customer.vat_number", NEEDS_BUYER_NUMBER[category], text)
    if "K" in found and (buyer.country == "FR" or buyer.country not in EUROPE):
        text = N_("Des biens pour l'Europe partent dans un autre pays de l'Union : écris lequel.")
        yield Finding("customer.country", "BR-IC-12, CGI 262 ter, I", text)
    if any(group.reason == "eu_services" for group in paper.vat_groups) and (
        buyer.country == "FR" or buyer.country not in EUROPE
    ):
        text = N_("Un service pour l'Europe va dans un autre pays de l'Union : écris lequel.")
        yield Finding("customer.country", "CGI 259, 1°", text)
    if "G" in found and buyer.country in EUROPE:
        text = N_("Une exportation part hors de l'Union européenne : écris le pays du client.")
        yield Finding("customer.country", "CGI 262, I", text)
    if "O" in found:
        yield from _outside(paper, found)
    if "AE" in found and buyer.kind in ("person", "non_taxable_org"):
        text = N_("Un client qui ne déclare pas de TVA ne peut pas la payer lui-même.")
        yield Finding("customer.kind", "CGI 283-2", text)


def _zero(paper: Snapshot, at: dict[str, str]) -> Finding:
    rule = "BR-S-05, CGI ann. II art. 242 nonies A"
    if paper.seller.vat_mention:
        # People read why in the carrier's own sentence; a platform reads only the regime.
        text = N_("« {label} » est à 0 % : choisis le régime de TVA de la maison.")
        level: Level = "stop" if goes_through_platform(paper) else "warn"
        return Finding("seller.vat_regime", rule, text, level, at)
    text = N_("« {label} » est à 0 % sans raison. Mets un taux, ou dis pourquoi.")
    return Finding("lines.vat_rate_bp", rule, text, params=at)


def _outside(paper: Snapshot, found: set[str]) -> Rows:
    if paper.customer.vat_number:
        text = N_("Hors du champ de la TVA, le numéro de TVA du client ne va pas sur la facture.")
        yield Finding("customer.vat_number", "BR-O-02", text)
    if len(found) > 1:
        text = N_("Une facture hors du champ de la TVA n'a pas d'autre ligne avec TVA.")
        yield Finding("lines.vat_rate_bp", "BR-O-11, BR-O-12", text)
