"""``kpa federation profile``, ``leave``, ``back``: this instance in the network."""

from __future__ import annotations

import json

import click

from kpa_core.api import N_, Work, command
from kpa_core.api import say_on_terminal as say
from kpa_federation.network import profile
from kpa_federation.peers import asking
from kpa_federation.records.drafts import PUBLISH


def add(group: click.Group) -> None:
    """Add the commands to ``kpa federation``."""
    _profile(group)


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
