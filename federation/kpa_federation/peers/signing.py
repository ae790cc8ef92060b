"""Requests signed by an instance's key (RFC 9421): who asks, whom, what, and when.

Reading is public and needs none of this; saying hello and "there is something new" does.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    MappingKeyResolver,
    algorithms,
)

from kpa_federation.protocol import keys
from kpa_federation.protocol.errors import ProtocolError

TAG = "kpa-fed"
RECIPIENT = "kpa-recipient"
COVERED = ("@method", "@target-uri", "content-digest", RECIPIENT)
WINDOW = timedelta(minutes=5)
NONCE = 16
"""Bytes of a nonce."""
SIGNATURE = re.compile(r"[a-z]+=:[A-Za-z0-9+/]{85}[AQgw]==:")
INPUT = re.compile(r'[a-z]+=\([^()]+\)((?:;[a-z]+=(?:[0-9]+|"[^";]*"))+)')
KEYID = re.compile(r';keyid="([a-z2-7]{32})"')


@dataclass
class Message:
    """A request as the signature sees it; ``url`` is the whole address that is asked."""

    method: str
    url: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class _Verifier(HTTPMessageVerifier):
    """Leaves the time to us: it would refuse whoever is six seconds ahead, and not say why."""

    max_clock_skew = timedelta(days=365_000)


class Untimely(ProtocolError):
    """A request that is signed well, for another time; ``ahead`` is how far its clock is."""

    def __init__(self, ahead: timedelta) -> None:
        super().__init__("bad_signature", "for another time")
        self.ahead = ahead


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature says beyond the request."""

    origin: str
    nonce: str
    created: datetime


def sign(message: Message, *, origin: str, recipient: str, private: bytes, now: datetime) -> None:
    """Add the headers of a signature to a request."""
    message.headers[RECIPIENT] = recipient
    key = Ed25519PrivateKey.from_private_bytes(private)
    signer = HTTPMessageSigner(
        signature_algorithm=algorithms.ED25519,
        key_resolver=MappingKeyResolver(public_keys={}, private_keys={origin: key}),
    )
    signer.sign(
        message,
        key_id=origin,
        created=now,
        nonce=secrets.token_urlsafe(NONCE),
        tag=TAG,
        label="kpa",
        include_alg=True,
        covered_component_ids=COVERED,
        body=message.body,
    )


def claimed(message: Message) -> str:
    """Return whose signature a request says it has; empty if nobody's. Nothing is checked."""
    found = KEYID.search(message.headers.get("signature-input", ""))
    return found[1] if found else ""


def check(message: Message, *, known: Mapping[str, bytes], recipient: str, now: datetime) -> Signed:
    """Return who signed a request for this recipient; keys are looked up in ``known`` only.

    The nonce has to be kept by the caller until the window is over: see ``nonces``.

    Raises:
        ProtocolError: ``bad_signature``; Untimely when only its time is wrong.
    """
    if not _is_in_one_spelling({name.lower(): one for name, one in message.headers.items()}):
        raise ProtocolError("bad_signature", "a signature that can be written in another way")
    public = {
        origin: Ed25519PublicKey.from_public_bytes(keys.check_key(key))
        for origin, key in known.items()
    }
    verifier = _Verifier(
        signature_algorithm=algorithms.ED25519,
        key_resolver=MappingKeyResolver(public_keys=public, private_keys={}),
    )
    try:
        (found,) = verifier.verify(
            message, max_age=None, expect_tag=TAG, require_components=COVERED, body=message.body
        )
    except (HTTPMessageSignaturesException, ValueError) as error:
        raise ProtocolError("bad_signature", "the request is not signed as it must be") from error
    said = found.parameters
    origin, nonce, created = said.get("keyid"), said.get("nonce"), said.get("created")
    if not (isinstance(origin, str) and isinstance(nonce, str) and isinstance(created, int)):
        raise ProtocolError("bad_signature", "the signature lacks who, when or which")
    if not _is_nonce(nonce) or not 0 < created < 2**40:
        raise ProtocolError("bad_signature", "a nonce or a time that cannot be")
    at = datetime.fromtimestamp(created, UTC)
    if message.headers.get(RECIPIENT) != recipient:
        raise ProtocolError("bad_signature", "for somebody else")
    if abs(now - at) > WINDOW:
        raise Untimely(at - now)
    return Signed(origin, nonce, at)


def _is_nonce(text: str) -> bool:
    try:
        return len(keys.bytes_of(text, NONCE)) == NONCE
    except ProtocolError:
        return False


def _is_in_one_spelling(headers: Mapping[str, str]) -> bool:
    """Tell whether nothing in the two headers could be left out or doubled unseen."""
    found = INPUT.fullmatch(headers.get("signature-input", ""))
    names = [one.partition("=")[0] for one in found[1].split(";")[1:]] if found else []
    is_plain = SIGNATURE.fullmatch(headers.get("signature", "")) is not None
    return is_plain and bool(names) and len(names) == len(set(names))
