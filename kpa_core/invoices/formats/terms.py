"""What the business terms of EN 16931 say of a document, as far as they ask for a decision. Pure.

The reasons stand in :mod:`kpa_core.invoices.formats`. Whoever asks for a sentence has set the
document's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from kpa_core.errors import N_, KpaError
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paper.snapshot import Note, Snapshot, VatGroup
from kpa_core.invoices.paper.vat import REASONS
from kpa_core.invoices.paper.words import Translate
from kpa_core.invoices.totals import Category

TYPES = {"invoice": type_codes.INVOICE, "credit_note": type_codes.CREDIT_NOTE}
"""What papers of the first version are, which did not say it."""

MEANS = {"transfer": "58", "card": "48", "cash": "10", "cheque": "20"}
"""UNTDID 4461: SEPA transfer, card, cash, cheque."""
TREATMENTS = {"business_vat": "B2B", "foreign": "B2BINT", "person": "B2C"}
TREATMENT_SUBJECT = "BAR"
UNPAID, PAID = "1", "2"

GIVEN_BACK = N_("Somme à rendre au client, ou à retirer de ce qu'il doit.")
DISCOUNT = N_("Remise")

VatPoint = Literal["", "invoice", "payment"]


class NoInvoice(KpaError):
    """A paper that is no invoice was asked as one."""

    status = 422


@dataclass(frozen=True, slots=True)
class Reference:
    """An earlier document: its number and its day (BG-3)."""

    number: str
    day: date


@dataclass(frozen=True, slots=True)
class Sums:
    """What the sums of a paper become in a file, in cents."""

    prepaid_cents: int
    rounding_cents: int
    due_cents: int


@dataclass(frozen=True, slots=True)
class VatTerms:
    """The category, rate and reason of one rate; ``rate_bp`` is None outside VAT."""

    category: Category
    rate_bp: int | None
    code: str = ""
    text: str = ""


def type_code(snapshot: Snapshot) -> str:
    """Return what the law calls a document (BT-3).

    Raises:
        NoInvoice: it is a quote or a hand-over.
    """
    if snapshot.kind not in TYPES:
        raise NoInvoice(N_("{name} n'est pas une facture."), name=snapshot.reference)
    return snapshot.type_code or TYPES[snapshot.kind]


def vat_point(snapshot: Snapshot) -> VatPoint:
    """Return what makes VAT owed (BT-8): the invoice, its payment, or what the law says of it."""
    if not any(group.rate_bp for group in snapshot.vat_groups):
        return ""
    if snapshot.type_code in type_codes.DEPOSITS:
        return "payment"  # a deposit owes VAT once it is paid, even under the option (CGI 269-2)
    if snapshot.seller.vat_regime == "debits":
        return "invoice"
    owed_when_paid = snapshot.seller.vat_regime == "normal" and snapshot.nature == "services"
    return "payment" if owed_when_paid else ""


def payment_day(snapshot: Snapshot) -> date | None:
    """Return when it is to be paid, or was (BT-9); a credit note asks for nothing."""
    if is_paid(snapshot):
        return snapshot.paid_day
    due = None if snapshot.kind == "credit_note" else snapshot.due_day
    # BR-FR-CO-07: only a frame of its own may say a day that is past.
    return None if due is not None and due < snapshot.issue_day else due


def payment_terms(snapshot: Snapshot, translate: Translate) -> str:
    """Return how a credit note is settled (BT-20, which BR-CO-25 wants where no day is said)."""
    if snapshot.kind != "credit_note" or is_paid(snapshot):
        return ""
    return translate(GIVEN_BACK)


def is_paid(snapshot: Snapshot) -> bool:
    """Tell whether all was paid before the document was issued."""
    return snapshot.kind == "invoice" and snapshot.process.endswith(PAID)


def process(snapshot: Snapshot) -> str:
    """Return the frame of a document (BT-23); what a credit note gives back was not paid before."""
    frame = snapshot.process
    if snapshot.kind == "credit_note" and frame.endswith(PAID):
        return frame[0] + UNPAID
    return frame


def sums(snapshot: Snapshot) -> Sums:
    """Return what was paid before, what rounding adds and what is left to pay (BT-113 to BT-115).

    The reason for leaving a rounding out stands in :mod:`kpa_core.invoices.formats`.
    """
    found = snapshot.totals
    if snapshot.kind == "credit_note":
        return Sums(0, found.rounding_cents, found.to_pay_cents)
    if is_paid(snapshot) and not found.due_cents:
        return Sums(found.gross_cents, 0, 0)
    return Sums(found.prepaid_cents, found.rounding_cents, found.due_cents)


def payment_means(snapshot: Snapshot) -> str:
    """Return how it is to be paid, or was (BT-81); empty when a platform could do nothing with it.

    A transfer is said only with an account: a means without one is refused (BR-50, BR-61).
    """
    paid_by = snapshot.paid_by if is_paid(snapshot) else "transfer"
    if snapshot.kind != "invoice" or (paid_by == "transfer" and not snapshot.seller.iban):
        return ""
    return MEANS.get(paid_by, "")


def notes(snapshot: Snapshot) -> tuple[Note, ...]:
    """Return the notes of a document (BG-1): those of its paper, and how it is to be treated."""
    treatment = TREATMENTS.get(snapshot.customer.kind, "")
    if treatment == "B2B" and not snapshot.customer.siren:
        treatment = ""  # BR-FR-11: the platform could not deliver it
    every = list(snapshot.notes)
    if snapshot.seller.vat_mention and _explains_nothing(snapshot):
        every.append(Note(text=snapshot.seller.vat_mention))
    if treatment:
        every.append(Note(text=treatment, subject=TREATMENT_SUBJECT))
    return tuple(every)


def references(snapshot: Snapshot) -> tuple[Reference, ...]:
    """Return the earlier documents it names (BG-3)."""
    if snapshot.corrects_number is not None and snapshot.corrects_day is not None:
        return (Reference(snapshot.corrects_number, snapshot.corrects_day),)
    return tuple(Reference(one.number, one.day) for one in snapshot.deposits)


def order_number(snapshot: Snapshot) -> str:
    """Return the customer's own number for what it ordered (BT-13)."""
    public = snapshot.customer.engagement_number if snapshot.customer.kind == "public" else ""
    return public or snapshot.purchase_order


def vat_terms(
    snapshot: Snapshot, rate_bp: int, category: Category, translate: Translate
) -> VatTerms:
    """Return what is said of one rate: why it bears no VAT, where it bears none.

    Papers of the first version put a sentence of their own where a reason is now, or nothing.
    """
    if rate_bp:
        return VatTerms("S", rate_bp)
    for group in snapshot.vat_groups:
        if (group.rate_bp, group.category) == (rate_bp, category) and group.reason in REASONS:
            return _with_reason(group, translate)
    if category == "S":
        text = snapshot.seller.vat_mention
        return VatTerms("E", 0, text=text) if text else VatTerms("Z", 0)
    return VatTerms(category, None if category == "O" else 0, text=snapshot.seller.vat_mention)


def _with_reason(group: VatGroup, translate: Translate) -> VatTerms:
    reason = REASONS[group.reason]
    rate = None if reason.category == "O" else 0
    return VatTerms(reason.category, rate, reason.code, translate(reason.mention))


def _explains_nothing(snapshot: Snapshot) -> bool:
    """Tell whether no rate carries the seller's own sentence on VAT."""
    return all(group.rate_bp or group.reason in REASONS for group in snapshot.vat_groups)
