"""What the card of a person shows to the one who reads it, and who else can read it."""

from __future__ import annotations

from dataclasses import dataclass

from kpa_core.contracts import Scope
from kpa_core.errors import N_
from kpa_core.i18n import lazy
from kpa_core.members import greenlight, roles, service
from kpa_core.members.contact import shown_phone
from kpa_core.members.greenlight import GreenLight
from kpa_core.members.models import Engagement, Party, Role
from kpa_core.work import Work

WHO_SEES = {
    "display_name": lazy(N_("Tout le KPA.")),
    "family_name": lazy(N_("Toi et l'animateur·rice. Et la maison qui facture, sur ton contrat.")),
    "phone": lazy(N_("Les personnes de tes activités. Tout le KPA si tu le partages.")),
    "email": lazy(N_("Les personnes de tes activités. Tout le KPA si tu le partages.")),
    "birth_date": lazy(N_("Personne ne voit la date. L'animateur·rice voit si tu es mineur·e.")),
    "address": lazy(N_("Toi et l'animateur·rice. Et la maison qui facture, sur ton contrat.")),
    "skills": lazy(N_("Les personnes de tes activités.")),
    "shares_contact": lazy(N_("Si tu coches, tout le KPA voit ton téléphone et ton mail.")),
}
"""The answer to "who sees this?" for each field of a card."""


@dataclass(frozen=True)
class Portrait:
    """A card as this reader may see it; what is not for them is empty or None."""

    person: Party
    scope: Scope
    full_name: str
    phone: str
    email: str
    is_minor: bool
    guardian: Party | None
    roles: list[Role]
    light: GreenLight | None
    engagements: list[Engagement]

    @property
    def has_contact(self) -> bool:
        """Tell whether the reader sees a way to reach the person."""
        return bool(self.phone or self.email)


def portrait(work: Work, person: Party) -> Portrait:
    """Return what the actor may see of a person's card.

    Opening the file of somebody under 18 leaves a trace that the person can read.
    """
    scope = service.person_scope(work, person.id)
    minor = service.is_minor(work, person)
    sees_minor = minor and work.can("minor.read", scope)
    may_reach = not minor or sees_minor
    is_own = person.id == work.actor.party_id
    if sees_minor and not is_own:
        with work.transaction():
            work.record("minor.read", person, scope=Scope(person_id=person.id))
    knows_name = is_own or (work.can("member.write", scope) and may_reach)
    guardian = work.session.get(Party, person.guardian_id) if person.guardian_id else None
    engaged = work.can("engagement.read", scope)
    return Portrait(
        person=person,
        scope=scope,
        full_name=person.full_name if knows_name else person.display_name,
        phone=shown_phone(person.phone) if may_reach else "",
        email=person.email if may_reach else "",
        is_minor=sees_minor,
        guardian=guardian if sees_minor else None,
        roles=roles.roles_of(work.session, person.id, work.today),
        light=greenlight.green_light(work, person.id, work.today) if engaged else None,
        engagements=greenlight.engagements_of(work.session, person.id) if engaged else [],
    )


def shared_contact(work: Work, person: Party) -> str:
    """Return the way to reach a person that the list of members may show; minors share none."""
    if not person.shares_contact or service.is_minor(work, person):
        return ""
    return shown_phone(person.phone) or person.email
