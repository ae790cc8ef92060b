"""The blocks of an order's page that the rooms above and the plugins add."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from kpa_core.activities.models import Order
from kpa_core.activities.service import order_ref
from kpa_core.members.blocks import Block, blocks
from kpa_core.work import Work, collect


def order_blocks(work: Work, order: Order) -> list[Block]:
    """Return the blocks the reader may see: the core's own first, then each plugin's."""
    found = []
    for feature in work.instance.features:
        for panel in feature.order_panels:
            for card in panel(work, order.id):
                if work.can(card.needs, order.scope):
                    body = Markup(render_template(card.template, **card.data))
                    found.append(Block(card.title, body))
    offered = list(collect(work, "order_cards", order=order_ref(order)))
    return [*found, *blocks(work, offered, order.scope)]
