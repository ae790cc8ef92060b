"""What one verified of a log, and how a section of it is verified: bytes in, or an error out.

A section is entries from one index up to another, with the signed checkpoint they lead to. Nothing
of it counts before all of it was checked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kpa_federation.protocol import limits, tree
from kpa_federation.protocol.entries import Entry, read_entry
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.identity import Identity, identity_of
from kpa_federation.protocol.notes import Checkpoint


@dataclass(frozen=True, slots=True)
class ForwardKey:
    """A ``key`` entry that comes ahead of its place: the checkpoint is signed by what it brings."""

    index: int
    line: bytes
    proof: tuple[bytes, ...]


@dataclass(slots=True)
class Section:
    """Entries of one log, from ``start`` up to, not with, ``end``; bodies by their index.

    ``proof`` shows that the checkpoint's tree begins with these entries, when it goes further.
    """

    origin: str
    start: int
    end: int
    checkpoint: Checkpoint
    proof: tuple[bytes, ...] = ()
    forward: tuple[ForwardKey, ...] = ()
    entries: list[Entry] = field(default_factory=list)
    bodies: dict[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogState:
    """What was verified of a log: who it is, and the frontier of its tree."""

    origin: str
    frontier: tree.Frontier = tree.EMPTY
    identity: Identity | None = None

    @property
    def size(self) -> int:
        """How many entries were verified."""
        return self.frontier.size

    def after(self, entries: list[Entry]) -> tuple[LogState, list[Entry]]:
        """Return the state after these entries, and the entries, those void by place marked so.

        Raises:
            ProtocolError: ``other_log``: the first entry makes another origin.
        """
        identity, frontier, marked, waiting = self.identity, self.frontier, list(entries), 0
        hashes = [entry.leaf for entry in entries]
        for place, entry in enumerate(entries):
            if entry.void or entry.op not in ("genesis", "key"):
                continue
            frontier = frontier.extended(hashes[waiting:place])
            waiting = place
            after = _identity_after(self.origin, identity, frontier, entry)
            if isinstance(after, str):
                marked[place] = replace(entry, void=after)
            else:
                identity = after
        if identity is None:
            raise ProtocolError("other_log", "the log does not begin with its genesis")
        return LogState(self.origin, frontier.extended(hashes[waiting:]), identity), marked

    def take(self, section: Section) -> tuple[LogState, list[Entry]]:
        """Verify a section that goes on from here; return the state after it, and its entries.

        Raises:
            ProtocolError: ``gap``, ``rollback``, ``other_log``, ``bad_root``, ``bad_proof``,
                ``bad_signature``, or what its entries raise.
        """
        checkpoint = section.checkpoint
        if (section.origin, checkpoint.origin) != (self.origin, self.origin):
            raise ProtocolError("other_log", "a section of another log")
        if section.start != self.size or section.end != self.size + len(section.entries):
            raise ProtocolError("gap", f"it starts at {section.start}, not at {self.size}")
        if checkpoint.size < section.end:
            raise ProtocolError("rollback", "the checkpoint is older than the entries")
        state, entries = self.after(section.entries)
        root = state.frontier.root()
        if section.end == checkpoint.size:
            if root != checkpoint.root:
                raise ProtocolError("bad_root", "the entries do not lead to the signed root")
        else:
            tree.check_consistency(
                section.end, checkpoint.size, root, checkpoint.root, section.proof
            )
        signing = identity_ahead(state, section)
        checkpoint.check(signing.key_at(checkpoint.size))
        return state, entries


def _identity_after(
    origin: str, identity: Identity | None, frontier: tree.Frontier, entry: Entry
) -> Identity | str:
    if entry.op == "key":
        return identity.after(frontier.size, entry, frontier.root()) if identity else "other_place"
    if identity is not None:
        return "other_place"
    made = identity_of(entry)
    if made.origin != origin or frontier.size:
        raise ProtocolError("other_log", "the first entry makes another origin")
    return made


def identity_ahead(state: LogState, section: Section) -> Identity:
    """Return the identity at the checkpoint, by the ``key`` entries that were sent ahead.

    Raises:
        ProtocolError: one of them is not in the checkpoint's tree, or is void.
    """
    identity = state.identity
    assert identity is not None
    if len(section.forward) > limits.FORWARD_KEYS:
        raise ProtocolError("bad_bundle", "too many keys ahead")
    checkpoint, last = section.checkpoint, section.end - 1
    for one in section.forward:
        if not last < one.index < checkpoint.size:
            raise ProtocolError("bad_proof", "a key ahead that is not ahead")
        last = one.index
        entry = read_entry(one.line)
        tree.check_inclusion(entry.leaf, one.index, checkpoint.size, one.proof, checkpoint.root)
        if entry.void or entry.op != "key":
            raise ProtocolError("bad_proof", "a key ahead that is no key")
        after = identity.after(one.index, entry, None)
        if isinstance(after, str):
            raise ProtocolError("bad_signature", f"a key ahead that is void: {after}")
        identity = after
    return identity
