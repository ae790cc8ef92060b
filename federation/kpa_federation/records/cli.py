"""``kpa federation publish|records|show|withdraw|install``."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import click

from kpa_core.api import N_, Misuse, Work, command
from kpa_core.api import say_on_terminal as say
from kpa_federation.catalogue.licences import DEFAULT, licence_of
from kpa_federation.own import writing
from kpa_federation.peers import asking
from kpa_federation.protocol.entries import REASONS
from kpa_federation.records import drafts, publishing, reading, taking
from kpa_federation.records.content import Content, plain, plain_lines
from kpa_federation.records.kinds import kinds
from kpa_federation.records.reading import Found
from kpa_federation.texts import gettext

WORDS = ("kind", "licence", "body", "group")


def add(group: click.Group) -> None:
    """Add the commands to ``kpa federation``."""
    _reading(group)
    _deciding(group)


def _reading(group: click.Group) -> None:
    @command(group, "records", needs="federation.read")
    @click.option("--search", default="", help="Un ou plusieurs mots.")
    @click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
    def records(work: Work, search: str, as_json: bool) -> None:
        """Lister les fiches à lire, les nôtres et celles des voisins."""
        found = reading.records(work, kinds(work), search=search, most=None)
        if as_json:
            click.echo(json.dumps([_facts(one) for one in found], ensure_ascii=False))
            return
        for one in found:
            click.echo(f"{one.name}  {plain(one.title)} · {plain(one.origin.name)}")

    @command(group, "show", needs="federation.read")
    @click.argument("name")
    @click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
    def show(work: Work, name: str, as_json: bool) -> None:
        """Lire une fiche, avec qui l'a faite et ce qu'on peut en faire."""
        known = kinds(work)
        found = reading.record(work, known, name)
        if not isinstance(found.content, Content):
            raise Misuse(
                N_("Cette fiche est mise de côté. {why}"), why=gettext(found.content.message)
            )
        credit = taking.credit_of(work, known, found)
        if as_json:
            facts = {**_facts(found), "credit": credit, "body": found.content.body}
            click.echo(json.dumps(facts, ensure_ascii=False))
            return
        for place, text in plain_lines(found.content.body):
            click.echo(f"{place}: {plain(text)}")
        for file in found.content.files:
            click.echo(f"{plain(file.name)}  {file.sha256}  {file.size}")
        licence = licence_of(found.licence)
        click.echo(gettext(licence.plain) if licence else found.licence)
        click.echo(credit)


def _deciding(group: click.Group) -> None:
    @command(group, "publish", needs="federation.publish")
    @click.argument("files", nargs=-1, required=True, type=click.File("rb"))
    @click.option(
        "--attach",
        "attached",
        multiple=True,
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Un fichier qui va avec. On peut en donner plusieurs.",
    )
    def publish(work: Work, files: tuple[Any, ...], attached: tuple[Path, ...]) -> None:
        """Publier des fiches écrites dans des fichiers TOML : kind, licence et [body]."""
        if attached and len(files) > 1:
            raise Misuse(N_("Avec --attach, publie une seule fiche à la fois."))
        asking.ask(work)
        for file in files:
            click.echo(_publish(work, _read(file.read()), attached))
        if not writing.is_signed(work.session):
            click.echo(gettext(publishing.UNSIGNED), err=True)

    @command(group, "withdraw", needs="federation.publish")
    @click.argument("name")
    @click.option("--reason", type=click.Choice(REASONS), required=True, help="Pourquoi.")
    @click.option("--erase", is_flag=True, help="Effacer aussi le texte, partout.")
    def withdraw(work: Work, name: str, reason: str, erase: bool) -> None:
        """Retirer une de nos fiches, ici et chez les voisins."""
        asking.ask(work)
        publishing.retract(work, name, reason, erase=erase)
        say(N_("La fiche est retirée. Les voisins la retirent à leur prochain passage."))

    @command(group, "install", needs="federation.read")
    @click.argument("name")
    def install(work: Work, name: str) -> None:
        """Reprendre une fiche d'un voisin : elle devient un brouillon ici."""
        click.echo(taking.take(work, name))


def _facts(one: Found) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "title": one.title,
        "origin": one.origin.key,
        "origin_name": one.origin.name,
        "place": one.place,
        "licence": one.licence,
        "revision": one.revision,
        "derived_from": [name for name, _ in one.sources],
    }


def _publish(work: Work, said: dict[str, Any], attached: tuple[Path, ...]) -> str:
    with work.transaction():
        row = drafts.write_draft(
            work, str(said["kind"]), said["body"], str(said.get("licence", DEFAULT))
        )
        for path in attached:
            drafts.add_file(work, row.id, path.name, path.read_bytes())
        try:
            return publishing.publish(work, row.id, row.version)
        except publishing.NotReady as error:
            for one in error.troubles:
                click.echo(f"{one.label}:{one.line or ''} {one.sentence} {one.todo}", err=True)
            raise


def _read(data: bytes) -> dict[str, Any]:
    try:
        said = tomllib.loads(data.decode())
    except ValueError as error:
        raise Misuse(N_("Le fichier est mal écrit : {why}."), why=str(error)[:200]) from error
    unknown = sorted(set(said) - set(WORDS))
    if unknown or "kind" not in said or not isinstance(said.get("body"), dict):
        raise Misuse(N_("Il faut kind, licence et une table [body], et rien d'autre."))
    return said
