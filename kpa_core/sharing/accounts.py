"""The places money can be in: the group's pots, and the accounts it passes through. Pure.

Every move takes as much from some places as it gives to others, so that all the balances of one
carrier add up to zero at any time. A pot of the group is above zero when it holds money and below
when it owes some. An account of passage is above zero when money went to it, below when money came
from it: ``customers`` holds minus what customers paid.
"""

from __future__ import annotations

from dataclasses import dataclass

from kpa_core.errors import N_


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of place: its name on screen and what it is in one sentence."""

    label: str
    sentence: str


POTS = {
    "common": Kind(N_("Cagnotte commune"), N_("L'argent du groupe, pour plus tard.")),
    "activity": Kind(N_("Cagnotte de l'activité"), N_("L'argent d'une activité.")),
    "project": Kind(N_("Cagnotte d'un projet"), N_("L'argent mis de côté pour un projet.")),
    "cash": Kind(N_("Caisse"), N_("L'argent liquide, dans une enveloppe ou une boîte.")),
    "grant": Kind(N_("Aide reçue"), N_("L'argent donné pour un but précis.")),
}
"""Pots of the group: members see them, and they may hold money for long."""

PASSAGE = {
    "customers": Kind(N_("Clients"), N_("Ce que les clients ont payé.")),
    "vat": Kind(N_("TVA"), N_("La maison qui facture la rend à l'État.")),
    "purchases": Kind(N_("Achats"), N_("Les achats payés par la maison ou par une cagnotte.")),
    "advances": Kind(N_("Avances"), N_("Ce qui est rendu aux personnes qui ont avancé l'argent.")),
    "fee": Kind(N_("Maison qui facture"), N_("Ce qu'elle garde pour son travail.")),
    "shares": Kind(N_("Parts"), N_("Les parts des personnes, avant les cotisations.")),
    "suppliers": Kind(N_("Fournisseurs"), N_("Ce que les cagnottes ont payé.")),
    "paid": Kind(N_("Argent remis"), N_("Ce qui est arrivé chez les personnes.")),
    "outside": Kind(N_("Dehors"), N_("L'argent mis dans une cagnotte sans vente.")),
}
"""Accounts the money passes through: they only serve to say where it came from and went."""

KINDS = {**POTS, **PASSAGE}

MOVES = {
    "share_out": N_("Partage"),
    "correction": N_("Correction après un partage"),
    "vat_back": N_("TVA des tickets rendue"),
    "pot_repaid": N_("Achat rendu à la cagnotte"),
    "gift": N_("Part donnée à la cagnotte"),
    "expense": N_("Achat payé par la cagnotte"),
    "expense_back": N_("Achat annulé"),
    "put_in": N_("Argent ajouté"),
    "transfer": N_("Passage d'une cagnotte à l'autre"),
    "repayment": N_("Avance rendue"),
    "pay": N_("Demandes de paie payées"),
}
"""What a move was for."""
