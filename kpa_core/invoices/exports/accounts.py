"""The account numbers that journals are written with: a carrier's own, or the usual ones. Pure.

The usual ones are those of the French general plan (ANC 2014-03): 411 customers, 706 services, 707
goods, 4191 deposits, 44571 VAT collected, 44574 the same while it waits for
the money, 512 bank, 530 cash, 658 and 758 for a cent of rounding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from kpa_core.errors import N_, Refused

NUMBER = re.compile(r"[0-9]{3}[0-9A-Z]{0,9}")
RATE = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True)
class Accounts:
    """One number for each part of an entry. ``vat_by_rate`` maps basis points to a number.

    ``handovers`` asks for the entries of invoices the carrier numbers itself too: its own tool
    usually writes those.
    """

    customers: str = "411"
    services: str = "706"
    goods: str = "707"
    deposits: str = "4191"
    vat: str = "44571"
    vat_waiting: str = "44574"
    bank: str = "512"
    cash: str = "530"
    rounding_lost: str = "658"
    rounding_won: str = "758"
    vat_by_rate: Mapping[str, str] = field(default_factory=dict)
    handovers: bool = False

    def vat_of(self, rate_bp: int) -> str:
        """Return the account of the VAT collected at a rate."""
        return self.vat_by_rate.get(str(rate_bp), self.vat)

    def money(self, method: str) -> str:
        """Return the account money came to; what was kept for a customer is a debt to them."""
        own = {"cash": self.cash, "kept": self.deposits}
        return own.get(method, self.bank)


LABELS = {
    "customers": N_("Clients"),
    "services": N_("Prestations de services"),
    "goods": N_("Ventes de marchandises"),
    "deposits": N_("Acomptes reçus"),
    "vat": N_("TVA collectée"),
    "vat_waiting": N_("TVA collectée en attente"),
    "bank": N_("Banque"),
    "cash": N_("Caisse"),
    "rounding_lost": N_("Arrondi perdu"),
    "rounding_won": N_("Arrondi gagné"),
}


def check_accounts(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the accounts in the one form they are kept in; what is left out is the usual one.

    Raises:
        Refused: a field is unknown, or a number is not one; ``field`` names it.
    """
    unknown = sorted(set(said) - {one.name for one in fields(Accounts)})
    if unknown:
        raise Refused(N_("Le champ {name!r} n'existe pas."), name=unknown[0])
    kept: dict[str, Any] = {}
    for name in LABELS:
        text = str(said.get(name) or "").strip().upper()
        if text:
            kept[name] = _number(text, name)
    by_rate = said.get("vat_by_rate") or {}
    if not isinstance(by_rate, Mapping):
        raise Refused(N_("Écris un compte par taux de TVA."), field="vat_by_rate")
    for rate, text in by_rate.items():
        if not RATE.fullmatch(str(rate)):
            raise Refused(
                N_("« {rate} » n'est pas un taux de TVA."), field="vat_by_rate", rate=rate
            )
        number = _number(str(text).strip().upper(), "vat_by_rate")
        kept.setdefault("vat_by_rate", {})[str(rate)] = number
    if said.get("handovers"):
        kept["handovers"] = True
    return kept


def _number(text: str, name: str) -> str:
    if not NUMBER.fullmatch(text):
        raise Refused(
            N_("« {text} » n'est pas un numéro de compte. Exemple : {example}."),
            field=name,
            text=text,
            example=getattr(Accounts(), name) if name in LABELS else "445711",
        )
    return text
