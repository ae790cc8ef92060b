"""``kpa workshop``: the objects that wait, and what is left in stock."""

from __future__ import annotations

import json

import click

from kpa_core.api import Work, activities_for, command
from kpa_workshop import stock, tickets
from kpa_workshop.rules import LABELS
from kpa_workshop.texts import gettext


def add(group: click.Group) -> None:
    """Add the commands to ``kpa workshop``."""

    @command(group, "tickets", needs="workshop.work")
    @click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
    def listed(work: Work, as_json: bool) -> None:
        """Voir les objets de l'atelier, ceux qui attendent d'abord."""
        for one in activities_for(work, tickets.WORK):
            for row in tickets.of_activity(work.session, one.id):
                state = row.state if as_json else gettext(LABELS[row.state])
                said = {"number": str(row.number), "what": row.what, "state": state}
                click.echo(
                    json.dumps(said, ensure_ascii=False) if as_json else "  ".join(said.values())
                )

    @command(group, "stock", needs="workshop.work")
    @click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
    def left(work: Work, as_json: bool) -> None:
        """Voir ce qui reste en stock."""
        for one in activities_for(work, tickets.WORK):
            for row in stock.parts_of(work.session, one.id):
                said = {"name": row.name, "left": row.stock, "cost_cents": row.cost_cents}
                click.echo(
                    json.dumps(said, ensure_ascii=False) if as_json else f"{row.stock}  {row.name}"
                )
