"""Issue many invoices one after the other: each in its own transaction, as if by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.errors import KpaError, Unavailable
from kpa_core.invoices import bills, documents
from kpa_core.invoices.making import issuing
from kpa_core.work import Work


@dataclass(frozen=True)
class Outcome:
    """What became of one order: the name of its document, or why there is none."""

    order: str
    document: str = ""
    error: KpaError | None = None


def due(work: Work) -> list[UUID]:
    """Return the orders whose work is done and that nobody invoiced yet, oldest first."""
    done = orders.visible_orders(work, "invoice.issue").where(Order.state == "done")
    found = work.session.scalars(done.order_by(Order.id)).all()
    return [one.id for one in found if bills.live_bill(work.session, one.id) is None]


def issue_each(work: Work, order_ids: Iterable[UUID]) -> Iterator[Outcome]:
    """Issue order after order, and yield what became of each; one that is refused stops no other.

    What is issued stays issued if the caller goes away in the middle.

    Raises:
        Unavailable: the machine cannot go on: its disk is full, its database out of reach.
    """
    for order_id in order_ids:
        reference = work.session.scalar(sa.select(Order.reference).where(Order.id == order_id))
        try:
            document = issuing.issue(work, order_id)
        except Unavailable:
            raise
        except KpaError as error:
            yield Outcome(reference or str(order_id), error=error)
        else:
            yield Outcome(reference or str(order_id), documents.shown_name(document))
