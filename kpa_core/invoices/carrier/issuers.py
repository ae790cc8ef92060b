"""Who may issue an invoice of an activity: alone, together with another member, or not."""

from __future__ import annotations

from typing import Literal

from kpa_core.activities import approvals
from kpa_core.activities.models import Order
from kpa_core.contracts import Scope
from kpa_core.errors import KpaError
from kpa_core.invoices.models import Carrier
from kpa_core.members import charter
from kpa_core.work import Denied, Work

APPROVED_AS = {"invoice.issue": "invoice", "invoice.credit": "credit"}
"""What two members say yes to before one of them does it."""


def way_to_issue(
    work: Work, order: Order, carrier: Carrier, capability: str = "invoice.issue"
) -> Literal["alone", "together", ""]:
    """Return how the actor may issue for an order, or an empty text.

    The treasurer of the activity and the carrier's own people do it alone; a referent, or two
    members together, when the rule ``invoice.issuers`` of the group says so.
    """
    scope = _scope(order, carrier)
    if not work.can(capability, scope):
        return ""
    if work.actor.kind == "service":
        return "alone"
    rules = charter.rules_for(work, "invoice.issuers", work.today, order.activity_id)
    rule = {name: all(one[name] for one in rules) for name in rules[0]}
    held = _roles(work, order, carrier)
    if held & {"treasurer", "host"} or ("referent" in held and rule["referent"]):
        return "alone"
    return "together" if rule["two_members"] and held & {"participant", "referent"} else ""


def require_issuer(work: Work, order: Order, carrier: Carrier, capability: str) -> None:
    """Stop unless the actor may issue, and enough people said yes where that is asked.

    Raises:
        Denied: it is not for this actor.
        Refused: a second member must say yes first.
    """
    way = way_to_issue(work, order, carrier, capability)
    if not way:
        raise Denied(capability, _scope(order, carrier))
    if way == "together":
        approvals.check_approved(work, order, APPROVED_AS[capability])


def yeses_missing(work: Work, order: Order, carrier: Carrier) -> KpaError | None:
    """Return why this actor cannot issue an order's invoice yet, if a second yes is missing."""
    if way_to_issue(work, order, carrier) != "together":
        return None
    try:
        approvals.check_approved(work, order, APPROVED_AS["invoice.issue"])
    except KpaError as error:
        return error
    return None


def _roles(work: Work, order: Order, carrier: Carrier) -> set[str]:
    in_it = {
        grant.role
        for grant in work.actor.grants
        if grant.role != "host" and grant.activity_id in (order.activity_id, None)
    }
    of_it = {
        "host"
        for grant in work.actor.grants
        if grant.role == "host" and grant.carrier_id == carrier.id
    }
    return in_it | of_it


def _scope(order: Order, carrier: Carrier) -> Scope:
    return Scope(activity_id=order.activity_id, carrier_id=carrier.id)
