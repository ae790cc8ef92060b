"""What the tables of this folder know about a person, and how it is erased."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from kpa_core import clock
from kpa_core.contracts import PersonalItem
from kpa_core.errors import N_
from kpa_core.files import StoredFile
from kpa_core.i18n import gettext, lazy
from kpa_core.members import roles
from kpa_core.members.contact import LANGUAGES, shown_phone
from kpa_core.members.greenlight import engagements_of, loaded_kind
from kpa_core.members.models import Cohort, CohortMember, Engagement, Party, Role
from kpa_core.members.service import birth_date
from kpa_core.work import Work

GONE = N_("Personne partie")
EMPTIED = (
    "family_name",
    "email",
    "phone",
    "address",
    "postcode",
    "town",
    "siren",
    "siret",
    "vat_number",
    "electronic_address",
    "skills",
)
TO_REACH = lazy(N_("Pour te joindre."))
FOR_PAPERS = lazy(N_("Pour ton contrat."))
TO_WORK = lazy(N_("Pour savoir qui fait quoi."))
FIELDS = {
    "display_name": (lazy(N_("Prénom ou surnom")), TO_WORK),
    "family_name": (lazy(N_("Nom de famille")), FOR_PAPERS),
    "email": (lazy(N_("Adresse mail")), TO_REACH),
    "phone": (lazy(N_("Téléphone")), TO_REACH),
    "language": (lazy(N_("Langue")), TO_REACH),
    "address": (lazy(N_("Adresse")), FOR_PAPERS),
    "postcode": (lazy(N_("Code postal")), FOR_PAPERS),
    "town": (lazy(N_("Ville")), FOR_PAPERS),
    "skills": (lazy(N_("Ce que j'aime et sais faire")), TO_WORK),
}
SHOWN: dict[str, Callable[[str], str | None]] = {
    "phone": shown_phone,
    "language": dict(LANGUAGES).get,
}
UNTIL_LEFT = lazy(N_("Jusqu'à ce que tu effaces ta fiche."))


def personal_data(work: Work, person_id: UUID) -> Iterator[PersonalItem]:
    """Yield everything this folder keeps about a person."""
    party = work.session.get_one(Party, person_id)
    for name, (label, why) in FIELDS.items():
        value = getattr(party, name)
        if value:
            shown = SHOWN.get(name, str)(value) or value
            yield PersonalItem(label, shown, why, UNTIL_LEFT)
    yield from _private(work, party)
    for role in work.session.scalars(_all_roles(person_id)):
        title = gettext(roles.TITLES.get(role.kind, role.kind))
        shown = _told(_span(title, role.starts_on, role.ends_on), role.note)
        yield PersonalItem(lazy(N_("Rôle")), shown, TO_WORK)
    cohorts = sa.select(Cohort).join(CohortMember).where(CohortMember.party_id == person_id)
    for cohort in work.session.scalars(cohorts):
        yield PersonalItem(lazy(N_("Groupe")), cohort.name, TO_WORK, UNTIL_LEFT)
    for engagement in engagements_of(work.session, person_id):
        yield from _contract(work, engagement)


def erase_personal_data(work: Work, person_id: UUID) -> None:
    """Make the card nobody's: the id stays for the accounts, with no fact about the person.

    Dates and kinds of engagements stay, for the insurance; their answers and papers go.
    """
    session = work.session
    party = session.get_one(Party, person_id)
    roles.end_all_roles(work, person_id)
    for role in session.scalars(_all_roles(person_id)):
        role.note = ""
    session.execute(sa.delete(CohortMember).where(CohortMember.party_id == person_id))
    papers = [party.photo_id]
    for engagement in engagements_of(session, person_id):
        papers.append(engagement.paper_id)
        engagement.paper_id, engagement.terms, engagement.end_reason = None, {}, ""
    party.display_name = GONE
    for name in EMPTIED:
        setattr(party, name, "")
    party.birth_sealed = party.photo_id = party.guardian_consent_on = None
    guardian_id, party.guardian_id = party.guardian_id, None
    party.shares_contact, party.erased_at = False, clock.now()
    session.flush()
    for file_id in filter(None, papers):
        _forget_file(work, file_id)
    _forget_guardian(work, guardian_id)


def _private(work: Work, party: Party) -> Iterator[PersonalItem]:
    birth = birth_date(work, party)
    if birth is not None:
        why = lazy(N_("Pour respecter la loi si tu es mineur·e."))
        yield PersonalItem(lazy(N_("Date de naissance")), _day(birth), why, UNTIL_LEFT)
    if party.guardian_id is not None:
        guardian = work.session.get_one(Party, party.guardian_id)
        said = f"{guardian.display_name} {shown_phone(guardian.phone)}".strip()
        if party.guardian_consent_on:
            said += f" ({_day(party.guardian_consent_on)})"
        yield PersonalItem(lazy(N_("Accord d'un parent")), said, FOR_PAPERS, UNTIL_LEFT)
    if party.photo_id is not None:
        yield PersonalItem(lazy(N_("Photo")), "JPEG", TO_WORK, UNTIL_LEFT)


def _contract(work: Work, engagement: Engagement) -> Iterator[PersonalItem]:
    kind = loaded_kind(work.instance, engagement.kind)
    label = str(kind.label) if kind else engagement.kind
    shown = _span(label, engagement.starts_on, engagement.ends_on)
    told = _told(shown, engagement.end_reason)
    yield PersonalItem(lazy(N_("Contrat")), told, FOR_PAPERS)
    asked = {one.key: str(one.label) for one in kind.questions} if kind else {}
    for key, value in sorted(engagement.terms.items()):
        said = {True: gettext("Oui"), False: gettext("Non")}.get(value, value)
        text = f"{asked.get(key, key)} {said}"
        yield PersonalItem(lazy(N_("Réponse pour le contrat")), text, FOR_PAPERS)
    if engagement.paper_id is not None:
        yield PersonalItem(lazy(N_("Photo du contrat signé")), shown, FOR_PAPERS, UNTIL_LEFT)


def _all_roles(person_id: UUID) -> sa.Select[Role]:
    return sa.select(Role).where(Role.party_id == person_id).order_by(Role.starts_on, Role.id)


def _span(label: str, first: date, last: date | None) -> str:
    return f"{label} · {_day(first)} – {_day(last) if last else '…'}"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _told(shown: str, words: str) -> str:
    return f"{shown} · {words}" if words else shown


def _forget_file(work: Work, file_id: UUID) -> None:
    row = work.session.get(StoredFile, file_id)
    if row is not None:
        work.instance.files.forget(work.session, row, work.after_commit)


def _forget_guardian(work: Work, guardian_id: UUID | None) -> None:
    """Erase a parent who was here only for this child."""
    if guardian_id is None:
        return
    others = sa.select(Party.id).where(Party.guardian_id == guardian_id)
    has_place = sa.select(Role.id).where(Role.party_id == guardian_id)
    if work.session.scalar(others) is None and work.session.scalar(has_place) is None:
        work.session.delete(work.session.get_one(Party, guardian_id))
