"""Where papers stand, in two or three words: for lists of many, with a few questions in all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.activities.models import Customer, Order
from kpa_core.errors import N_
from kpa_core.invoices import bills, documents
from kpa_core.invoices.models import Carrier, CarrierAnswer, Document, DocumentEvent
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paying import dues
from kpa_core.members.models import Party

RETURNED = "returned"
CREDITED = "credited"
REPLACED = "replaced"
NO_NUMBER = "no_number"
PAID = "paid"
TO_PAY = "to_pay"
SAID_YES = "accepted"
SAID_NO = "refused"
WAITS = "waits"
EXPIRED = "expired"
TAKEN_BACK = "taken_back"
NOTHING = ""
LABELS = {
    RETURNED: N_("Renvoyé"),
    CREDITED: N_("Repris par un avoir"),
    REPLACED: N_("Remplacé"),
    NO_NUMBER: N_("Attend son numéro"),
    PAID: N_("Payé"),
    TO_PAY: N_("À payer"),
    SAID_YES: N_("Accepté"),
    SAID_NO: N_("Refusé"),
    WAITS: N_("Attend une réponse"),
    EXPIRED: N_("Plus valable"),
    TAKEN_BACK: N_("N'attend plus de réponse"),
    NOTHING: "",
}


def states_of(session: Session, found: Sequence[Document]) -> dict[UUID, str]:
    """Return the state of each paper, a key of ``LABELS``; a credit note has none."""
    ids = [one.id for one in found]
    said = _events(session, ids)
    after = _successors(session, ids)
    numbered = _numbered(session, ids)
    quotes = _latest_quotes(session, found)
    money = dues.of_documents(session, [one for one in found if bills.is_bill(one)])

    def state(one: Document) -> str:
        if one.kind == "quote":
            return _answer(said.get(one.id, set())) or quotes.get(one.id, REPLACED)
        if one.kind not in documents.BILLS:
            return NOTHING
        if "returned" in said.get(one.id, ()):
            return RETURNED
        if one.id in after:
            return REPLACED if after[one.id] == type_codes.CORRECTIVE else CREDITED
        if one.kind == "handover" and one.id not in numbered:
            return NO_NUMBER
        if one.id not in money:
            return NOTHING
        return PAID if money[one.id].is_paid else TO_PAY

    return {one.id: state(one) for one in found}


def customers_of(session: Session, found: Sequence[Document]) -> dict[UUID, str]:
    """Return the name of the customer of each paper, by the id of its order."""
    query = (
        sa.select(Order.id, Party.display_name)
        .join(Customer, Customer.id == Order.customer_id)
        .join(Party, Party.id == Customer.party_id)
        .where(Order.id.in_({one.order_id for one in found}))
    )
    return {order_id: name for order_id, name in session.execute(query)}  # noqa: C416


def _answer(said: set[str]) -> str:
    """Return what the customer said of a quote."""
    return next((one for one in (SAID_YES, SAID_NO) if one in said), NOTHING)


def _events(session: Session, ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    query = sa.select(DocumentEvent.document_id, DocumentEvent.kind)
    found: dict[UUID, set[str]] = {}
    for document_id, kind in session.execute(query.where(DocumentEvent.document_id.in_(ids))):
        found.setdefault(document_id, set()).add(kind)
    return found


def _successors(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return, of papers that were credited or replaced, the type of what did it."""
    query = sa.select(Document).where(Document.corrects_id.in_(ids)).order_by(Document.id)
    later = list(session.scalars(query))
    out = _numbered(session, [one.id for one in later])
    return {
        one.corrects_id: one.type_code
        for one in later
        if one.corrects_id is not None and (one.kind != "handover" or one.id in out)
    }


def _numbered(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    query = sa.select(CarrierAnswer.document_id).where(CarrierAnswer.stands)
    return set(session.scalars(query.where(CarrierAnswer.document_id.in_(ids))))


def _latest_quotes(session: Session, found: Sequence[Document]) -> dict[UUID, str]:
    """Return, of the quotes that no other replaces, whether they wait for an answer."""
    asked = {one.order_id for one in found if one.kind == "quote"}
    query = (
        sa.select(Document, Order.state, Carrier.timezone)
        .join(Order, Order.id == Document.order_id)
        .join(Carrier, Carrier.id == Document.carrier_id)
        .where(Document.kind == "quote", Document.order_id.in_(asked))
        .order_by(Document.id)
    )
    newest = {
        quote.order_id: (quote, state, clock.today(zone))
        for quote, state, zone in session.execute(query)
    }
    return {quote.id: _wait(quote, state, today) for quote, state, today in newest.values()}


def _wait(quote: Document, order_state: str, today: date) -> str:
    """Return where a quote stands that nobody answered, as its own page says."""
    if order_state != "quoted":
        return TAKEN_BACK
    return EXPIRED if quote.valid_until and today > quote.valid_until else WAITS
