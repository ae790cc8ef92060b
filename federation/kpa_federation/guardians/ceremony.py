"""A ceremony: what a KPA collects from its guardians, step by step, until its log has a new entry.

Pure: it is kept elsewhere between the steps, and given the log's identity and place each time.

1. The KPA chooses who will be its guardians, and how many of them must agree (:func:`begin`).
2. Each gives the line of its sheet (:func:`promise`), then shows that the sheet works
   (:func:`take_drill`). A guardian who stays with the same sheet has done both before.
3. The request is made for one place of the log (:func:`ask`); it is to be made again when the log
   grew meanwhile. *Today's* guardians answer it (:func:`take`), and enough answers make the ``key``
   entry (:func:`entry_line`). A log without guardians gets its first ones without any signature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from kpa_core.api import N_, Refused
from kpa_federation.guardians import exchange
from kpa_federation.guardians.drills import check_origin, check_signature, day_it_worked
from kpa_federation.guardians.exchange import PREFIX, Answer, DrillRequest, KeyRequest
from kpa_federation.guardians.sheet import read_line
from kpa_federation.guardians.walks import WALKS, Why
from kpa_federation.protocol import keys, limits
from kpa_federation.protocol.entries import NO_GUARDIANS, Commitment, read_entry
from kpa_federation.protocol.identity import Identity, key_line, key_request
from kpa_federation.texts import gettext

USUAL = (N_("La structure porteuse"), N_("La CAE"), N_("Le lieu"))
"""Who usually guards a KPA; two of the three must agree."""
USUAL_THRESHOLD = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Where the ``key`` entry goes: the log's size, and its root at that size."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Guardian:
    """One of the guardians after the ceremony. ``stays``: today's guardian, with the same sheet."""

    name: str
    hash: str = ""
    drilled_on: date | None = None
    stays: bool = False

    @property
    def is_ready(self) -> bool:
        """Tell whether its sheet is known to work."""
        return bool(self.hash) and (self.stays or self.drilled_on is not None)


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What was chosen and received so far.

    ``key`` is the log's key afterwards; ``today`` names today's guardians by their hash; ``asked``
    holds the codes of requests that were made before this one.
    """

    why: Why
    kpa: str
    key: bytes
    threshold: int
    guardians: tuple[Guardian, ...]
    today: Mapping[str, str] = field(default_factory=dict)
    request: Mapping[str, Any] | None = None
    answers: tuple[Answer, ...] = ()
    asked: tuple[str, ...] = ()

    @property
    def following(self) -> Commitment:
        """The guardians after it, as the log will name them."""
        return Commitment(tuple(one.hash for one in self.guardians), self.threshold)

    def name_of(self, promised: str) -> str:
        """Return the name of today's guardian who has this hash."""
        return self.today.get(promised) or promised[:PREFIX]


def begin(
    why: Why,
    identity: Identity,
    *,
    kpa: str,
    key: bytes,
    guardians: tuple[str, ...] = (),
    threshold: int = USUAL_THRESHOLD,
    today: Mapping[str, str] | None = None,
) -> Ceremony:
    """Return a ceremony that begins.

    ``key`` is the log's key afterwards. ``guardians`` names those after it; empty keeps today's,
    with their threshold, or takes the usual three when there are none. ``today`` names today's
    guardians by their hash.

    Raises:
        Refused: this cannot be done with this log, or with so many guardians.
    """
    _check_why(why, identity, key)
    known = {promised: (today or {}).get(promised, "") for promised in identity.commitment.hashes}
    if why == "first" and not guardians:
        guardians = tuple(gettext(name) for name in USUAL)
    if not guardians:
        staying = tuple(
            Guardian(name or promised[:PREFIX], promised, stays=True)
            for promised, name in known.items()
        )
        return _checked(Ceremony(why, kpa, key, identity.commitment.threshold, staying, known))
    named = {name: promised for promised, name in known.items()}
    chosen = tuple(Guardian(name, named.get(name, ""), stays=name in named) for name in guardians)
    return _checked(Ceremony(why, kpa, key, threshold, chosen, known))


def promise(ceremony: Ceremony, identity: Identity, name: str, text: str) -> Ceremony:
    """Return the ceremony with the line that a guardian's sheet gives.

    Raises:
        KpaError: the line is miscopied, is a secret, or is the one of somebody else.
    """
    _check_open(ceremony)
    guardian, promised = _named(ceremony, name), read_line(text)
    twin = next((one for one in ceremony.guardians if one.hash == promised), None)
    if twin is not None and twin.name != name:
        raise Refused(
            N_("{name} a donné la ligne de {other}. Chaque gardien fait sa feuille."),
            name=name,
            other=twin.name,
        )
    if promised in {keys.hash_of(key) for _, key in identity.keys} | {keys.hash_of(ceremony.key)}:
        raise Refused(N_("C'est la clé du KPA lui-même. Un gardien a la sienne, sur papier."))
    stays = promised in identity.commitment.hashes
    day = guardian.drilled_on if guardian.hash == promised else None
    return _with(ceremony, replace(guardian, hash=promised, stays=stays, drilled_on=day))


def drill(ceremony: Ceremony, identity: Identity, on: date) -> DrillRequest:
    """Return what a guardian is asked to answer, to show that its sheet works."""
    return DrillRequest(ceremony.kpa, identity.origin, on)


def take_drill(ceremony: Ceremony, asked: DrillRequest, name: str, text: str) -> Ceremony:
    """Return the ceremony with a guardian's drill done; nothing of its public key is kept.

    Raises:
        KpaError: the answer is not readable, or shows nothing about this guardian's sheet.
    """
    guardian = _named(ceremony, name)
    promised = {one.name: one.hash for one in ceremony.guardians}
    return _with(ceremony, replace(guardian, drilled_on=day_it_worked(asked, promised, name, text)))


def ask(ceremony: Ceremony, identity: Identity, place: Place, on: date) -> Ceremony:
    """Return the ceremony with its request for this place of the log; earlier answers are dropped.

    Raises:
        Refused: a sheet is missing, or was not tried.
    """
    waiting = [one.name for one in ceremony.guardians if not one.is_ready]
    if waiting:
        raise Refused(
            N_("Il manque la ligne ou l'exercice de : {names}."), names=", ".join(waiting)
        )
    made = key_request(
        identity, place.size, place.root, at=on, key=ceremony.key, following=ceremony.following
    )
    asked = ceremony.asked
    if ceremony.request is not None:
        asked = (*asked, request_of(ceremony).code)
    return replace(ceremony, request=made, answers=(), asked=asked)


def request_of(ceremony: Ceremony) -> KeyRequest:
    """Return what today's guardians are asked to sign.

    Raises:
        Refused: the request was not made.
    """
    if ceremony.request is None:
        raise Refused(N_("La demande n'est pas encore faite."))
    names = tuple(one.name for one in ceremony.guardians)
    among = tuple(promised[:PREFIX] for promised in ceremony.today)
    return KeyRequest(ceremony.kpa, ceremony.request, names, among)


def take(ceremony: Ceremony, identity: Identity, text: str) -> Ceremony:
    """Return the ceremony with the answer of one of today's guardians.

    Raises:
        KpaError: the answer is not readable, or does not count; it says why, and what to do.
    """
    request, answer = request_of(ceremony), exchange.read_answer(text)
    if answer.kind != "key":
        raise Refused(N_("C'est la réponse à un exercice. Il faut celle à la demande."))
    check_origin(answer, identity.origin)
    _check_guardian(ceremony, identity, answer)
    name = ceremony.name_of(answer.hash)
    if answer.about in ceremony.asked:
        raise Refused(
            N_("{name} a signé une demande plus ancienne. Donne-lui la nouvelle."), name=name
        )
    if answer.about != request.code:
        raise Refused(
            N_(
                "{name} a signé une autre demande que la nôtre. Quelqu'un l'a peut-être changée "
                "en route : comparez le code de vive voix."
            ),
            name=name,
        )
    check_signature(answer, request.message)
    if any(one.hash == answer.hash for one in ceremony.answers):
        raise Refused(N_("{name} a déjà répondu. Sa réponse compte une fois."), name=name)
    return replace(ceremony, answers=(*ceremony.answers, answer))


def entry_line(ceremony: Ceremony, identity: Identity, place: Place) -> bytes:
    """Return the ``key`` entry, ready to be appended at this place.

    Raises:
        Refused: the log grew since the request, or answers are missing.
    """
    request = request_of(ceremony).request
    if is_stale(ceremony, place):
        raise Refused(N_("Le journal a changé depuis la demande. Fais-la encore, à tous."))
    missing = identity.commitment.threshold - len(ceremony.answers)
    if missing > 0:
        raise Refused(N_("Réponses de gardiens qui manquent : {count}."), count=missing)
    line = key_line(dict(request), {one.key: one.signature for one in ceremony.answers})
    after = identity.after(place.size, read_entry(line), place.root)
    if isinstance(after, str):  # what every peer would say: the entry would have no effect
        raise Refused(
            N_("Ces réponses ne suffisent pas ({why}). Fais la demande encore."), why=after
        )
    return line


def is_stale(ceremony: Ceremony, place: Place) -> bool:
    """Tell whether the request is for another place of the log than this one."""
    made = ceremony.request
    return made is not None and (made["size"], made["root"]) != (
        place.size,
        keys.text_of(place.root),
    )


def _check_why(why: Why, identity: Identity, key: bytes) -> None:
    if why == "first" and identity.commitment:
        raise Refused(N_("Ce KPA a déjà des gardiens."))
    if why != "first" and identity.commitment == NO_GUARDIANS:
        raise Refused(N_("Ce KPA n'a pas de gardiens. Personne ne peut lui donner une autre clé."))
    if WALKS[why].new_key is (key == identity.key):
        raise Refused(
            N_("Il faut une nouvelle clé.")
            if WALKS[why].new_key
            else N_("Ici la clé du KPA reste la même.")
        )
    keys.check_key(key)


def _checked(ceremony: Ceremony) -> Ceremony:
    count, names = len(ceremony.guardians), {one.name for one in ceremony.guardians}
    if not 2 <= ceremony.threshold <= count <= limits.GUARDIANS:
        raise Refused(
            N_("Il faut 2 à {most} gardiens, et l'accord d'au moins 2 d'entre eux."),
            most=limits.GUARDIANS,
        )
    if len(names) != count or not all(exchange.is_name(one) for one in (ceremony.kpa, *names)):
        raise Refused(
            N_("Chaque gardien a un nom, et pas celui d'un autre. Un nom a {most} signes au plus."),
            most=exchange.NAME,
        )
    return ceremony


def _check_open(ceremony: Ceremony) -> None:
    if ceremony.request is not None:
        raise Refused(N_("La demande est faite avec ces gardiens. Recommence pour en changer."))


def _check_guardian(ceremony: Ceremony, identity: Identity, answer: Answer) -> None:
    if answer.hash in identity.commitment.hashes:
        return
    coming = next((one for one in ceremony.guardians if one.hash == answer.hash), None)
    if coming is not None:
        raise Refused(
            N_("{name} sera gardien après. Aujourd'hui sa signature ne compte pas."),
            name=coming.name,
        )
    raise Refused(
        N_("Cette feuille n'est pas celle d'un gardien d'aujourd'hui. Une ancienne ne sert plus.")
    )


def _named(ceremony: Ceremony, name: str) -> Guardian:
    for one in ceremony.guardians:
        if one.name == name:
            return one
    raise Refused(N_("{name} n'est pas dans cette cérémonie."), name=name)


def _with(ceremony: Ceremony, changed: Guardian) -> Ceremony:
    guardians = tuple(changed if one.name == changed.name else one for one in ceremony.guardians)
    return replace(ceremony, guardians=guardians)
