"""Printed cards: a code of high chance, kept by its digest, revoked and made anew in one act.

Who makes a card for someone could sign in as them. So whoever could not give all of this person's
roles makes a card that sleeps until a second person says yes.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.accounts import credentials, messages, sessions, throttles
from kpa_core.accounts.codes import digest, new_code, read_code
from kpa_core.accounts.models import Account, Credential
from kpa_core.accounts.throttles import CARD_FROM
from kpa_core.contracts import Scope
from kpa_core.errors import N_, Refused
from kpa_core.members import roles, service
from kpa_core.members.models import Party
from kpa_core.work import Work

UNKNOWN = N_("Ce code n'ouvre rien. Regarde bien ta carte, ou demande une nouvelle carte.")
TOLD_SUBJECT = N_("Une carte a été faite pour toi")
TOLD_TEXT = N_(
    "Bonjour {name},\n\n{maker} a fait une carte de connexion pour toi dans {kpa}.\n"
    "Elle marche quand une deuxième personne dit oui.\n"
    "Tu n'as rien demandé ? Préviens ton groupe tout de suite."
)


@dataclass(frozen=True)
class NewCard:
    """A card just made: its code is shown now and never again."""

    person: Party
    code: str
    needs_second: bool


def issue(work: Work, person_id: UUID) -> NewCard:
    """Make a card for a person; a card they had before opens nothing any more.

    Sessions that came in by the old card end with it.

    Raises:
        NotFound: there is no such person, or not for this actor.
        Denied: the actor gives no cards there.
    """
    with work.transaction():
        is_own = person_id == work.actor.party_id
        person = service.find_person(work, person_id, "account.own" if is_own else "member.card")
        if not is_own:
            work.require("member.card", service.person_scope(work, person_id))
        needs_second = not roles.may_stand_in(work, person_id)
        card = make(work, person, needs_second=needs_second)
        if needs_second:
            _tell(work, person)
    return card


def make(work: Work, person: Party, *, needs_second: bool = False) -> NewCard:
    """Replace a person's card, in the current transaction; rights are the caller's."""
    code = new_code()
    with work.transaction() as session:
        account = credentials.open_account(work, person.id)
        hashed = digest("card", read_code(code))
        new = credentials.add(work, account, "card", hashed, needs_second=needs_second)
        # After the new one is written: who came in by the old one may be the one who makes it.
        gone = credentials.revoke(session, account, "card", keep=new.id)
        sessions.end_those_of(session, gone)
        after = {"needs_second": needs_second}
        work.record("member.card", account, scope=Scope(person_id=person.id), after=after)
    return NewCard(person, code, needs_second)


def approve(work: Work, person_id: UUID) -> None:
    """Say yes, as a second person, to a card that waits.

    Raises:
        Refused: nothing waits, or the actor made the card or is its owner.
        Denied: the actor gives no cards there.
    """
    with work.transaction() as session:
        work.require("member.card", service.person_scope(work, person_id))
        card = current(session, person_id)
        if card is None or not card.needs_second or card.approved_by is not None:
            raise Refused(N_("Il n'y a pas de carte qui attend ton accord."))
        if work.actor.party_id in (card.created_by, person_id, None):
            raise Refused(N_("C'est à une autre personne de dire oui à cette carte."))
        card.approved_by = work.actor.party_id
        scope = Scope(person_id=person_id)
        work.record("member.card", card, scope=scope, after={"approved": True})


def take_back(work: Work, person_id: UUID) -> None:
    """Revoke a lost card without making another; the sessions it opened end."""
    with work.transaction() as session:
        is_own = person_id == work.actor.party_id
        capability = "account.own" if is_own else "member.card"
        work.require(capability, service.person_scope(work, person_id))
        account = credentials.open_account(work, person_id)
        sessions.end_those_of(session, credentials.revoke(session, account, "card"))
        scope = Scope(person_id=person_id)
        work.record("member.card", account, scope=scope, after={"revoked": True})


def set_active(work: Work, person_id: UUID, active: bool) -> Account:
    """Close or open an account; closed, no way in works and every session is dead.

    Raises:
        Refused: it is one's own, or the person has a role the actor could not give.
    """
    with work.transaction():
        work.require("member.card", service.person_scope(work, person_id))
        if person_id == work.actor.party_id or not roles.may_stand_in(work, person_id):
            raise Refused(N_("Tu ne peux pas fermer cet accès. Demande à une autre personne."))
        account = credentials.open_account(work, person_id)
        before, after = {"active": account.active}, {"active": active}
        account.active = active
        work.session.flush()
        scope = Scope(person_id=person_id)
        work.record("member.card", account, scope=scope, before=before, after=after)
    return account


def current(session: Session, person_id: UUID) -> Credential | None:
    """Return a person's card, working or waiting for a second person."""
    account = credentials.account_of(session, person_id)
    found = credentials.standing(session, account, "card") if account else []
    return found[0] if found else None


def open_by_card(
    work: Work, code: str, *, address: str, shared: bool = False, via: str = "web"
) -> str:
    """Return the token of a new session for the owner of a card.

    Raises:
        Refused: the code opens nothing.
        TooMany: this place tried too many codes.
    """
    throttles.count(work, (CARD_FROM, address))
    with work.transaction() as session:
        found = credentials.find(session, "card", read_code(code))
        if found is None:
            raise Refused(UNKNOWN, field="code")
        account, card = found
        card.used_at = clock.now()
        opened = sessions.start(work, account, card, shared=shared, via=via)
    throttles.forgive(work, (CARD_FROM, address))
    return opened


def _tell(work: Work, person: Party) -> None:
    messages.send(work, person.id, "account.card", TOLD_SUBJECT, TOLD_TEXT, maker=work.actor.name)


def new_card(work: Work, person_id: UUID) -> str:
    """Return the code of a new card, as kpa itself or a test needs it."""
    return issue(work, person_id).code
