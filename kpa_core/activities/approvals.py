"""Two people read a price before it leaves: their yes is to the lines as they were.

A yes to an invoice or a credit note is used up by the next paper made for the order, and counts
only while its giver holds the right through the activity: the carrier's people issue by themselves.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from kpa_core.activities.lines import check_plugins_loaded, digest, lines_of
from kpa_core.activities.models import Approval, Order, OrderLine
from kpa_core.activities.scopes import find_locked_order
from kpa_core.contracts import Actor, Scope
from kpa_core.errors import N_, Misuse, Refused
from kpa_core.members import charter
from kpa_core.members.merging import current
from kpa_core.members.roles import grants_of
from kpa_core.work import Work

NEEDS = {"quote": "quote.approve", "invoice": "invoice.issue", "credit": "invoice.credit"}
TWO_MEMBERS = 2
MISSING = {
    "quote": N_("Accords qui manquent sur {reference} : {left}. Demande à quelqu'un de relire."),
    "invoice": N_(
        "Accords qui manquent sur {reference} : {left}. Dis oui à la facture sur la page, ou par "
        "« kpa invoices approve {reference} »."
    ),
    "credit": N_(
        "Accords qui manquent sur {reference} : {left}. Dis oui à l'avoir sur la page, ou par "
        "« kpa invoices approve {reference} --credit »."
    ),
}


def approve(work: Work, order_id: UUID, what: str = "quote") -> Approval:
    """Say yes to the order's lines as they are now; a second yes by the same person is the first.

    Once a paper has used the first up, a second is a new one.

    Raises:
        Refused: there are no lines, or the quote has left.
    """
    if what not in NEEDS:
        raise Misuse(
            N_("On donne son accord sur un devis ou une facture, pas sur {what!r}."), what=what
        )
    with work.transaction() as session:
        order = find_locked_order(work, order_id, NEEDS[what])
        work.require(NEEDS[what], order.scope)
        if work.actor.party_id is None:
            raise Refused(N_("Une personne doit donner son accord. Connecte-toi."))
        mark = _mark_to_approve(work, order, what)
        found = session.scalar(
            _given(order.id, what, mark).where(Approval.person_id == work.actor.party_id)
        )
        if found is not None:
            return found
        approval = Approval(
            order_id=order.id,
            person_id=work.actor.party_id,
            what=what,
            lines_digest=mark,
            created_by=work.actor.party_id,
        )
        session.add(approval)
        session.flush()
        work.record(NEEDS[what], approval, scope=order.scope, after={"what": what, "lines": mark})
    return approval


def approvals(work: Work, order: Order, what: str = "quote") -> list[Approval]:
    """Return who said yes to the lines as they are now, one yes a person; older ones are void."""
    mark = _mark(work, order, what, lines_of(work.session, order.id))
    counted: dict[UUID, Approval] = {}
    for one in work.session.scalars(_given(order.id, what, mark).order_by(Approval.id)):
        person_id = current(work.session, one.person_id).id
        if _holds(work, order, what, person_id):
            counted.setdefault(person_id, one)
    return list(counted.values())


def missing(work: Work, order: Order, what: str = "quote") -> int:
    """Return how many yeses are still missing before the paper may leave."""
    return max(0, _wanted(work, order, what) - len(approvals(work, order, what)))


def check_approved(work: Work, order: Order, what: str = "quote") -> None:
    """Stop here unless enough people said yes to the lines as they are.

    Raises:
        Refused: there are no lines, or yeses are missing; the sentence says how many.
    """
    if not lines_of(work.session, order.id):
        raise Refused(N_("{reference} n'a pas encore de prix."), reference=order.reference)
    left = missing(work, order, what)
    if left:
        raise Refused(MISSING[what], left=left, reference=order.reference)


def _wanted(work: Work, order: Order, what: str) -> int:
    if what != "quote":
        return TWO_MEMBERS
    rules = charter.rules_for(work, "quote.approvals", work.today, order.activity_id)
    return max(int(rule["people"]) for rule in rules)


def _mark_to_approve(work: Work, order: Order, what: str) -> str:
    lines = lines_of(work.session, order.id)
    if not lines:
        raise Refused(N_("{reference} n'a pas encore de prix."), reference=order.reference)
    if what == "quote" and order.state != "asked":
        raise Refused(
            N_("Le devis de {reference} est déjà parti. Il ne se relit plus."),
            reference=order.reference,
        )
    check_plugins_loaded(work, order)
    return _mark(work, order, what, lines)


def _mark(work: Work, order: Order, what: str, lines: list[OrderLine]) -> str:
    """Return what a yes is given to: the lines and, for a bill, the papers made before it."""
    counts = [one.papers_made for one in work.instance.features if one.papers_made]
    made = 0 if what == "quote" else sum(count(work, order.id) for count in counts)
    mark = digest(lines, order)
    return f"{mark}:{made}" if made else mark


def _holds(work: Work, order: Order, what: str, person_id: UUID) -> bool:
    grants = grants_of(work.session, person_id, work.today)
    giver = Actor("person", "", party_id=person_id, grants=grants)
    here = Scope(activity_id=order.activity_id)
    return work.instance.rights.reach(giver, NEEDS[what]).covers(here)


def _given(order_id: UUID, what: str, mark: str) -> sa.Select[Approval]:
    return sa.select(Approval).where(
        Approval.order_id == order_id, Approval.what == what, Approval.lines_digest == mark
    )
