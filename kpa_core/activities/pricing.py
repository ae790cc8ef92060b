"""The price of an order: the plugins propose lines, people change them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from kpa_core.activities.lines import (
    NewLine,
    check_plugins_loaded,
    lines_of,
    next_position,
    open_order,
    row_of,
)
from kpa_core.activities.models import Order, OrderLine
from kpa_core.contracts import Line, QuoteRequest, VatRegime
from kpa_core.errors import N_, PluginError, Refused
from kpa_core.money import MoneyError
from kpa_core.work import Work, collect


def price(work: Work, order_id: UUID, *, replace_edited: bool = False) -> list[OrderLine]:
    """Ask the plugins for their lines, and put them on the order; lines typed by hand stay.

    Raises:
        PluginError: a plugin failed; a wrong price is worse than none, nothing changes.
        Refused: a proposed line was changed by hand and ``replace_edited`` is not said; or the
            quote has left; or the plugin of a line is out.
    """
    with work.transaction() as session:
        order = open_order(work, order_id)
        check_plugins_loaded(work, order)
        request = _request(work, order)
        for plugin, proposed in list(collect(work, "quote_lines", request=request)):
            _make_room(session, order, plugin, bool(proposed), replace_edited)
            _put(work, session, order, plugin, proposed)
        lines = lines_of(session, order.id)
        work.record("order.write", order, scope=order.scope, after={"lines": len(lines)})
    return lines


def _request(work: Work, order: Order) -> QuoteRequest:
    return QuoteRequest(
        order_id=order.id,
        activity_id=order.activity_id,
        activity_kind=order.activity.kind,
        day=order.day,
        guests=order.guests,
        wishes=order.wishes,
        vat_regime=_regime(work, order.activity.carrier_id),
    )


def _regime(work: Work, carrier_id: UUID | None) -> VatRegime:
    rules = [one.vat_regime for one in work.instance.features if one.vat_regime]
    return rules[0](work, carrier_id) if rules and carrier_id else "normal"


def _make_room(
    session: Session, order: Order, plugin: str, proposes: bool, replace_edited: bool
) -> None:
    """Take the plugin's earlier lines away; those a person changed only when that was said."""
    earlier = [line for line in lines_of(session, order.id) if line.plugin == plugin]
    edited = [line for line in earlier if line.edited]
    if edited and proposes and not replace_edited:
        raise Refused(
            N_("« {label} » a été changée à la main. Garde-la, ou demande à la remplacer."),
            label=edited[0].label,
        )
    for line in earlier:
        if proposes or not line.edited:
            session.delete(line)
    session.flush()


def _put(work: Work, session: Session, order: Order, plugin: str, proposed: Iterable[Line]) -> None:
    position = next_position(session, order.id)
    for place, line in enumerate(proposed, start=position):
        try:
            _check_types(line)
            row = row_of(_typed(line), order, place, work.actor.party_id)
            row.data = json.loads(json.dumps(dict(line.data), default=str))
        except (MoneyError, TypeError, ValueError) as error:
            raise PluginError(
                plugin, N_("une ligne de prix est fausse : {detail}"), detail=error
            ) from error
        row.plugin = plugin
        session.add(row)
    session.flush()


def _check_types(line: Line) -> None:
    """Let no float in: a contract's types are only promised, not held, by a plugin."""
    whole = (
        line.unit_price_cents,
        line.vat_rate_bp,
        line.planned_cost_cents or 0,
        line.discount_cents,
    )
    if not isinstance(line.quantity, Decimal) or any(type(value) is not int for value in whole):
        raise TypeError(f"{line.label}: Decimal, int, int")


def _typed(line: Line) -> NewLine:
    return NewLine(
        label=line.label,
        quantity=line.quantity,
        unit_price_cents=line.unit_price_cents,
        vat_rate_bp=line.vat_rate_bp,
        unit=line.unit,
        details=line.details,
        price_basis=line.price_basis,
        planned_cost_cents=line.planned_cost_cents,
        nature=line.nature,
        discount_cents=line.discount_cents,
    )
