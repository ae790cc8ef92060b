"""Signed notes (C2SP signed-note): a checkpoint says how large a log is, and its root.

A checkpoint's text is three lines: ``kpa/<origin>``, the size, the root in base64. Whoever verified
it may add a cosignature (C2SP tlog-cosignature, v1), with the time they did.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, replace
from hashlib import sha256

from kpa_federation.protocol import keys, limits
from kpa_federation.protocol.errors import ProtocolError

SIGNS_NOTES = b"\x01"
COSIGNS = b"\x04"
DASH = "\N{EM DASH} "
CHECKPOINT = re.compile(r"kpa/([a-z2-7]{32})\n(0|[1-9][0-9]{0,14})\n([A-Za-z0-9+/]{43}=)\n")
LINE = re.compile(r"\N{EM DASH} ([^\s+]{1,200}) ([A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True, slots=True)
class Signature:
    """One line below a note: who, which of their keys, and the signature's bytes."""

    name: str
    key_id: bytes
    data: bytes

    def line(self) -> str:
        """Return the line, without its end."""
        return f"{DASH}{self.name} {base64.b64encode(self.key_id + self.data).decode()}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What an origin says of its log: how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes
    signatures: tuple[Signature, ...] = ()

    @property
    def name(self) -> str:
        """The log's name, in the note and beside its signature."""
        return log_name(self.origin)

    def text(self) -> bytes:
        """Return what is signed."""
        return f"{self.name}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()

    def note(self) -> str:
        """Return the note with its signatures."""
        lines = "".join(f"{one.line()}\n" for one in self.signatures)
        return f"{self.text().decode()}\n{lines}"

    def signed(self, private: bytes) -> Checkpoint:
        """Return it with the origin's signature alone."""
        key_id = key_id_of(self.name, SIGNS_NOTES, keys.public_key(private))
        return replace(
            self, signatures=(Signature(self.name, key_id, keys.sign(private, self.text())),)
        )

    def bare(self) -> Checkpoint:
        """Return it without cosignatures."""
        return replace(
            self, signatures=tuple(one for one in self.signatures if one.name == self.name)
        )

    def check(self, key: bytes) -> None:
        """Check that the origin signed it with this key.

        Raises:
            ProtocolError: ``bad_signature``.
        """
        wanted = key_id_of(self.name, SIGNS_NOTES, key)
        for one in self.signatures:
            if (one.name, one.key_id) == (self.name, wanted) and keys.is_signed(
                key, one.data, self.text()
            ):
                return
        raise ProtocolError("bad_signature", "the checkpoint is not signed by the log's key")


def log_name(origin: str) -> str:
    """Return the name of an origin's log."""
    return f"kpa/{origin}"


def key_id_of(name: str, kind: bytes, key: bytes) -> bytes:
    """Return the four bytes that tell a signer's keys apart (C2SP signed-note)."""
    return sha256(name.encode() + b"\n" + kind + key).digest()[:4]


def read_checkpoint(note: str) -> Checkpoint:
    """Return the checkpoint of a note; its signatures are not checked.

    Raises:
        ProtocolError: ``bad_note``.
    """
    if len(note) > limits.NOTE:
        raise ProtocolError("bad_note", f"longer than {limits.NOTE}")
    text, found, below = note.partition("\n\n")
    matched = CHECKPOINT.fullmatch(f"{text}\n")
    if not found or matched is None:
        raise ProtocolError("bad_note", "not a checkpoint")
    root = base64.b64decode(matched[3])
    if base64.b64encode(root).decode() != matched[3]:
        raise ProtocolError("bad_note", "another spelling of the root")
    return Checkpoint(matched[1], int(matched[2]), root, read_signatures(below))


def read_signatures(below: str) -> tuple[Signature, ...]:
    """Return the signatures below a note; lines of a kind that is not known stay.

    Raises:
        ProtocolError: ``bad_note``.
    """
    if not below.endswith("\n"):
        raise ProtocolError("bad_note", "the last line has no end")
    lines = below[:-1].split("\n")
    if len(lines) > limits.SIGNATURES:
        raise ProtocolError("bad_note", f"more than {limits.SIGNATURES} signatures")
    found = []
    for line in lines:
        matched = LINE.fullmatch(line)
        try:
            data = base64.b64decode(matched[2], validate=True) if matched else b""
        except ValueError:
            data = b""
        if matched is None or len(data) <= 4 or base64.b64encode(data).decode() != matched[2]:
            raise ProtocolError("bad_note", "a line that is no signature")
        found.append(Signature(matched[1], data[:4], data[4:]))
    return tuple(found)


def cosign(checkpoint: Checkpoint, witness: str, private: bytes, time: int) -> Signature:
    """Return a witness's cosignature; ``time`` in seconds since 1970, UTC."""
    name = log_name(witness)
    key_id = key_id_of(name, COSIGNS, keys.public_key(private))
    data = keys.sign(private, _cosigned(checkpoint, time))
    return Signature(name, key_id, time.to_bytes(8, "big") + data)


def check_cosignature(checkpoint: Checkpoint, one: Signature, witness: str, key: bytes) -> int:
    """Return the time at which a witness cosigned a checkpoint, in seconds since 1970.

    Raises:
        ProtocolError: ``bad_signature``.
    """
    name = log_name(witness)
    time = int.from_bytes(one.data[:8], "big")
    if (one.name, one.key_id) != (name, key_id_of(name, COSIGNS, key)) or not keys.is_signed(
        key, one.data[8:], _cosigned(checkpoint, time)
    ):
        raise ProtocolError("bad_signature", "not a cosignature of this witness")
    return time


def _cosigned(checkpoint: Checkpoint, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n".encode() + checkpoint.text()
