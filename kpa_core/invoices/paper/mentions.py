"""What French law asks an invoice to say of late payment, and of a mandate."""

from __future__ import annotations

from collections.abc import Callable

from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.invoices.paper.snapshot import CustomerKind, Note

# C. com. L441-10 II: the rate that applies when the carrier has set none.
DEFAULT_PENALTY = N_("taux de la Banque centrale européenne, plus 10 points")

PENALTY = N_("Pénalités de retard : {penalty}.")
INDEMNITY = N_("Indemnité forfaitaire pour frais de recouvrement en cas de retard : 40 €.")
NO_DISCOUNT = N_("Pas d'escompte pour paiement anticipé.")

# The codes EN 16931 and BR-FR-05 give to the three sentences.
PENALTY_SUBJECT, INDEMNITY_SUBJECT, DISCOUNT_SUBJECT = "PMD", "PMT", "AAB"

MANDATE = N_("Facture établie par {maker} au nom et pour le compte de {seller}.")
MANDATE_SUBJECT = "DCL"


def legal_notes(
    customer_kind: CustomerKind,
    penalty: str = "",
    translate: Callable[[str], str] = gettext,
) -> tuple[Note, ...]:
    """Return the notes on late payment and early payment (C. com. L441-9, D441-5).

    ``penalty`` is the carrier's own late-payment rate in words; the law's default if empty. That
    default and the 40 € indemnity are owed by professionals only: a private person owes the legal
    rate once asked to pay (C. civ. 1231-6), which no paper has to say.
    """
    notes = []
    rate = penalty or ("" if customer_kind == "person" else translate(DEFAULT_PENALTY))
    if rate:
        notes.append(Note(subject=PENALTY_SUBJECT, text=translate(PENALTY).format(penalty=rate)))
    if customer_kind != "person":
        notes.append(Note(subject=INDEMNITY_SUBJECT, text=translate(INDEMNITY)))
    notes.append(Note(subject=DISCOUNT_SUBJECT, text=translate(NO_DISCOUNT)))
    return tuple(notes)


def mandate_note(maker: str, seller: str, translate: Callable[[str], str] = gettext) -> Note:
    """Return the note of an invoice made in a seller's name (BOI-TVA-DECLA-30-20-10-30 § 210).

    The mandate itself is the paper by which the seller granted its series: the series keeps its
    day and its source.
    """
    text = translate(MANDATE).format(maker=maker, seller=seller)
    return Note(subject=MANDATE_SUBJECT, text=text)
