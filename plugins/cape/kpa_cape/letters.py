"""Letters to hand over, for people whom no machine and no phone reaches: a channel for messages.

A contract's end must not pass in silence because somebody has neither e-mail nor phone. The letter
waits in a list; who looks after the person prints it and notes the day it was handed over.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_cape.models import LetterRow
from kpa_cape.texts import lazy
from kpa_core.api import (
    N_,
    Message,
    NotFound,
    NotifyChannel,
    Scope,
    Work,
    people_seen,
    scope_of_person,
)

LETTER = "cape.letter"
"""The right to print a letter and to note that it was handed over."""
ABOUT = "cape."
"""What the kinds of our messages start with: only these become letters."""


def channel(*, without_email: bool) -> NotifyChannel:
    """Return the way to reach people on paper; ``without_email`` takes those with a phone too."""
    return NotifyChannel(
        "cape.letter", lazy(N_("Lettre à remettre")), _reaches(without_email), write
    )


def write(work: Work, message: Message, key: str) -> bool:
    """Write the letter of a message, once per key; it takes every message."""
    with work.transaction() as session:
        if session.scalar(sa.select(LetterRow.id).where(LetterRow.key == key)) is None:
            session.add(
                LetterRow(
                    key=key,
                    person_id=message.to_party_id,
                    subject=message.subject,
                    text=message.text,
                )
            )
    return True


def letters(work: Work) -> list[LetterRow]:
    """Return the letters the actor may hand over, those still waiting first, then the newest."""
    seen = LetterRow.person_id.in_(people_seen(work, LETTER))
    waiting_first = LetterRow.handed_on.is_not(None)
    query = sa.select(LetterRow).where(seen).order_by(waiting_first, LetterRow.id.desc())
    return list(work.session.scalars(query))


def find_letter(work: Work, letter_id: UUID) -> LetterRow:
    """Return one letter.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    seen = LetterRow.person_id.in_(people_seen(work, LETTER))
    found = work.session.scalar(sa.select(LetterRow).where(LetterRow.id == letter_id, seen))
    if found is None:
        raise NotFound()
    return found


def hand_over(work: Work, letter_id: UUID, *, done: bool = True) -> LetterRow:
    """Note that a letter was handed over today, or that it was not after all.

    Raises:
        NotFound: there is no such letter, or not for this actor.
    """
    with work.transaction():
        letter = find_letter(work, letter_id)
        if done != (letter.handed_on is not None):
            letter.handed_on = work.today if done else None
            letter.handed_by = work.actor.party_id if done else None
            scope = Scope(person_id=letter.person_id)
            work.record(LETTER, letter, scope=scope, after={"handed_on": letter.handed_on})
    return letter


def scope_of_letter(session: Session, letter_id: UUID) -> Scope | None:
    """Return where a letter belongs: to the one it is for."""
    letter = session.get(LetterRow, letter_id)
    return scope_of_person(session, letter.person_id) if letter else None


def _reaches(without_email: bool) -> Callable[[Message], bool]:
    def reaches(message: Message) -> bool:
        by_phone = bool(message.phone) and not without_email
        return message.kind.startswith(ABOUT) and not message.email and not by_phone

    return reaches
