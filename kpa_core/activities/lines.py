"""The lines of an order: what a person types, what they add up to, whether they still stand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities.models import PRICE_BASES, Order, OrderLine
from kpa_core.activities.orders import PRICED_IN
from kpa_core.activities.scopes import find_locked_order
from kpa_core.activities.vat import is_vat_rate
from kpa_core.errors import N_, Conflict, NotFound, Refused
from kpa_core.money import MAX_CENTS, MAX_QUANTITY, MoneyError, round_half_away
from kpa_core.work import Work

PROMISED = (
    "label",
    "details",
    "quantity_thousandths",
    "unit",
    "unit_price_cents",
    "vat_rate_bp",
    "price_basis",
)
"""What a customer reads of a line: approvals are given to these."""

PROMISED_IF_SAID = {"nature": "services", "discount_cents": 0}
"""Fields that came later, with the value that says nothing: older approvals stay what they were."""
NATURES = ("services", "goods")


@dataclass(frozen=True)
class NewLine:
    """A line as it is typed or proposed; see :class:`kpa_core.activities.models.OrderLine`."""

    label: str
    quantity: Decimal
    unit_price_cents: int
    vat_rate_bp: int
    unit: str = ""
    details: str = ""
    price_basis: str = "net"
    planned_cost_cents: int | None = None
    nature: str = "services"
    discount_cents: int = 0


@dataclass(frozen=True)
class Estimate:
    """The purchases planned for an order: the known cents, and how many lines say nothing."""

    known_cents: int
    unknown_lines: int

    @property
    def total_cents(self) -> int | None:
        """The whole, or None while one line is unknown: unknown is not zero."""
        return None if self.unknown_lines else self.known_cents


def lines_of(session: Session, order_id: UUID) -> list[OrderLine]:
    """Return the lines of an order, in their order."""
    query = sa.select(OrderLine).where(OrderLine.order_id == order_id)
    return list(session.scalars(query.order_by(OrderLine.position, OrderLine.id)))


def amount(line: OrderLine | NewLine) -> int:
    """Return quantity times price less the discount, in cents, on the line's own basis."""
    return round_half_away(Fraction(line.quantity) * line.unit_price_cents) - line.discount_cents


def estimate(lines: Iterable[OrderLine]) -> Estimate:
    """Return the purchases planned by some lines."""
    costs = [line.planned_cost_cents for line in lines]
    return Estimate(sum(cost for cost in costs if cost is not None), costs.count(None))


def digest(lines: Iterable[OrderLine], order: Order | None = None) -> str:
    """Return the mark of some lines: it changes with whatever a customer reads of them.

    With their order, also with what comes off the whole and with why there is no VAT.
    """
    facts: list[list[object]] = [_promised(line) for line in lines]
    if order is not None and (order.discount_cents or order.vat_reason):
        facts.append([order.discount_cents, order.discount_reason, order.vat_reason])
    text = json.dumps(facts, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _promised(line: OrderLine) -> list[object]:
    said = [getattr(line, name) for name in PROMISED]
    later = {name: getattr(line, name) for name in PROMISED_IF_SAID}
    return said if later == PROMISED_IF_SAID else [*said, *later.values()]


def check_plugins_loaded(work: Work, order: Order) -> None:
    """Stop here while the plugin of one of the order's lines is out.

    Raises:
        Refused: the sentence names the plugin. A price nobody can check is not sent nor shared.
    """
    plugins = work.instance.plugins
    named = {line.plugin for line in lines_of(work.session, order.id)} - {""}
    for name in sorted(named):
        if not plugins.is_active(name):
            state = plugins.states.get(name)
            raise Refused(
                N_(
                    "La commande {reference} a des lignes du module « {plugin} », qui est arrêté."
                    " Préviens la personne qui gère la machine. {reason}"
                ),
                reference=order.reference,
                plugin=name,
                reason=state.reason if state else "",
            )


def add_line(work: Work, order_id: UUID, new: NewLine) -> OrderLine:
    """Type a line by hand.

    Raises:
        Refused: a figure is out of range, or the price is already on a paper.
    """
    with work.transaction() as session:
        order = open_order(work, order_id)
        line = row_of(new, order, next_position(session, order_id), work.actor.party_id)
        session.add(line)
        session.flush()
        work.record("order.write", line, scope=order.scope, after={"added": line.label})
    return line


def change_line(work: Work, line_id: UUID, version: int, new: NewLine) -> OrderLine:
    """Change a line; one that a plugin proposed stays the plugin's, marked as changed by hand.

    Raises:
        Conflict: someone else changed it in between.
    """
    with work.transaction() as session:
        line = _line(session, line_id)
        order = open_order(work, line.order_id)
        if line.version != version:
            raise Conflict(N_("Quelqu'un d'autre a changé cette ligne. Rouvre-la et recommence."))
        names = (*PROMISED, *PROMISED_IF_SAID)
        before = {name: getattr(line, name) for name in names}
        for name, value in columns(new).items():
            setattr(line, name, value)
        line.edited = bool(line.plugin)
        after = {name: getattr(line, name) for name in names}
        changed = {name: value for name, value in after.items() if value != before[name]}
        work.record(
            "order.write",
            line,
            scope=order.scope,
            before={name: before[name] for name in changed},
            after=changed,
        )
    return line


def remove_line(work: Work, line_id: UUID) -> None:
    """Take a line away."""
    with work.transaction() as session:
        line = _line(session, line_id)
        order = open_order(work, line.order_id)
        session.delete(line)
        work.record("order.write", line, scope=order.scope, before={"removed": line.label})


def open_order(work: Work, order_id: UUID) -> Order:
    """Return an order whose lines the actor may change, locked: a quote leaves before or after.

    Raises:
        Refused: its quote has left; take it back first.
    """
    order = find_locked_order(work, order_id, "order.write")
    if order.state not in PRICED_IN:
        raise Refused(
            N_("Le prix de {reference} est déjà sur un devis. Choisis « Revoir le devis »."),
            reference=order.reference,
        )
    return order


def next_position(session: Session, order_id: UUID) -> int:
    """Return the place after the last line."""
    last = session.scalar(
        sa.select(sa.func.max(OrderLine.position)).where(OrderLine.order_id == order_id)
    )
    return (last or 0) + 1


def row_of(new: NewLine, order: Order, position: int, by: UUID | None) -> OrderLine:
    """Return the row of a line, once its figures are in range.

    Raises:
        MoneyError: one is not.
    """
    return OrderLine(order_id=order.id, position=position, created_by=by, **columns(new))


def columns(new: NewLine) -> dict[str, object]:
    """Return a line's columns, once its figures are in range.

    Raises:
        MoneyError: one is not; the sentence says which.
    """
    for field, message in _faults(new):
        raise MoneyError(message, field=field, label=new.label[:80])
    return {
        "label": new.label.strip(),
        "details": new.details.strip(),
        "quantity_thousandths": int(new.quantity * 1000),
        "unit": new.unit.strip(),
        "unit_price_cents": new.unit_price_cents,
        "vat_rate_bp": new.vat_rate_bp,
        "price_basis": new.price_basis,
        "planned_cost_cents": new.planned_cost_cents,
        "nature": new.nature,
        "discount_cents": new.discount_cents,
    }


def _faults(new: NewLine) -> Iterator[tuple[str, str]]:
    quantity = new.quantity
    if not new.label.strip():
        yield "label", N_("Il manque le nom de la ligne.")
    # NaN answers no comparison: it is looked for first.
    if not (quantity.is_finite() and 0 < quantity <= MAX_QUANTITY and quantity * 1000 % 1 == 0):
        yield (
            "quantity",
            N_("La quantité de « {label} » ne va pas. Écris un nombre, par exemple 40."),
        )
    elif not 0 <= new.unit_price_cents <= MAX_CENTS or _whole(new) > MAX_CENTS:
        yield (
            "unit_price_cents",
            N_("Le prix de « {label} » ne va pas. Écris un montant, par exemple 15,50."),
        )
    elif not 0 <= new.discount_cents <= _whole(new):
        yield (
            "discount_cents",
            N_("La remise sur « {label} » ne va pas : de 0 au prix de la ligne, pas plus."),
        )
    if new.nature not in NATURES:
        yield "nature", N_("« {label} » : dis si c'est un bien ou un service.")
    if not is_vat_rate(new.vat_rate_bp):
        yield (
            "vat_rate_bp",
            N_("La TVA de « {label} » n'est pas un taux d'ici. Choisis 20, 10, 5,5, 2,1 ou 0."),
        )
    if new.planned_cost_cents is not None and not 0 <= new.planned_cost_cents <= MAX_CENTS:
        yield (
            "planned_cost_cents",
            N_("Les achats prévus de « {label} » ne vont pas. Écris un montant, par exemple 198."),
        )
    if new.price_basis not in PRICE_BASES:
        yield "price_basis", N_("Le prix de « {label} » est avec ou sans TVA. Choisis.")


def _whole(new: NewLine) -> int:
    return round_half_away(Fraction(new.quantity) * new.unit_price_cents)


def _line(session: Session, line_id: UUID) -> OrderLine:
    line = session.get(OrderLine, line_id)
    if line is None:
        raise NotFound()
    return line
