"""A carrier's policy over time: each version holds from its day until the next one's.

What was promised in January is judged by January's policy: a rule asks for the limit of *its* day
(a contract's length on the day it starts, a night limit on the night), so that a policy made
stricter in June does not break the contracts of spring.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kpa_cape.policy import CarrierPolicy, Limit, read_policy

LAW_ALONE = CarrierPolicy()


@dataclass(frozen=True)
class PolicyHistory:
    """Versions of one carrier's policy, the oldest first; of two from one day the later wins."""

    versions: tuple[tuple[date, CarrierPolicy], ...] = ()

    def on(self, day: date) -> CarrierPolicy:
        """Return the policy in force on a day; before the first one, the law alone."""
        in_force = [policy for starts_on, policy in self.versions if starts_on <= day]
        return in_force[-1] if in_force else LAW_ALONE

    def limit(self, key: str, day: date) -> Limit:
        """Return the stricter of the law and the carrier's own limit on a day."""
        return self.on(day).limit(key, day)


def read_history(versions: Iterable[tuple[date, Mapping[str, object]]]) -> PolicyHistory:
    """Read stored versions, the oldest first.

    Raises:
        Refused: a version cannot be read; nobody may guess what a carrier protects.
    """
    return PolicyHistory(
        tuple((starts_on, read_policy(table, stored=True)) for starts_on, table in versions)
    )
