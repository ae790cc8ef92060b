"""Forks: two signed heads of one log that cannot both be true, and which branch is followed.

The evidence is transferable: two notes and a proof convince anyone who has the log's keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kpa_federation.protocol import tree
from kpa_federation.protocol.entries import Entry
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.identity import Identity, signers
from kpa_federation.protocol.notes import Checkpoint

Verdict = Literal["keep", "replace", "freeze", "too_late"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two checkpoints of one log; ``first`` is the smaller.

    ``other_root`` is the root at its size that the larger one's tree has, shown by ``proof``.
    """

    first: Checkpoint
    second: Checkpoint
    other_root: bytes
    proof: tuple[bytes, ...] = ()

    def check(self, first_key: bytes, second_key: bytes) -> None:
        """Check that it proves a fork, the keys being those of the log at each size.

        Raises:
            ProtocolError: it proves nothing.
        """
        first, second = self.first, self.second
        if first.origin != second.origin:
            raise ProtocolError("other_log", "two logs may differ")
        first.check(first_key)
        second.check(second_key)
        if self.other_root == first.root:
            raise ProtocolError("bad_proof", "both heads agree")
        tree.check_consistency(first.size, second.size, self.other_root, second.root, self.proof)


@dataclass(frozen=True, slots=True)
class Branch:
    """One way a log goes on after the fork: the ``key`` entries with an effect, in order."""

    key_entries: Sequence[Entry] = ()


def judge(base: Identity, common: int, final: int, ours: Branch, theirs: Branch) -> Verdict:
    """Say what a peer does when a log it follows shows another branch.

    ``base`` is the log's identity at ``common``, the size both branches share. ``final`` is the
    size this peer verified more than 30 days ago: no branch that leaves below replaces it. Else the
    branch that guardians signed, and the other lacks, wins. Between two of them only the one that
    *all* guardians signed; otherwise the log freezes at ``common`` for people to look at. A log
    without guardians freezes: whoever holds its key could make either branch.
    """
    if common < final:
        return "too_late"
    mine, other = _weight(base, ours), _weight(base, theirs)
    if mine == other:
        return "freeze"
    return "replace" if other > mine else "keep"


def _weight(base: Identity, branch: Branch) -> int:
    """Return 0 without guardians' signatures, 1 with enough of them, 2 with all."""
    promised = base.commitment
    if not promised or not branch.key_entries:
        return 0
    signed = len(signers(branch.key_entries[0], promised))
    if signed == len(promised.hashes):
        return 2
    return 1 if signed >= promised.threshold else 0
