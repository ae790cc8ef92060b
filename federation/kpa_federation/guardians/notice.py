"""What a guardian reads: the KPA's letter, then what is signed, before saying yes. Pure.

What the request only claims (names) is told as such; the rest comes from the signed bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from kpa_core.api import N_, Refused
from kpa_federation.guardians.exchange import PREFIX, DrillRequest, KeyRequest
from kpa_federation.guardians.sheet import Secret
from kpa_federation.texts import told


def check_for(asked: KeyRequest | DrillRequest, secret: Secret) -> None:
    """Check that a sheet may answer a request.

    Raises:
        Refused: the sheet is for another KPA, or not one of today's guardians'.
    """
    if secret.origin and secret.origin != asked.origin:
        raise Refused(
            N_(
                "Cette feuille garde un autre KPA ({mine}). La demande vient de {other}. "
                "Ne signe pas : appelle ton KPA."
            ),
            mine=secret.origin,
            other=asked.origin,
        )
    if isinstance(asked, KeyRequest) and asked.among and secret.hash[:PREFIX] not in asked.among:
        raise Refused(
            N_("Cette feuille n'est pas celle d'un gardien d'aujourd'hui. Prends la bonne feuille.")
        )


def lines(asked: KeyRequest | DrillRequest, secret: Secret) -> Iterator[str]:
    """Yield the sentences that say what is about to be signed."""
    yield told(N_("Le KPA qui demande dit s'appeler « {name} »."), name=asked.kpa)
    yield told(N_("Son origine : {origin}."), origin=asked.origin)
    if secret.origin:
        yield told(N_("C'est bien le KPA écrit sur ta feuille."))
    else:
        yield told(N_("Ta feuille ne dit pas son origine. Compare-la avec celle que tu connais."))
    if isinstance(asked, DrillRequest):
        yield told(N_("C'est un exercice du {day}. Il montre que ta feuille marche."), day=asked.at)
        yield told(N_("Il ne change rien au KPA."))
        return
    yield from _key_lines(asked, secret)


def _key_lines(asked: KeyRequest, secret: Secret) -> Iterator[str]:
    following = asked.following
    yield told(N_("C'est pour de vrai : la clé ou les gardiens du KPA vont changer."))
    yield told(
        N_("La clé du KPA sera : {key} (demande du {day}, place {size} dans son journal)."),
        key=asked.request["key"],
        day=asked.request["at"],
        size=asked.request["size"],
    )
    yield told(
        N_("Après, il y aura {count} gardiens. Il faudra l'accord de {threshold} d'entre eux."),
        count=len(following.hashes),
        threshold=following.threshold,
    )
    if asked.names:
        yield told(N_("D'après le KPA, ce sont : {names}."), names=", ".join(asked.names))
    if secret.hash in following.hashes:
        yield told(N_("Ta feuille servira encore."))
    else:
        yield told(N_("Ta feuille ne servira plus : tu ne seras plus gardien avec elle."))
    yield told(N_("Code à comparer de vive voix avec ton KPA : {code}"), code=asked.code)


def question(asked: KeyRequest | DrillRequest) -> str:
    """Return what is asked last."""
    if isinstance(asked, DrillRequest):
        return told(N_("Faire l'exercice ?"))
    return told(N_("Le code est le même, et tu es d'accord ?"))


def letter(asked: KeyRequest | DrillRequest) -> str:
    """Return the message by which a KPA asks a guardian: words, and the line to copy."""
    if isinstance(asked, DrillRequest):
        first = told(
            N_("Le KPA « {name} » te demande un exercice du {day}."), name=asked.kpa, day=asked.at
        )
        then = [told(N_("Il ne change rien. Il montre que ta feuille marche."))]
        how = "kpa federation guardian check --drill"
    else:
        first = told(N_("Le KPA « {name} » te demande de signer, pour de vrai."), name=asked.kpa)
        then = [
            told(N_("Sa clé ou ses gardiens vont changer.")),
            told(N_("Appelle d'abord quelqu'un que tu connais au KPA.")),
            told(N_("Code à comparer de vive voix avec ton KPA : {code}"), code=asked.code),
        ]
        how = "kpa federation guardian sign"
    steps = told(
        N_("Sur ton ordinateur, lance « {how} », colle cette ligne, et renvoie la réponse :"),
        how=how,
    )
    return "\n".join([first, *then, steps, "", asked.text(), ""])
