"""``kpa federation guardian new|sign|check``: on a guardian's own machine, without any KPA there.

They read and write what they are told to and nothing else; no network, no settings, no database.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from kpa_core.api import N_, KpaError, Misuse, Refused, free_command, now
from kpa_federation.guardians import exchange, notice, paper
from kpa_federation.guardians.exchange import DrillRequest, KeyRequest
from kpa_federation.guardians.groups import Miscopied
from kpa_federation.guardians.paper import Label
from kpa_federation.guardians.sheet import Secret, new_secret, read_secret
from kpa_federation.texts import gettext, told

OWN = "a guardian's machine has no KPA"
LARGEST = 1024 * 1024
PASTED = 32 * 1024
TRIES = 3


@click.group()
def guardian() -> None:
    """La feuille d'un gardien : la faire, signer avec, l'essayer."""


SHEET = click.option("--sheet", default="", help="Le fichier de la feuille, si tu l'as encore.")
REQUEST = click.option("--request", "source", default="", help="Le fichier de la demande.")
QR = click.option("--qr", is_flag=True, help="Montrer aussi la réponse en QR.")


@free_command(guardian, "new", because=OWN)
@click.option("--name", prompt="Qui garde la feuille", help="La maison ou la personne gardienne.")
@click.option("--kpa", prompt="Pour quel KPA", help="Le nom du KPA.")
@click.option("--origin", default="", help="Son origine : 32 lettres et chiffres.")
@click.option("--words", default="", help="Ses six mots.")
@click.option("--sheet", default="", help="Écrire la feuille dans ce fichier ; « - » : à l'écran.")
def new(name: str, kpa: str, origin: str, words: str, sheet: str) -> None:
    """Faire une feuille de gardien, à imprimer."""
    secret, label = new_secret(origin), Label(name, kpa, now().astimezone().date(), words)
    aside = sheet == "-"  # then the page alone is on the output
    if aside:
        click.echo(paper.page(secret, label), nl=False)
    elif sheet:
        _write_once(Path(sheet), paper.page(secret, label))
        _say(N_("La feuille est dans {path}. Imprime-la deux fois, puis efface-la."), path=sheet)
    else:
        _say(N_("Recopie ceci à la main, sur deux papiers, puis ferme cette fenêtre."))
        _say(N_("Ce n'est écrit nulle part ailleurs :"))
        click.echo(f"\n{paper.text(secret, label)}\n")
    click.echo(told(N_("La ligne à donner au KPA :")), err=aside)
    click.echo(secret.line, err=aside)


@free_command(guardian, "sign", because=OWN)
@REQUEST
@SHEET
@QR
def sign(source: str, sheet: str, qr: bool) -> None:
    """Répondre à une demande du KPA, après l'avoir lue."""
    asked = _request(source)
    _answer(asked, _secret(sheet), qr)


@free_command(guardian, "check", because=OWN)
@REQUEST
@SHEET
@click.option("--drill", is_flag=True, help="Répondre à l'exercice que le KPA demande.")
@QR
def check(source: str, sheet: str, drill: bool, qr: bool) -> None:
    """Essayer une feuille, sans rien montrer de son secret.

    Sans demande, rien ne sort : la feuille est relue, et sa ligne est à comparer avec celle que le
    KPA a reçue. Avec --drill ou --request, la réponse montre au KPA qu'elle marche.
    """
    asked = _request(source) if source or drill else None
    if isinstance(asked, KeyRequest):
        raise Refused(
            N_("Ce n'est pas un exercice : on te demande de changer la clé. Lis-la avec « sign ».")
        )
    secret = _secret(sheet)
    _say(N_("La feuille est bien écrite. Sa ligne, à comparer avec celle du KPA :"))
    click.echo(secret.line)
    if asked is not None:
        _answer(asked, secret, qr)


def _answer(asked: KeyRequest | DrillRequest, secret: Secret, qr: bool) -> None:
    notice.check_for(asked, secret)
    click.echo()
    for line in notice.lines(asked, secret):
        click.echo(line)
    if not _agrees(notice.question(asked)):
        raise Refused(N_("Rien n'est signé."))
    answer = exchange.answer(asked, secret.private).text()
    _say(N_("La réponse à donner au KPA (elle ne contient pas le secret) :"))
    click.echo(answer)
    if qr:
        click.echo(paper.qr_blocks(answer), nl=False)


def _request(source: str) -> KeyRequest | DrillRequest:
    if source and source != "-":
        return exchange.read_request(_read(Path(source)))
    if sys.stdin.isatty():
        _say(N_("Colle la demande du KPA, puis la touche Entrée :"))
    pasted = ""
    while not exchange.is_whole(pasted) and len(pasted) < PASTED:
        line = sys.stdin.readline()
        if not line:
            break
        pasted += line
    return exchange.read_request(pasted)


def _secret(sheet: str) -> Secret:
    if sheet:
        return read_secret(_read(Path(sheet)))
    asked = gettext(N_("Le secret de la feuille (il ne s'affiche pas)"))
    for _ in range(TRIES - 1):
        try:
            return read_secret(_typed(asked, hidden=True))
        except Miscopied as error:
            click.echo(told(error.message, **error.params), err=True)
    return read_secret(_typed(asked, hidden=True))


def _agrees(question: str) -> bool:
    answer = _typed(f"{question} {gettext(N_('[oui/non]'))}", hidden=False)
    return answer.strip().lower() in {"oui", "o", "yes", "y"}


def _typed(question: str, *, hidden: bool) -> str:
    """Return what a person types; from a pipe a line is read: there is no screen to hide from."""
    if sys.stdin.isatty():
        typed: str = click.prompt(question, hide_input=hidden)
        return typed
    click.echo(f"{question} :", err=True)
    line = sys.stdin.readline()
    while hidden and line and not line.strip():  # what is left of a message that was pasted
        line = sys.stdin.readline()
    return line


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise Misuse(
            N_("Le fichier {path} ne s'ouvre pas : {why}."), path=path, why=error.strerror
        ) from error
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise KpaError(N_("Le fichier {path} n'est pas du texte."), path=path) from error


def _write_once(path: Path, page: str) -> None:
    """Write a new file that only its owner reads; one that is there is never written over."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileExistsError as error:
        raise Misuse(N_("{path} existe déjà. Choisis un autre nom."), path=path) from error
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(page)


def _say(message: str, **values: object) -> None:
    click.echo(told(message, **values))
