"""Papers: from an order to the snapshot that is frozen, and back from a document to its paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities.models import Customer, Order, OrderLine
from kpa_core.contracts import Scope
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.files import StoredFile
from kpa_core.invoices import carriers
from kpa_core.invoices.models import Carrier, Document, DocumentEvent, DocumentFile
from kpa_core.invoices.paper import snapshot as paper
from kpa_core.invoices.paper.mentions import legal_notes, missing_mentions
from kpa_core.invoices.totals import Line, Totals, totals
from kpa_core.members.models import Party
from kpa_core.work import Work

PDF = "application/pdf"


def scope_of_document(session: Session, document_id: UUID) -> Scope | None:
    """Return where a document belongs."""
    document = session.get(Document, document_id)
    return document.scope if document else None


def visible_documents(work: Work, capability: str = "document.read") -> sa.Select[Document]:
    """Return the query of documents the actor may see."""
    reach = work.reach(capability)
    allowed = reach.where(activity=Document.activity_id, carrier=Document.carrier_id)
    return sa.select(Document).where(allowed)


def find(work: Work, document_id: UUID, capability: str = "document.read") -> Document:
    """Return a document the actor may see.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    query = visible_documents(work, capability).where(Document.id == document_id)
    found = work.session.scalar(query)
    if found is None:
        raise NotFound()
    return found


def of_order(work: Work, order_id: UUID) -> list[Document]:
    """Return an order's documents the actor may see, oldest first."""
    query = visible_documents(work).where(Document.order_id == order_id)
    return list(work.session.scalars(query.order_by(Document.created_at, Document.id)))


def lines_of(session: Session, order: Order) -> list[OrderLine]:
    """Return the order's lines in their order."""
    query = sa.select(OrderLine).where(OrderLine.order_id == order.id)
    return list(session.scalars(query.order_by(OrderLine.position, OrderLine.id)))


def order_totals(session: Session, order: Order) -> Totals:
    """Return what the order's lines add up to now."""
    return totals([_priced(line) for line in lines_of(session, order)])


def draft(
    work: Work,
    order: Order,
    carrier: Carrier,
    kind: Literal["quote", "handover", "invoice"],
    reference: str,
    day: date,
) -> paper.Snapshot:
    """Return the paper of an order as it would be frozen on ``day``; an invoice still unnumbered.

    Raises:
        Refused: a price, an address or a mention the law wants is missing.
    """
    lines = lines_of(work.session, order)
    if not lines:
        raise Refused(
            N_("La commande {reference} n'a pas encore de prix."), reference=order.reference
        )
    sums = totals([_priced(line) for line in lines])
    if sums.to_pay <= 0:
        raise Refused(N_("Le total est zéro. Écris au moins un prix."))
    customer = _customer(work.session, order)
    instance = work.instance.settings.instance
    numbered = kind == "invoice"
    made = paper.Snapshot(
        kind=kind,
        title=order.title,
        reference=reference,
        issue_day=day,
        seller=carriers.seller_on(work.session, carrier, day),
        customer=customer,
        lines=tuple(_line(line, net) for line, net in zip(lines, sums.line_nets, strict=True)),
        vat_groups=tuple(
            paper.VatGroup(rate_bp=one.rate_bp, net_cents=one.net, vat_cents=one.vat)
            for one in sums.groups
        ),
        totals=paper.Totals(
            net_cents=sums.net,
            vat_cents=sums.vat,
            gross_cents=sums.gross,
            rounding_cents=sums.rounding,
        ),
        trade_name=instance.name,
        analytic_code=carrier.analytic_code,
        # The place of the number is held until the series gives it, in the same transaction.
        number="0" if numbered else None,
        series="0" if numbered else None,
        service_day=order.day,
        validity_day=day + timedelta(days=carrier.quote_days) if kind == "quote" else None,
        due_day=None if kind == "quote" else day + timedelta(days=carrier.payment_days),
        notes=legal_notes(customer.kind) if kind != "quote" else (),
        language="en" if order.lang == "en" else "fr",
        example=instance.demo,
    )
    _check_mentions(made)
    return made


def credit_of(invoice: Document, reference: str, day: date, reason: str) -> paper.Snapshot:
    """Return the paper that takes back an invoice, with its exact amounts."""
    before = paper.Snapshot.from_json(invoice.snapshot)
    return replace(
        before,
        kind="credit_note",
        reference=reference,
        issue_day=day,
        corrects_number=invoice.number,
        corrects_day=invoice.issued_on,
        notes=(*before.notes, paper.Note(text=reason.strip())),
    )


def note(
    session: Session, document: Document, kind: str, *, by_name: str = "", text: str = ""
) -> DocumentEvent:
    """Write what happened to a document, beside it."""
    row = DocumentEvent(document_id=document.id, kind=kind, by_name=by_name, note=text)
    session.add(row)
    session.flush()
    return row


def events_of(session: Session, document: Document) -> list[DocumentEvent]:
    """Return what happened to a document, oldest first."""
    query = sa.select(DocumentEvent).where(DocumentEvent.document_id == document.id)
    return list(session.scalars(query.order_by(DocumentEvent.created_at, DocumentEvent.id)))


def pdf_of(work: Work, document: Document) -> bytes:
    """Return the document's PDF; made from its snapshot the first time, kept ever after."""
    kept = work.session.scalar(
        sa.select(StoredFile)
        .join(DocumentFile, DocumentFile.file_id == StoredFile.id)
        .where(DocumentFile.document_id == document.id, DocumentFile.media_type == PDF)
    )
    if kept is not None:
        return work.instance.files.read(kept)
    from kpa_core.invoices.paper.typst_pdf import render_pdf  # heavy: only who prints pays for it

    data = render_pdf(paper.Snapshot.from_json(document.snapshot), work.instance.texts.gettext)
    with work.transaction() as session:
        taken = session.scalar(
            sa.select(DocumentFile.id).where(
                DocumentFile.document_id == document.id, DocumentFile.media_type == PDF
            )
        )
        if taken is None:
            row = work.instance.files.keep(session, data, media_type=PDF, scope=document.scope)
            session.add(DocumentFile(document_id=document.id, media_type=PDF, file_id=row.id))
            session.flush()
    return data


def make_pdf(work: Work, payload: Any) -> None:
    """The job that prints a document after it was issued."""
    document = work.session.get(Document, UUID(payload["document_id"]))
    if document is not None:
        pdf_of(work, document)


def file_name(document: Document, carrier: Carrier) -> str:
    """Return a name that starts with the KPA's code: a carrier serves several."""
    parts = (carrier.analytic_code, document.number or document.reference)
    return "-".join(part.replace("/", "-") for part in parts if part) + ".pdf"


def _customer(session: Session, order: Order) -> paper.Customer:
    customer = session.get_one(Customer, order.customer_id)
    party = session.get_one(Party, customer.party_id)
    town = f"{party.postcode} {party.town}".strip()
    return paper.Customer(
        name=party.full_name,
        kind=customer.kind,  # type: ignore[arg-type]  # the same closed list, held by a CHECK
        address=tuple(part for part in (*party.address.splitlines(), town) if part.strip()),
        siren=party.siren or party.siret[:9],
        vat_number=party.vat_number,
        engagement_number=order.engagement_number,
        service_code=order.service_code,
    )


def _priced(line: OrderLine) -> Line:
    return Line(
        label=line.label,
        quantity=line.quantity,
        unit_price_cents=line.unit_price_cents,
        vat_rate_bp=line.vat_rate_bp,
        price_basis="gross" if line.price_basis == "gross" else "net",
        unit=line.unit,
    )


def _line(line: OrderLine, net: int) -> paper.Line:
    return paper.Line(
        label=line.label,
        details=line.details,
        quantity=paper.quantity_text(line.quantity),
        unit=line.unit,
        unit_price_cents=line.unit_price_cents,
        vat_rate_bp=line.vat_rate_bp,
        price_basis="gross" if line.price_basis == "gross" else "net",
        net_cents=net,
    )


def _check_mentions(made: paper.Snapshot) -> None:
    absent: Sequence[str] = missing_mentions(made)
    if absent:
        raise Refused(N_("Il manque sur la facture : {what}"), what=Refused(absent[0]))
