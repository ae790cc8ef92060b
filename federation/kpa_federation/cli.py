"""``kpa federation``: who is in the network, what came, files for those without a line."""

from __future__ import annotations

import json

import click
import sqlalchemy as sa

from kpa_core.api import N_, Work, command
from kpa_core.api import say_on_terminal as say
from kpa_federation.carrying import cli as carrying
from kpa_federation.ceremonies import cli as ceremonies
from kpa_federation.log.models import LogRow
from kpa_federation.network import cli as network
from kpa_federation.network import profile
from kpa_federation.own import writing
from kpa_federation.peers import asking, inviting, progress, service, visiting
from kpa_federation.peers.models import TRUST_LABELS
from kpa_federation.protocol.words import words_of
from kpa_federation.records import cli as records
from kpa_federation.records import naming, telling
from kpa_federation.texts import gettext
from kpa_federation.trust import cli as trust
from kpa_federation.trust import service as weighing


def add(group: click.Group) -> None:
    """Add the commands to ``kpa federation``."""
    _peers(group)
    carrying.add(group)
    records.add(group)
    ceremonies.add(group)
    network.add(group)
    trust.add(group, naming.may_say)


def _peers(group: click.Group) -> None:
    @command(group, "open", needs="federation.keys")
    def open_log(work: Work) -> None:
        """Donner au KPA sa clé et son journal."""
        click.echo(writing.open_log(work))

    @command(group, "recover", needs="federation.keys")
    def recover(work: Work) -> None:
        """Reprendre chez les voisins les fiches qu'une vieille sauvegarde n'a pas."""
        say(N_("{count} lignes sont revenues."), count=asking.recover(work))

    @command(group, "override", needs="federation.keys")
    @click.argument("reason")
    def override(work: Work, reason: str) -> None:
        """Publier même si aucun voisin ne répond ; la raison reste dans le journal."""
        asking.override(work, reason)
        say(N_("Tu peux publier."))

    @command(group, "invite", needs="federation.peers")
    def invite(work: Work) -> None:
        """Faire un lien pour inviter un KPA ; il sert une fois, pendant 30 jours."""
        click.echo(inviting.invite(work).link())

    @command(group, "join", needs="federation.peers")
    @click.argument("link")
    def join(work: Work, link: str) -> None:
        """Rejoindre le KPA qui t'a envoyé ce lien."""
        row = inviting.accept(work, inviting.read_link(link))
        say(N_("Tu suis maintenant {origin}."), origin=row.name or row.origin)
        say(
            N_("Ses six mots : {words}. Compare-les au téléphone ; sinon, bloque-le."),
            words=words_of(row.origin),
        )

    @command(group, "peers", needs="federation.peers")
    @click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
    def peers(work: Work, as_json: bool) -> None:
        """Montrer les KPA voisins."""
        sizes = {row.origin: row.size for row in work.session.scalars(sa.select(LogRow))}
        why = weighing.why(work)
        found = [
            {
                "origin": row.origin,
                "name": row.name,
                "trust": row.trust,
                "address": row.address,
                "entries": sizes.get(row.origin, 0),
                "trouble": row.trouble,
                "recommended_by": list(why.get(row.origin, ())),
            }
            for row in service.peers(work.session)
        ]
        if as_json:
            click.echo(json.dumps(found, ensure_ascii=False))
            return
        for one in found:
            label = gettext(TRUST_LABELS[str(one["trust"])])
            trouble = f" · {one['trouble']}" if one["trouble"] else ""
            name = one["name"] or words_of(str(one["origin"]))
            click.echo(f"{name} · {label} · {one['entries']}{trouble}")
            click.echo(f"  {words_of(str(one['origin']))} · {one['origin']}")

    @command(group, "follow", needs="federation.peers")
    @click.argument("origin")
    @click.argument("address", default="")
    @click.option("--name", default="", help="Comment on l'appelle ici.")
    def follow(work: Work, origin: str, address: str, name: str) -> None:
        """Suivre un KPA voisin."""
        service.add_peer(work, origin, address, name)
        say(N_("Tu suis maintenant {origin}."), origin=name or origin)

    @command(group, "pull", needs="federation.peers")
    def pull(work: Work) -> None:
        """Aller chercher ce qui est nouveau chez les voisins."""
        names = weighing.names(work)
        for origin, done in visiting.pull_all(work, _tell_how_far).items():
            name = names.get(origin, origin)
            if isinstance(done, str):
                say(N_("{origin} : {trouble}"), origin=name, trouble=done)
            else:
                say(N_("{origin} : {count} lignes nouvelles."), origin=name, count=done.entries)
        profile.name_neighbours(work)
        weighing.refresh(work)
        telling.tell(work)


def _tell_how_far(origin: str, done: int, whole: int) -> None:
    told = gettext(N_("{origin} : {done} lignes sur {whole}"))
    said = {"done": progress.spaced(done), "whole": progress.spaced(whole)}
    click.echo(told.format(origin=origin, **said), err=True)
