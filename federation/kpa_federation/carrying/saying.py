"""What a carried file holds, and what came of it, in sentences for a person. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from kpa_core.api import N_
from kpa_federation.carrying.looking import Look, LookedLog
from kpa_federation.carrying.taking_in import Taken
from kpa_federation.carrying.writing_out import Written
from kpa_federation.protocol.words import words_of
from kpa_federation.texts import gettext, told

WHY = {
    "bad_signature": N_("sa signature n'est pas la bonne : quelqu'un d'autre l'a écrit"),
    "bad_root": N_("le texte n'est pas celui qui a été signé : quelqu'un l'a changé"),
    "bad_proof": N_("ses preuves ne vont pas : quelqu'un l'a changé"),
    "bad_key": N_("sa clé n'est pas sûre"),
    "other_log": N_("ce n'est pas son journal"),
    "gap": N_("il manque le début de son journal"),
    "rollback": N_("il est plus court que ce qu'il dit"),
    "fork": N_("on a déjà une autre suite de son journal. Regarde les alertes, et appelle ce KPA"),
}
NOT_RIGHT = N_("il est abîmé, ou il ne suit pas les règles du réseau")
STANDINGS = {
    "own": N_("c'est nous"),
    "new": N_("à accueillir"),
    "waiting": N_("à accueillir"),
    "followed": N_("voisin"),
    "suspended": N_("en pause"),
    "blocked": N_("bloqué"),
}
CUT = N_("Le fichier est coupé : la fin manque. Le début est bon, et on le garde.")
DAMAGED = N_("Le fichier est abîmé au milieu. Ce qui est avant est bon, et on le garde.")
AGAIN = N_("Recopie le fichier en entier et recommence : rien ne sera pris deux fois.")


def written(made: Written) -> Iterator[str]:
    """Give what was written."""
    yield told(
        N_("C'est écrit. KPA : {logs}. Fiches : {records}. Fichiers : {files}. Taille : {size}."),
        logs=made.logs,
        records=made.records,
        files=made.files,
        size=size(made.size),
    )
    if made.missing:
        yield told(
            N_("Fichiers qui manquent ici : {count}. Ils ne partent pas."),
            count=made.missing,
        )
    yield gettext(N_("Tu peux retirer la clé et la donner à un autre KPA."))


def seen(look: Look) -> Iterator[str]:
    """Give what a file holds, log after log, and what is wrong with it."""
    good = [one for one in look.logs.values() if not one.refused]
    yield told(
        N_("On a tout vérifié. KPA : {logs}. Fiches : {records}. Fichiers : {files}. ({size})"),
        logs=len(good),
        records=sum(one.records for one in good),
        files=len(look.files),
        size=size(look.size),
    )
    yield told(N_("Le fichier dit venir de : {peer}."), peer=_writer(look))
    for one in in_order(look):
        yield line_of(one)
    yield from ended(look.is_whole, look.is_damaged)


def in_order(look: Look) -> list[LookedLog]:
    """Return the logs of a file by name, those that are refused last."""
    return sorted(look.logs.values(), key=lambda one: (bool(one.refused), one.name, one.origin))


def line_of(one: LookedLog) -> str:
    """Return who one log is of, and what it brings, or why it is refused."""
    name = f"{one.name} ({one.place})" if one.name and one.place else one.name
    who = told(N_("{name}, six mots : {words}"), name=name or "?", words=one.words)
    if one.refused:
        why = gettext(WHY.get(one.refused, NOT_RIGHT))
        return told(N_("REFUSÉ · {who} : {why}."), who=who, why=why)
    if one.standing == "own" and one.new:
        return told(
            N_("{who} : c'est nous, et ce fichier en sait plus qu'ici. Demande de l'aide."), who=who
        )
    return told(
        N_("{who} · fiches : {count} · {standing}"),
        who=who,
        count=one.records,
        standing=gettext(STANDINGS[one.standing]),
    )


def ended(is_whole: bool, is_damaged: bool) -> Iterator[str]:
    """Give what to do about a file whose end did not come."""
    if not is_whole:
        yield gettext(DAMAGED if is_damaged else CUT)
        yield gettext(AGAIN)


def came(done: Taken, look: Look) -> Iterator[str]:
    """Give what came of a file, what did not, and what to do next."""
    for origin in sorted(done.grown, key=lambda one: look.logs[one].name):
        log = look.logs[origin]
        yield told(
            N_("Arrivé : {name} · fiches à lire : {count} · six mots : {words}"),
            name=log.name or words_of(origin),
            count=log.records,
            words=log.words,
        )
    if not done.grown:
        yield gettext(N_("Rien de nouveau n'est arrivé."))
    for origin, code in sorted(done.refused.items()):
        yield told(
            N_("REFUSÉ · {who} : {why}."),
            who=look.logs[origin].name or words_of(origin),
            why=gettext(WHY.get(code, NOT_RIGHT)),
        )
    if done.held:
        yield told(
            N_(
                "KPA avec trop de fiches pour un jour : {count}. Garde le fichier, reprends demain."
            ),
            count=len(done.held),
        )
    yield from _files(done)
    left = [one for one in look.waiting if one.origin not in done.welcomed]
    if left:
        yield told(N_("Voisins à accueillir : {count}. Leurs fiches attendent."), count=len(left))


def _files(done: Taken) -> Iterator[str]:
    if done.files:
        yield told(N_("Fichiers arrivés : {count}."), count=done.files)
    if done.files_refused:
        yield told(
            N_("Fichiers refusés : {count}. Ce ne sont pas les bons, ou ils sont trop gros."),
            count=done.files_refused,
        )
    if done.files_missing:
        yield told(
            N_("Fichiers qui manquent : {count}. On peut lire les fiches sans eux."),
            count=done.files_missing,
        )
    if done.texts_missing:
        yield told(
            N_("Textes qui manquent : {count}. Un autre fichier peut les apporter."),
            count=done.texts_missing,
        )


def size(count: int) -> str:
    """Return a number of bytes as people say it."""
    if count < 1_000_000:
        return told(N_("{count} Ko"), count=max(1, round(count / 1000)))
    return told(N_("{count} Mo"), count=f"{count / 1_000_000:.1f}".replace(".", ","))


def _writer(look: Look) -> str:
    log = look.logs.get(look.peer)
    return log.name if log is not None and log.name else words_of(look.peer)
