"""``kpa people``: welcome, list, show; roles and contracts."""

from __future__ import annotations

import json
from datetime import date, datetime
from uuid import UUID

import click

from kpa_core.commands import command, say
from kpa_core.errors import N_, Misuse, NotFound, Refused
from kpa_core.i18n import gettext
from kpa_core.members import engagements, greenlight, roles, service
from kpa_core.members.engagements import NewEngagement
from kpa_core.members.models import Engagement, Party
from kpa_core.work import Work

people = click.Group("people", help="Les personnes.")
group = people
DAY = click.DateTime(formats=["%Y-%m-%d", "%d/%m/%Y"])


@command(people, "add", needs="member.welcome", help="Accueillir une personne.")
@click.argument("name")
@click.option("--phone", default="", help="Son téléphone.")
@click.option("--email", default="", help="Son adresse mail.")
@click.option("--family-name", default="", help="Son nom de famille, pour le contrat.")
@click.option("--born", type=DAY, help="Sa date de naissance.")
def add(
    work: Work, name: str, phone: str, email: str, family_name: str, born: datetime | None
) -> None:
    new = service.NewPerson(name, family_name, email, phone, _day(born))
    person = service.add_person(work, new)
    say(N_("{name} est dans le KPA. Numéro : {id}."), name=person.display_name, id=person.id)


@command(people, "list", needs="member.list", help="Voir qui est dans le KPA.")
@click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
def list_people(work: Work, as_json: bool) -> None:
    found = service.people(work)
    if as_json:
        rows = [{"id": str(one.id), "name": one.display_name} for one in found]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for one in found:
        click.echo(one.display_name)


@command(people, "show", needs="member.read", help="Voir la fiche d'une personne.")
@click.argument("who")
@click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
def show(work: Work, who: str, as_json: bool) -> None:
    person = find(work, who)
    held = [role.kind for role in roles.roles_of(work.session, person.id, work.today)]
    light = None
    if work.can("engagement.read", service.person_scope(work, person.id)):
        light = greenlight.shown(work, person.id)
    if as_json:
        green = {"green_light": light.ok} if light else {}
        table = {"id": str(person.id), "name": person.display_name, "roles": held, **green}
        click.echo(json.dumps(table, ensure_ascii=False))
        return
    click.echo(person.display_name)
    for kind in held:
        click.echo(f"- {gettext(roles.TITLES.get(kind, kind))}")
    if light:
        for item in light.items:
            click.echo(f"{item['label']} : {item['text']}")
        click.echo(light.sentence)


@command(people, "role", needs="role.grant.participant", help="Donner un rôle du groupe.")
@click.argument("who")
@click.argument("kind", type=click.Choice(("member", "participant", "referent")))
@click.option("--activity", type=click.UUID, help="Le numéro de l'activité.")
def role(work: Work, who: str, kind: str, activity: UUID | None) -> None:
    _grant(work, who, kind, activity_id=activity)


@command(people, "treasurer", needs="role.grant.treasurer", help="Donner la trésorerie.")
@click.argument("who")
@click.option("--activity", type=click.UUID, help="Le numéro de l'activité.")
def treasurer(work: Work, who: str, activity: UUID | None) -> None:
    _grant(work, who, "treasurer", activity_id=activity)


@command(people, "kpa-role", needs="role.grant.instance", help="Donner un rôle pour tout le KPA.")
@click.argument("who")
@click.argument("kind", type=click.Choice(("animator", "host", "supporter", "admin")))
@click.option("--carrier", type=click.UUID, help="Le numéro de la maison qui facture.")
def kpa_role(work: Work, who: str, kind: str, carrier: UUID | None) -> None:
    _grant(work, who, kind, carrier_id=carrier)


@command(people, "engage", needs="engagement.write", help="Préparer un contrat.")
@click.argument("who")
@click.argument("kind")
@click.option("--from", "starts_on", type=DAY, required=True, help="Le premier jour.")
@click.option("--to", "ends_on", type=DAY, required=True, help="Le dernier jour.")
@click.option("--carrier", type=click.UUID, help="Le numéro de la maison qui facture.")
@click.option("--yes", "said_yes", multiple=True, help="Une question du contrat : oui.")
@click.option("--no", "said_no", multiple=True, help="Une question du contrat : non.")
def engage(
    work: Work,
    who: str,
    kind: str,
    starts_on: datetime,
    ends_on: datetime,
    carrier: UUID | None,
    said_yes: tuple[str, ...],
    said_no: tuple[str, ...],
) -> None:
    person = named(work, who, "engagement.write")
    terms = {**dict.fromkeys(said_yes, True), **dict.fromkeys(said_no, False)}
    made = engagements.draft(
        work, NewEngagement(person.id, kind, starts_on.date(), ends_on.date(), carrier, terms)
    )
    say(N_("Le contrat est prêt à signer. Numéro : {id}."), id=made.id)


@command(people, "sign", needs="engagement.write", help="Noter la signature d'un contrat.")
@click.argument("who")
@click.option("--on", "signed_on", type=DAY, help="Le jour de la signature ; sinon aujourd'hui.")
def sign(work: Work, who: str, signed_on: datetime | None) -> None:
    person = named(work, who, "engagement.write")
    made = _latest(work, person, "draft")
    engagements.sign(work, made.id, _day(signed_on) or work.today)
    say(N_("La signature de {name} est notée."), name=person.display_name)


@command(people, "insure", needs="engagement.write", help="Noter que l'assurance a dit oui.")
@click.argument("who")
@click.option("--from", "insured_from", type=DAY, required=True, help="Le premier jour.")
@click.option("--to", "insured_until", type=DAY, help="Le dernier jour.")
def insure(work: Work, who: str, insured_from: datetime, insured_until: datetime | None) -> None:
    person = named(work, who, "engagement.write")
    made = _latest(work, person, "signed", "draft")
    engagements.insure(work, made.id, insured_from.date(), _day(insured_until))
    say(greenlight.shown(work, person.id).sentence.replace("{", "{{").replace("}", "}}"))


def find(work: Work, who: str, capability: str = "member.read") -> Party:
    """Return the one person meant by a name, a phone number, an address or a number.

    Raises:
        Misuse: nobody, or several.
    """
    seen = service.visible_people(work, capability)
    by_contact = _by_contact(work, who)
    if by_contact is not None:
        found = list(work.session.scalars(seen.where(Party.id == by_contact.id)))
    else:
        name = who.strip().casefold()
        found = [one for one in work.session.scalars(seen) if one.display_name.casefold() == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise Misuse(N_("Plusieurs personnes s'appellent « {who} ». Donne le téléphone."), who=who)
    raise Misuse(N_("Personne ne s'appelle « {who} »."), who=who)


def named(work: Work, who: str, capability: str) -> Party:
    """Return the one person of the whole KPA meant, as the lists of names in forms offer them.

    Raises:
        Misuse: nobody, or several.
    """
    known = dict(service.names(work, capability))
    by_contact = _by_contact(work, who)
    found = [key for key, name in known.items() if name.casefold() == who.strip().casefold()]
    if by_contact is not None:
        found = [by_contact.id] if known else []
    if len(found) != 1:
        raise Misuse(N_("Personne ne s'appelle « {who} », ou plusieurs."), who=who)
    return work.session.get_one(Party, found[0])


def _by_contact(work: Work, who: str) -> Party | None:
    try:
        return work.session.get(Party, UUID(who))
    except ValueError:
        pass
    try:
        return service.with_contact(work.session, who)
    except Refused:
        return None


def _grant(
    work: Work,
    who: str,
    kind: str,
    *,
    activity_id: UUID | None = None,
    carrier_id: UUID | None = None,
) -> None:
    person = named(work, who, roles.capability_for(kind))
    roles.grant(work, person.id, kind, activity_id=activity_id, carrier_id=carrier_id)
    say(N_("C'est noté : {role}."), role=gettext(roles.TITLES[kind]))


def _latest(work: Work, person: Party, *states: str) -> Engagement:
    mine = [
        one
        for one in greenlight.engagements_of(work.session, person.id)
        if one.state in states and work.can("engagement.write", engagements.near(work, one))
    ]
    if not mine:
        raise NotFound(N_("{name} n'a pas de contrat qui attend."), name=person.display_name)
    return mine[-1]


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
