"""Reminders that leave by themselves, by mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kpa_core.accounts import mail
from kpa_core.activities.models import Order
from kpa_core.contracts import Message
from kpa_core.errors import before_leaving
from kpa_core.invoices.life import reminder_texts, reminders
from kpa_core.work import Work


def send_mail(work: Work, payload: Mapping[str, Any]) -> None:
    """The job that mails one reminder, once: what holds it back is asked again at the last moment.

    A run that broke off is left to a person, and its key keeps the step from being asked again.
    """
    with before_leaving():
        due = reminders.still_due(work, UUID(payload["document_id"]), payload["step"])
        if due is None:
            return
        order = work.session.get_one(Order, due.document.order_id)
        made = reminder_texts.letter(work, due)
    key = f"reminder-{due.document.id}-{due.step}"
    message = Message(
        to_party_id=order.customer.party_id,
        kind="reminder",
        subject=made.subject,
        text=made.text,
        email=made.email,
        phone=None,
        locale=order.lang,
    )
    said = "mailed"
    try:
        mail.send(work.instance.settings, message, key)
    except mail.Unknown:
        said = "maybe_mailed"
    reminders.note_mailed(work, due, said)
