"""What French law asks an invoice to say, and what a given invoice forgets."""

from __future__ import annotations

from collections.abc import Callable

from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.invoices.paper.snapshot import CustomerKind, Note, Snapshot
from kpa_core.invoices.paper.vat import OF_REGIME

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

    ``penalty`` is the carrier's own late-payment rate in words; the law's default if empty. The
    40 € indemnity is owed by professionals only, so a private person's paper does not bear it.
    """
    rate = penalty or translate(DEFAULT_PENALTY)
    notes = [Note(subject=PENALTY_SUBJECT, text=translate(PENALTY).format(penalty=rate))]
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


def missing_mentions(snapshot: Snapshot) -> tuple[str, ...]:
    """Return one French message for each mention this invoice or credit note should bear.

    Quotes and handovers are not invoices and miss nothing. Source: CGI ann. II art. 242 nonies A,
    C. com. L441-9 and R123-237.
    """
    if snapshot.kind not in ("invoice", "credit_note"):
        return ()
    seller, customer = snapshot.seller, snapshot.customer
    asked = {
        N_("L'adresse de la maison qui facture."): bool(seller.address),
        N_("Le SIREN de la maison qui facture."): bool(seller.siren),
        N_("Le numéro de TVA, ou la phrase qui explique l'absence de TVA."): bool(
            seller.vat_number or seller.vat_mention or _never_taxed(snapshot)
        ),
        N_("L'adresse du client."): bool(customer.address),
        N_("Le SIREN du client."): bool(customer.siren) or customer.kind != "business_vat",
        # A deposit may be asked before anybody knows the day of the work.
        N_("La date de la prestation."): snapshot.service_day is not None
        or snapshot.type_code in ("386", "503"),
        N_("La phrase sur une TVA à zéro."): bool(seller.vat_mention)
        or _all_taxed(snapshot)
        or _says_why(snapshot),
    }
    return (*(message for message, said in asked.items() if not said), *_missing_notes(snapshot))


def _all_taxed(snapshot: Snapshot) -> bool:
    return all(group.rate_bp for group in snapshot.vat_groups)


def _never_taxed(snapshot: Snapshot) -> bool:
    """Tell whether the carrier's own regime has no VAT, and so perhaps no VAT number."""
    return all(group.reason in OF_REGIME.values() for group in snapshot.vat_groups)


def _says_why(snapshot: Snapshot) -> bool:
    """Tell whether each rate of zero has its reason, whose sentence is then among the notes."""
    return all(group.rate_bp or group.reason for group in snapshot.vat_groups)


def _missing_notes(snapshot: Snapshot) -> tuple[str, ...]:
    if snapshot.kind != "invoice" or snapshot.customer.kind == "person":
        return ()
    said = {note.subject for note in snapshot.notes}
    sentences = {
        PENALTY_SUBJECT: N_("La phrase sur les pénalités de retard."),
        INDEMNITY_SUBJECT: N_("La phrase sur l'indemnité de 40 €."),
        DISCOUNT_SUBJECT: N_("La phrase sur l'escompte."),
    }
    return tuple(message for subject, message in sentences.items() if subject not in said)
