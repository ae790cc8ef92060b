"""Who sells and who buys: names, addresses, numbers, and their lines in the directory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from stdnum import iban
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret

from kpa_core.errors import N_, Refused
from kpa_core.invoices.paper.prechecks.finding import Facts, Finding
from kpa_core.invoices.paper.snapshot import Customer, Seller, Snapshot

COUNTRY = re.compile(r"[A-Z]{2}")
DIRECTORY = re.compile(r"(?:0225:)?([0-9]{9})([A-Za-z0-9+\-_/]*)")
LONGEST_ADDRESS = 125 + len("0225:")
OF_PROFESSIONALS = ("business_vat", "public")
NEVER_DELIVERED = ("person", "foreign")
ART_242 = "CGI ann. II art. 242 nonies A"

Rows = Iterator[Finding]


def seller(paper: Snapshot, _facts: Facts) -> Rows:
    """Yield what the carrier's identity lacks or gets wrong."""
    one = paper.seller
    if not one.name:
        yield Finding("seller.name", f"BR-06, {ART_242}", N_("Il manque le nom de la maison."))
    if not one.address:
        yield Finding(
            "seller.address",
            f"BR-08, {ART_242}",
            N_("Il manque l'adresse de la maison qui facture."),
        )
    if not one.siren:
        yield Finding(
            "seller.siren",
            f"BR-FR-10, {ART_242}",
            N_("Il manque le SIREN de la maison qui facture."),
        )
    yield from _numbers("seller", one)
    yield from _legal_form(one)
    if not one.iban:
        text = N_("Il manque l'IBAN de la maison : le client ne saura pas où payer.")
        yield Finding("seller.iban", "BR-50, BR-61", text, "warn")
    elif not _is(iban.validate, one.iban):
        text = N_("L'IBAN de la maison est faux : {value}. Relis-le, signe par signe.")
        yield Finding("seller.iban", "ISO 13616", text, params={"value": one.iban})


def customer(paper: Snapshot, _facts: Facts) -> Rows:
    """Yield what the customer's card lacks or gets wrong."""
    one = paper.customer
    if not one.name:
        yield Finding("customer.name", f"BR-07, {ART_242}", N_("Il manque le nom du client."))
    if not one.address:
        yield Finding("customer.address", f"BR-10, {ART_242}", N_("Il manque l'adresse du client."))
    if one.kind in OF_PROFESSIONALS and not one.siren:
        yield Finding(
            "customer.siren",
            "BR-FR-11, CGI ann. II art. 242 nonies A",
            N_("Il manque le SIREN du client."),
        )
    yield from _numbers("customer", one)


def public_body(paper: Snapshot, _facts: Facts) -> Rows:
    """Yield what Chorus Pro wants of an invoice to a public body (CCP L2192-1, D2192-2)."""
    one = paper.customer
    if one.kind != "public":
        return
    rule = "Chorus Pro, CCP D2192-2"
    if not one.siret:
        yield Finding("customer.siret", rule, N_("Il manque le SIRET de l'organisme public."))
    fields = {
        "engagement_number": N_("Il manque le numéro d'engagement. Demande-le à l'organisme."),
        "service_code": N_("Il manque le code du service. Demande-le à l'organisme."),
    }
    for name, text in fields.items():
        if getattr(one, name):
            continue
        # Somebody's own purchase order number stands in for the engagement.
        if name == "engagement_number" and paper.purchase_order:
            continue
        yield Finding(f"order.{name}", rule, text, "warn")
    for name, most in (("engagement_number", 50), ("service_code", 100)):
        if len(getattr(one, name)) > most:
            long = N_("C'est trop long pour Chorus Pro : {most} signes au plus ({value}).")
            params = {"most": most, "value": getattr(one, name)[:20] + "…"}
            yield Finding(f"order.{name}", rule, long, params=params)


def directory(paper: Snapshot, facts: Facts) -> Rows:
    """Yield what keeps a platform from finding the seller or the customer."""
    buyer = paper.customer
    if not goes_through_platform(paper):
        text = N_("Cette facture ne passe pas par une plateforme : envoie-la toi-même au client.")
        yield Finding("customer.kind", "CGI 289 bis", text, "told")
        return
    yield from _line("seller", paper.seller, "BR-FR-13")
    yield from _line("customer", buyer, "BR-FR-12")
    if facts.emits_from is not None and paper.issue_day >= facts.emits_from:
        text = N_("Une fois émise, elle est à déposer sur la plateforme de la maison.")
        yield Finding("customer.kind", "CGI 289 bis", text, "told")


def goes_through_platform(paper: Snapshot) -> bool:
    """Tell whether the invoice is one between French businesses, or to a public body (flux 2)."""
    buyer = paper.customer
    if buyer.country != "FR" or buyer.kind in NEVER_DELIVERED:
        return False
    return buyer.kind in OF_PROFESSIONALS or bool(buyer.siren)


def _line(name: str, one: Seller | Customer, rule: str) -> Rows:
    whose = N_("du client") if name == "customer" else N_("de la maison")
    field = f"{name}.electronic_address"
    said = one.electronic_address
    if not said:
        if not one.siren:
            return  # the SIREN is asked for above, and makes the address
        text = N_("L'adresse électronique {whose} n'est pas notée : kpa met 0225:{siren}.")
        params = {"whose": _part(whose), "siren": one.siren}
        yield Finding(field, rule, text, "told", params)
        return
    found = DIRECTORY.fullmatch(said)
    if found is None:
        text = N_("L'adresse électronique {whose} est mal écrite : {value}. Exemple : 0225:SIREN.")
        params = {"whose": _part(whose), "value": said}
        yield Finding(field, f"{rule}, BR-FR-23", text, params=params)
    elif one.siren and found[1] != one.siren:
        text = N_("L'adresse électronique {whose} ne commence pas par son SIREN {siren}.")
        params = {"whose": _part(whose), "siren": one.siren}
        yield Finding(field, "BR-FR-21" if name == "customer" else "BR-FR-22", text, params=params)
    if len(said) > LONGEST_ADDRESS:
        text = N_("L'adresse électronique {whose} est trop longue.")
        yield Finding(field, "BR-FR-25", text, params={"whose": _part(whose)})


def _numbers(name: str, one: Seller | Customer) -> Rows:
    whose = _part(N_("du client") if name == "customer" else N_("de la maison"))
    if one.siren and not _is(siren.validate, one.siren):
        text = N_("Le SIREN {whose} est faux : {value}. Un SIREN a 9 chiffres.")
        params = {"whose": whose, "value": one.siren}
        yield Finding(f"{name}.siren", "BR-FR-32", text, params=params)
    if one.siret and not _is(siret.validate, one.siret):
        text = N_("Le SIRET {whose} est faux : {value}. Un SIRET a 14 chiffres.")
        params = {"whose": whose, "value": one.siret}
        yield Finding(f"{name}.siret", "BR-FR-09", text, params=params)
    elif one.siret and one.siren and not one.siret.startswith(one.siren):
        text = N_("Le SIRET {whose} ne commence pas par son SIREN {value}.")
        params = {"whose": whose, "value": one.siren}
        yield Finding(f"{name}.siret", "BR-FR-09", text, params=params)
    if one.vat_number and not _is(eu_vat.validate, one.vat_number):
        text = N_("Le numéro de TVA {whose} est faux : {value}.")
        params = {"whose": whose, "value": one.vat_number}
        yield Finding(f"{name}.vat_number", "BR-CO-09", text, params=params)
    if not COUNTRY.fullmatch(one.country):
        text = N_("Le pays {whose} s'écrit en deux lettres, comme FR.")
        yield Finding(f"{name}.country", "BR-09, BR-11", text, params={"whose": whose})


def _legal_form(one: Seller) -> Rows:
    if not one.legal_form:
        text = N_("Il manque la forme juridique de la maison.")
        yield Finding("seller.legal_form", "C. com. R123-237", text, "warn")
    if one.capital_cents is not None and not one.rcs:
        text = N_("Il manque la ville du RCS de la maison.")
        yield Finding("seller.rcs", "C. com. R123-237", text, "warn")


def _is(validate: Callable[[str], Any], text: str) -> bool:
    try:
        validate(text)
    except ValidationError:
        return False
    return True


def _part(text: str) -> Refused:
    """Return a piece of a sentence that is translated with it."""
    return Refused(text)
