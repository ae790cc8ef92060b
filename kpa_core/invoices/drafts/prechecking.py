"""What a look before issuing is told besides the paper."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.invoices import bills
from kpa_core.invoices.models import Carrier
from kpa_core.invoices.paper.prechecks import Facts
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.invoices.paying import dues


def facts_of(
    session: Session, carrier: Carrier, made: Snapshot, *, order_id: UUID | None = None
) -> Facts:
    """Return the facts for a paper of a carrier: its day, and since when it owes a platform.

    With the order of a paper still to come, also the deposits it takes back that nobody paid.
    """
    # A series never goes back: when the clock does, its day is ahead and still right.
    today = max(clock.today(carrier.timezone), made.issue_day)
    unpaid = _unpaid(session, order_id) if order_id is not None and made.deposits else ()
    return Facts(today=today, emits_from=carrier.emits_from, unpaid_deposits=unpaid)


def _unpaid(session: Session, order_id: UUID) -> tuple[str, ...]:
    return tuple(
        dues.number_of(session, one)
        for one in bills.live_deposits(session, order_id)
        if dues.claimed_cents(session, one.id) < dues.asked_cents(session, one)
    )
