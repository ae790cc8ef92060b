"""Where papers stand, in two or three words: for lists of many, with a few questions in all."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities.models import Customer, Order
from kpa_core.errors import N_
from kpa_core.invoices import bills, documents
from kpa_core.invoices.models import CarrierAnswer, Document, DocumentEvent
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paying import dues
from kpa_core.members.models import Party

RETURNED = N_("Renvoyé")
CREDITED = N_("Repris par un avoir")
REPLACED = N_("Remplacé")
NO_NUMBER = N_("Attend son numéro")
PAID = N_("Payé")
TO_PAY = N_("À payer")
SAID_YES = N_("Accepté")
SAID_NO = N_("Refusé")
WAITS = N_("Attend une réponse")


def states_of(session: Session, found: Sequence[Document]) -> dict[UUID, str]:
    """Return the state of each paper, a message id; a credit note has none."""
    ids = [one.id for one in found]
    said = _events(session, ids)
    after = _successors(session, ids)
    numbered = _numbered(session, ids)
    latest = _latest_quotes(session, found)

    def state(one: Document) -> str:
        if one.kind == "quote":
            return _of_quote(said.get(one.id, set()), is_latest=one.id in latest)
        if one.kind not in documents.BILLS:
            return ""
        if "returned" in said.get(one.id, ()):
            return RETURNED
        if one.id in after:
            return REPLACED if after[one.id] == type_codes.CORRECTIVE else CREDITED
        if one.kind == "handover" and one.id not in numbered:
            return NO_NUMBER
        if not bills.is_bill(one):
            return ""
        return PAID if dues.of_document(session, one).is_paid else TO_PAY

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


def _of_quote(said: set[str], *, is_latest: bool) -> str:
    if "accepted" in said:
        return SAID_YES
    if "refused" in said:
        return SAID_NO
    return WAITS if is_latest else REPLACED


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


def _latest_quotes(session: Session, found: Sequence[Document]) -> set[UUID]:
    orders = {one.order_id for one in found if one.kind == "quote"}
    query = sa.select(Document.order_id, Document.id).where(
        Document.kind == "quote", Document.order_id.in_(orders)
    )
    newest = {order_id: one for order_id, one in session.execute(query.order_by(Document.id))}  # noqa: C416
    return set(newest.values())
