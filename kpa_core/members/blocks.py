"""Blocks that plugins add to a page: each rendered apart, so that a broken one hurts no other."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import render_template
from markupsafe import Markup

from kpa_core.contracts import Card, Scope
from kpa_core.work import Work

log = logging.getLogger("kpa.pages")


@dataclass(frozen=True)
class Block:
    """One block, ready for the page."""

    title: Any
    body: Markup


def blocks(work: Work, offered: Iterable[tuple[str, list[Card]]], scope: Scope) -> list[Block]:
    """Render the cards that plugins offered and whose right the reader holds on this object."""
    found = []
    for plugin, cards in offered:
        for card in cards:
            if card.needs not in work.instance.rights or not work.can(card.needs, scope):
                continue
            try:
                body = Markup(render_template(card.template, **card.data))
            except Exception:  # a plugin's template may fail in any way
                log.exception("plugin %s: its card %r cannot be shown", plugin, card.template)
                continue
            found.append(Block(card.title, body))
    return found
