"""What accounts know about a person, and how it is erased."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kpa_core.accounts import credentials, messages
from kpa_core.accounts.models import Account, Credential, Message, SignIn
from kpa_core.contracts import PersonalItem
from kpa_core.errors import N_
from kpa_core.i18n import lazy
from kpa_core.work import Work

WAYS = {
    "link": lazy(N_("Lien de connexion")),
    "card": lazy(N_("Carte de connexion")),
    "password": lazy(N_("Mot de passe")),
}
TO_ENTER = lazy(N_("Pour que toi seul·e entres."))
TO_TELL = lazy(N_("Pour te prévenir."))
A_YEAR = lazy(N_("Un an."))
THREE_MONTHS = lazy(N_("Trois mois."))


def personal_data(work: Work, person_id: UUID) -> Iterator[PersonalItem]:
    """Yield everything this folder keeps about a person."""
    account = credentials.account_of(work.session, person_id)
    if account is not None:
        yield from _ways_in(work, account)
        yield from _sessions(work, account)
    query = sa.select(Message).where(Message.party_id == person_id).order_by(Message.created_at)
    for message in work.session.scalars(query):
        subject, text = ("", "") if message.secret else messages.opened(work, message)
        said = " · ".join(filter(None, (_day(work, message.created_at), subject, text)))
        yield PersonalItem(lazy(N_("Message reçu")), said, TO_TELL, THREE_MONTHS)


def erase_personal_data(work: Work, person_id: UUID) -> None:
    """Remove ways in, sessions and messages; nothing of them is needed by law."""
    session = work.session
    session.execute(sa.delete(Message).where(Message.party_id == person_id))
    account = credentials.account_of(session, person_id)
    if account is not None:
        session.execute(sa.delete(SignIn).where(SignIn.account_id == account.id))
        session.execute(sa.delete(Credential).where(Credential.account_id == account.id))
        session.delete(account)
    session.flush()


def _ways_in(work: Work, account: Account) -> Iterator[PersonalItem]:
    query = sa.select(Credential).where(Credential.account_id == account.id)
    for one in work.session.scalars(query.order_by(Credential.created_at)):
        yield PersonalItem(WAYS[one.kind], _day(work, one.created_at), TO_ENTER, A_YEAR)


def _sessions(work: Work, account: Account) -> Iterator[PersonalItem]:
    query = sa.select(SignIn).where(SignIn.account_id == account.id).order_by(SignIn.started_at)
    for one in work.session.scalars(query):
        first, last = (_local(work, at) for at in (one.started_at, one.ended_at or one.seen_at))
        said = f"{first:%d/%m/%Y %H:%M} – {last:%d/%m/%Y %H:%M}"
        yield PersonalItem(lazy(N_("Connexion")), said, TO_ENTER, A_YEAR)


def _day(work: Work, at: datetime) -> str:
    return f"{_local(work, at):%d/%m/%Y}"


def _local(work: Work, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(work.instance.settings.instance.timezone))
