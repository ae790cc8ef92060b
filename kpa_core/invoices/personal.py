"""What papers know about a person who was our customer, and why none of it can be erased."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa

from kpa_core.activities.people import current_id
from kpa_core.contracts import PersonalItem
from kpa_core.errors import N_
from kpa_core.i18n import gettext, lazy
from kpa_core.invoices import documents
from kpa_core.invoices.models import Document
from kpa_core.money import format_cents
from kpa_core.work import Work

BY_LAW = lazy(N_("La loi demande de garder les devis et les factures (C. com. art. L123-22)."))
TEN_YEARS = lazy(N_("Dix ans. Effacer ta fiche n'efface pas ces papiers."))


def personal_data(work: Work, person_id: UUID) -> Iterator[PersonalItem]:
    """Yield each document that names the person as the customer."""
    query = sa.select(Document).where(current_id(Document.customer_id) == person_id)
    for document in work.session.scalars(query.order_by(Document.id)):
        label = gettext(documents.label_of(document))
        amount = format_cents(document.to_pay_cents)
        text = f"{documents.shown_name(document)} · {document.issued_on:%d/%m/%Y} · {amount}"
        yield PersonalItem(label, text, BY_LAW, TEN_YEARS)


def erase_personal_data(_work: Work, _person_id: UUID) -> None:
    """Erase nothing: documents stay ten years, whole (C. com. art. L123-22).

    They hold the name and address of the customer as they were, and the name of who accepted a
    quote; the card itself, the phone and the mail are erased by the rooms below.
    """
