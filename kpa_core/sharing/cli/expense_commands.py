"""``kpa expenses``: what was bought, who paid, and money handed back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from kpa_core.activities.cli.typed import (
    CENTS,
    DAY,
    JSON,
    day_of,
    the_id,
    the_order,
    the_people,
)
from kpa_core.commands import command, say
from kpa_core.commands.rows import show_rows
from kpa_core.errors import N_, Misuse
from kpa_core.files import clean_photo
from kpa_core.sharing import advances
from kpa_core.sharing import expenses as service
from kpa_core.sharing.cli.typed import the_pot
from kpa_core.sharing.models import NAMES_ON_RECEIPTS
from kpa_core.work import Work

expenses = click.Group("expenses", help="Les achats.")


@command(expenses, "list", needs="expense.read")
@click.argument("order")
@JSON
def list_expenses(work: Work, order: str, as_json: bool) -> None:
    """Voir les achats d'une commande."""
    found = service.of_order(work, the_order(work, order, "expense.read").id)
    show_rows([_row(one) for one in found], as_json, "id", "day", "supplier", "what", "paid_cents")


@command(expenses, "add", needs="expense.write")
@click.argument("order")
@click.option("--supplier", required=True, help="Le magasin.")
@click.option("--what", required=True, help="Ce qui a été acheté.")
@click.option("--net", type=CENTS, required=True, help="Le prix sans la TVA.")
@click.option("--vat", type=CENTS, default="0", help="La TVA.")
@click.option("--day", type=DAY, help="Le jour du ticket ; sinon aujourd'hui.")
@click.option("--paid-by", "member", help="La personne qui a avancé l'argent.")
@click.option("--pot", help="La cagnotte qui a payé.")
@click.option("--in-name-of", type=click.Choice(NAMES_ON_RECEIPTS), default="carrier")
@click.option("--photo", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def add(
    work: Work,
    order: str,
    supplier: str,
    what: str,
    net: int,
    vat: int,
    day: datetime | None,
    member: str | None,
    pot: str | None,
    in_name_of: str,
    photo: Path | None,
) -> None:
    """Noter un achat ; sans --paid-by ni --pot, la maison qui facture a payé."""
    if member and pot:
        raise Misuse(N_("Choisis --paid-by ou --pot, pas les deux."))
    new = service.NewExpense(
        day=day_of(day) or work.today,
        supplier=supplier,
        what=what,
        net_cents=net,
        vat_cents=vat,
        paid_by="member" if member else "pot" if pot else "carrier",
        paid_by_id=the_people(work, [member])[0] if member else None,
        pot_id=the_pot(work, pot).id if pot else None,
        in_name_of=in_name_of,
    )
    data = clean_photo(photo.read_bytes()) if photo else None
    found = service.record(work, the_order(work, order, "expense.write").id, new, data)
    say(N_("L'achat est noté : {id}."), id=found.id)


@command(expenses, "cancel", needs="expense.write")
@click.argument("expense")
@click.option("--why", required=True, help="Pourquoi il ne compte pas.")
def cancel(work: Work, expense: str, why: str) -> None:
    """Dire qu'un achat ne compte pas."""
    service.cancel(work, the_id(expense), why)
    say(N_("Cet achat ne compte plus."))


@command(expenses, "owed", needs="expense.read")
@JSON
def owed(work: Work, as_json: bool) -> None:
    """Voir les avances à rendre."""
    rows = [
        {"id": one.expense.id, "person": one.person.display_name, "cents": one.cents}
        for one in advances.owed(work)
    ]
    show_rows(rows, as_json, "id", "person", "cents")


@command(expenses, "back", needs="payment.record")
@click.argument("expense")
@click.option("--day", type=DAY, help="Le jour ; sinon aujourd'hui.")
def back(work: Work, expense: str, day: datetime | None) -> None:
    """Noter qu'une avance est rendue."""
    advances.hand_back(work, the_id(expense), day_of(day))
    say(N_("C'est noté : l'argent est rendu."))


def _row(shown: service.Shown) -> dict[str, Any]:
    expense = shown.expense
    names = ("id", "day", "supplier", "what", "net_cents", "vat_cents", "vat_recoverable")
    return {
        **{name: getattr(expense, name) for name in names},
        "paid_cents": expense.paid_cents,
        "paid_by": expense.paid_by,
        "payer": shown.payer,
        "cancelled": shown.cancelled,
        "covered_cents": shown.covered_cents,
    }
