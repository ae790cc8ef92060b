"""Bring a quote's link to the customer: by the house's mail, or ready for somebody's own phone.

A customer is no member: how to reach one is on the order's customer, not on the person's card, so
that what a visitor typed can never become a member's address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from kpa_core.accounts import mail
from kpa_core.activities.models import Order
from kpa_core.contracts import Message
from kpa_core.errors import N_, before_leaving
from kpa_core.i18n import locale_set
from kpa_core.invoices import documents, links
from kpa_core.invoices.models import Document
from kpa_core.members.contact import shown_phone
from kpa_core.work import Work

SUBJECT = N_("Votre devis {reference} – {kpa}")
TEXT = N_(
    "Bonjour,\n\n"
    "Voici notre devis : {title}.\n"
    "Pour le lire et répondre oui ou non, ouvrez cette adresse :\n{url}\n\n"
    "Gardez cette adresse pour vous : elle permet de répondre à votre place.\n\n{kpa}"
)


@dataclass(frozen=True)
class ByHand:
    """What a member needs to bring a quote from their own phone; empty where nothing is known."""

    url: str
    phone: str = ""
    email: str = ""
    sms: str = ""
    mailto: str = ""


def tell(work: Work, order: Order, document: Document) -> None:
    """Ask for the mail of a quote, in the current transaction, if a machine can send it."""
    if can_mail(work, order):
        work.ask("invoices.quote_mail", {"document_id": str(document.id)}, key=str(document.id))


def can_mail(work: Work, order: Order) -> bool:
    """Tell whether the house has a mail server and the customer an address."""
    return bool(work.instance.settings.mail.host and order.customer.email)


def by_hand(work: Work, order: Order, document: Document) -> ByHand:
    """Return the addresses that open a text message or a mail with the link already written."""
    letter = compose(work, order, document)
    body = quote(letter.text, safe="")
    mailto = f"?subject={quote(letter.subject, safe='')}&body={body}"
    return ByHand(
        url=links.quote_url(work.instance, document.id),
        phone=shown_phone(letter.phone or ""),
        email=letter.email or "",
        sms=f"sms:{letter.phone}?body={body}" if letter.phone else "",
        mailto=f"mailto:{quote(letter.email, safe='@+')}{mailto}" if letter.email else "",
    )


def compose(work: Work, order: Order, document: Document) -> Message:
    """Return the message of a quote, in the language of the order."""
    values = {
        "reference": document.reference,
        "kpa": work.instance.settings.instance.name,
        "title": order.title,
        "url": links.quote_url(work.instance, document.id),
    }
    with locale_set(order.lang):
        gettext = work.instance.texts.gettext
        subject, text = gettext(SUBJECT).format(**values), gettext(TEXT).format(**values)
    customer = order.customer
    return Message(
        to_party_id=customer.party_id,
        kind="quote",
        subject=subject,
        text=text,
        email=customer.email or None,
        phone=customer.phone or None,
        locale=order.lang,
    )


def send_mail(work: Work, payload: Mapping[str, Any]) -> None:
    """The job that mails a quote's link, once; a mail that may have left is said, not repeated."""
    with before_leaving():
        document = work.session.get_one(Document, UUID(payload["document_id"]))
        order = work.session.get_one(Order, document.order_id)
        if order.state != "quoted" or not can_mail(work, order):
            return
        letter = compose(work, order, document)
    said = "mailed"
    try:
        mail.send(work.instance.settings, letter, f"quote-{document.id}")
    except mail.Unknown:
        said = "maybe_mailed"
    with work.transaction():
        documents.note(work, document, said)
