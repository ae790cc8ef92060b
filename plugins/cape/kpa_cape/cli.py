"""``kpa cape``: contracts that end, one person's green light, reminders now."""

from __future__ import annotations

import json
from uuid import UUID

import click

from kpa_cape.engagement import last_standing_day
from kpa_cape.portrait import contracts_of
from kpa_cape.reminding import REMIND
from kpa_cape.texts import told
from kpa_core.api import (
    N_,
    EngagementFacts,
    NotFound,
    Work,
    command,
    engagements,
    green_light,
    person_facts,
)


def add_commands(group: click.Group) -> None:
    """Add this plugin's commands to ``kpa cape``."""
    group.help = "Contrats, feu vert, rappels."
    command(group, "list", needs="engagement.read")(list_contracts)
    command(group, "check", needs="engagement.read")(check)
    command(group, "remind", needs=REMIND)(remind)


@click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
def list_contracts(work: Work, as_json: bool) -> None:
    """Montrer les contrats, celui qui finit le plus tôt en premier."""
    rows = [_row(work, one) for one in engagements(work)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo("  ".join(str(value) for value in list(row.values())[1:]))
    if not rows:
        click.echo(told(N_("Aucun contrat.")))


@click.argument("person")
def check(work: Work, person: str) -> None:
    """Dire si une personne (prénom ou identifiant) a le feu vert aujourd'hui."""
    person_id = _find(work, person)
    light = green_light(work, person_id, work.today)
    click.echo(light.sentence)
    for one in light.lights:
        click.echo(f"{one.label} : {one.sentence} {one.todo}".rstrip())
    for contract in contracts_of(work, person_id):
        click.echo(f"{contract.label}, {contract.facts.starts_on} – {contract.last}")
        for reason in contract.reasons:
            click.echo(f"  {reason.text} {reason.todo}".rstrip())


def remind(work: Work) -> None:
    """Envoyer maintenant les rappels du jour ; personne n'est prévenu deux fois."""
    with work.transaction():
        work.ask(REMIND, {})
        work.record(REMIND, REMIND)
    click.echo(told(N_("C'est demandé. Le serveur envoie les rappels du jour.")))


def _row(work: Work, one: EngagementFacts) -> dict[str, object]:
    return {
        "person": str(one.person_id),
        "name": person_facts(work, one.person_id).display_name,
        "kind": one.kind,
        "state": one.state,
        "starts_on": one.starts_on.isoformat(),
        "last_day": last_standing_day(one).isoformat(),
        "renewal": one.renewal_number,
    }


def _find(work: Work, text: str) -> UUID:
    """Return the one person the actor may see by this id or name, among those with a contract."""
    seen = {one.person_id for one in engagements(work)}
    wanted = text.strip().casefold()
    found = [
        person_id
        for person_id in seen
        if wanted in (str(person_id), person_facts(work, person_id).display_name.casefold())
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(
            N_("Plusieurs personnes s'appellent « {name} ». Donne l'identifiant."), name=text
        )
    raise NotFound(N_("Personne avec un contrat ne s'appelle « {name} »."), name=text)
