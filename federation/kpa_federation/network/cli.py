"""``kpa federation profile``, ``leave``, ``back``: this instance in the network."""

from __future__ import annotations

import json

import click

from kpa_core.api import N_, Work, command
from kpa_core.api import say_on_terminal as say
from kpa_federation.network import held, profile
from kpa_federation.own import leaving
from kpa_federation.peers import asking
from kpa_federation.records.content import plain
from kpa_federation.records.drafts import PUBLISH
from kpa_federation.texts import gettext

SURE = N_("Quitter le réseau ?")
TAKEN, FOR_US = N_("repris par"), N_("Gardé pour nous :")


def add(group: click.Group) -> None:
    """Add the commands to ``kpa federation``."""
    _profile(group)
    _held(group)
    _leaving(group)


def _leaving(group: click.Group) -> None:
    @command(group, "leave", needs=leaving.NEEDS)
    @click.option("--yes", is_flag=True, help="Ne pas demander.")
    def leave(work: Work, yes: bool) -> None:
        """Quitter le réseau. Tout ce qu'on a reste ici, et on peut revenir."""
        for line in (*leaving.KEPT, *leaving.ENDS, leaving.BACK):
            say(line)
        if yes or click.confirm(gettext(SURE)):
            leaving.leave(work)
            say(N_("C'est fait. Pour revenir : kpa federation back."))

    @command(group, "back", needs=leaving.NEEDS)
    def back(work: Work) -> None:
        """Revenir dans le réseau ; le journal reprend où il en était."""
        leaving.come_back(work)
        say(N_("Vous êtes de nouveau dans le réseau. Les voisins répondent bientôt."))


def _held(group: click.Group) -> None:
    @command(group, "held", needs=held.NEEDS)
    @click.option("--take", is_flag=True, help="En faire nos brouillons.")
    @click.option("--handed-over", "origin", default="", help="Retirer ce que ce KPA a repris.")
    def show_held(work: Work, take: bool, origin: str) -> None:
        """Montrer les fiches gardées pour un territoire qui n'a pas encore de KPA."""
        if take:
            for one in held.take_over(work):
                click.echo(f"{plain(one.title)}: {gettext(one.why) if one.why else one.page}")
        elif origin:
            asking.ask(work)
            say(N_("Fiches retirées d'ici : {count}."), count=held.hand_over(work, origin))
        else:
            _list_held(work)


def _list_held(work: Work) -> None:
    for here in held.held_here(work):
        takers = ", ".join(plain(one.origin.name) for one in here.taken_by)
        taken = f" · {gettext(TAKEN)} {takers}" if takers else ""
        click.echo(f"{plain(here.territory)}: {plain(here.found.title)} · {here.found.name}{taken}")
    for one in held.held_for_us(work):
        click.echo(f"{gettext(FOR_US)} {plain(one.title)} · {one.name}")


def _profile(group: click.Group) -> None:
    @command(group, "profile", needs=PUBLISH)
    @click.option("--name", default="", help="Le nom du groupe.")
    @click.option("--territory", default="", help="La ville ou le quartier.")
    @click.option("--contact", default="", help="La page où on vous écrit.")
    @click.option("--language", "languages", multiple=True, help="Une langue qu'on parle.")
    @click.option("--publish", is_flag=True, help="Publier ces lignes pour tous les KPA.")
    def show_profile(
        work: Work,
        name: str,
        territory: str,
        contact: str,
        languages: tuple[str, ...],
        publish: bool,
    ) -> None:
        """Dire aux autres KPA qui on est : nom, territoire, page, langues, version."""
        given = {"title": name, "place": territory, "contact": contact}
        said = {key: value for key, value in given.items() if value}
        if languages:
            said["languages"] = list(languages)  # type: ignore[assignment]
        if publish:
            asking.ask(work)
            click.echo(profile.publish(work, said))
            return
        click.echo(json.dumps({**profile.proposed(work), **said}, ensure_ascii=False, indent=1))
        if profile.published(work.session) is None:
            say(N_("Rien n'est publié. Pour publier ces lignes : ajoute --publish."))
