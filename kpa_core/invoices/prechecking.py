"""What a look before issuing is told besides the paper."""

from __future__ import annotations

from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.invoices.models import Carrier
from kpa_core.invoices.paper.prechecks import Facts
from kpa_core.invoices.paper.snapshot import Snapshot


def facts_of(_session: Session, carrier: Carrier, made: Snapshot) -> Facts:
    """Return the facts for a paper of a carrier: its day, and since when it owes a platform."""
    # A series never goes back: when the clock does, its day is ahead and still right.
    today = max(clock.today(carrier.timezone), made.issue_day)
    return Facts(today=today, emits_from=carrier.emits_from)
