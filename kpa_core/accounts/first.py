"""The first person of a new KPA: nobody could welcome them, so the machine's operator does."""

from __future__ import annotations

import sqlalchemy as sa

from kpa_core.accounts import cards
from kpa_core.accounts.models import Account
from kpa_core.contracts import Scope
from kpa_core.errors import N_, Refused
from kpa_core.members import roles, service
from kpa_core.work import Work

FIRST_ROLES = ("animator", "admin")


def first_account(work: Work, name: str, contact: str) -> str:
    """Welcome the first person, with the roles to welcome all others; return their card's code.

    ``contact`` is a phone number or an e-mail address.

    Raises:
        Denied: the actor is not the machine's operator.
        Refused: someone can sign in already; from then on, people welcome people.
    """
    with work.transaction() as session:
        work.require("role.grant.instance")
        if session.scalar(sa.select(Account.id).limit(1)) is not None:
            raise Refused(N_("Ce KPA a déjà une première personne. C'est à elle d'accueillir."))
        is_mail = "@" in contact
        new = service.NewPerson(
            name, email=contact if is_mail else "", phone="" if is_mail else contact
        )
        person = service.enrol(work, new)
        for kind in FIRST_ROLES:
            role = roles.give_role(work, person.id, kind, starts_on=work.today)
            scope = Scope(person_id=person.id)
            work.record("role.grant.instance", role, scope=scope, after={"role": kind})
        return cards.make(work, person).code
