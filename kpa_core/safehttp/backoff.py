"""When to ask another machine again: pure sums."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 24 * 3600.0
"""Seconds nobody is made to wait beyond, whatever the other machine asks."""
FIRST = 60.0


def backoff(
    attempt: int, rng: random.Random, *, asked: float | None = None, first: float = FIRST
) -> float:
    """Return the seconds to wait after failed attempt number ``attempt``, counted from 1.

    Full jitter: anything from nothing to a ceiling that starts at ``first`` and doubles each time,
    so that those who failed together do not come back together. What the other machine ``asked``
    for comes first and the jitter after it. Never over a day.
    """
    ceiling = min(LONGEST, first * 2.0 ** min(max(attempt, 1) - 1, 64))
    return min(LONGEST, max(asked or 0.0, 0.0) + rng.uniform(0, ceiling))


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds a ``Retry-After`` header asks for (RFC 9110, 10.2.3), at most a day.

    None when there is no header or it cannot be read; an instant already passed is 0.
    """
    text = (value or "").strip(" \t")
    if re.fullmatch(r"[0-9]{1,300}", text):
        return min(LONGEST, float(text))
    if not text or len(text) > 64:
        return None
    try:
        then = parsedate_to_datetime(text)
        then = then if then.tzinfo else then.replace(tzinfo=UTC)
        return min(LONGEST, max(0.0, (then - now).total_seconds()))
    except (ValueError, OverflowError):
        return None
