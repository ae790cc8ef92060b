"""Pieces as the books know them: their number and day, their month, whose accounts they take.

A piece and all that answers it (its payments, its credit note, its corrective, the invoice that
takes a deposit back) are written with the accounts of the month the first one is in: so what a
piece opens there comes to nothing there, whatever accounts the carrier took since.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeAlias

from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.invoices import documents
from kpa_core.invoices.exports.accounts import Accounts
from kpa_core.invoices.models import CarrierAnswer, Document
from kpa_core.invoices.paying import dues

AccountsOn: TypeAlias = Callable[[date], Accounts]
"""The accounts of the month of a day."""


def known_as(session: Session, document: Document) -> tuple[str, date]:
    """Return the number and the day of a piece: ours, or the carrier's; no number before it is."""
    if document.number is not None:
        return document.number, document.issued_on
    answer = dues.standing_answer(session, document)
    return (answer.number, answer.issued_on) if answer else ("", document.issued_on)


def booked_on(session: Session, document: Document) -> date:
    """Return the day of a piece's entry: its own, or when its number was noted in a later month."""
    answer = dues.standing_answer(session, document) if document.number is None else None
    if answer is None:
        return document.issued_on
    return in_time(answer.issued_on, _noted_on(session, document, answer))


def in_time(day: date, known_on: date) -> date:
    """Return the day an entry is dated: never in a month that was over when it was known."""
    return max(day, known_on) if (day.year, day.month) != (known_on.year, known_on.month) else day


def accounts_of(session: Session, document: Document, accounts: AccountsOn) -> Accounts:
    """Return the accounts of the month of the first piece that a piece answers, or of its own."""
    while document.corrects_id is not None:
        document = session.get_one(Document, document.corrects_id)
    return accounts(booked_on(session, document))


def is_ours(session: Session, document: Document, accounts: AccountsOn) -> bool:
    """Tell whether a piece is in our journals: its carrier's own tool may write what it numbers."""
    if document.number is not None:
        return True
    number, _ = known_as(session, document)
    return bool(number) and accounts_of(session, document, accounts).handovers


def _noted_on(session: Session, document: Document, answer: CarrierAnswer) -> date:
    zone = documents.carrier_of(session, document).timezone
    return clock.day_of(answer.created_at, zone)
