"""``kpa activities``: activities, who is in them, offers, counters."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import click

from kpa_core.activities import activities as service
from kpa_core.activities import impact, offers
from kpa_core.activities.cli.typed import (
    CENTS,
    DAY,
    JSON,
    QUANTITY,
    RATE,
    day_of,
    the_activity,
    the_id,
)
from kpa_core.activities.models import ACTIVITY_STATES, OFFER_STATES, ImpactCounter
from kpa_core.activities.people import places
from kpa_core.activities.scopes import find_activity
from kpa_core.commands import command, say
from kpa_core.commands.rows import show_one, show_rows
from kpa_core.errors import N_, Misuse
from kpa_core.members.cli import named
from kpa_core.members.roles import grant
from kpa_core.work import Work

LABELS = {"state": service.STATE_LABELS}
OFFERS = {"state": offers.STATE_LABELS}

activities = click.Group("activities", help="Les activités.")


@command(activities, "list", needs="activity.list")
@click.option("--all", "archived", is_flag=True, help="Les archivées aussi.")
@JSON
def list_activities(work: Work, archived: bool, as_json: bool) -> None:
    """Voir les activités."""
    rows = (
        {"id": one.id, "title": one.title, "state": one.state, "kind": one.kind}
        for one in service.listed_activities(work, archived=archived)
    )
    show_rows(rows, as_json, "title", "state", labels=LABELS)


@command(activities, "show", needs="activity.read")
@click.argument("activity")
@JSON
def show(work: Work, activity: str, as_json: bool) -> None:
    """Voir une activité."""
    found = find_activity(work, the_activity(work, activity).id)
    row: dict[str, Any] = {
        "id": found.id,
        "title": found.title,
        "state": found.state,
        "kind": found.kind,
        "people": [
            {"name": place.person.display_name, "roles": place.kinds}
            for place in places(work.session, found.id, work.today)
        ],
        "offers": [
            {"id": one.id, "title": one.title, "state": one.state, "price": one.unit_price_cents}
            for one in offers.offers_of(work, found.id)
        ],
        "counters": [
            {"id": one.counter.id, "name": one.counter.name, "total": str(one.total)}
            for one in impact.counts(work.session, found.id)
        ],
    }
    show_one(row, as_json, "title", "state", labels=LABELS)
    if as_json:
        return
    show_rows(row["people"], False, "name", "roles")
    if row["offers"]:
        show_rows(row["offers"], False, "id", "title", "state", labels=OFFERS)
    if row["counters"]:
        show_rows(row["counters"], False, "id", "name", "total")


@command(activities, "propose", needs="activity.propose")
@click.argument("title")
@click.option("--kind", default="", help="Le genre, donné par un module.")
@click.option("--description", default="", help="En quelques mots.")
@click.option("--grant-funded", is_flag=True, help="Payée par une subvention.")
def propose(work: Work, title: str, kind: str, description: str, grant_funded: bool) -> None:
    """Proposer une activité."""
    new = service.NewActivity(title, kind, description, grant_funded)
    made = service.propose_activity(work, new)
    say(N_("« {title} » commence. Numéro : {id}."), title=made.title, id=made.id)


@command(activities, "state", needs="activity.write")
@click.argument("activity")
@click.argument("state", type=click.Choice(ACTIVITY_STATES))
def state(work: Work, activity: str, state: str) -> None:
    """Dire où en est une activité."""
    service.set_state(work, the_activity(work, activity).id, state)
    say(N_("C'est noté."))


@command(activities, "join", needs="role.grant.participant")
@click.argument("activity")
@click.argument("who")
@click.option(
    "--as",
    "kind",
    type=click.Choice(("participant", "referent")),
    default="participant",
    help="Pour faire quoi.",
)
def join(work: Work, activity: str, who: str, kind: str) -> None:
    """Faire entrer une personne."""
    place = the_activity(work, activity)
    person = named(work, who, "role.grant.participant")
    grant(work, person.id, kind, activity_id=place.id)
    say(N_("{name} est dans « {title} »."), name=person.display_name, title=place.title)


@command(activities, "offer", needs="activity.write")
@click.argument("activity")
@click.argument("title")
@click.option("--price", type=CENTS, required=True, help="Le prix d'une unité.")
@click.option("--vat", type=RATE, required=True, help="La TVA, en pour cent.")
@click.option("--unit", default="", help="L'unité : personne, heure…")
@click.option("--gross", is_flag=True, help="Le prix comprend la TVA.")
@click.option("--sentence", default="", help="Une phrase pour le client.")
@click.option("--lead-days", type=click.IntRange(0, 365), default=0, help="Jours pour préparer.")
def offer(
    work: Work,
    activity: str,
    title: str,
    price: int,
    vat: int,
    unit: str,
    gross: bool,
    sentence: str,
    lead_days: int,
) -> None:
    """Écrire une offre."""
    new = offers.NewOffer(
        title, price, vat, sentence, unit, "gross" if gross else "net", lead_days=lead_days
    )
    made = offers.add_offer(work, the_activity(work, activity).id, new)
    say(N_("L'offre est un brouillon. Numéro : {id}."), id=made.id)


@command(activities, "publish", needs="activity.publish")
@click.argument("offer")
@click.option("--state", type=click.Choice(OFFER_STATES), default="published", help="L'état voulu.")
def publish(work: Work, offer: str, state: str) -> None:
    """Publier ou retirer une offre."""
    offers.set_offer_state(work, the_id(offer), state)
    say(N_("C'est noté."))


@command(activities, "count", needs="impact.write")
@click.argument("activity")
@click.argument("name")
@click.argument("amount", type=QUANTITY)
@click.option("--unit", default="", help="En quoi : kg, personnes…")
@click.option("--on", "day", type=DAY, help="Le jour ; sinon aujourd'hui.")
@click.option("--take-away", is_flag=True, help="Une correction : enlever ce nombre.")
@click.option("--note", default="", help="Une remarque.")
def count(
    work: Work,
    activity: str,
    name: str,
    amount: Decimal,
    unit: str,
    day: datetime | None,
    take_away: bool,
    note: str,
) -> None:
    """Compter un résultat utile."""
    place = the_activity(work, activity)
    with work.transaction():
        counter = _counter(work, place.id, name)
        if counter is None and take_away:
            raise Misuse(N_("On ne compte pas « {name} » ici."), name=name)
        counter = counter or impact.add_counter(work, place.id, name, unit)
        signed = -amount if take_away else amount
        impact.add_amount(work, counter.id, signed, day_of(day) or work.today, note)
    say(N_("C'est compté."))


def _counter(work: Work, activity_id: Any, name: str) -> ImpactCounter | None:
    wanted = " ".join(name.split()).casefold()
    known = (one.counter for one in impact.counts(work.session, activity_id))
    return next((one for one in known if one.name.casefold() == wanted), None)
