"""Ed25519 keys (RFC 8032): signing, checking, and the keys nobody may use."""

from __future__ import annotations

import base64
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from kpa_federation.protocol.errors import ProtocolError

KEY_BYTES = 32
SIGNATURE_BYTES = 64
PRIME = 2**255 - 19

# Points of small order, as y without the sign bit: with them one signature fits any message. The
# library accepts them, so they are refused here. Found by doubling: y of the 8-torsion points.
_SMALL_ORDER = frozenset(
    {
        0,
        1,
        PRIME - 1,
        2707385501144840649318225287225658788936804267575313519463743609750303402022,
        55188659117513257062467267217118295137698188065244968500265048394206261417927,
    }
)


def check_key(key: bytes) -> bytes:
    """Return a public key that may be used.

    Raises:
        ProtocolError: ``bad_key``: not 32 bytes, not reduced, or of small order.
    """
    if len(key) != KEY_BYTES:
        raise ProtocolError("bad_key", "a public key is 32 bytes")
    y = int.from_bytes(key, "little") & (2**255 - 1)
    if y >= PRIME or y in _SMALL_ORDER:
        raise ProtocolError("bad_key", "a key that fits any signature, or has two spellings")
    return key


def new_private_key() -> bytes:
    """Return the 32 bytes of a new private key."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_key(private: bytes) -> bytes:
    """Return the public key of a private one."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sign(private: bytes, message: bytes) -> bytes:
    """Return the signature of a message."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(message)


def is_signed(key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a message bears this key's signature; a key nobody may use signs nothing."""
    try:
        Ed25519PublicKey.from_public_bytes(check_key(key)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def hash_of(key: bytes) -> str:
    """Return the hash by which a public key is promised before it is shown."""
    return text_of(sha256(key).digest())


def text_of(data: bytes) -> str:
    """Write bytes as base64url without padding (RFC 4648 §5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text: object, length: int) -> bytes:
    """Read bytes that :func:`text_of` wrote.

    Raises:
        ProtocolError: ``bad_field``: another length, or another spelling of the same bytes.
    """
    if isinstance(text, str) and text.isascii():
        try:
            data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except ValueError:
            data = b""
        if len(data) == length and text_of(data) == text:
            return data
    raise ProtocolError("bad_field", f"not {length} bytes in base64url")
