"""What a ceremony needs next, in words: the one sentence above its page. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kpa_core.api import N_
from kpa_federation.guardians.ceremony import Ceremony, Place, is_stale
from kpa_federation.protocol.identity import Identity
from kpa_federation.texts import told

What = Literal["promises", "drills", "ask", "ask_again", "answers", "write", "done"]


@dataclass(frozen=True, slots=True)
class Step:
    """What is needed next, in one sentence, and from whom."""

    what: What
    sentence: str
    waiting: tuple[str, ...] = ()


def next_step(ceremony: Ceremony, identity: Identity, place: Place) -> Step:
    """Return what is needed next; ``identity`` and ``place`` are the log's own, now."""
    if is_done(ceremony, identity):
        return Step("done", told(N_("C'est fait : le journal le dit.")))
    unknown = tuple(one.name for one in ceremony.guardians if not one.hash)
    if unknown:
        asked = N_("Chaque gardien fait sa feuille et donne sa ligne. On attend : {names}.")
        return _step("promises", asked, unknown)
    untried = tuple(one.name for one in ceremony.guardians if not one.is_ready)
    if untried:
        asked = N_("Chaque gardien fait un exercice, l'un après l'autre. On attend : {names}.")
        return _step("drills", asked, untried)
    if ceremony.request is None:
        return Step("ask", told(N_("Tout est prêt. Fais la demande.")))
    if is_stale(ceremony, place):
        again = N_("Le journal a grandi depuis la demande. Fais-la encore, et donne-la à tous.")
        return Step("ask_again", told(again))
    return _answers(ceremony, identity)


def is_done(ceremony: Ceremony, identity: Identity) -> bool:
    """Tell whether the log has what the ceremony is for."""
    return (
        ceremony.request is not None
        and identity.key == ceremony.key
        and identity.commitment == ceremony.following
    )


def _answers(ceremony: Ceremony, identity: Identity) -> Step:
    promised = identity.commitment
    have = {one.hash for one in ceremony.answers}
    missing = promised.threshold - len(have)
    if missing <= 0:
        return Step("write", told(N_("Il y a assez de réponses. Écris-le dans le journal.")))
    waiting = tuple(ceremony.name_of(one) for one in promised.hashes if one not in have)
    asked = N_("Réponses qui manquent : {count}. On attend : {names}.")
    return _step("answers", asked, waiting, count=missing)


def _step(what: What, message: str, waiting: tuple[str, ...], **values: object) -> Step:
    return Step(what, told(message, names=", ".join(waiting), **values), waiting)
