"""Ways in: made for an account, found by their secret, used, revoked."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.accounts import sessions
from kpa_core.accounts.codes import digest
from kpa_core.accounts.models import Account, Credential, SignIn
from kpa_core.work import Work


def account_of(session: Session, party_id: UUID) -> Account | None:
    """Return a person's account, if they ever had a way in."""
    return session.scalar(sa.select(Account).where(Account.party_id == party_id))


def open_account(work: Work, party_id: UUID) -> Account:
    """Return a person's account, made at the first need, in the current transaction."""
    with work.transaction() as session:
        account = account_of(session, party_id)
        if account is None:
            account = Account(party_id=party_id, created_by=work.actor.party_id)
            session.add(account)
            session.flush()
    return account


def add(
    work: Work,
    account: Account,
    kind: str,
    hashed: str,
    *,
    expires_at: datetime | None = None,
    needs_second: bool = False,
) -> Credential:
    """Write a way in, in the current transaction."""
    with work.transaction() as session:
        credential = Credential(
            account_id=account.id,
            kind=kind,
            hash=hashed,
            expires_at=expires_at,
            needs_second=needs_second,
            created_by=work.actor.party_id,
        )
        session.add(credential)
        session.flush()
    return credential


def find(session: Session, kind: str, secret: str) -> tuple[Account, Credential] | None:
    """Return the way in that a secret opens, locked so that it opens once; None when it does not.

    Unknown, used, expired, revoked, waiting for a second person, or of a closed account: the answer
    is the same.
    """
    query = sa.select(Credential).where(Credential.hash == digest(kind, secret))
    query = query.where(Credential.kind == kind, *_stands())
    credential = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if credential is None:
        return None
    account = session.get_one(Account, credential.account_id)
    return (account, credential) if sessions.may_enter(session, account) else None


def standing(session: Session, account: Account, kind: str) -> list[Credential]:
    """Return an account's ways in of one kind that are not revoked, the latest first."""
    query = sa.select(Credential).where(
        Credential.account_id == account.id,
        Credential.kind == kind,
        Credential.revoked_at.is_(None),
    )
    return list(session.scalars(query.order_by(Credential.created_at.desc(), Credential.id)))


def revoke(
    session: Session, account: Account, kind: str, *, keep: UUID | None = None
) -> list[UUID]:
    """Revoke every way in of one kind but ``keep``, in the current transaction; return which."""
    rows = [row for row in standing(session, account, kind) if row.id != keep]
    for row in rows:
        row.revoked_at = clock.now()
    session.flush()
    return [row.id for row in rows]


def _stands() -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Credential.revoked_at.is_(None),
        sa.or_(Credential.expires_at.is_(None), Credential.expires_at > clock.now()),
        # A link works once; a card works until it is revoked.
        sa.or_(Credential.kind != "link", Credential.used_at.is_(None)),
        sa.or_(Credential.needs_second.is_(False), Credential.approved_by.is_not(None)),
    )


def sweep(work: Work) -> None:
    """Forget ways in that opened nothing for a year and that no session names."""
    a_year_ago = clock.now() - timedelta(days=365)
    named = sa.select(SignIn.id).where(SignIn.credential_id == Credential.id).exists()
    work.session.execute(
        sa.delete(Credential)
        .where(sa.or_(Credential.expires_at < a_year_ago, Credential.revoked_at < a_year_ago))
        .where(~named)
    )
