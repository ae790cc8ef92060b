"""A new role makes ways in fall asleep that somebody else holds too.

Who makes a card, or reads a link out, can enter in the person's place. A card made for someone with
more rights waits for a second person; so a card made before those rights opens nothing after them.
Neither does what was made while inside by such a way: a password, a card of one's own, a session.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.accounts import credentials, messages, sessions
from kpa_core.accounts.models import Account, Credential, Message, SignIn
from kpa_core.contracts import Grant, Scope
from kpa_core.errors import N_
from kpa_core.i18n import locale_set
from kpa_core.members import roles
from kpa_core.members.models import Party
from kpa_core.work import Work

SUBJECT = N_("Demande une nouvelle carte pour entrer")
TEXT = N_(
    "Bonjour {name},\n\nTu as un nouveau rôle dans {kpa} : {role}.\n"
    "Pour le protéger, ta carte d'avant ne marche plus.\n"
    "Demande une nouvelle carte : une personne la fait, une autre dit oui."
)


def fall_asleep(work: Work, person_id: UUID, role: Grant) -> None:
    """Revoke, in the current transaction, the ways in whose maker could not give this role."""
    session = work.session
    account = credentials.account_of(session, person_id)
    shared = _shared(work, account, role) if account else []
    open_ones = _end_sessions(session, shared)
    standing = [one for one in shared if one.revoked_at is None]
    if account is None or not (standing or open_ones):
        return
    for one in standing:
        one.revoked_at = clock.now()
    session.flush()
    after = {"asleep": len(standing), "role": role.role}
    work.record("member.card", account, scope=Scope(person_id=person_id), after=after)
    with locale_set(session.get_one(Party, person_id).language):
        title = work.instance.texts.gettext(roles.TITLES[role.role])
    messages.send(work, person_id, "account.asleep", SUBJECT, TEXT, role=title)


def _shared(work: Work, account: Account, role: Grant) -> list[Credential]:
    """Return the ways in that someone else may hold who could not give the role."""
    query = sa.select(Credential).where(Credential.account_id == account.id)
    found: list[Credential] = []
    spans: list[tuple[datetime, datetime]] = []
    for one in work.session.scalars(query.order_by(Credential.created_at, Credential.id)):
        is_own = one.kind != "link" and one.created_by == account.party_id
        made_inside = is_own and any(start <= one.created_at <= end for start, end in spans)
        if made_inside or (not is_own and not _is_safe(work, one, role)):
            found.append(one)
            spans.append((one.created_at, _end(work.session, one)))
    return found


def _is_safe(work: Work, one: Credential, role: Grant) -> bool:
    if one.kind == "link":
        told = work.session.scalar(sa.select(Message).where(Message.key == f"link:{one.id}"))
        if told is None or told.state == "sent":
            return True  # a machine brought it to the person's own phone or box
        return told.told_by is not None and roles.could_grant(work, told.told_by, role)
    if one.needs_second or one.created_by is None:
        return True  # a second person's yes is asked for, or kpa itself made it
    return roles.could_grant(work, one.created_by, role)


def _end(session: Session, one: Credential) -> datetime:
    """Return until when someone may have been inside by this way."""
    ends = [one.revoked_at or clock.now()]
    for row in session.scalars(sa.select(SignIn).where(SignIn.credential_id == one.id)):
        is_over = sessions.is_over(row, clock.now())
        ends.append((row.ended_at or row.seen_at) if is_over else clock.now())
    return max(ends)


def _end_sessions(session: Session, shared: list[Credential]) -> list[UUID]:
    ids = [one.id for one in shared]
    query = sa.select(SignIn.id).where(SignIn.credential_id.in_(ids), SignIn.ended_at.is_(None))
    open_ones = list(session.scalars(query))
    sessions.end_those_of(session, ids)
    return open_ones
