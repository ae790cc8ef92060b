"""``kpa carriers``: the bodies that invoice, what papers say of them, their series."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from kpa_core import clock
from kpa_core.activities import activities as activity_service
from kpa_core.activities.cli.typed import DAY, JSON, day_of, given, the_activity
from kpa_core.commands import command, say
from kpa_core.commands.rows import show_one, show_rows, written
from kpa_core.errors import N_, NotFound
from kpa_core.i18n import gettext
from kpa_core.invoices.carrier import carriers as service
from kpa_core.invoices.carrier import identity as identities
from kpa_core.invoices.carrier import series as series_service
from kpa_core.invoices.cli.typed import read_table
from kpa_core.invoices.exports import bookkeeping
from kpa_core.invoices.models import MODES, Carrier
from kpa_core.work import Work

LABELS = {"mode": service.MODE_LABELS}

carriers = click.Group("carriers", help="Les maisons qui facturent.")

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SOURCE = click.option("--source", default="", help="Le papier qui le dit.")
_TERMS = (
    click.option("--code", "analytic_code", default=None, help="Notre code chez elle."),
    click.option("--payment-days", type=click.IntRange(0, 365), help="Jours pour payer."),
    click.option("--quote-days", type=click.IntRange(1, 365), help="Jours où un devis est bon."),
    click.option("--late-penalty", default=None, help="Son taux si le client paie en retard."),
    click.option("--paid-when", default=None, help="Quand elle paie les gens."),
    click.option("--ask-whom", default=None, help="À qui demander avant de choisir."),
    click.option("--email", default=None, help="Son adresse mail pour la facturation."),
)


EMITS_FROM = click.option(
    "--emits-from", type=DAY, help="Le jour où ses factures passent par une plateforme."
)


def terms(function: Any) -> Any:
    """Add the options that say how to invoice with a carrier."""
    for option in reversed(_TERMS):
        function = option(function)
    return function


@command(carriers, "list", needs="carrier.read")
@JSON
def list_carriers(work: Work, as_json: bool) -> None:
    """Voir les maisons qui facturent."""
    found = work.session.scalars(service.visible_carriers(work))
    show_rows([_row(one) for one in found], as_json, "name", "mode", labels=LABELS)


@command(carriers, "show", needs="carrier.read")
@click.argument("name")
@JSON
def show(work: Work, name: str, as_json: bool) -> None:
    """Voir une maison, ce que disent nos papiers, ses séries."""
    found = service.carrier_named(work, name)
    said = service.identity_on(work.session, found, clock.today(found.timezone))
    row = {
        **_row(found),
        "identity": said.identity if said else {},
        "vat_regime": identities.regime_of(said.identity if said else {}),
        "series": [
            {"code": one.code, "pattern": one.pattern, "closed_on": one.closed_on}
            for one in series_service.series_of(work.session, found)
        ],
    }
    show_one(row, as_json, "name", "mode", labels=LABELS)
    if as_json:
        return
    for key, value in row["identity"].items():
        if key != "vat_regime":
            click.echo(f"{gettext(identities.LABELS.get(key, key))} : {written(value)}")
    label, regime = identities.LABELS["vat_regime"], identities.REGIMES[row["vat_regime"]]
    click.echo(f"{gettext(label)} : {gettext(regime)}")
    if not row["identity"].get("iban"):
        say(N_("Il manque l'IBAN : le client ne sait pas où payer."))
    if row["series"]:
        show_rows(row["series"], False, "code", "pattern", "closed_on")


@command(carriers, "add", needs="carrier.add")
@click.argument("name")
@click.option("--mode", type=click.Choice(MODES), default=MODES[0], help="Qui numérote.")
@click.option("--identity", type=FILE, required=True, help="Un fichier JSON ou TOML.")
@SOURCE
@EMITS_FROM
@terms
def add(
    work: Work,
    name: str,
    mode: str,
    identity: Path,
    source: str,
    emits_from: datetime | None,
    **facts: Any,
) -> None:
    """Ajouter une maison."""
    facts = given(emits_from=day_of(emits_from), **facts)
    new = service.NewCarrier(name, mode, read_table(identity), **facts)
    found = service.add_carrier(work, new, source=source)
    say(N_("{name} est notée."), name=found.name)


@command(carriers, "change", needs="carrier.write")
@click.argument("name")
@click.option("--mode", type=click.Choice(MODES), help="Qui numérote.")
@click.option("--until", type=DAY, help="Le jour où elle ne nous porte plus.")
@EMITS_FROM
@terms
def change(
    work: Work,
    name: str,
    mode: str | None,
    until: datetime | None,
    emits_from: datetime | None,
    **facts: Any,
) -> None:
    """Changer comment on facture avec une maison."""
    found = service.carrier_named(work, name, "carrier.write")
    changes = given(mode=mode, ends_on=day_of(until), emits_from=day_of(emits_from), **facts)
    service.change_carrier(work, found.id, found.version, changes)
    say(N_("C'est noté."))


@command(carriers, "identity", needs="carrier.write")
@click.argument("name")
@click.argument("file", type=FILE)
@click.option("--from", "starts_on", type=DAY, help="À partir de ce jour ; sinon aujourd'hui.")
@SOURCE
def identity(work: Work, name: str, file: Path, starts_on: datetime | None, source: str) -> None:
    """Écrire ce que disent nos papiers, depuis un fichier JSON ou TOML."""
    found = service.carrier_named(work, name, "carrier.write")
    day = day_of(starts_on) or clock.today(found.timezone)
    table = {"name": found.name, **read_table(file)}
    service.set_identity(work, found.id, table, starts_on=day, source=source)
    say(N_("C'est noté. Les papiers d'avant ne changent pas."))


@command(carriers, "accounts", needs="carrier.write")
@click.argument("name")
@click.argument("file", type=FILE)
@click.option("--from", "starts_on", type=DAY, help="À partir de ce jour ; sinon aujourd'hui.")
@SOURCE
def accounts(work: Work, name: str, file: Path, starts_on: datetime | None, source: str) -> None:
    """Écrire ses numéros de compte, depuis un fichier JSON ou TOML."""
    found = service.carrier_named(work, name, "carrier.write")
    day = day_of(starts_on) or clock.today(found.timezone)
    bookkeeping.set_accounts(work, found.id, read_table(file), starts_on=day, source=source)
    say(N_("C'est noté. Les journaux d'avant ne changent pas."))


@command(carriers, "series", needs="carrier.write")
@click.argument("name")
@click.argument("code")
@click.argument("pattern")
@click.option("--continuous", is_flag=True, help="Elle ne repart pas à 1 chaque année.")
@SOURCE
def grant_series(
    work: Work, name: str, code: str, pattern: str, continuous: bool, source: str
) -> None:
    """Ouvrir une série de numéros, comme KPA-{year}-{number:04}."""
    found = service.carrier_named(work, name, "carrier.write")
    row = series_service.grant_series(
        work, found.id, code=code, pattern=pattern, yearly=not continuous, source=source
    )
    say(N_("La série {code} est ouverte."), code=row.code)


@command(carriers, "close", needs="carrier.write")
@click.argument("name")
@click.argument("code")
def close_series(work: Work, name: str, code: str) -> None:
    """Fermer une série : elle ne donne plus de numéro."""
    found = service.carrier_named(work, name, "carrier.write")
    for one in series_service.series_of(work.session, found):
        if one.code == code:
            series_service.close_series(work, one.id)
            say(N_("La série {code} est fermée. Ses factures restent."), code=code)
            return
    raise NotFound(N_("{name} n'a pas de série {code}."), name=name, code=code)


@command(carriers, "choose", needs="carrier.choose")
@click.argument("activity")
@click.argument("name")
def choose(work: Work, activity: str, name: str) -> None:
    """Dire quelle maison facture pour une activité."""
    place = the_activity(work, activity, "carrier.choose")
    found = service.carrier_named(work, name)
    activity_service.set_carrier(work, place.id, found.id)
    say(N_("{name} facture pour cette activité."), name=found.name)


def _row(carrier: Carrier) -> dict[str, Any]:
    return {
        "id": carrier.id,
        "name": carrier.name,
        **{name: getattr(carrier, name) for name in service.EDITABLE},
    }
