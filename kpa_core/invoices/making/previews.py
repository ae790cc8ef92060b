"""The paper that would leave now, and everything a look before issuing finds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kpa_core import clock
from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.errors import KpaError
from kpa_core.invoices.carrier import issuers
from kpa_core.invoices.drafts import correcting, drafting, holding, prechecking
from kpa_core.invoices.making import deposits, issuing
from kpa_core.invoices.making.deposits import Part
from kpa_core.invoices.models import Carrier
from kpa_core.invoices.paper.prechecks import Finding, findings
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.work import Work

TO_COME = "…"
"""Stands where a reference or a number will be."""


@dataclass(frozen=True)
class Preview:
    """A paper before it leaves. ``faults`` are what forbids it beside the rules of papers."""

    carrier: Carrier | None
    made: Snapshot | None
    faults: tuple[KpaError, ...] = ()
    found: tuple[Finding, ...] = ()

    @property
    def stops(self) -> bool:
        """Tell whether nothing can leave now."""
        return bool(self.faults) or any(one.blocks for one in self.found)


def preview(work: Work, order: Order) -> Preview:
    """Return the paper of an order as it would leave now, and what is wrong with it."""
    carrier = None
    try:
        carrier = drafting.carrier_behind(work.session, order, work.today)
        made = _drafted(work, order, carrier)
    except KpaError as error:
        return Preview(carrier, None, (error,))
    faults = [*holding.reasons(work, order), *_waiting(work, order)]
    if not is_quote(work, order):
        refused = issuing.why_not(work.session, order, carrier, made)
        faults += [refused] if refused is not None else []
    found = findings(made, prechecking.facts_of(work.session, carrier, made, order_id=order.id))
    return Preview(carrier, made, tuple(faults), found)


def deposit(work: Work, order: Order, part: Part) -> Preview:
    """Return a deposit as it would leave now, and what is wrong with it."""
    carrier = None
    try:
        carrier = drafting.carrier_behind(work.session, order, work.today)
        made = deposits.draft_deposit(work, order, carrier, part)
        if made.kind == "invoice":
            made = replace(made, number=issuing.next_number(work.session, carrier))
    except KpaError as error:
        return Preview(carrier, None, (error,))
    missing = issuers.yeses_missing(work, order, carrier)
    faults = [*holding.reasons(work, order), *([missing] if missing else [])]
    found = findings(made, prechecking.facts_of(work.session, carrier, made, order_id=order.id))
    return Preview(carrier, made, tuple(faults), found)


def is_quote(work: Work, order: Order) -> bool:
    """Tell whether a quote is next; after an invoice, opened lines lead to its corrective."""
    return order.state == "asked" and correcting.original_of(work, order) is None


def _drafted(work: Work, order: Order, carrier: Carrier) -> Snapshot:
    """Return the paper that would leave now, the places of its number and reference held."""
    kind = "quote" if is_quote(work, order) else drafting.bill_kind(carrier)
    day = clock.today(carrier.timezone)
    made = drafting.draft(work, drafting.Blank(order, carrier, kind, TO_COME, day))
    if kind == "invoice":
        made = replace(made, number=issuing.next_number(work.session, carrier))
    return made


def _waiting(work: Work, order: Order) -> list[KpaError]:
    """Return the yeses a quote still lacks."""
    if not is_quote(work, order):
        return []
    try:
        orders.check_approved(work, order)
    except KpaError as error:
        return [error]
    return []
