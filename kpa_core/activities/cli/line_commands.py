"""``kpa orders``: the price."""

from __future__ import annotations

from decimal import Decimal

import click

from kpa_core.activities import lines, pricing
from kpa_core.activities.cli.order_commands import orders
from kpa_core.activities.cli.typed import CENTS, QUANTITY, RATE, the_id, the_order
from kpa_core.activities.lines import amount
from kpa_core.activities.models import OrderLine
from kpa_core.commands import command, say
from kpa_core.errors import N_, NotFound
from kpa_core.i18n import current_locale
from kpa_core.money import format_cents
from kpa_core.work import Work


@command(orders, "price", needs="order.write")
@click.argument("order")
@click.option("--replace", is_flag=True, help="Remplacer aussi les lignes changées à la main.")
def price(work: Work, order: str, replace: bool) -> None:
    """Demander un prix aux modules."""
    found = the_order(work, order, "order.write")
    for line in pricing.price(work, found.id, replace_edited=replace):
        shown = format_cents(amount(line), current_locale())
        click.echo(f"{line.id}  {line.label}  {line.quantity.normalize():f}  {shown}")
    say(N_("Relis chaque ligne."))


@command(orders, "line", needs="order.write")
@click.argument("order")
@click.argument("label")
@click.option("--quantity", type=QUANTITY, required=True, help="Combien.")
@click.option("--price", "cents", type=CENTS, required=True, help="Le prix d'une unité.")
@click.option("--vat", type=RATE, required=True, help="La TVA, en pour cent.")
@click.option("--unit", default="", help="L'unité : personne, heure…")
@click.option("--gross", is_flag=True, help="Le prix comprend la TVA.")
@click.option("--cost", type=CENTS, help="Les achats prévus ; sans, on ne sait pas.")
@click.option("--details", default="", help="Des détails pour le client.")
@click.option("--goods", is_flag=True, help="C'est un bien, pas un service.")
@click.option("--discount", type=CENTS, default=0, help="Une remise sur cette ligne.")
def line(
    work: Work,
    order: str,
    label: str,
    quantity: Decimal,
    cents: int,
    vat: int,
    unit: str,
    gross: bool,
    cost: int | None,
    details: str,
    goods: bool,
    discount: int,
) -> None:
    """Écrire une ligne du prix."""
    found = the_order(work, order, "order.write")
    basis = "gross" if gross else "net"
    nature = "goods" if goods else "services"
    new = lines.NewLine(label, quantity, cents, vat, unit, details, basis, cost, nature, discount)
    made = lines.add_line(work, found.id, new)
    say(N_("La ligne est écrite. Numéro : {id}."), id=made.id)


@command(orders, "reprice", needs="order.write")
@click.argument("line")
@click.option("--price", "cents", type=CENTS, help="Le prix d'une unité.")
@click.option("--quantity", type=QUANTITY, help="Combien.")
@click.option("--cost", type=CENTS, help="Les achats prévus.")
@click.option("--discount", type=CENTS, help="Une remise sur cette ligne.")
def reprice(
    work: Work,
    line: str,
    cents: int | None,
    quantity: Decimal | None,
    cost: int | None,
    discount: int | None,
) -> None:
    """Changer le prix d'une ligne."""
    known = _line(work, line)
    new = lines.NewLine(
        label=known.label,
        quantity=known.quantity if quantity is None else quantity,
        unit_price_cents=known.unit_price_cents if cents is None else cents,
        vat_rate_bp=known.vat_rate_bp,
        unit=known.unit,
        details=known.details,
        price_basis=known.price_basis,
        planned_cost_cents=known.planned_cost_cents if cost is None else cost,
        nature=known.nature,
        discount_cents=known.discount_cents if discount is None else discount,
    )
    lines.change_line(work, known.id, known.version, new)
    say(N_("La ligne est changée. Il faut de nouveau la relire."))


@command(orders, "remove-line", needs="order.write")
@click.argument("line")
def remove_line(work: Work, line: str) -> None:
    """Retirer une ligne."""
    lines.remove_line(work, _line(work, line).id)
    say(N_("La ligne est retirée."))


def _line(work: Work, line: str) -> OrderLine:
    found = work.session.get(OrderLine, the_id(line))
    if found is None:
        raise NotFound()
    the_order(work, str(found.order_id), "order.write")
    return found
