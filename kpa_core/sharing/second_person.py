"""Who may close a share-out: a second person, and in a small group the animator or the carrier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kpa_core import clock
from kpa_core.activities.people import places
from kpa_core.contracts import Actor
from kpa_core.errors import N_, Refused
from kpa_core.members import charter
from kpa_core.members.ages import is_minor_on
from kpa_core.members.service import birth_date
from kpa_core.sharing.models import ShareOut
from kpa_core.work import Work


@dataclass(frozen=True)
class SecondPerson:
    """The group's rule, applied: from how many cents, and whether the group has enough adults."""

    from_cents: int
    wanted_adults: int
    adults: int

    @property
    def is_small_group(self) -> bool:
        """Tell whether the second person falls to the animator or the carrier."""
        return self.adults < self.wanted_adults


def rule_for(work: Work, share_out: ShareOut) -> SecondPerson:
    """Return the rule of when a share-out was proposed, on today's group.

    Whoever wrote it is bound by what the others had decided, where that is stricter.
    """
    asked = share_out.created_at
    day = clock.day_of(asked, work.zone)
    key, activity_id = "share.second_person", share_out.activity_id
    rules = charter.rules_for(work, key, day, activity_id, known_at=asked)
    return SecondPerson(
        min(int(one["from_cents"]) for one in rules),
        max(int(one["adults"]) for one in rules),
        adults_in(work, share_out, work.today),
    )


def adults_in(work: Work, share_out: ShareOut, day: date) -> int:
    """Count the adults of the activity; whoever gave no birth date counts as one."""
    people = [place.person for place in places(work.session, share_out.activity_id, day)]
    births = [birth_date(work, person) for person in people]
    return sum(birth is None or not is_minor_on(birth, day) for birth in births)


def check(work: Work, share_out: ShareOut) -> None:
    """Stop unless the actor may be the second person of a share-out.

    Raises:
        Refused: it is their own proposal, or the group is so small that someone outside must look.
    """
    rule, actor = rule_for(work, share_out), work.actor
    if actor.party_id is None:
        raise Refused(N_("Une personne doit valider ce partage. Connecte-toi."))
    if abs(share_out.received_cents) < rule.from_cents:
        return
    if actor.party_id == share_out.proposed_by:
        raise Refused(N_("Tu as proposé ce partage. Une autre personne le valide."))
    if rule.is_small_group and not stands_outside(actor, share_out):
        raise Refused(
            N_(
                "Le groupe a moins de {adults} adultes. L'animateur·rice ou la maison qui "
                "facture valide ce partage."
            ),
            adults=rule.wanted_adults,
        )


def stands_outside(actor: Actor, share_out: ShareOut) -> bool:
    """Tell whether the actor is the animator of the activity or the carrier's person."""
    return any(
        (grant.role == "animator" and grant.activity_id in (None, share_out.activity_id))
        or (grant.role == "host" and grant.carrier_id == share_out.carrier_id)
        for grant in actor.grants
    )
