"""Pages that show documents: the list, one paper, its files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from kpa_core.activities.models import Order
from kpa_core.i18n import gettext
from kpa_core.invoices import (
    answers,
    documents,
    exports,
    issuers,
    makers,
    payments,
    printing,
    quote_mail,
    quotes,
)
from kpa_core.invoices.documents import KIND_LABELS
from kpa_core.invoices.models import Document
from kpa_core.invoices.paper.printed import sheet_of
from kpa_core.invoices.views.life import life_of
from kpa_core.pages import Pages, current_work, download, page

SHOWN = 200


def add_to(pages: Pages) -> None:
    """Add the pages that show documents."""
    _reading(pages)
    _files(pages)


def _reading(pages: Pages) -> None:
    @pages.get("/documents", needs="document.read", endpoint="documents")
    def show_documents() -> Response:
        work = current_work()
        kind = request.args.get("genre", "")
        query = documents.visible_documents(work)
        if kind in KIND_LABELS:
            query = query.where(Document.kind == kind)
        newest = query.order_by(Document.id.desc()).limit(SHOWN)
        found = list(work.session.scalars(newest))
        return page("invoices/documents.html", found=found, labels=KIND_LABELS, kind=kind)

    @pages.get("/documents/<uuid:document_id>", needs="document.read")
    def document(document_id: UUID) -> Response:
        return page("invoices/document.html", **_shown(document_id))


def _files(pages: Pages) -> None:
    @pages.get("/documents/<uuid:document_id>/pdf", needs="document.read")
    def pdf(document_id: UUID) -> Response:
        work = current_work()
        found = documents.find(work, document_id)
        name = printing.file_name(work, found, "pdf")
        return download(printing.pdf_of(work, found), makers.PDF, name)

    @pages.get("/documents/<uuid:document_id>/xml", needs="document.read")
    def xml(document_id: UUID) -> Response:
        work = current_work()
        found = documents.find(work, document_id)
        name = printing.file_name(work, found, "xml")
        return download(printing.xml_of(work, found), makers.XML, name)

    @pages.get("/documents/<uuid:document_id>/ubl", needs="document.read")
    def ubl(document_id: UUID) -> Response:
        work = current_work()
        found = documents.find(work, document_id)
        name = printing.file_name(work, found, "ubl.xml")
        return download(printing.ubl_of(work, found), makers.XML, name)

    @pages.get("/documents/<uuid:document_id>/export.json", needs="document.read")
    def export_json(document_id: UUID) -> Response:
        work = current_work()
        found = documents.find(work, document_id)
        name = printing.file_name(work, found, "json")
        return download(exports.as_json(found), "application/json", name)

    @pages.get("/documents/<uuid:document_id>/export.csv", needs="document.read")
    def export_csv(document_id: UUID) -> Response:
        work = current_work()
        found = documents.find(work, document_id)
        name = printing.file_name(work, found, "csv")
        return download(exports.as_csv(found), "text/csv; charset=utf-8", name)


def _shown(document_id: UUID) -> dict[str, Any]:
    work = current_work()
    session = work.session
    found = documents.find(work, document_id)
    order = session.get_one(Order, found.order_id)
    answer = answers.answer_of(session, found)
    credit = documents.credit_note_of(session, found)
    carrier = documents.carrier_of(session, found)
    owed = answers.owed_cents(session, found)
    claimed = payments.claimed_cents(session, found.id)
    is_bill = found.kind in documents.BILLS
    may_credit = found.kind == "invoice" and credit is None
    return {
        "document": found,
        "order": order,
        "carrier": carrier,
        "label": gettext(KIND_LABELS[found.kind]),
        "sheet": sheet_of(documents.snapshot_of(found), work.instance.texts.gettext),
        "events": documents.events_of(session, found),
        "waits_for_customer": found.kind == "quote" and quotes.why_closed(work, found) is None,
        "by_hand": quote_mail.by_hand(work, order, found) if found.kind == "quote" else None,
        "answer": answer,
        "waits_for_number": found.kind == "handover"
        and not (answer and answer.stands)
        and not documents.is_returned(session, found),
        "credit": credit,
        "corrects": session.get(Document, found.corrects_id) if found.corrects_id else None,
        "way_to_credit": issuers.way_to_issue(work, order, carrier, "invoice.credit")
        if may_credit
        else "",
        "owed": owed,
        "claimed": claimed,
        "confirmed": payments.confirmed_cents(session, found.id),
        "received": payments.payments_of(session, found) if is_bill else [],
        "takes_money": is_bill and (owed > claimed or claimed > 0),
        "methods": payments.METHODS,
        "life": life_of(work, found),
    }
