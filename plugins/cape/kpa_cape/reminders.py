"""Reminders before an engagement ends: 60, 30 and 7 days.

One a day at most, the most urgent: a machine that slept from day 65 to day 20 tells once, not
twice. A reminder that would fall before the engagement even starts does not exist. The key names
the engagement, its end and the days before it, and jobs have unique keys: asking again tells nobody
twice, and a new end date gives new reminders. None stays due for more than 30 days, so the rows of
jobs done may go after that time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kpa_cape.engagement import last_standing_day, renewal
from kpa_cape.kinds import KINDS
from kpa_cape.minor_words import said_day
from kpa_cape.policy import Policy
from kpa_core.api import N_, EngagementFacts


@dataclass(frozen=True)
class Reminder:
    """One reminder: the day it is due, and the key of the job that tells it."""

    days_before: int
    due_on: date
    key: str


@dataclass(frozen=True)
class Notice:
    """What a reminder says: message ids, and the values of their places."""

    subject: str
    text: str
    params: dict[str, Any]


def reminders(engagement: EngagementFacts) -> tuple[Reminder, ...]:
    """List the reminders of an engagement, the earliest first.

    Empty for a kind without reminders or of another plugin, and for an engagement ended early:
    whoever ended it knows.
    """
    kind, last = KINDS.get(engagement.kind), engagement.ends_on
    if kind is None or last_standing_day(engagement) < last:
        return ()
    all_of_them = (
        Reminder(days, last - timedelta(days=days), _key(engagement, days))
        for days in sorted(kind.reminders, reverse=True)
    )
    return tuple(one for one in all_of_them if one.due_on >= engagement.starts_on)


def due_reminder(engagement: EngagementFacts, today: date) -> Reminder | None:
    """Return the reminder to tell today, the most urgent one that is due, or None."""
    if today > engagement.ends_on:
        return None
    due = [one for one in reminders(engagement) if one.due_on <= today]
    return due[-1] if due else None


def due_reminders(
    engagements: Iterable[EngagementFacts], today: date
) -> list[tuple[EngagementFacts, Reminder]]:
    """List what to tell today, leaving out each engagement that a later one follows."""
    everyone = list(engagements)
    found = []
    for one in everyone:
        reminder = due_reminder(one, today)
        if reminder is not None and not is_followed(one, everyone):
            found.append((one, reminder))
    return found


def is_followed(engagement: EngagementFacts, others: Iterable[EngagementFacts]) -> bool:
    """Tell whether a signed engagement of the same person and kind ends after this one."""
    return any(
        later.person_id == engagement.person_id
        and later.kind == engagement.kind
        and later.signed_on is not None
        and last_standing_day(later) > engagement.ends_on
        for later in others
    )


def notice(engagement: EngagementFacts, today: date, policy: Policy) -> Notice:
    """Write the reminder for the person."""
    params = _params(engagement, today, policy)
    if params["left"]:
        text = N_(
            "Ton contrat finit le {end}, dans {days} jours. "
            "Tu peux encore le renouveler : {left} fois. Parles-en avec ton groupe."
        )
    else:
        text = N_(
            "Ton contrat finit le {end}, dans {days} jours. "
            "On ne peut plus le renouveler. Parlons ensemble de la suite."
        )
    return Notice(N_("Ton contrat finit bientôt"), text, params)


def notice_to_referent(
    engagement: EngagementFacts, who: str, today: date, policy: Policy
) -> Notice:
    """Write the reminder for somebody who looks after the person."""
    params = {**_params(engagement, today, policy), "who": who}
    if params["left"]:
        text = N_(
            "Le contrat de {who} finit le {end}, dans {days} jours. "
            "On peut encore le renouveler : {left} fois. Parlez-en ensemble."
        )
    else:
        text = N_(
            "Le contrat de {who} finit le {end}, dans {days} jours. "
            "On ne peut plus le renouveler. Parlez ensemble de la suite."
        )
    return Notice(N_("Un contrat finit bientôt"), text, params)


def _params(engagement: EngagementFacts, today: date, policy: Policy) -> dict[str, Any]:
    return {
        "end": said_day(engagement.ends_on),
        "days": (engagement.ends_on - today).days,
        "left": renewal(engagement, policy).left,
    }


def _key(engagement: EngagementFacts, days: int) -> str:
    return f"cape.reminder:{engagement.id}:{engagement.ends_on.isoformat()}:{days}"
