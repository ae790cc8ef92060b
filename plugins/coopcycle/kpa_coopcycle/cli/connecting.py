"""Commands about servers: which there are, is one well, connect it, where do lists differ."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from uuid import UUID

import click

from kpa_coopcycle import checking, connections, following, words
from kpa_coopcycle.checking import Finding
from kpa_coopcycle.client import CoopCycle
from kpa_coopcycle.settings import Settings
from kpa_coopcycle.texts import gettext, told
from kpa_core.api import N_, Misuse, Refused, Work, activities_for, command

KEY = "KPA_COOPCYCLE_KEY"


def add(group: click.Group, settings: Settings) -> None:
    """Add these commands."""
    _looking(group, settings)
    _connecting(group)


def _looking(group: click.Group, settings: Settings) -> None:
    @command(group, "check", needs="house.read")
    @click.argument("url")
    @click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
    def check(work: Work, url: str, as_json: bool) -> None:
        """Essayer un serveur CoopCycle, sans rien commander.

        La clé du magasin se met dans KPA_COOPCYCLE_KEY : « ak_… » ou « clé:secret ».
        """
        key = os.environ.get(KEY, "").strip()
        server = CoopCycle(work.instance.http, url, key)
        found = list(checking.try_server(server, as_store=bool(key)))
        for one in found:
            click.echo(json.dumps(_row(one), ensure_ascii=False) if as_json else _line(one))
        if not all(one.good for one in found):
            raise Refused(N_("Ce serveur ne répond pas comme prévu : lis les lignes ✗."))

    @command(group, "servers", needs="house.read")
    @click.option("--near", default="", help="Le début du nom de la ville.")
    def servers(work: Work, near: str) -> None:
        """Chercher les coops de livraison qui ont un serveur."""
        for one in checking.directory(work.instance.http, settings.directory):
            if one.city.lower().startswith(near.strip().lower()):
                click.echo(f"{one.city} — {one.name} — {one.address}")


def _connecting(group: click.Group) -> None:
    @command(group, "connect", needs="coopcycle.connect")
    @click.argument("url")
    @click.option("--activity", default="", help="L'activité qui fait livrer, par son nom.")
    @click.option("--coop", is_flag=True, help="On est la coop : la livraison se vend.")
    @click.option("--package", "packages", multiple=True, help="Un nom de colis de la coop.")
    @click.option("--hooks", is_flag=True, help="Demander à la coop de prévenir.")
    def connect(
        work: Work, url: str, activity: str, coop: bool, packages: tuple[str, ...], hooks: bool
    ) -> None:
        """Brancher une activité au serveur d'une coop.

        La clé du magasin se met dans KPA_COOPCYCLE_KEY : « ak_… » ou « clé:secret ».
        """
        key = os.environ.get(KEY, "").strip()
        if not key:
            raise Misuse(N_("Mets la clé du magasin dans KPA_COOPCYCLE_KEY."))
        role = "coop" if coop else "client"
        new = connections.NewConnection(url, key, role, packages)
        row = connections.connect(work, _activity(work, activity), new)
        _say(N_("{name} est branchée : {address}."), name=row.name, address=row.address)
        if hooks:
            home = work.instance.settings.instance.base_url.rstrip("/")
            count = connections.hook(work, row.id, f"{home}/coopcycle/signal/{row.id}")
            _say(N_("La coop préviendra : {count} signaux demandés."), count=count)

    @command(group, "coops", needs="coopcycle.connect")
    @click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
    def coops(work: Work, as_json: bool) -> None:
        """Voir les coops branchées."""
        for at in connections.seen_by(work):
            said = {"id": str(at.id), "name": at.name, "address": at.address, "role": at.role}
            click.echo(
                json.dumps(said, ensure_ascii=False) if as_json else "  ".join(said.values())
            )

    @command(group, "drift", needs="coopcycle.connect")
    @click.argument("connection_id", type=click.UUID)
    @click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
    def drift(work: Work, connection_id: UUID, as_json: bool) -> None:
        """Comparer les livraisons de la coop avec les nôtres."""
        at = connections.find(work, connection_id, connections.CONNECT)
        found = following.compare(work, at)
        for one in found:
            click.echo(
                json.dumps(asdict(one), ensure_ascii=False) if as_json else words.difference(one)
            )
        if not found and not as_json:
            _say(N_("La coop et nous avons les mêmes livraisons."))

    @command(group, "disconnect", needs="coopcycle.connect")
    @click.argument("connection_id", type=click.UUID)
    def disconnect(work: Work, connection_id: UUID) -> None:
        """Débrancher une coop ; les livraisons passées restent."""
        row = connections.disconnect(work, connection_id)
        _say(N_("{name} est débranchée. Efface aussi la clé chez elle."), name=row.name)


def _activity(work: Work, name: str) -> UUID:
    mine = activities_for(work, connections.CONNECT)
    found = [one for one in mine if one.title.casefold() == name.casefold()] if name else mine
    if len(found) != 1:
        names = ", ".join(one.title for one in mine) or "–"
        raise Misuse(N_("Dis quelle activité : --activity. Au choix : {names}."), names=names)
    return found[0].id


def _row(one: Finding) -> dict[str, object]:
    return {"call": one.call, "good": one.good, "told": one.told or _why(one)}


def _line(one: Finding) -> str:
    return f"{'✓' if one.good else '✗'} {one.call} — {one.told or _why(one)}"


def _why(one: Finding) -> str:
    if one.error is None:
        return ""
    text = gettext(one.error.message)
    return text.format(**one.error.params) if one.error.params else text


def _say(message: str, **values: object) -> None:
    click.echo(told(message, **values))
