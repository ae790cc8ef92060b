"""Which column of a carrier's table says what, guessed from its French heads. Pure.

The heads are those of our own table to fill in, of the list of invoices and of the payments that
enDI exports (decision 0015), and what people usually write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kpa_core.errors import N_, Refused
from kpa_core.invoices.imports.folding import folded

HEADS: Mapping[str, tuple[str, ...]] = {
    "reference": ("notre reference", "identifiant externe", "reference kpa", "projet"),
    "number": (
        "numero de facture",
        "numero facture",
        "n facture",
        "n de facture",
        "facture",
        "num facture",
    ),
    "issued_on": ("date de facture", "date facture", "date du document", "date de la facture"),
    "gross": ("total ttc", "montant ttc", "ttc", "total de la facture"),
    "paid": ("montant recu", "montant encaisse", "encaissement", "montant paye", "recu"),
    "paid_on": (
        "recu le",
        "date d encaissement",
        "date du paiement",
        "date de paiement",
        "paye le",
    ),
    "outside_reference": ("reference du paiement", "reference paiement", "reference"),
    "method": ("mode de reglement", "mode de paiement", "moyen de paiement"),
    "returned": ("renvoye parce que", "motif du renvoi"),
    "account": ("n compte general", "compte general", "comptenum"),
    "entry_day": ("date de piece", "ecrituredate"),
    "debit": ("montant debit", "debit"),
    "credit": ("montant credit", "credit"),
    "entry_kind": ("type de ligne",),
    "piece": ("pieceref",),
}


def columns(heads: Sequence[str]) -> dict[str, int]:
    """Return the place of each column that is understood, by what it says.

    Raises:
        Refused: nothing names an invoice, or nothing is said of it.
    """
    plain = [folded(one) for one in heads]
    found: dict[str, int] = {}
    for name, words in HEADS.items():
        for word in words:
            if word in plain:
                found[name] = plain.index(word)
                break
    if "piece" in found:
        found.setdefault("number", found["piece"])
    says = {"number", "paid", "returned", "credit"} & set(found)
    if not {"reference", "number"} & set(found) or not says or _only_names(found):
        raise Refused(
            N_(
                "Les titres des colonnes ne sont pas connus : {heads}. Il faut par exemple "
                "« Notre référence », « Numéro de facture », « Date de facture », « Total TTC »."
            ),
            field="file",
            heads=" · ".join(heads)[:200],
        )
    return found


def _only_names(found: Mapping[str, int]) -> bool:
    """Tell whether a table names invoices and says nothing of them."""
    numbers = {"reference", "number", "issued_on", "gross"} <= set(found)
    money = "paid" in found and "paid_on" in found
    # Sales are written in the same columns; only payments say how they were made.
    entries = {"credit", "debit", "entry_day", "account", "method"} <= set(found)
    return not (numbers or money or entries or "returned" in found)
