"""A log kept in memory by its own origin: what tests and vectors are made with."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from kpa_federation.protocol import keys, tree
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.entries import (
    NO_GUARDIANS,
    Commitment,
    Entry,
    genesis,
    origin_of,
    put,
    read_entry,
    withdraw,
)
from kpa_federation.protocol.identity import key_line, key_request, to_sign
from kpa_federation.protocol.notes import Checkpoint
from kpa_federation.protocol.reading import ForwardKey, LogState, Section

DAY = date(2026, 11, 23)
KIND, LICENCE = "kpa.example/resource/1", "CC-BY-SA-4.0"


def private_of(name):
    """Return a private key that is the same in every run."""
    return sha256(f"kpa test key: {name}".encode()).digest()


def public_of(name):
    return keys.public_key(private_of(name))


def guardians(*names, threshold=2):
    return Commitment(tuple(keys.hash_of(public_of(one)) for one in names), threshold)


class Writer:
    """One origin: it appends, signs, and cuts sections. ``branch`` copies it, to fork."""

    def __init__(self, name, following=NO_GUARDIANS):
        self.name, self.private = name, private_of(name)
        nonce = sha256(name.encode()).digest()[:16]
        line = genesis(keys.public_key(self.private), DAY, nonce, following or None)
        self.origin = origin_of(line)
        self.entries: list[Entry] = []
        self.bodies: dict[int, bytes] = {}
        self.append(line)

    def branch(self, size):
        """Return this origin as it was at a size, to go another way."""
        other = object.__new__(Writer)
        other.name, other.private, other.origin = self.name, self.private, self.origin
        other.entries = self.entries[:size]
        other.bodies = {at: body for at, body in self.bodies.items() if at < size}
        return other

    def append(self, line):
        self.entries.append(read_entry(line))
        return len(self.entries) - 1

    def put(self, words="Une étagère en palettes", record=None, revision=1, **more):
        salt = sha256(f"{self.name} {len(self.entries)}".encode()).digest()[:16]
        body = write_body({"title": words}, salt=salt)
        fields = {"at": DAY, "kind": KIND, "licence": LICENCE, **more}
        index = self.append(put(body, record=record, revision=revision, **fields))
        self.bodies[index] = body
        return index

    def withdraw(self, record, revision, op="del", reason="error"):
        line = withdraw(op, at=DAY, record=record, revision=revision, reason=reason)
        return self.append(line)

    def rotate(self, name, by, following, at=None):
        """Append a ``key`` entry for the key of ``name``, signed by these guardians."""
        request = self.key_request(name, following)
        signed = {public_of(one): keys.sign(private_of(one), to_sign(request)) for one in by}
        index = self.append(key_line(request, signed))
        self.private = private_of(name)
        return index

    def key_request(self, name, following):
        state, _ = LogState(self.origin).after(self.entries)
        return key_request(
            state.identity,
            len(self.entries),
            self.root(),
            at=DAY,
            key=public_of(name),
            following=following,
        )

    def leaves(self, start, end):
        return [entry.leaf for entry in self.entries[start:end]]

    def root(self, size=None):
        size = len(self.entries) if size is None else size
        return tree.root_of(self.leaves, 0, size)

    def checkpoint(self, size=None, private=None):
        size = len(self.entries) if size is None else size
        return Checkpoint(self.origin, size, self.root(size)).signed(private or self.private)

    def section(self, start=0, end=None, size=None, bodies=True):
        """Return a section, with what is needed to verify it alone."""
        size = len(self.entries) if size is None else size
        end = size if end is None else end
        ahead = [at for at in range(end, size) if self.entries[at].op == "key"]
        return Section(
            self.origin,
            start,
            end,
            self.checkpoint(size),
            tuple(tree.consistency_proof(self.leaves, end, size)) if end < size else (),
            tuple(self.forward_key(at, size) for at in ahead),
            self.entries[start:end],
            {at: one for at, one in self.bodies.items() if bodies and start <= at < end},
        )

    def forward_key(self, at, size):
        proof = tuple(tree.inclusion_proof(self.leaves, at, size))
        return ForwardKey(at, self.entries[at].line, proof)

    def state(self):
        return LogState(self.origin).take(self.section())[0]
