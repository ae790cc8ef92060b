"""Who an origin is: its id is the hash of its first line, its keys follow from its own log.

Guardians (the carrying structure, the CAE, the host place) hold recovery keys that the log promises
by hash. A ``key`` entry gives the log a new key, or new guardians, when enough of them signed it;
the old key has no say. A log without guardians gets its first ones from its own key, once, and
cannot change its key before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kpa_federation.protocol import canonical, keys
from kpa_federation.protocol.entries import (
    NO_GUARDIANS,
    Commitment,
    Entry,
    origin_of,
    read_commitment,
)
from kpa_federation.protocol.errors import ProtocolError

ROTATES = b"kpa-rotate/v1\n"
DRILLS = b"kpa-drill/v1\n"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a log says of its keys up to a size.

    ``keys`` pairs each key with the index of the entry that brought it: it signs checkpoints that
    hold this entry, until the next one.
    """

    origin: str
    keys: tuple[tuple[int, bytes], ...]
    commitment: Commitment = NO_GUARDIANS

    @property
    def key(self) -> bytes:
        """The key in force."""
        return self.keys[-1][1]

    def key_at(self, size: int) -> bytes:
        """Return the key that signs the checkpoint of a size."""
        return next((key for index, key in reversed(self.keys) if index < size), self.keys[0][1])

    def after(self, index: int, entry: Entry, root: bytes | None) -> Identity | str:
        """Return the identity after a ``key`` entry, or the reason why the entry is void.

        ``root`` is the log's root below the entry; ``None`` when it is not known yet.
        """
        fields = entry.fields
        if fields["origin"] != self.origin or fields["size"] != index:
            return "other_place"
        if root is not None and keys.bytes_of(fields["root"], keys.KEY_BYTES) != root:
            return "other_place"
        key = keys.bytes_of(fields["key"], keys.KEY_BYTES)
        if not self.commitment:
            if fields.get("by") or key != self.key:
                return "not_signed"
        elif len(signers(entry, self.commitment)) < self.commitment.threshold:
            return "not_signed"
        changed = self.keys if key == self.key else (*self.keys, (index, key))
        return replace(self, keys=changed, commitment=read_commitment(fields["next"]))


def identity_of(genesis: Entry) -> Identity:
    """Return the identity that a first entry makes.

    Raises:
        ProtocolError: ``bad_field``: the entry is no genesis, or breaks a rule.
    """
    if genesis.void or genesis.op != "genesis":
        raise ProtocolError("bad_field", f"no genesis: {genesis.void or genesis.op}")
    key = keys.bytes_of(genesis.fields["key"], keys.KEY_BYTES)
    following = genesis.fields.get("next")
    commitment = read_commitment(following) if following is not None else NO_GUARDIANS
    return Identity(origin_of(genesis.line), ((0, key),), commitment)


def signers(entry: Entry, commitment: Commitment) -> frozenset[str]:
    """Return the promised hashes of those who signed a ``key`` entry; each counts once."""
    message = to_sign(entry.fields)
    found = set()
    for one in entry.fields.get("by", []):
        key = keys.bytes_of(one["key"], keys.KEY_BYTES)
        signature = keys.bytes_of(one["signature"], keys.SIGNATURE_BYTES)
        if keys.hash_of(key) in commitment.hashes and keys.is_signed(key, signature, message):
            found.add(keys.hash_of(key))
    return frozenset(found)


def key_request(
    identity: Identity, size: int, root: bytes, *, at: date, key: bytes, following: Commitment
) -> dict[str, Any]:
    """Return what guardians are asked to sign: a ``key`` entry without their signatures."""
    return {
        "at": at.isoformat(),
        "key": keys.text_of(key),
        "next": following.to_wire(),
        "op": "key",
        "origin": identity.origin,
        "root": keys.text_of(root),
        "size": size,
    }


def to_sign(request: dict[str, Any]) -> bytes:
    """Return the bytes that a guardian signs for a ``key`` entry."""
    return ROTATES + canonical.write({name: request[name] for name in request if name != "by"})


def to_drill(origin: str, at: date) -> bytes:
    """Return the bytes that a guardian signs to show that a sheet works; it changes nothing."""
    return DRILLS + f"{origin}\n{at.isoformat()}\n".encode()


def key_line(request: dict[str, Any], signatures: dict[bytes, bytes]) -> bytes:
    """Return the ``key`` entry with the guardians' signatures, by public key."""
    by = [
        {"key": keys.text_of(key), "signature": keys.text_of(signature)}
        for key, signature in sorted(signatures.items())
    ]
    return canonical.write({**request, "by": by} if by else request)
