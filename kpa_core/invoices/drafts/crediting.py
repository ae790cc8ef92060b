"""From an invoice to the credit note that takes it back: its lines and amounts, to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from kpa_core.errors import N_
from kpa_core.i18n import gettext, locale_set
from kpa_core.invoices import documents
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.drafts.paper_parts import groups_of, in_proportion, parts_shown, totals_of
from kpa_core.invoices.models import Carrier, Document
from kpa_core.invoices.paper import snapshot as paper
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paper.checks import printable
from kpa_core.invoices.paying import dues
from kpa_core.work import Work

WHOLE_LABEL = N_("Total de la facture {number}")


def credit_of(
    work: Work, invoice: Document, carrier: Carrier, reference: str, day: date, reason: str
) -> paper.Snapshot:
    """Return the paper that takes back an invoice: its lines and amounts, to the cent.

    Of an invoice that its carrier numbered, it is what the carrier is asked for. The seller is
    said as it is on ``day``: what changed since belongs on a new paper.
    """
    before = _as_numbered(work.session, invoice)
    answer = dues.answer_of(work.session, invoice)
    return replace(
        before,
        kind="handover" if invoice.kind == "handover" else "credit_note",
        schema=paper.SCHEMA,
        type_code=_what_takes_back(before),
        reference=reference,
        issue_day=day,
        seller=carriers.seller_on(work.session, carrier, day),
        due_day=None,
        paid_day=None,
        paid_by="",
        totals=replace(before.totals, prepaid_cents=0),
        corrects_number=dues.number_of(work.session, invoice),
        corrects_day=answer.issued_on if answer is not None else invoice.issued_on,
        notes=(*before.notes, paper.Note(text=printable(reason).strip())),
        example=work.instance.settings.instance.demo,
    )


def _as_numbered(session: Session, invoice: Document) -> paper.Snapshot:
    """Return an invoice's paper; where its carrier asked another total, one line of that a rate."""
    said = documents.snapshot_of(invoice)
    asked = dues.asked_cents(session, invoice)
    if asked == said.totals.to_pay_cents or not any(one.net_cents for one in said.vat_groups):
        return said
    reason = next((one.reason for one in said.vat_groups if one.reason), "")
    with locale_set(said.language):
        label = gettext(WHOLE_LABEL).format(number=dues.number_of(session, invoice))
    parts, sums = in_proportion(label, asked, said.vat_groups)
    return replace(
        said,
        lines=parts_shown(parts, sums, said.nature),
        vat_groups=groups_of(sums, reason),
        totals=totals_of(sums),
        discounts=(),
        deposits=(),
    )


def _what_takes_back(before: paper.Snapshot) -> paper.TypeCode:
    is_deposit = before.type_code == type_codes.DEPOSIT
    return type_codes.DEPOSIT_CREDIT_NOTE if is_deposit else type_codes.CREDIT_NOTE
