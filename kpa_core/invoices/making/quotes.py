"""Quotes: frozen as two people approved them, sent by a link, answered once."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.errors import N_, KpaError, NotFound, Refused
from kpa_core.invoices import bills, documents, links
from kpa_core.invoices.drafts import drafting
from kpa_core.invoices.making import quote_mail
from kpa_core.invoices.models import Document, DocumentEvent
from kpa_core.invoices.sealing import freezing
from kpa_core.work import Work

ANSWERS = {"accepted": "accepted", "refused": "declined"}
"""The customer's answer, and where it moves the order."""


def send_quote(work: Work, order_id: UUID) -> Document:
    """Freeze the quote of an order as approved, and send its link to the customer.

    Raises:
        Refused: it lacks approvals, prices, or somebody to read the customer's card.
    """
    with work.transaction() as session:
        order = orders.find_locked_order(work, order_id, "quote.send")
        if order.state != "asked":
            raise Refused(N_("Le devis de {reference} est déjà parti."), reference=order.reference)
        orders.check_approved(work, order)
        carrier = drafting.carrier_behind(session, order, work.today)
        day = clock.today(carrier.timezone)
        reference = freezing.next_reference(session, "quote", day)
        paper = drafting.whole(work, drafting.Blank(order, carrier, "quote", reference, day))
        document = freezing.freeze(work, order, carrier, paper)
        documents.note(work, document, "sent", by_name=work.actor.name)
        orders.mark(work, order, "quoted", note=reference)
        freezing.record(work, "quote.send", document)
        work.ask("invoices.pdf", {"document_id": str(document.id)}, key=str(document.id))
        quote_mail.tell(work, order, document)
    return document


def answer_quote(
    work: Work, document_id: UUID, answer: str, *, by_name: str, text: str = ""
) -> Document:
    """Note what the customer said of a quote, and who said it, as a member was told.

    Raises:
        Refused: the quote waits for no answer, or the answer has no name.
    """
    with work.transaction():
        document = documents.find_locked(work, document_id, "quote.send")
        _answer(work, document, answer, by_name, text)
        after = {"answer": answer}
        work.record("quote.send", document, scope=document.scope, after=after)
    return document


def quote_of_link(work: Work, token: str) -> Document:
    """Return the quote of an address the customer was given.

    Raises:
        NotFound: the address is not one of ours.
    """
    work.require("public.sign")
    document_id = links.document_id_of(work.instance, token)
    document = work.session.get(Document, document_id)
    if document is None or document.kind != "quote":
        raise NotFound()
    return document


def answer_by_link(work: Work, token: str, answer: str, *, by_name: str) -> Document:
    """Take the customer's own answer, once.

    Raises:
        Refused: the quote waits for no answer, or the answer has no name.
    """
    with work.transaction() as session:
        document = quote_of_link(work, token)
        session.refresh(document, with_for_update=True)
        _answer(work, document, answer, by_name, "")
        after = {"answer": answer}
        work.record("public.sign", document, scope=document.scope, after=after)
    return document


def answers_to(session: Session, document: Document) -> list[DocumentEvent]:
    """Return what the customer said of a quote: who, what, when."""
    return [one for one in documents.events_of(session, document) if one.kind in ANSWERS]


def newer_than(session: Session, document: Document) -> Document | None:
    """Return the quote that replaces a quote, if one does."""
    latest = documents.latest_quote(session, document.order_id)
    return None if latest is None or latest.id == document.id else latest


def why_closed(work: Work, document: Document) -> KpaError | None:
    """Return, in words for the customer, why a quote takes no answer; None while it does."""
    session = work.session
    if documents.latest_quote(session, document.order_id) != document:
        return Refused(N_("Un devis plus récent remplace celui-ci. Demandez-nous le nouveau lien."))
    given = {event.kind for event in documents.events_of(session, document)}
    if "accepted" in given:
        return Refused(N_("Ce devis est déjà accepté. Merci !"))
    if "refused" in given:
        return Refused(N_("Ce devis est déjà refusé. Pour un autre, écrivez-nous."))
    order = session.get_one(Order, document.order_id, populate_existing=True)
    if order.state != "quoted":
        return Refused(N_("Ce devis n'attend plus de réponse. Pour le savoir, appelez-nous."))
    carrier = documents.carrier_of(session, document)
    if document.valid_until and clock.today(carrier.timezone) > document.valid_until:
        return Refused(N_("Ce devis n'est plus valable. Demandez-nous un nouveau prix."))
    return None


def _answer(work: Work, document: Document, answer: str, by_name: str, text: str) -> None:
    if answer not in ANSWERS:
        raise Refused(N_("Choisissez : oui ou non."), field="answer")
    if not by_name.strip():
        raise Refused(N_("Écrivez le nom de la personne qui répond."), field="name")
    closed = NotFound() if document.kind != "quote" else why_closed(work, document)
    if closed is not None:
        raise closed
    documents.note(work, document, answer, by_name=by_name, text=text)
    order = work.session.get_one(Order, document.order_id)
    orders.mark(work, order, _where_to(work, order, answer), note=by_name.strip())


def _where_to(work: Work, order: Order, answer: str) -> str:
    """Return where an answer moves the order; a no to a corrected price leaves its invoice."""
    corrected = answer == "refused" and bills.live_bill(work.session, order.id) is not None
    return "asked" if corrected else ANSWERS[answer]
