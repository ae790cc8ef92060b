"""What a share-out of an order would be now: the money confirmed, what it pays, who gets what, why.

Nothing is written here. An order keeps the scale, the rule and the pot's rate of its first closed
share-out, so that several payments end where one would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities.contributions import minutes_by_person
from kpa_core.activities.models import Order
from kpa_core.activities.people import current_id
from kpa_core.activities.service import check_plugins_loaded
from kpa_core.errors import N_, Refused
from kpa_core.invoices.bills import lineage, live_bill, live_deposits
from kpa_core.invoices.drafts import billed
from kpa_core.invoices.models import Carrier, Document, Payment, PaymentConfirmation
from kpa_core.invoices.paying import dues
from kpa_core.members import charter
from kpa_core.sharing import expenses, scales, share_rules
from kpa_core.sharing.fees import Tier
from kpa_core.sharing.ledger import step_of
from kpa_core.sharing.models import Allocation, Expense, Pot, ShareOut
from kpa_core.sharing.rules import Portion, Stake, rule_named, share
from kpa_core.sharing.steps import Bill, Cover, Step, covers, step, top_up
from kpa_core.sharing.waterfall import Terms, Waterfall, waterfall
from kpa_core.work import Work


@dataclass(frozen=True)
class Ways:
    """How an order is shared, whatever it brings in: kept from its first share-out on."""

    tiers: tuple[Tier, ...]
    fee_base: Literal["margin", "turnover"]
    fee_period: str
    already_cents: int
    pot_rate_bp: int
    rule: str
    scale_id: str
    rule_version_id: str
    exempt: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**asdict(self), "tiers": [asdict(tier) for tier in self.tiers]}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Ways:
        """Return what ``as_data`` stored."""
        tiers = tuple(Tier(one["up_to_cents"], one["rate_bp"]) for one in data["tiers"])
        return cls(**{**data, "tiers": tiers})


@dataclass(frozen=True)
class Plan:
    """A share-out worked out. ``so_far`` is all the order's money, ``step`` what is new."""

    order: Order
    carrier: Carrier
    document: Document
    ways: Ways
    gross: int
    so_far: Waterfall
    step: Step
    bills: tuple[Expense, ...]
    covers: tuple[Cover, ...]
    portions: tuple[Portion, ...]
    minutes: Mapping[UUID, int] = field(default_factory=dict)

    @property
    def is_all_paid(self) -> bool:
        """Tell whether the customer owes nothing more."""
        return self.so_far.gross == self.gross

    @property
    def facts(self) -> tuple[Any, ...]:
        """What must not have changed between proposing and closing."""
        given = tuple((one.person_id, one.cents, one.minutes) for one in self.portions)
        paid_back = tuple((one.expense_id, one.cost, one.vat) for one in self.covers)
        return (self.document.id, self.step, paid_back, given)


def work_out(
    work: Work, order: Order, *, ways: Ways | None = None, received: int | None = None
) -> Plan:
    """Return the share-out of an order as it stands.

    ``ways`` are those of a proposal being closed; ``received`` is for looking ahead, and is
    otherwise the money the carrier confirmed.

    Raises:
        Refused: no invoice, no scale, a plugin that is out, hours that are missing.
        PluginError: the plugin of a line is not loaded.
    """
    session = work.session
    check_plugins_loaded(work, order)
    document = live_bill(session, order.id)
    if document is None:
        raise Refused(
            N_("Il n'y a pas encore de facture pour {reference}."), reference=order.reference
        )
    carrier = session.get_one(Carrier, document.carrier_id)
    money = dues.shareable_of_order(session, order.id) if received is None else received
    ways = _ways(work, order, document, ways)
    bills = expenses.counted(session, order.id)
    terms = _terms(session, document, ways, bills)
    so_far = waterfall(money, terms)
    base = so_far.margin if ways.fee_base == "margin" else so_far.net
    now = step(so_far, base, booked(session, order.id))
    minutes = minutes_by_person(session, order.id)
    return Plan(
        order=order,
        carrier=carrier,
        document=document,
        ways=ways,
        gross=terms.gross,
        so_far=so_far,
        step=now,
        bills=tuple(bills),
        covers=_covers(session, now.expenses, bills),
        portions=_portions(session, order, ways, so_far.to_share, now.to_share, minutes),
        minutes=minutes,
    )


def closed_of(session: Session, order_id: UUID) -> list[ShareOut]:
    """Return an order's closed share-outs and corrections, the oldest first."""
    query = sa.select(ShareOut).where(ShareOut.order_id == order_id, ShareOut.state == "closed")
    return list(session.scalars(query.order_by(ShareOut.closed_at, ShareOut.id)))


def booked(session: Session, order_id: UUID) -> Step:
    """Return what an order's closed share-outs gave in all."""
    return sum((step_of(one) for one in closed_of(session, order_id)), Step())


def _ways(work: Work, order: Order, document: Document, ways: Ways | None) -> Ways:
    """Return the ways of the order's first closed share-out; else new ones, the fee's place fresh.

    A proposal keeps its rule, but takes its place in the fee's period only when it closes.
    """
    first = next((one for one in closed_of(work.session, order.id) if one.kind == "share"), None)
    if first is not None:
        return Ways.from_data(first.figures["ways"])
    day = _money_day(work, document)
    charge = scales.charge_on(work.session, document.carrier_id, day, order.activity.kind, order.id)
    rule = share_rules.rule_on(work.session, work.today, order.activity_id)
    rate = charter.rule(work.session, "pot.common", work.today, order.activity_id)["rate_bp"]
    return Ways(
        tiers=charge.tiers,
        fee_base=charge.base,
        fee_period=charge.period,
        already_cents=charge.already_cents,
        pot_rate_bp=ways.pot_rate_bp if ways else int(rate),
        rule=ways.rule if ways else rule.key,
        scale_id=str(charge.scale_id),
        rule_version_id=ways.rule_version_id if ways else str(rule.version_id or ""),
        exempt=charge.exempt,
    )


def _money_day(work: Work, document: Document) -> date:
    """Return the day the carrier first confirmed money of an order's bills; today before that."""
    session = work.session
    asking = [document, *live_deposits(session, document.order_id)]
    papers = {one for bill in asking for one in lineage(session, bill.id)}
    query = (
        sa.select(sa.func.min(PaymentConfirmation.confirmed_on))
        .join(Payment, Payment.id == PaymentConfirmation.payment_id)
        .where(Payment.document_id.in_(papers))
    )
    return session.scalar(query) or work.today


def _terms(session: Session, document: Document, ways: Ways, bills: list[Expense]) -> Terms:
    whole = billed.whole_of(session, document)
    return Terms(
        gross=whole.gross_cents,
        vat=whole.vat_cents,
        expenses=sum(bill.cost_cents for bill in bills),
        advances=sum(bill.cost_cents for bill in bills if bill.paid_by == "member"),
        scale=ways.tiers,
        pot_rate_bp=ways.pot_rate_bp,
        already_cents=ways.already_cents,
        fee_base=ways.fee_base,
    )


def _covers(session: Session, amount: int, bills: list[Expense]) -> tuple[Cover, ...]:
    done = expenses.covered_by_expense(session, [bill.id for bill in bills])
    return covers(
        amount,
        [
            Bill(
                bill.id,
                bill.cost_cents,
                bill.back_cents if bill.paid_by != "carrier" else 0,
                bill.paid_by == "member",
                *done.get(bill.id, (0, 0)),
            )
            for bill in bills
        ],
    )


def _portions(
    session: Session,
    order: Order,
    ways: Ways,
    total: int,
    amount: int,
    minutes: Mapping[UUID, int],
) -> tuple[Portion, ...]:
    if amount == 0:
        return ()
    if not minutes:
        raise Refused(N_("Personne n'a noté d'heures pour ce travail. Notez d'abord vos heures."))
    stakes = [Stake(person_id, spent) for person_id, spent in minutes.items()]
    return top_up(amount, share(rule_named(ways.rule), total, stakes), _already(session, order.id))


def _already(session: Session, order_id: UUID) -> dict[UUID, int]:
    """Return what closed share-outs gave each person, by the card they live on now."""
    person = current_id(Allocation.person_id)
    query = (
        sa.select(person, sa.func.sum(Allocation.cents))
        .join(ShareOut, ShareOut.id == Allocation.share_out_id)
        .where(ShareOut.order_id == order_id, ShareOut.state == "closed")
        .group_by(person)
    )
    return {person_id: int(total) for person_id, total in session.execute(query)}


def check_pots(session: Session, plan: Plan) -> None:
    """Stop when a pot of another carrier paid for this order: money cannot go back to it here."""
    for bill in plan.bills:
        pot = session.get(Pot, bill.pot_id) if bill.pot_id else None
        if pot is not None and pot.carrier_id != plan.carrier.id:
            raise Refused(
                N_("« {what} » a été payé par la cagnotte d'une autre maison. Annule cet achat."),
                what=bill.what,
            )
