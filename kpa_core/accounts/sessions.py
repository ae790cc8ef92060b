"""Sessions on the server: begun by a way in, read at each request, ended from anywhere.

The rights of a session are the person's dated roles of that very moment. A session on a shared
phone ends after 20 minutes without a click.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.accounts.codes import digest, new_token
from kpa_core.accounts.models import Account, Credential, SignIn
from kpa_core.contracts import Actor, Scope
from kpa_core.errors import KpaError, NotFound
from kpa_core.members import roles, service
from kpa_core.members.models import Party
from kpa_core.work import Work

log = logging.getLogger("kpa.accounts")


@dataclass(frozen=True)
class Lifetime:
    """How long a session lasts without being used, in all, and how often its use is written."""

    idle: timedelta
    whole: timedelta
    touch: timedelta


SHARED = Lifetime(timedelta(minutes=20), timedelta(hours=12), timedelta(minutes=1))
OWN = Lifetime(timedelta(days=30), timedelta(days=180), timedelta(hours=12))
CLI = Lifetime(timedelta(hours=12), timedelta(days=7), timedelta(minutes=10))


@dataclass(frozen=True)
class Found:
    """A session that stands, and the person it is for, with today's rights."""

    row: SignIn
    actor: Actor
    party: Party


def start(
    work: Work, account: Account, credential: Credential, *, shared: bool, via: str = "web"
) -> str:
    """Begin a session in the current transaction and return its token.

    The actor of the work becomes the person.
    """
    token = new_token()
    with work.transaction() as session:
        row = SignIn(
            account_id=account.id,
            credential_id=credential.id,
            token_hash=digest("session", token),
            shared=shared,
            via=via,
        )
        session.add(row)
        session.flush()
        work.actor = actor_of(work, account, via)
        work.record(
            "account.enter",
            account,
            scope=Scope(person_id=account.party_id),
            after={"by": credential.kind, "shared": shared},
        )
    return token


_BY_TOKEN = (  # written once: every page asks it
    sa.select(SignIn, Account, Party)
    .where(SignIn.token_hash == sa.bindparam("token"))
    .join(Account, Account.id == SignIn.account_id)
    .join(Party, Party.id == Account.party_id)
)


def find(work: Work, token: str) -> Found | None:
    """Return the session of a token, or None when it is over, ended or nobody's."""
    found = work.session.execute(_BY_TOKEN, {"token": digest("session", token)}).one_or_none()
    if found is None:
        return None
    row, account, party = found  # each page asks: read at once, and held so as to stay read
    if is_over(row, clock.now()) or not may_enter(work.session, account):
        return None
    _touch(work, row)
    return Found(row, actor_of(work, account, row.via), party)


def is_over(row: SignIn, now: datetime) -> bool:
    """Tell whether a session has ended, by itself or not."""
    life = _life(row)
    return (
        row.ended_at is not None
        or now - row.seen_at > life.idle
        or now - row.started_at > life.whole
    )


def may_enter(session: Session, account: Account) -> bool:
    """Tell whether an account is open and its person still has a card."""
    party = session.get_one(Party, account.party_id)
    return account.active and party.erased_at is None and party.merged_into_id is None


def actor_of(work: Work, account: Account, via: str) -> Actor:
    """Return the person as actor, with the roles of this moment."""
    party = work.session.get_one(Party, account.party_id)
    return Actor(
        kind="person",
        name=party.display_name,
        party_id=party.id,
        account_id=account.id,
        grants=roles.grants_of(work.session, party.id, work.today),
        via=via,
    )


def open_sessions(work: Work, person_id: UUID) -> list[SignIn]:
    """Return the sessions of a person that stand, the latest first; rights are the caller's."""
    query = sa.select(SignIn).join(Account, Account.id == SignIn.account_id)
    query = query.where(Account.party_id == person_id, SignIn.ended_at.is_(None))
    found = work.session.scalars(query.order_by(SignIn.started_at.desc(), SignIn.id))
    now = clock.now()
    return [row for row in found if not is_over(row, now)]


def end(work: Work, token: str) -> None:
    """End the session of a token; one that is over stays so."""
    with work.transaction() as session:
        session.execute(
            sa.update(SignIn)
            .where(SignIn.token_hash == digest("session", token), SignIn.ended_at.is_(None))
            .values(ended_at=clock.now())
        )


def end_one(work: Work, sign_in_id: UUID) -> None:
    """End one session of the actor's own.

    Raises:
        NotFound: it is not theirs, or there is none.
    """
    with work.transaction() as session:
        row = session.get(SignIn, sign_in_id)
        account = session.get(Account, row.account_id) if row else None
        if row is None or account is None or account.party_id != work.actor.party_id:
            raise NotFound()
        row.ended_at = row.ended_at or clock.now()
        scope = Scope(person_id=account.party_id)
        work.record("account.own", account, scope=scope, after={"ended": 1})


def end_all(work: Work, person_id: UUID, *, keep: UUID | None = None) -> int:
    """End every session of a person, except ``keep``; return how many were open.

    Raises:
        Denied: it is someone else, whose way in the actor may not take back.
    """
    with work.transaction() as session:
        is_own = person_id == work.actor.party_id
        capability = "account.own" if is_own else "member.card"
        work.require(capability, service.person_scope(work, person_id))
        rows = [row for row in open_sessions(work, person_id) if row.id != keep]
        for row in rows:
            row.ended_at = clock.now()
        session.flush()
        scope = Scope(person_id=person_id)
        work.record(capability, f"party:{person_id}", scope=scope, after={"ended": len(rows)})
    return len(rows)


def end_those_of(session: Session, credential_ids: list[UUID]) -> None:
    """End the sessions that came in by these ways, in the current transaction."""
    session.execute(
        sa.update(SignIn)
        .where(SignIn.credential_id.in_(credential_ids), SignIn.ended_at.is_(None))
        .values(ended_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )


def sweep(work: Work) -> None:
    """Forget sessions that ended a year ago: what the log needs, and no longer."""
    old = SignIn.seen_at < clock.now() - timedelta(days=365)
    work.session.execute(sa.delete(SignIn).where(old))


def scope_of_sign_in(session: Session, sign_in_id: UUID) -> Scope | None:
    """Return where a session belongs: to its person."""
    row = session.get(SignIn, sign_in_id)
    account = session.get(Account, row.account_id) if row else None
    return Scope(person_id=account.party_id) if account else None


def _life(row: SignIn) -> Lifetime:
    if row.via == "cli":
        return CLI
    return SHARED if row.shared else OWN


def _touch(work: Work, row: SignIn) -> None:
    now = clock.now()
    if now - row.seen_at < _life(row).touch:
        return
    try:
        with work.transaction() as session:
            session.execute(sa.update(SignIn).where(SignIn.id == row.id).values(seen_at=now))
    except KpaError as error:  # a full disk must not keep people from reading
        log.warning("the use of a session is not written: %s", error)
