"""The daily look for contracts that end soon: the person is told, and who looks after them.

Messages have unique keys, so that a job that runs twice, or a command beside the job, tells nobody
twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from kpa_cape.engagement import last_standing_day
from kpa_cape.kinds import KINDS
from kpa_cape.policies import history_of
from kpa_cape.reminders import Reminder, due_reminders, is_followed, notice, notice_to_referent
from kpa_core.api import (
    EngagementFacts,
    PluginWork,
    Work,
    engagements,
    person_facts,
    referents_of,
    send_message,
)

REMIND = "cape.remind"
"""The kind of the job, and the right to ask for it now."""
MESSAGE = "cape.end"
SOON = timedelta(days=30)


def remind(work: Work, _payload: Mapping[str, Any]) -> None:
    """Tell of every contract whose reminder is due today; what was told is not told again."""
    signed = [one for one in engagements(work) if one.state == "signed"]
    for engagement, reminder in due_reminders(signed, work.today):
        _tell(work, engagement, reminder)


def ending_soon(work: PluginWork) -> list[EngagementFacts]:
    """Return everyone's running contracts that end within 30 days and that none follows."""
    today = work.today
    signed = [
        one
        for one in engagements(work, everyone=True)
        if one.state == "signed" and one.kind in KINDS
    ]
    return [
        one
        for one in signed
        if today <= last_standing_day(one) <= today + SOON and not is_followed(one, signed)
    ]


def _tell(work: Work, engagement: EngagementFacts, reminder: Reminder) -> None:
    policy, person_id = history_of(work, engagement.carrier_id), engagement.person_id
    said = notice(engagement, work.today, policy)
    key = f"{reminder.key}:{person_id}"
    send_message(work, person_id, MESSAGE, said.subject, said.text, key=key, **said.params)
    name = person_facts(work, person_id).display_name
    said = notice_to_referent(engagement, name, work.today, policy)
    for referent_id in referents_of(work, person_id):
        key = f"{reminder.key}:{referent_id}"
        send_message(work, referent_id, MESSAGE, said.subject, said.text, key=key, **said.params)
