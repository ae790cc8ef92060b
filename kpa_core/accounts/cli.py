"""``kpa sign-in``, ``kpa sign-out``, and what ``kpa people`` does with ways in."""

from __future__ import annotations

import click

from kpa_core.accounts import cards, sessions, tokens
from kpa_core.accounts.tokens import actor_of_token as actor_of_token
from kpa_core.commands import command, say
from kpa_core.errors import N_, KpaError
from kpa_core.members import service
from kpa_core.members.cli import find
from kpa_core.members.cli import people as people
from kpa_core.work import Work

group = click.Group("account")
FROM_HERE = "command line"
"""Whoever types on the machine is one place, for the counters of attempts."""


@command(group, "sign-in", needs="account.enter", help="Se connecter avec le code de sa carte.")
@click.argument("who")
@click.option("--code", prompt=True, hide_input=True, help="Le code de la carte.")
@click.option("--print", "printed", is_flag=True, help="Écrire le jeton, pour KPA_TOKEN.")
def sign_in(work: Work, who: str, code: str, printed: bool) -> None:
    token = cards.open_by_card(work, code, address=FROM_HERE, via="cli")
    found = sessions.find(work, token)
    if found is None or not _is(work, found.actor.party_id, who):
        sessions.end(work, token)
        raise KpaError(N_("Ce code n'est pas la carte de « {who} »."), who=who)
    if printed:
        click.echo(token)
        return
    path = tokens.keep(work, token)
    say(N_("Tu es connecté·e : {name}. Ta clé est dans {path}."), name=found.actor.name, path=path)


@command(group, "sign-out", needs="account.enter", help="Se déconnecter.")
def sign_out(work: Work) -> None:
    token = tokens.kept(work)
    if token:
        sessions.end(work, token)
    tokens.forget(work)
    say(N_("Tu es déconnecté·e."))


@command(people, "card", needs="member.card", help="Faire la carte d'une personne, ou la refaire.")
@click.argument("who")
def card(work: Work, who: str) -> None:
    made = cards.issue(work, find(work, who, "member.card").id)
    say(N_("La carte de {name} : {code}."), name=made.person.display_name, code=made.code)
    if made.needs_second:
        say(N_("Elle marchera quand une deuxième personne dira oui : kpa people approve-card."))


@command(people, "approve-card", needs="member.card", help="Dire oui à une carte qui attend.")
@click.argument("who")
def approve_card(work: Work, who: str) -> None:
    person = find(work, who, "member.card")
    cards.approve(work, person.id)
    say(N_("La carte de {name} marche maintenant."), name=person.display_name)


def _is(work: Work, person_id: object, who: str) -> bool:
    own = service.own_card(work)
    names = {own.display_name.casefold(), own.email.casefold(), own.phone, str(own.id)} - {""}
    try:
        by_contact = service.with_contact(work.session, who)
    except KpaError:
        by_contact = None
    is_named = who.strip().casefold() in names or (
        by_contact is not None and by_contact.id == own.id
    )
    return own.id == person_id and is_named
