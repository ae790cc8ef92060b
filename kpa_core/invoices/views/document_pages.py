"""Pages that show documents: the list, one paper, its files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from kpa_core.activities.models import Order
from kpa_core.i18n import gettext
from kpa_core.invoices import bills, documents, exports
from kpa_core.invoices.carrier import carrier_links, issuers
from kpa_core.invoices.documents import KIND_LABELS
from kpa_core.invoices.life import by_carrier, states
from kpa_core.invoices.making import quote_mail, quotes
from kpa_core.invoices.models import Document
from kpa_core.invoices.paper.printed import sheet_of
from kpa_core.invoices.paying import dues, payments
from kpa_core.invoices.sealing import makers, printing
from kpa_core.invoices.views.life import life_of
from kpa_core.pages import Pages, current_work, download, page
from kpa_core.work import Work

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
        return page(
            "invoices/documents.html",
            found=found,
            labels=KIND_LABELS,
            label_of=documents.label_of,
            states=states.states_of(work.session, found),
            state_labels=states.LABELS,
            customers=states.customers_of(work.session, found),
            kind=kind,
            may_import=work.reach("invoice.answer").anywhere,
        )

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
    is_quote, is_bill = found.kind == "quote", bills.is_bill(found)
    return {
        "document": found,
        "order": order,
        "carrier": documents.carrier_of(session, found),
        "label": gettext(documents.label_of(found)),
        "sheet": sheet_of(documents.snapshot_of(found), work.instance.texts.gettext),
        "events": documents.events_of(session, found),
        "waits_for_customer": is_quote and quotes.why_closed(work, found) is None,
        "by_hand": quote_mail.by_hand(work, order, found) if is_quote else None,
        "seen": by_carrier.was_seen(work, found) if is_bill else None,
        "carrier_link": _carrier_link(work, found) if is_bill else None,
        "life": life_of(work, found),
        **_corrections(work, found, order),
        **_money(work, found),
    }


def _corrections(work: Work, found: Document, order: Order) -> dict[str, Any]:
    """Return what takes a document back or replaces it, and whether the reader may do so now."""
    session = work.session
    shown: dict[str, Any] = {
        "credit": bills.credit_note_of(session, found),
        "newer": bills.replacement_of(session, found),
        "asked": bills.correction_asked(session, found),
        "taken_by": bills.taken_by(session, found),
    }
    stands = bills.is_bill(found) and bills.is_numbered(session, found)
    may_credit = stands and not any(shown.values())
    carrier, live = documents.carrier_of(session, found), bills.live_bill(session, order.id)
    way = issuers.way_to_issue(work, order, carrier, "invoice.credit") if may_credit else ""
    is_live = live is not None and live.id == found.id
    return {
        **shown,
        "corrects": session.get(Document, found.corrects_id) if found.corrects_id else None,
        "way_to_credit": way,
        "may_correct": may_credit and is_live and order.state in ("invoiced", "paid"),
    }


def _money(work: Work, found: Document) -> dict[str, Any]:
    """Return what a document asks and what came, and the number it waits for."""
    session, answer = work.session, dues.answer_of(work.session, found)
    due = dues.of_document(session, found)
    awaited = found.kind == "handover" and not (answer and answer.stands)
    is_bill = bills.is_bill(found)
    replaced = bills.replacement_of(session, found) is not None
    return {
        "answer": answer,
        "waits_for_number": awaited and not bills.is_returned(session, found),
        "owed": due.owed,
        # The money of a paper that was replaced is shown once, on the page of its corrective.
        "claimed": 0 if replaced else due.claimed,
        "confirmed": due.confirmed,
        "received": payments.all_payments_of(session, found) if is_bill else [],
        "takes_money": is_bill and not replaced and (due.owed > due.claimed or due.claimed > 0),
        "methods": payments.WAYS,
    }


def _carrier_link(work: Work, found: Document) -> carrier_links.ToPass | None:
    """Return the reader's own link for the carrier; another's is not theirs to see."""
    if not work.can("invoice.answer", found.scope):
        return None
    link = carrier_links.mine(work, found)
    return carrier_links.to_pass(work, found, link) if link else None
