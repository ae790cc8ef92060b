"""Pages: a person's contracts and rights, what carriers ask, letters to hand over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy.orm import Session

from kpa_cape import letters, policies, portrait
from kpa_cape.forms import GROUPS, PolicyForm, start_of, table_of
from kpa_cape.policies import POLICY
from kpa_core.api import (
    N_,
    Pages,
    Scope,
    carrier_name,
    carriers,
    current_work,
    green_light,
    page,
    person_facts,
    say,
    scope_of_person,
    see,
)


def blueprint() -> Pages:
    """Return the pages of this plugin, under ``/cape``."""
    scopes = {"letter_id": letters.scope_of_letter, "policy_carrier_id": _scope_of_carrier}
    pages = Pages("cape", __name__, scopes=scopes)
    _add_person(pages)
    _add_policies(pages)
    _add_letters(pages)
    return pages


def _add_person(pages: Pages) -> None:
    @pages.get("/<uuid:person_id>", needs="engagement.read")
    def person(person_id: UUID) -> Response:
        work = current_work()
        is_own = person_id == work.actor.party_id
        scope = scope_of_person(work.session, person_id) or Scope(person_id=person_id)
        sees_age = is_own or work.can("minor.read", scope)
        return page(
            "cape/person.html",
            person=person_facts(work, person_id),
            is_own=is_own,
            light=green_light(work, person_id, work.today),
            contracts=portrait.contracts_of(work, person_id),
            protection=portrait.protection_of(work, person_id) if sees_age else None,
        )


def _add_policies(pages: Pages) -> None:
    @pages.get("/maisons", needs=POLICY)
    def houses() -> Response:
        return page("cape/houses.html", carriers=carriers(current_work(), POLICY))

    @pages.form(
        "/maisons/<uuid:policy_carrier_id>",
        PolicyForm,
        needs=POLICY,
        template="cape/policy.html",
        fill=_policy,
    )
    def policy(form: PolicyForm, policy_carrier_id: UUID) -> Response:
        policies.set_policy(
            current_work(),
            policy_carrier_id,
            table_of(form),
            starts_on=form.starts_on.data,
            source=form.source.data,
        )
        say(N_("C'est noté. La règle d'avant reste pour les jours d'avant."))
        return see("cape.policy", policy_carrier_id=policy_carrier_id)


def _add_letters(pages: Pages) -> None:
    @pages.get("/courriers", needs=letters.LETTER, endpoint="letters")
    def list_letters() -> Response:
        work = current_work()
        found = [(one, person_facts(work, one.person_id)) for one in letters.letters(work)]
        return page("cape/letters.html", found=found)

    @pages.get("/courriers/<uuid:letter_id>", needs=letters.LETTER)
    def letter(letter_id: UUID) -> Response:
        work = current_work()
        found = letters.find_letter(work, letter_id)
        person = person_facts(work, found.person_id)
        return page("cape/letter.html", letter=found, person=person, today=work.today)

    @pages.post("/courriers/<uuid:letter_id>/remis", needs=letters.LETTER)
    def hand_over(letter_id: UUID) -> Response:
        done = request.form.get("done") == "yes"
        letters.hand_over(current_work(), letter_id, done=done)
        say(N_("C'est noté : remis.") if done else N_("C'est noté : pas encore remis."))
        return see("cape.letters")


def _policy(policy_carrier_id: UUID) -> dict[str, Any]:
    work = current_work()
    found = policies.versions(work, policy_carrier_id)
    return {
        "carrier": carrier_name(work, policy_carrier_id),
        "groups": GROUPS,
        "versions": list(reversed(found)),
        "start": {**start_of(found[-1].value if found else {}), "starts_on": work.today},
    }


def _scope_of_carrier(session: Session, carrier_id: UUID) -> Scope | None:
    if not carrier_name(current_work(), carrier_id):
        return None
    return Scope(carrier_id=carrier_id)
