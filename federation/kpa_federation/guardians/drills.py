"""Drills: a guardian shows that a sheet works, and gives nothing of its secret away. Pure.

A drill shows the public key to the KPA before it is ever used. This is accepted: with Ed25519 a
public key helps nobody to sign, so that nothing rests on its hash alone. The hash only adds a
second wall, should public keys give private ones away some day. To keep what it can of that wall, a
drill is for one guardian at a time, its answer is not published, and nothing of the key is kept:
only the day on which the sheet worked. A key that signed a ``key`` entry is public for good: who
signed should make a new sheet at the next occasion. ``kpa federation guardian check`` alone tries a
sheet without showing even the public key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kpa_core.api import N_, Refused
from kpa_federation.guardians import exchange
from kpa_federation.guardians.exchange import Answer, DrillRequest
from kpa_federation.protocol import keys


def day_it_worked(asked: DrillRequest, promised: Mapping[str, str], name: str, text: str) -> date:
    """Return the day on which a guardian's sheet worked: that of the drill it answers.

    ``promised`` is the hash of each guardian's key, by name.

    Raises:
        KpaError: the answer is not readable, or shows nothing about this guardian's sheet.
    """
    answer = exchange.read_answer(text)
    if answer.kind != "drill":
        raise Refused(N_("Ce n'est pas la réponse à un exercice."))
    check_origin(answer, asked.origin)
    if answer.about != asked.at.isoformat():
        raise Refused(
            N_("C'est la réponse à l'exercice d'un autre jour. Donne-lui la demande du {day}."),
            day=asked.at,
        )
    if answer.hash != promised.get(name):
        raise _wrong_sheet(promised, name, answer)
    check_signature(answer, asked.message)
    return asked.at


def check_origin(answer: Answer, origin: str) -> None:
    """Check that an answer is for this KPA.

    Raises:
        Refused: it is for another one.
    """
    if answer.origin != origin:
        raise Refused(N_("C'est une réponse pour un autre KPA ({origin})."), origin=answer.origin)


def check_signature(answer: Answer, message: bytes) -> None:
    """Check that an answer signs these bytes.

    Raises:
        Refused: it does not.
    """
    if not keys.is_signed(answer.key, answer.signature, message):
        raise Refused(N_("La signature est fausse. Fais recommencer, avec la demande d'ici."))


def _wrong_sheet(promised: Mapping[str, str], name: str, answer: Answer) -> Refused:
    other = next((one for one, its in promised.items() if its == answer.hash), "")
    if other:
        return Refused(
            N_("C'est la feuille de {other}, pas celle de {name}."), other=other, name=name
        )
    return Refused(N_("{name} a répondu avec une autre feuille que celle de sa ligne."), name=name)
