"""``kpa ofn``: is the server as we know it, connect a shop, read it, where do lists differ."""

from __future__ import annotations

import json
import os
from uuid import UUID

import click

from kpa_core.api import N_, Misuse, Refused, Work, activities_for, command
from kpa_ofn import booking, checking, rates, reading, shops
from kpa_ofn.checking import Finding
from kpa_ofn.client import OpenFood
from kpa_ofn.texts import gettext, told

KEY = "KPA_OFN_KEY"


def add(group: click.Group) -> None:
    """Add the commands to ``kpa ofn``."""
    _looking(group)
    _connecting(group)
    _reading(group)


def _looking(group: click.Group) -> None:
    @command(group, "check", needs="house.read")
    @click.argument("url")
    @click.argument("enterprise")
    @click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
    def check(work: Work, url: str, enterprise: str, as_json: bool) -> None:
        """Essayer un serveur Open Food Network, sans rien changer.

        La clé se met dans KPA_OFN_KEY ; ENTERPRISE est le numéro de la boutique.
        """
        key = os.environ.get(KEY, "").strip()
        server = OpenFood(work.instance.http, url, key)
        found = list(checking.try_server(server, enterprise, with_key=bool(key)))
        for one in found:
            click.echo(json.dumps(_row(one), ensure_ascii=False) if as_json else _line(one))
        if not all(one.good for one in found):
            raise Refused(N_("Ce serveur ne répond pas comme prévu : lis les lignes ✗."))


def _connecting(group: click.Group) -> None:
    @command(group, "connect", needs="ofn.connect")
    @click.argument("url")
    @click.argument("enterprise")
    @click.option("--activity", default="", help="L'activité qui vend, par son nom.")
    @click.option(
        "--prices-with-tax/--prices-without-tax",
        "with_tax",
        required=True,
        help="Les prix de ce serveur comprennent-ils la TVA ?",
    )
    def connect(work: Work, url: str, enterprise: str, activity: str, with_tax: bool) -> None:
        """Brancher une activité à sa boutique.

        La clé se met dans KPA_OFN_KEY ; ENTERPRISE est le numéro de la boutique.
        """
        key = os.environ.get(KEY, "").strip()
        if not key:
            raise Misuse(N_("Mets la clé de la boutique dans KPA_OFN_KEY."))
        new = shops.NewShop(url, key, enterprise, with_tax)
        row = shops.connect(work, _activity(work, activity), new)
        _say(N_("{name} est branchée."), name=row.name)
        _say(N_("Adresse à coller chez elle : {hook}"), hook=shops.hook_address(work, row))

    @command(group, "shops", needs="ofn.connect")
    @click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
    def listed(work: Work, as_json: bool) -> None:
        """Voir les boutiques branchées."""
        for row in shops.seen_by(work):
            said = {"id": str(row.id), "name": row.name, "address": row.address}
            click.echo(
                json.dumps(said, ensure_ascii=False) if as_json else "  ".join(said.values())
            )

    @command(group, "disconnect", needs="ofn.connect")
    @click.argument("shop_id", type=click.UUID)
    def disconnect(work: Work, shop_id: UUID) -> None:
        """Débrancher une boutique ; les commandes passées restent."""
        row = shops.disconnect(work, shop_id)
        _say(N_("{name} est débranchée. Change aussi la clé chez elle."), name=row.name)


def _reading(group: click.Group) -> None:
    @command(group, "read", needs="ofn.connect")
    @click.argument("shop_id", type=click.UUID)
    @click.option("--whole", is_flag=True, help="Relire deux mois, pas seulement ce qui a changé.")
    def read(work: Work, shop_id: UUID, whole: bool) -> None:
        """Demander de lire les commandes d'une boutique maintenant."""
        with work.transaction():
            row = shops.find(work, shop_id, shops.CONNECT)
            asked = {"shop": str(row.id), "whole": whole}
            work.ask(reading.READ, asked, remote=shops.remote_of(row))
            work.record(shops.CONNECT, row, after={"read": True})
        _say(N_("C'est demandé. Regarde ensuite : kpa ofn drift."))

    @command(group, "drift", needs="ofn.connect")
    @click.argument("shop_id", type=click.UUID)
    def drift(work: Work, shop_id: UUID) -> None:
        """Voir ce qui n'a pas pu être lu, ou diffère, depuis la dernière lecture."""
        row = shops.find(work, shop_id, shops.CONNECT)
        for one in row.drift:
            click.echo(one["told"])
        if not row.drift:
            _say(N_("La boutique et nous avons les mêmes commandes."))

    @command(group, "vat", needs="ofn.vat")
    @click.argument("rate_id", type=click.UUID)
    @click.argument("percent")
    def vat(work: Work, rate_id: UUID, percent: str) -> None:
        """Dire la TVA d'une catégorie de la boutique : 20, 10, 5.5, 2.1 ou 0."""
        try:
            rate = round(float(percent.replace(",", ".")) * 100)
        except ValueError as error:
            raise Misuse(N_("Écris un taux, par exemple 5.5.")) from error
        row = rates.confirm(work, rate_id, rates.find(work, rate_id).version, rate)
        _say(N_("C'est noté pour « {label} »."), label=booking.named(row.example))


def _activity(work: Work, name: str) -> UUID:
    mine = activities_for(work, shops.CONNECT)
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
