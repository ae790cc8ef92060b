"""``kpa federation export`` and ``import``: everything in one file, on a USB key."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from kpa_core.api import N_, Misuse, Work, command
from kpa_core.api import say_on_terminal as say
from kpa_federation.carrying import looking, saying, taking_in, writing_out
from kpa_federation.carrying.looking import Look
from kpa_federation.texts import gettext

STEPS = 1000


def add(group: click.Group) -> None:
    """Add the commands to ``kpa federation``."""

    @command(group, "export", needs=writing_out.NEEDS)
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    def export(work: Work, file: Path) -> None:
        """Écrire tout ce qu'on a dans FILE, pour une clé USB."""
        with _bar(N_("On écrit")) as told:
            made = writing_out.write(work, file, told)
        for line in saying.written(made):
            click.echo(line)

    @command(group, "import", needs=writing_out.NEEDS)
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--all", "everyone", is_flag=True, help="Accueillir tous les KPA du fichier.")
    @click.option("--welcome", multiple=True, help="Accueillir ce KPA : son nom ou ses six mots.")
    @click.option("--look", "only_look", is_flag=True, help="Regarder sans rien prendre.")
    def take_in(
        work: Work, file: Path, everyone: bool, welcome: tuple[str, ...], only_look: bool
    ) -> None:
        """Lire un fichier venu d'un autre KPA, tout vérifier, et garder ce qu'on veut."""
        size = file.stat().st_size
        with file.open("rb") as opened, _bar(N_("On vérifie")) as told:
            look = looking.look(work, opened, lambda done: told(done, size))
        for line in saying.seen(look):
            click.echo(line)
        if only_look:
            return
        chosen = {one.origin for one in look.waiting} if everyone else _chosen(look, welcome)
        with file.open("rb") as opened, _bar(N_("On garde")) as told:
            done = taking_in.take(work, opened, look, chosen, lambda at: told(at, size))
        for line in saying.came(done, look):
            click.echo(line)
        if any(one.origin not in chosen for one in look.waiting):
            say(N_("Pour les accueillir tous : la même commande avec --all."))


def _chosen(look: Look, welcome: tuple[str, ...]) -> set[str]:
    """Return the origins that were named; a name that two of them have is told by six words."""
    chosen = set()
    for said in welcome:
        named = " ".join(said.split()).casefold()
        found = {
            one.origin
            for one in look.waiting
            if named in (one.origin, one.words.casefold(), one.name.casefold())
        }
        if len(found) != 1:
            raise Misuse(
                N_("« {said} » : ce n'est pas un seul KPA du fichier. Écris ses six mots."),
                said=said[:100],
            )
        chosen |= found
    return chosen


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far it got, to a person at a terminal; a log file stays clean."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=STEPS, label=gettext(label), file=sys.stderr, hidden=hidden
    ) as bar:

        def told(done: int, everything: int) -> None:
            bar.update(max(done * STEPS // max(everything, 1) - bar.pos, 0))

        yield told
