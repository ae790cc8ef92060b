"""Jobs that are wanted soon, and by many: a few seconds' wishes are one job, and none is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kpa_core.api import Work, now

SECONDS = 10
"""A job of one kind, about one thing, is done at most this often."""


def ask_soon(work: Work, kind: str, payload: Mapping[str, Any], about: str = "") -> None:
    """Ask for a job now; for the next few seconds when these have had theirs.

    What happened since a job began is never left to the hour.
    """
    slot = int(now().timestamp()) // SECONDS
    if not work.ask(kind, payload, key=f"{about}:{slot}"):
        later = datetime.fromtimestamp((slot + 1) * SECONDS, UTC)
        work.ask(kind, payload, key=f"{about}:{slot + 1}", due_at=later)
