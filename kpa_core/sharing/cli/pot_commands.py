"""``kpa pots``: what the pots hold, money that comes or moves, and the carrier's fee scale."""

from __future__ import annotations

from datetime import datetime

import click

from kpa_core.activities.cli.typed import CENTS, DAY, JSON, day_of, the_activity
from kpa_core.commands import command, say
from kpa_core.commands.rows import show_rows
from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.invoices.carrier import carriers
from kpa_core.money import format_cents
from kpa_core.sharing import pots as service
from kpa_core.sharing import scales
from kpa_core.sharing.accounts import MOVES, POTS
from kpa_core.sharing.cli.typed import the_pot
from kpa_core.sharing.models import FEE_BASES, FEE_PERIODS
from kpa_core.sharing.tiers import read_tiers, write_tiers
from kpa_core.work import Work

pots = click.Group("pots", help="Les cagnottes.")
KINDS = tuple(kind for kind in POTS if kind != "common")


@command(pots, "list", needs="pot.read")
@JSON
def list_pots(work: Work, as_json: bool) -> None:
    """Voir les cagnottes et ce qu'il y a dedans."""
    rows = [
        {
            "id": one.pot.id,
            "name": one.pot.name,
            "kind": one.pot.kind,
            "carrier": one.carrier,
            "cents": one.cents,
            "amount": format_cents(one.cents),
        }
        for one in service.pots(work)
    ]
    show_rows(rows, as_json, "name", "carrier", "cents")


@command(pots, "show", needs="pot.read")
@click.argument("pot")
@JSON
def show(work: Work, pot: str, as_json: bool) -> None:
    """Voir ce qui est entré et sorti d'une cagnotte."""
    rows = [
        {
            "day": line.move.day,
            "kind": gettext(MOVES[line.move.kind]),
            "what": line.move.what,
            "order": line.order,
            "cents": line.cents,
            "held_cents": line.held,
        }
        for line in service.history(work, the_pot(work, pot).id)
    ]
    show_rows(rows, as_json, "day", "kind", "what", "cents", "held_cents")


@command(pots, "open", needs="payment.record")
@click.argument("name")
@click.option("--carrier", required=True, help="La maison où est l'argent.")
@click.option("--kind", type=click.Choice(KINDS), default="project", help="À quoi elle sert.")
@click.option("--activity", help="L'activité.")
def open_pot(work: Work, name: str, carrier: str, kind: str, activity: str | None) -> None:
    """Ouvrir une cagnotte."""
    house = carriers.carrier_named(work, carrier)
    place = the_activity(work, activity).id if activity else None
    service.open_pot(work, house.id, kind, name, place)
    say(N_("La cagnotte « {name} » est ouverte."), name=name)


@command(pots, "put-in", needs="payment.confirm")
@click.argument("pot")
@click.argument("amount", type=CENTS)
@click.option("--why", required=True, help="D'où vient l'argent.")
def put_in(work: Work, pot: str, amount: int, why: str) -> None:
    """Noter, pour la maison, de l'argent qui entre sans vente."""
    service.put_in(work, the_pot(work, pot).id, amount, why)
    say(N_("L'argent est dans la cagnotte."))


@command(pots, "transfer", needs="payment.record")
@click.argument("pot")
@click.argument("other")
@click.argument("amount", type=CENTS)
@click.option("--why", required=True, help="Pourquoi.")
def transfer(work: Work, pot: str, other: str, amount: int, why: str) -> None:
    """Passer de l'argent d'une cagnotte à une autre de la même maison."""
    service.transfer(work, the_pot(work, pot).id, the_pot(work, other).id, amount, why)
    say(N_("C'est noté."))


@command(pots, "scale", needs="carrier.read")
@click.argument("carrier")
@JSON
def show_scale(work: Work, carrier: str, as_json: bool) -> None:
    """Voir le barème d'une maison."""
    rows = [
        {
            "starts_on": one.starts_on,
            "base": one.base,
            "period": one.period,
            "scope": one.scope,
            "tiers": one.tiers,
            "lines": write_tiers(scales.tiers_of(one)).replace("\n", " | "),
            "source": one.source,
        }
        for one in scales.scales_of(work, carriers.carrier_named(work, carrier).id)
    ]
    show_rows(rows, as_json, "starts_on", "base", "period", "lines", "source")


@command(pots, "set-scale", needs="carrier.write")
@click.argument("carrier")
@click.option("--tier", "tiers", multiple=True, required=True, help="Comme 30000:11,5 puis *:10,5.")
@click.option("--from", "starts_on", type=DAY, help="À partir de ce jour ; sinon aujourd'hui.")
@click.option("--base", type=click.Choice(FEE_BASES), default="margin", help="Sur quoi.")
@click.option("--period", type=click.Choice(FEE_PERIODS), default="year", help="La période.")
@click.option("--scope", default="all", help="« all », ou un type d'activité.")
@click.option("--source", required=True, help="Le papier qui le dit.")
def set_scale(
    work: Work,
    carrier: str,
    tiers: tuple[str, ...],
    starts_on: datetime | None,
    base: str,
    period: str,
    scope: str,
    source: str,
) -> None:
    """Écrire un nouveau barème ; les partages finis ne changent pas."""
    house = carriers.carrier_named(work, carrier, "carrier.write")
    new = scales.NewScale(
        starts_on=day_of(starts_on) or work.today,
        tiers=read_tiers("\n".join(tiers)),
        base=base,
        period=period,
        scope=scope,
        source=source,
    )
    scales.add_scale(work, house.id, new)
    say(N_("Le nouveau barème est noté. Les partages finis ne changent pas."))
