"""What a reminder says, by mail, by somebody's own phone, or printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from kpa_core.activities.models import Order
from kpa_core.errors import N_
from kpa_core.i18n import locale_set
from kpa_core.invoices import documents, links
from kpa_core.invoices.models import Carrier, Document
from kpa_core.invoices.paper.mentions import DEFAULT_PENALTY
from kpa_core.invoices.paying import dues
from kpa_core.members.contact import shown_phone
from kpa_core.money import format_cents
from kpa_core.work import Work

SUBJECT = N_("Votre facture {number} – {left} à payer")
FIRST = N_(
    "Bonjour,\n\n"
    "Sauf erreur de notre part, la facture {number} du {issued:%d/%m/%Y} n'est pas encore payée.\n"
    "Il reste {left} à payer. C'était à payer avant le {due:%d/%m/%Y}."
)
LATER = N_(
    "Bonjour,\n\n"
    "Malgré notre rappel, la facture {number} du {issued:%d/%m/%Y} n'est toujours pas payée.\n"
    "Il reste {left} à payer. C'était à payer avant le {due:%d/%m/%Y}."
)
TO_PROFESSIONALS = N_(
    "La loi prévoit, en cas de retard, des pénalités ({penalty}) et une indemnité de 40 € pour "
    "frais de recouvrement (C. com. art. L441-10 et D441-5)."
)
WAY_OUT = N_(
    "Vous avez déjà payé ? Dites-le ici, et nous arrêtons de vous écrire :\n{url}\n\n"
    "Merci,\n{name}\n{kpa}"
)


@dataclass(frozen=True)
class Due:
    """A reminder that could leave now; ``scheduled``: its carrier set days for mails."""

    document: Document
    step: int
    left_cents: int
    due_on: date
    scheduled: bool = False


@dataclass(frozen=True)
class Letter:
    """A reminder ready to leave; empty where nothing is known of the customer."""

    subject: str
    text: str
    url: str
    email: str = ""
    phone: str = ""
    sms: str = ""
    mailto: str = ""


def letter(work: Work, due: Due) -> Letter:
    """Return the text of a reminder, in the language of the order.

    Penalties and the 40 € are owed by professionals only: a private person reads of neither.
    """
    document = due.document
    order = work.session.get_one(Order, document.order_id)
    carrier = documents.carrier_of(work.session, document)
    with locale_set(order.lang):
        subject, text = _written(work, due, carrier)
    customer = order.customer
    body = quote(text, safe="")
    subject_line = quote(subject, safe="")
    to = quote(customer.email, safe="@+")
    return Letter(
        subject,
        text,
        links.invoice_url(work.instance, document.id),
        email=customer.email,
        phone=shown_phone(customer.phone or ""),
        sms=f"sms:{customer.phone}?body={body}" if customer.phone else "",
        mailto=f"mailto:{to}?subject={subject_line}&body={body}" if customer.email else "",
    )


def _written(work: Work, due: Due, carrier: Carrier) -> tuple[str, str]:
    document, gettext = due.document, work.instance.texts.gettext
    answer = dues.answer_of(work.session, document)
    theirs = answer if answer is not None and answer.stands else None
    values = {
        "number": theirs.number if theirs else documents.shown_name(document),
        "issued": theirs.issued_on if theirs else document.issued_on,
        "due": due.due_on,
        "left": format_cents(due.left_cents),
        "penalty": carrier.late_penalty or gettext(DEFAULT_PENALTY),
        "url": links.invoice_url(work.instance, document.id),
        "name": carrier.name,
        "kpa": work.instance.settings.instance.name,
    }
    parts = [FIRST if due.step == 1 else LATER]
    if documents.snapshot_of(document).customer.kind != "person":
        parts.append(TO_PROFESSIONALS)
    parts.append(WAY_OUT)
    text = "\n\n".join(gettext(part).format(**values) for part in parts)
    return gettext(SUBJECT).format(**values), text
