"""``kpa federation keys``: the same steps as the pages, for who sits at the machine."""

from __future__ import annotations

from typing import TextIO

import click

from kpa_core.api import N_, Misuse, Work, command
from kpa_core.api import say_on_terminal as say
from kpa_federation.ceremonies import lost_server, service
from kpa_federation.ceremonies.standing import recent as recent_entries
from kpa_federation.ceremonies.standing import standing
from kpa_federation.guardians import notice, paper
from kpa_federation.guardians.walks import WALKS
from kpa_federation.peers import asking
from kpa_federation.protocol.words import words_of
from kpa_federation.texts import gettext, told

NEEDS = service.NEEDS
LONGEST = 64 * 1024
FROM = click.option(
    "--from", "source", type=click.File("r"), default="-", help="Un fichier ; sinon, colle ici."
)
QR = click.option("--qr", is_flag=True, help="Montrer aussi la demande en QR.")


def add(group: click.Group) -> None:
    """Add ``keys …`` and ``recover-server`` to ``kpa federation``."""

    @group.group("keys")
    def keys() -> None:
        """La clé du KPA et ses gardien·nes, étape par étape."""

    _reading(keys)
    _collecting(keys)
    _ending(keys)
    _lost_server(group)


def _reading(keys: click.Group) -> None:
    @command(keys, "status", needs=NEEDS)
    def status(work: Work) -> None:
        """Dire où on en est, et quoi faire maintenant."""
        _show(work)

    @command(keys, "recent", needs=NEEDS)
    def recent(work: Work) -> None:
        """Montrer les dernières lignes du journal, la plus neuve d'abord."""
        for one in recent_entries(work):
            click.echo(f"{one.size} · {one.day} · {one.what}")

    @command(keys, "letter", needs=NEEDS)
    @QR
    def letter(work: Work, qr: bool) -> None:
        """Écrire la lettre à envoyer aux gardiens d'aujourd'hui."""
        click.echo(service.letter(work))
        _qr(service.request(work).text(), qr)


def _collecting(keys: click.Group) -> None:
    @command(keys, "begin", needs=NEEDS)
    @click.argument("why", type=click.Choice(list(WALKS)))
    @click.option("--guardian", "guardians", multiple=True, help="Le nom d'un gardien d'après.")
    @click.option("--threshold", default=2, help="Combien doivent être d'accord.")
    @click.option("--cut", type=int, help="Après un vol : combien de lignes sont les vôtres.")
    def begin(
        work: Work, why: str, guardians: tuple[str, ...], threshold: int, cut: int | None
    ) -> None:
        """Commencer une cérémonie."""
        chosen = next(one for one in WALKS if one == why)
        service.begin(work, chosen, guardians=guardians, threshold=threshold, cut=cut)
        for number, line in enumerate(WALKS[chosen].before, start=1):
            click.echo(f"{number}. {gettext(line)}")
        if guardians:
            _tell_sheets(work)
        _show(work)

    @command(keys, "promise", needs=NEEDS)
    @click.argument("name")
    @FROM
    def promise(work: Work, name: str, source: TextIO) -> None:
        """Prendre la ligne que la feuille d'un gardien donne."""
        service.promise(work, name, _pasted(source))
        _show(work)

    @command(keys, "drill", needs=NEEDS)
    @QR
    def drill(work: Work, qr: bool) -> None:
        """Écrire la lettre qui demande un exercice à un gardien."""
        asked = service.drill(work)
        click.echo(notice.letter(asked))
        _qr(asked.text(), qr)

    @command(keys, "drilled", needs=NEEDS)
    @click.argument("name")
    @FROM
    def drilled(work: Work, name: str, source: TextIO) -> None:
        """Prendre la réponse d'un gardien à l'exercice."""
        service.take_drill(work, name, _pasted(source))
        _show(work)

    @command(keys, "ask", needs=NEEDS)
    @QR
    def ask(work: Work, qr: bool) -> None:
        """Faire la demande, et écrire la lettre aux gardiens d'aujourd'hui."""
        asked = service.ask(work)
        click.echo(notice.letter(asked))
        _qr(asked.text(), qr)
        _show(work)

    @command(keys, "answer", needs=NEEDS)
    @FROM
    def answer(work: Work, source: TextIO) -> None:
        """Prendre la réponse d'un gardien d'aujourd'hui."""
        service.take(work, _pasted(source))
        _show(work)


def _ending(keys: click.Group) -> None:
    @command(keys, "write", needs=NEEDS)
    def write(work: Work) -> None:
        """Écrire dans le journal, quand il y a assez de réponses."""
        asking.ask(work)
        service.write(work)
        say(N_("C'est écrit. Les voisins vont le savoir."))
        _show(work)

    @command(keys, "stop", needs=NEEDS)
    def stop(work: Work) -> None:
        """Arrêter la cérémonie ; rien ne change."""
        service.stop(work)
        say(N_("C'est arrêté. Rien n'a changé."))


def _lost_server(group: click.Group) -> None:
    @command(group, "recover-server", needs=NEEDS)
    @click.argument("origin")
    @click.argument("addresses", nargs=-1, required=True)
    def recover_server(work: Work, origin: str, addresses: tuple[str, ...]) -> None:
        """Reprendre sur cet ordinateur neuf le journal d'un KPA, chez ses voisins."""
        count = lost_server.recover_server(work, origin, addresses)
        say(N_("{count} lignes sont revenues, toutes vérifiées."), count=count)
        say(N_("Maintenant : kpa federation keys begin lost_server"))


def _tell_sheets(work: Work) -> None:
    """Tell the command for a guardian's machine, with what its sheet should say of this KPA."""
    origin, name = standing(work).origin, work.instance.settings.instance.name
    say(N_("Chaque gardien, sur son ordinateur :"))
    click.echo(
        f'  kpa federation guardian new --kpa "{name}" --origin {origin} '
        f'--words "{words_of(origin)}" --sheet feuille.html'
    )


def _show(work: Work) -> None:
    found = standing(work)
    if found.origin:
        names = ", ".join(found.guardians) or told(N_("personne"))
        say(
            N_("Gardiens : {names}. Accord de : {threshold}. Journal : {size} lignes."),
            names=names,
            threshold=found.threshold,
            size=found.size,
        )
    if found.ceremony is not None:
        say(N_("En cours : {title}."), title=gettext(WALKS[found.ceremony.why].title))
    click.echo(found.sentence)


def _pasted(source: TextIO) -> str:
    text = source.read(LONGEST + 1)
    if len(text) > LONGEST:
        raise Misuse(N_("Ce texte est trop long. Colle seulement la ligne du gardien."))
    return text


def _qr(text: str, wanted: bool) -> None:
    if wanted:
        click.echo(paper.qr_blocks(text), nl=False)
