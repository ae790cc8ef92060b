"""Passwords, for those who want one: hashed with argon2id."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.accounts import credentials, sessions, throttles
from kpa_core.accounts.codes import new_token
from kpa_core.accounts.links import known_as
from kpa_core.accounts.models import Account, Credential
from kpa_core.accounts.throttles import PASSWORD_FROM, PASSWORD_OF
from kpa_core.contracts import Scope
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.members import service
from kpa_core.work import Work

SHORTEST = 12
LONGEST = 200
WRONG = N_("Ce n'est pas le bon mot de passe, ou on ne te connaît pas. Prends plutôt un lien.")
# OWASP's smaller setting: eight sign-ins at once must fit in a small machine's memory.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def choose(work: Work, password: str, *, keep: UUID | None = None) -> None:
    """Set the actor's own password; every other session of theirs ends.

    Raises:
        Refused: it is too short, too long, or one sign repeated.
    """
    if not SHORTEST <= len(password) <= LONGEST or len(set(password)) < 4:
        raise Refused(
            N_("Prends au moins {count} signes différents. Trois mots au hasard, par exemple."),
            field="password",
            count=SHORTEST,
        )
    hashed = HASHER.hash(password)
    with work.transaction() as session:
        account = _own(work)
        credentials.revoke(session, account, "password")
        credentials.add(work, account, "password", hashed)
        sessions.end_all(work, account.party_id, keep=keep)
        scope = Scope(person_id=account.party_id)
        work.record("account.own", account, scope=scope, after={"password": "set"})


def remove(work: Work) -> None:
    """Remove the actor's own password; card and link stay."""
    with work.transaction() as session:
        account = _own(work)
        credentials.revoke(session, account, "password")
        scope = Scope(person_id=account.party_id)
        work.record("account.own", account, scope=scope, after={"password": "removed"})


def has_one(session: Session, account: Account | None) -> bool:
    """Tell whether an account has a password."""
    return account is not None and bool(credentials.standing(session, account, "password"))


def open_by_password(
    work: Work, text: str, password: str, *, address: str, shared: bool = False
) -> str:
    """Return the token of a new session.

    Raises:
        Refused: nobody, or not their password: the answer and the time taken are the same.
        TooMany: this person, or this place, was tried too often.
    """
    who = known_as(text)
    attempts = ((PASSWORD_OF, who), (PASSWORD_FROM, address))
    throttles.count(work, *attempts)
    found = _find(work.session, who)
    right = _is_right(found[1].hash if found else _nobody(), password[:LONGEST])
    if found is None or not right:
        raise Refused(WRONG, field="password")
    with work.transaction():
        account, credential = found
        credential.used_at = clock.now()
        opened = sessions.start(work, account, credential, shared=shared)
    throttles.forgive(work, *attempts)
    return opened


def _own(work: Work) -> Account:
    if work.actor.party_id is None:
        raise NotFound()
    work.require("account.own", Scope(person_id=work.actor.party_id))
    return credentials.open_account(work, work.actor.party_id)


def _find(session: Session, who: str) -> tuple[Account, Credential] | None:
    party = service.with_contact(session, who)
    account = credentials.account_of(session, party.id) if party else None
    if account is None or not sessions.may_enter(session, account):
        return None
    found = credentials.standing(session, account, "password")
    return (account, found[0]) if found else None


def _is_right(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return HASHER.hash(new_token())
