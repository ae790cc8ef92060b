"""Each month, the agreed parts of an activity are asked from its carrier, in one batch."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.activities.models import Activity, Order
from kpa_core.contracts import Scope
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.i18n import gettext
from kpa_core.invoices.models import Carrier
from kpa_core.members import charter
from kpa_core.members.models import Party
from kpa_core.sharing import ledger, payfile
from kpa_core.sharing.ledger import Part, Reason
from kpa_core.sharing.models import Allocation, PayRequest, PayRequestLine, ShareOut
from kpa_core.work import Work

STATE_LABELS = {"open": N_("À envoyer"), "sent": N_("Envoyée"), "paid": N_("Payée")}


@dataclass(frozen=True)
class Batch:
    """A pay request as a list shows it."""

    request: PayRequest
    carrier: Carrier
    activity: Activity
    cents: int
    people: int


@dataclass(frozen=True)
class Asked:
    """One part in a pay request."""

    person: Party
    order: Order
    cents: int
    allocation_id: UUID


@dataclass(frozen=True)
class Waiting:
    """Agreed parts of one activity that no pay request holds yet, and when the next one leaves."""

    carrier: Carrier
    activity: Activity
    cents: int
    people: int
    cut_off: date


def scope_of_pay_request(session: Session, pay_request_id: UUID) -> Scope | None:
    """Return where a pay request belongs."""
    request = session.get(PayRequest, pay_request_id)
    return request.scope if request else None


def visible_requests(work: Work) -> sa.Select[PayRequest]:
    """Return the query of the pay requests the actor may see."""
    reach = work.reach("pay.request")
    return sa.select(PayRequest).where(
        reach.where(activity=PayRequest.activity_id, carrier=PayRequest.carrier_id)
    )


def find_request(work: Work, pay_request_id: UUID) -> PayRequest:
    """Return a pay request the actor may see.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    found = work.session.scalar(visible_requests(work).where(PayRequest.id == pay_request_id))
    if found is None:
        raise NotFound()
    return found


def next_cut_off(today: date, day: int) -> date:
    """Return the next day pay requests leave: ``day`` of this month, or of the next once passed."""
    first = today.replace(day=1)
    this = _day_in(first, day)
    if today <= this:
        return this
    return _day_in(_month_after(first), day)


def _day_in(first: date, day: int) -> date:
    return first.replace(day=min(day, calendar.monthrange(first.year, first.month)[1]))


def _month_after(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def waiting(work: Work) -> list[Waiting]:
    """Return the agreed parts that wait for a pay request, by carrier and activity."""
    query = _free(work).with_only_columns(
        ShareOut.carrier_id,
        ShareOut.activity_id,
        sa.func.sum(Allocation.cents),
        sa.func.count(sa.distinct(Allocation.person_id)),
    )
    rows = work.session.execute(query.group_by(ShareOut.carrier_id, ShareOut.activity_id))
    return [
        Waiting(
            work.session.get_one(Carrier, carrier_id),
            work.session.get_one(Activity, activity_id),
            int(cents),
            people,
            _cut_off(work, activity_id),
        )
        for carrier_id, activity_id, cents, people in rows
    ]


def _free(work: Work) -> sa.Select[Allocation]:
    """Return the query of agreed parts of closed share-outs that nobody asked for yet."""
    reach = work.reach("pay.request")
    asked = sa.select(PayRequestLine.allocation_id)
    return (
        sa.select(Allocation)
        .join(ShareOut, ShareOut.id == Allocation.share_out_id)
        .where(
            reach.where(activity=ShareOut.activity_id, carrier=ShareOut.carrier_id),
            ShareOut.state == "closed",
            Allocation.answer == "agreed",
            Allocation.cents > 0,
            Allocation.id.not_in(asked),
        )
    )


def _cut_off(work: Work, activity_id: UUID) -> date:
    rule = charter.rule(work.session, "pay.cut_off_day", work.today, activity_id)
    return next_cut_off(work.today, int(rule["day"]))


def collect(work: Work, carrier_id: UUID | None = None) -> list[PayRequest]:
    """Put every agreed part that waits into the next batch of its activity; return the batches.

    Raises:
        Refused: no part waits.
    """
    with work.transaction():
        groups = [one for one in waiting(work) if carrier_id in (None, one.carrier.id)]
        if not groups:
            raise Refused(N_("Aucune part ne peut être demandée. Il faut l'accord des personnes."))
        return [_collect(work, group) for group in groups]


def _collect(work: Work, group: Waiting) -> PayRequest:
    session = work.session
    ledger.lock_books(session, group.carrier.id)
    request = _open_batch(work, group)
    parts = _free(work).where(
        ShareOut.carrier_id == group.carrier.id, ShareOut.activity_id == group.activity.id
    )
    for part in session.scalars(parts.order_by(Allocation.id)).all():
        session.add(
            PayRequestLine(
                pay_request_id=request.id,
                allocation_id=part.id,
                person_id=part.person_id,
                cents=part.cents,
                created_by=work.actor.party_id,
            )
        )
    session.flush()
    after = {"month": request.month, "cents": total(session, request.id)}
    work.record("pay.request", request, scope=request.scope, after=after)
    return request


def _open_batch(work: Work, group: Waiting) -> PayRequest:
    """Return the batch of the next cut-off, or of the month after when that one has left."""
    cut_off = group.cut_off
    while True:
        month = cut_off.replace(day=1)
        found = work.session.scalar(
            sa.select(PayRequest).where(
                PayRequest.carrier_id == group.carrier.id,
                PayRequest.activity_id == group.activity.id,
                PayRequest.month == month,
            )
        )
        if found is None:
            break
        if found.state == "open":
            return found
        cut_off = _day_in(_month_after(month), group.cut_off.day)
    request = PayRequest(
        carrier_id=group.carrier.id,
        activity_id=group.activity.id,
        month=month,
        cut_off=cut_off,
        created_by=work.actor.party_id,
    )
    work.session.add(request)
    work.session.flush()
    return request


def send(work: Work, pay_request_id: UUID) -> PayRequest:
    """Say that a batch has left for the carrier; from then on it does not change.

    Raises:
        Refused: it left before, or holds nothing.
    """
    with work.transaction() as session:
        request = find_request(work, pay_request_id)
        if request.state != "open":
            raise Refused(N_("Cette demande est déjà partie."))
        if not total(session, request.id):
            raise Refused(N_("Cette demande est vide."))
        request.state, request.sent_at = "sent", clock.now()
        request.sent_by = work.actor.party_id
        session.flush()
        before, after = {"state": "open"}, {"state": "sent"}
        work.record("pay.request", request, scope=request.scope, before=before, after=after)
    return request


def mark_paid(work: Work, pay_request_id: UUID) -> PayRequest:
    """Write the carrier's word that it paid a batch.

    Raises:
        Refused: the batch has not left, or is paid already.
    """
    with work.transaction() as session:
        request = find_request(work, pay_request_id)
        work.require("payment.confirm", request.scope)
        if request.state != "sent":
            raise Refused(N_("Cette demande n'attend pas de paiement."))
        ledger.lock_books(session, request.carrier_id)
        shares = ledger.account(session, request.carrier_id, "shares")
        paid = ledger.account(session, request.carrier_id, "paid")
        lines = _lines(session, request.id)
        parts = [Part(shares, -line.cents, line.person_id) for line in lines]
        parts.append(Part(paid, sum(line.cents for line in lines)))
        ledger.post(work, request.carrier_id, Reason("pay", f"{request.month:%Y-%m}"), parts)
        request.state, request.paid_on = "paid", work.today
        session.flush()
        before, after = {"state": "sent"}, {"state": "paid"}
        work.record("payment.confirm", request, scope=request.scope, before=before, after=after)
    return request


def batches(work: Work) -> list[Batch]:
    """Return the pay requests the actor may see, the latest first."""
    query = (
        visible_requests(work)
        .join(Carrier, Carrier.id == PayRequest.carrier_id)
        .join(Activity, Activity.id == PayRequest.activity_id)
        .add_columns(Carrier, Activity)
        .order_by(PayRequest.month.desc(), Activity.title, PayRequest.id)
    )
    found = []
    for request, carrier, activity in work.session.execute(query):
        lines = _lines(work.session, request.id)
        people = len({line.person_id for line in lines})
        cents = sum(line.cents for line in lines)
        found.append(Batch(request, carrier, activity, cents, people))
    return found


def asked(session: Session, pay_request_id: UUID) -> list[Asked]:
    """Return the parts in a pay request, by person."""
    query = (
        sa.select(Party, Order, PayRequestLine.cents, PayRequestLine.allocation_id)
        .join(PayRequestLine, PayRequestLine.person_id == Party.id)
        .join(Allocation, Allocation.id == PayRequestLine.allocation_id)
        .join(ShareOut, ShareOut.id == Allocation.share_out_id)
        .join(Order, Order.id == ShareOut.order_id)
        .where(PayRequestLine.pay_request_id == pay_request_id)
        .order_by(Party.display_name, Party.id, Order.reference)
    )
    return [Asked(*row) for row in session.execute(query)]


def total(session: Session, pay_request_id: UUID) -> int:
    """Return the cents of a pay request."""
    return sum(line.cents for line in _lines(session, pay_request_id))


def _lines(session: Session, pay_request_id: UUID) -> Sequence[PayRequestLine]:
    query = sa.select(PayRequestLine).where(PayRequestLine.pay_request_id == pay_request_id)
    return session.scalars(query.order_by(PayRequestLine.id)).all()


def export(work: Work, pay_request_id: UUID) -> bytes:
    """Return a pay request as a file for the carrier."""
    request = find_request(work, pay_request_id)
    activity = work.session.get_one(Activity, request.activity_id).title
    lines = [
        payfile.Line(
            month=f"{request.month:%Y-%m}",
            activity=activity,
            person=line.person.full_name,
            order=line.order.reference,
            cents=line.cents,
            reference=str(line.allocation_id),
        )
        for line in asked(work.session, request.id)
    ]
    return payfile.pay_file([gettext(name) for name in payfile.HEADER], lines)
