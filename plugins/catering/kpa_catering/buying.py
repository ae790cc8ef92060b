"""What is bought for an order: ticked off the list of its plan, with the price paid if it is said.

The list is that of the plan kept with the order. A cost is counted from the last price paid for the
same pack, for whichever order it was; what was never paid for has no price, and is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from kpa_catering import orders
from kpa_catering.buying_models import PurchaseRow
from kpa_catering.names import slug
from kpa_catering.plan import Bought
from kpa_catering.recipes import MAX_PRICE_CENTS, whole
from kpa_catering.scaling import Cost
from kpa_core.api import N_, NotFound, OrderRef, Refused, Scope, Work


@dataclass(frozen=True)
class Paid:
    """The last price paid for a pack, without the VAT the carrier gets back, and its day."""

    cents: int
    day: date


@dataclass(frozen=True)
class ToBuy:
    """A line of the list: `key` is how forms name it, `taken_on` when it was ticked."""

    key: str
    bought: Bought
    taken_on: date | None
    paid: Paid | None

    @property
    def cost_cents(self) -> int | None:
        """What the packs cost at the last price paid; None when nobody ever wrote one."""
        return None if self.paid is None else self.bought.packs * self.paid.cents


@dataclass(frozen=True)
class Shopping:
    """The list of an order, and what it costs as far as prices were paid."""

    order: OrderRef
    menu: str
    guests: int
    lines: tuple[ToBuy, ...]

    @property
    def cost(self) -> Cost:
        """Add up what is known and name what is missing."""
        known = (one.cost_cents for one in self.lines if one.cost_cents is not None)
        missing = (one.bought.name for one in self.lines if one.cost_cents is None)
        return Cost(sum(known), tuple(missing))

    @property
    def left(self) -> int:
        """How many lines are still to buy."""
        return sum(1 for one in self.lines if one.taken_on is None)


def shopping_of(work: Work, order_id: UUID, capability: str = "order.read") -> Shopping:
    """Return the list of an order's menu.

    Raises:
        NotFound: the order is not for this actor.
        Refused: no menu is chosen for it.
    """
    order = orders.find(work, order_id, capability)
    choice = orders.choice_of(work.session, order.id, order.activity_id)
    if choice is None:
        raise Refused(
            N_("Aucun menu n'est encore choisi pour {reference}."), reference=order.reference
        )
    taken = {row.slug: row.bought_on for row in _rows(work, order.id)}
    lines = tuple(
        ToBuy(slug(one.name), one, taken.get(slug(one.name)), last_paid(work, one))
        for one in choice.plan.bought
    )
    return Shopping(order, choice.plan.menu, choice.guests, lines)


def last_paid(work: Work, bought: Bought) -> Paid | None:
    """Return the last price paid for such a pack; another size is another price."""
    row = work.session.scalar(
        sa.select(PurchaseRow)
        .where(
            PurchaseRow.slug == slug(bought.name),
            PurchaseRow.size_thousandths == bought.size,
            PurchaseRow.unit == bought.unit,
            PurchaseRow.paid_cents.is_not(None),
        )
        .order_by(PurchaseRow.bought_on.desc(), PurchaseRow.id.desc())
        .limit(1)
    )
    return None if row is None or row.paid_cents is None else Paid(row.paid_cents, row.bought_on)


def tick(work: Work, order_id: UUID, key: str) -> Shopping:
    """Note that a line is in the basket; ticked twice is ticked."""
    with work.transaction():
        shopping, line = _line(work, order_id, key)
        if line.taken_on is None:
            _record(work, shopping.order, _take(work, shopping.order, line))
    return shopping


def untick(work: Work, order_id: UUID, key: str) -> Shopping:
    """Put a line back on the list, with the price that was written for it."""
    with work.transaction() as session:
        shopping, line = _line(work, order_id, key)
        for row in _rows(work, order_id):
            if row.slug == line.key:
                _record(work, shopping.order, row, gone=True)
                session.delete(row)
    return shopping


def pay(work: Work, order_id: UUID, key: str, cents: int) -> Shopping:
    """Note what one pack of a line cost today, without the VAT the carrier gets back; it is bought.

    Raises:
        Refused: no such line, or a price out of range.
    """
    with work.transaction() as session:
        shopping, line = _line(work, order_id, key)
        price = whole("paid_cents", cents, 0, MAX_PRICE_CENTS)
        row = next((one for one in _rows(work, order_id) if one.slug == line.key), None)
        row = row or _take(work, shopping.order, line)
        # The pack may be another one since it was ticked: the price is of the pack of today's list.
        row.size_thousandths, row.unit = line.bought.size, line.bought.unit
        row.paid_cents, row.bought_on = price, work.today
        session.flush()
        _record(work, shopping.order, row)
    return shopping


def _line(work: Work, order_id: UUID, key: str) -> tuple[Shopping, ToBuy]:
    shopping = shopping_of(work, order_id, "catering.choose")
    line = next((one for one in shopping.lines if one.key == key), None)
    if line is None:
        raise NotFound(N_("Ce n'est plus sur la liste. Rouvre la page."))
    return shopping, line


def _take(work: Work, order: OrderRef, line: ToBuy) -> PurchaseRow:
    row = PurchaseRow(
        order_id=order.id,
        slug=line.key,
        size_thousandths=line.bought.size,
        unit=line.bought.unit,
        bought_on=work.today,
        created_by=work.actor.party_id,
    )
    work.session.add(row)
    work.session.flush()
    return row


def _rows(work: Work, order_id: UUID) -> list[PurchaseRow]:
    return list(
        work.session.scalars(sa.select(PurchaseRow).where(PurchaseRow.order_id == order_id))
    )


def _record(work: Work, order: OrderRef, row: PurchaseRow, *, gone: bool = False) -> None:
    facts = {"bought": row.slug, "paid_cents": row.paid_cents}
    scope = Scope(activity_id=order.activity_id)
    before, after = (facts, None) if gone else (None, facts)
    work.record("catering.choose", row, scope=scope, before=before, after=after)
