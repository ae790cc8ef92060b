"""What papers say of a carrier: names, numbers and an address, each checked before it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from stdnum import iban as iban_number
from stdnum.exceptions import ValidationError

from kpa_core.errors import N_, Refused
from kpa_core.invoices.paper.checks import printable
from kpa_core.invoices.paper.snapshot import Seller
from kpa_core.members import identifiers
from kpa_core.money import MAX_CENTS

LABELS = {
    "name": N_("Nom de la maison"),
    "legal_form": N_("Forme juridique"),
    "capital_cents": N_("Capital"),
    "address": N_("Adresse"),
    "siren": N_("SIREN"),
    "siret": N_("SIRET"),
    "rcs": N_("RCS"),
    "vat_number": N_("Numéro de TVA"),
    "iban": N_("IBAN"),
    "vat_mention": N_("Phrase sur la TVA"),
    "vat_regime": N_("Régime de TVA"),
    "country": N_("Pays"),
    "electronic_address": N_("Adresse de facturation électronique"),
}
REGIMES = {
    "normal": N_("Elle facture la TVA, due quand le client paie"),
    "debits": N_("Elle facture la TVA, due dès la facture (option pour les débits)"),
    "franchise": N_("Elle n'a pas de TVA : franchise, article 293 B du CGI"),
    "exempt": N_("Elle n'a pas de TVA : exonérée, article 261, 4 du CGI"),
    "exempt_association": N_("Elle n'a pas de TVA : association exonérée, article 261, 7 du CGI"),
}
TAXED = ("normal", "debits")
LONGEST = 300


def check_identity(identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return the identity in the one form it is kept in: the fields of ``Seller``, none empty.

    Raises:
        Refused: a field is unknown or of the wrong kind, or a SIREN, SIRET, VAT number or IBAN
            does not add up; ``field`` names it.
    """
    unknown = sorted(set(identity) - {field.name for field in fields(Seller)})
    if unknown:
        raise Refused(N_("Le champ {name!r} n'existe pas."), name=unknown[0])
    kept: dict[str, Any] = {name: _text(name, identity.get(name)) for name in _texts()}
    kept["address"] = _address(identity.get("address"))
    kept["capital_cents"] = _capital(identity.get("capital_cents"))
    kept["siren"] = identifiers.siren_of(kept["siren"], kept["siret"])
    kept["siret"] = identifiers.siret(kept["siret"])
    kept["vat_number"] = identifiers.vat_number(kept["vat_number"])
    kept["iban"] = _iban(kept["iban"])
    kept["vat_regime"] = _regime(kept)
    kept["country"] = "" if kept["country"].upper() == "FR" else kept["country"].upper()
    if not kept["name"]:
        raise Refused(N_("Il manque le nom de la maison."), field="name")
    return {name: value for name, value in kept.items() if value not in ("", None, [])}


def _texts() -> tuple[str, ...]:
    return tuple(name for name in LABELS if name not in ("address", "capital_cents"))


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused(N_("{name} : écris un texte."), field=name, name=name)
    text = " ".join(printable(value).split())
    if len(text) > LONGEST:
        raise Refused(N_("{name} : c'est trop long."), field=name, name=name)
    return text


def _address(value: object) -> list[str]:
    lines = value.splitlines() if isinstance(value, str) else value
    if lines is None:
        return []
    if not isinstance(lines, list | tuple):
        raise Refused(N_("{name} : écris un texte."), field="address", name="address")
    return [text for line in lines if (text := _text("address", line))]


def _capital(value: object) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= MAX_CENTS:
        raise Refused(N_("Le capital est un nombre de centimes."), field="capital_cents")
    return value


def _regime(kept: Mapping[str, Any]) -> str:
    """Return the VAT regime, once it goes with the VAT number."""
    regime = str(kept["vat_regime"])
    if regime and regime not in REGIMES:
        raise Refused(N_("Choisis le régime de TVA de la maison."), field="vat_regime")
    if regime in TAXED and not kept["vat_number"]:
        raise Refused(
            N_("Pour facturer la TVA, il faut le numéro de TVA de la maison."), field="vat_number"
        )
    return regime


def regime_of(identity: Mapping[str, Any]) -> str:
    """Return a carrier's VAT regime; of an identity that says none, what its number tells."""
    said = str(identity.get("vat_regime", ""))
    return said or ("normal" if identity.get("vat_number") else "franchise")


def _iban(text: str) -> str:
    return _checked(text, iban_number.validate) if text else ""


def _checked(text: str, validate: Callable[[str], str]) -> str:
    try:
        return validate(text)
    except ValidationError as error:
        raise Refused(
            N_("« {text} » n'est pas un IBAN. Relis-le, signe par signe."), field="iban", text=text
        ) from error
