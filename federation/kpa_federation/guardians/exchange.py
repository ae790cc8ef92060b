"""What travels between a KPA and its guardians: a request, and the answer to it. Pure.

Both are one line that can be copied into a message, cut into pieces by it, or read from a QR; what
it holds is canonical JSON. A request's names are what the KPA says; what is signed is only what
:func:`KeyRequest.message` and :func:`DrillRequest.message` return.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, TypeVar

from kpa_core.api import N_, KpaError
from kpa_federation.guardians import groups
from kpa_federation.guardians.groups import Miscopied
from kpa_federation.protocol import canonical, keys, limits
from kpa_federation.protocol.entries import DAY, ORIGIN, Commitment, read_commitment, read_entry
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.identity import to_drill, to_sign

REQUEST = "KPA-DEMANDE-1"
ANSWER = "KPA-REPONSE-1"
LONGEST = 8 * 1024
NAME = 80
PREFIX = 8
_SIGNED = {"at", "key", "next", "op", "origin", "root", "size"}
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A ``key`` entry to sign. ``names`` are those of its next guardians, in their order.

    ``among`` holds the first signs of the hashes of today's guardians, so that a sheet that is not
    one of them is told at once.
    """

    kpa: str
    request: Mapping[str, Any]
    names: tuple[str, ...] = ()
    among: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """The KPA whose log it is for."""
        return str(self.request["origin"])

    @property
    def message(self) -> bytes:
        """The bytes that are signed."""
        return to_sign(dict(self.request))

    @property
    def code(self) -> str:
        """Fifteen signs to compare aloud: they differ when anything that is signed differs."""
        signs = groups.to_signs(sha256(self.message).digest())
        return " ".join(signs[at : at + 5] for at in range(0, 15, 5))

    @property
    def following(self) -> Commitment:
        """The guardians after it."""
        return read_commitment(self.request["next"])

    def text(self) -> str:
        """Return the line that travels."""
        fields = {"among": list(self.among), "kpa": self.kpa, "names": list(self.names)}
        return _packed(REQUEST, {**fields, "kind": "key", "request": dict(self.request)})


@dataclass(frozen=True, slots=True)
class DrillRequest:
    """A drill to sign: it shows that a sheet works, and changes nothing."""

    kpa: str
    origin: str
    at: date

    @property
    def message(self) -> bytes:
        """The bytes that are signed."""
        return to_drill(self.origin, self.at)

    def text(self) -> str:
        """Return the line that travels."""
        fields = {"at": self.at.isoformat(), "kpa": self.kpa, "origin": self.origin}
        return _packed(REQUEST, {**fields, "kind": "drill"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A guardian's public key and signature; ``about`` is the request's code, or a drill's day."""

    kind: str
    origin: str
    about: str
    key: bytes
    signature: bytes

    @property
    def hash(self) -> str:
        """The hash by which the guardian's key was promised."""
        return keys.hash_of(self.key)

    def text(self) -> str:
        """Return the line that travels."""
        return _packed(
            ANSWER,
            {
                "about": self.about,
                "key": keys.text_of(self.key),
                "kind": self.kind,
                "origin": self.origin,
                "signature": keys.text_of(self.signature),
            },
        )


def answer(asked: KeyRequest | DrillRequest, private: bytes) -> Answer:
    """Return the answer to a request, signed with a guardian's private key."""
    key, signature = keys.public_key(private), keys.sign(private, asked.message)
    if isinstance(asked, KeyRequest):
        return Answer("key", asked.origin, asked.code, key, signature)
    return Answer("drill", asked.origin, asked.at.isoformat(), key, signature)


def is_whole(text: str) -> bool:
    """Tell whether a text being pasted holds a whole request or answer."""
    return _pieces(REQUEST, text) is not None or _pieces(ANSWER, text) is not None


def read_request(text: str) -> KeyRequest | DrillRequest:
    """Return the request in a text, whatever is written around it.

    Raises:
        KpaError: there is none, it was not copied whole, or it asks for something that cannot be.
    """
    return _read(REQUEST, text, _request_of)


def read_answer(text: str) -> Answer:
    """Return the answer in a text, whatever is written around it; nothing of it is checked.

    Raises:
        KpaError: there is none, or it was not copied whole.
    """
    return _read(ANSWER, text, _answer_of)


def _request_of(fields: dict[str, Any]) -> KeyRequest | DrillRequest:
    kpa = _name(fields["kpa"])
    if fields["kind"] == "drill":
        return DrillRequest(kpa, _origin(fields["origin"]), _day(fields["at"]))
    request = fields["request"]
    entry = read_entry(canonical.write(request))
    # A field that nobody is shown would be signed unseen.
    if fields["kind"] != "key" or entry.void or entry.op != "key" or set(request) != _SIGNED:
        raise ValueError("not a key entry without signatures")
    names = tuple(_name(one) for one in fields["names"])
    among = tuple(str(one)[:PREFIX] for one in fields["among"])
    if len(among) > limits.GUARDIANS or len(names) > limits.GUARDIANS:
        raise ValueError("too many guardians")
    return KeyRequest(kpa, request, names, among)


def _answer_of(fields: dict[str, Any]) -> Answer:
    if fields["kind"] not in ("key", "drill"):
        raise ValueError("an answer to nothing")
    return Answer(
        fields["kind"],
        _origin(fields["origin"]),
        _name(fields["about"]),
        keys.check_key(keys.bytes_of(fields["key"], keys.KEY_BYTES)),
        keys.bytes_of(fields["signature"], keys.SIGNATURE_BYTES),
    )


def _read(mark: str, text: str, made_of: Callable[[dict[str, Any]], Read]) -> Read:
    pieces = _pieces(mark, text)
    if pieces is None:
        if "KPA-SECRET" in text.upper():
            raise KpaError(N_("C'est un secret de gardien. Ne l'envoie à personne."))
        raise KpaError(N_("Il manque la ligne « {mark} », ou sa fin. Copie-la toute."), mark=mark)
    signs, last = pieces
    data = groups.from_signs(signs)
    if data is None or groups.last_group(mark.encode(), data) != last:
        raise Miscopied(N_("La ligne « {mark} » est mal copiée. Copie-la encore."), mark=mark)
    try:
        return made_of(canonical.read(data, LONGEST))
    except (ProtocolError, KeyError, TypeError, ValueError) as error:
        raise KpaError(
            N_("Ce kpa ne comprend pas la ligne « {mark} ». Prends un kpa plus récent."), mark=mark
        ) from error


def _packed(mark: str, fields: dict[str, Any]) -> str:
    data = canonical.write(fields)
    return f"{mark}:{groups.to_signs(data)}:{groups.last_group(mark.encode(), data)}"


def _pieces(mark: str, text: str) -> tuple[str, str] | None:
    """Return the signs after a mark, and the five that check them; letters cut lines anywhere."""
    after = re.search(rf"{mark}:([0-9A-Z\s>]*):((?:[\s>]*[0-9A-Z]){{5}})", text, re.IGNORECASE)
    if after is None or len(after[1]) > 2 * LONGEST:
        return None
    signs, last = (re.sub(r"[\s>]", "", piece).upper() for piece in after.groups())
    return signs, last


def is_name(value: object) -> bool:
    """Tell whether a terminal can show a name: no sign moves its cursor or hides a word."""
    return isinstance(value, str) and 0 < len(value) <= NAME and value.isprintable()


def _name(value: object) -> str:
    if isinstance(value, str) and is_name(value):
        return value
    raise ValueError("not a name")


def _origin(value: object) -> str:
    if isinstance(value, str) and ORIGIN.fullmatch(value):
        return value
    raise ValueError("not an origin")


def _day(value: object) -> date:
    if isinstance(value, str) and DAY.fullmatch(value):
        return date.fromisoformat(value)
    raise ValueError("not a day")
