"""``kpa federation vouch``, ``warn``, ``lists``, ``show-anyway``: words on other KPAs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import click

from kpa_core.api import N_, Work, command
from kpa_core.api import say_on_terminal as say
from kpa_federation.peers import asking
from kpa_federation.trust import advising, service
from kpa_federation.trust.saying import ACTIONS, REASONS


def add(group: click.Group, may_say: Callable[[Work], Callable[[str], bool]]) -> None:
    """Add the commands to ``kpa federation``; ``may_say`` tells of a name whether it may go out."""
    _vouching(group, may_say)
    _advising(group)


def _vouching(group: click.Group, may_say: Callable[[Work], Callable[[str], bool]]) -> None:
    @command(group, "vouch", needs=service.MANAGE)
    @click.argument("origin")
    @click.option("--undo", is_flag=True, help="Ne plus le recommander.")
    def vouch(work: Work, origin: str, undo: bool) -> None:
        """Recommander un KPA qu'on connaît ; les voisins le suivent alors d'eux-mêmes."""
        asking.ask(work)
        if undo:
            service.take_back(work, origin)
            say(N_("Ce KPA n'est plus recommandé."))
        else:
            service.vouch(work, origin, may_say=may_say(work))
            say(N_("Ce KPA est recommandé aux autres."))


def _advising(group: click.Group) -> None:
    @command(group, "warn", needs=advising.MANAGE)
    @click.argument("about")
    @click.option("--action", type=click.Choice(list(ACTIONS)), default="warn")
    @click.option("--reason", type=click.Choice(list(REASONS)), default="wrong")
    @click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Le dernier jour.")
    @click.option("--undo", is_flag=True, help="L'enlever de notre liste.")
    def warn(
        work: Work, about: str, action: str, reason: str, until: datetime | None, undo: bool
    ) -> None:
        """Mettre un KPA ou une fiche sur notre liste publique d'avertissements."""
        asking.ask(work)
        if undo:
            advising.take_back(work, about)
            say(N_("Ce n'est plus sur notre liste."))
        else:
            advising.advise(work, about, action, reason, until.date() if until else None)
            say(N_("C'est sur notre liste. Tous les KPA peuvent la lire."))
        service.refresh(work)

    @command(group, "lists", needs=advising.MANAGE)
    @click.argument("origin", default="")
    @click.option("--undo", is_flag=True, help="Ne plus suivre cette liste.")
    def lists(work: Work, origin: str, undo: bool) -> None:
        """Suivre la liste d'avertissements d'un voisin ; sans nom, montrer celles qu'on suit."""
        if not origin:
            for one in advising.lists(work.session):
                click.echo(one)
            return
        advising.read_list(work, origin, read=not undo)
        service.refresh(work)
        say(N_("On ne suit plus cette liste.") if undo else N_("On suit maintenant cette liste."))

    @command(group, "show-anyway", needs=advising.MANAGE)
    @click.argument("about")
    @click.option("--undo", is_flag=True, help="Suivre de nouveau les listes.")
    def show(work: Work, about: str, undo: bool) -> None:
        """Montrer un KPA ou une fiche ici, quoi qu'en disent les listes."""
        advising.show(work, about, anyway=not undo)
        service.refresh(work)
        say(N_("C'est noté."))
