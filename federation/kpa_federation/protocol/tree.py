"""The hash tree of RFC 6962 (RFC 9162 §2.1): roots, inclusion and consistency proofs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from kpa_federation.protocol.errors import ProtocolError

EMPTY_ROOT = sha256(b"").digest()
HASH_BYTES = 32


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962 §2.1)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two children (RFC 6962 §2.1)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """What must be remembered of a tree to append to it: the roots of its whole subtrees.

    One hash for each bit that is set in ``size``, largest subtree first.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.hashes) != self.size.bit_count():
            raise ValueError(f"{len(self.hashes)} hashes do not make a tree of {self.size}")

    def extended(self, leaves: Iterable[bytes]) -> Frontier:
        """Return the frontier after these leaf hashes."""
        size, hashes = self.size, list(self.hashes)
        for leaf in leaves:
            rest = size
            while rest & 1:
                leaf = sha256(b"\x01" + hashes.pop() + leaf).digest()
                rest >>= 1
            hashes.append(leaf)
            size += 1
        return Frontier(size, tuple(hashes))

    def root(self) -> bytes:
        """Return the tree's root."""
        if not self.hashes:
            return EMPTY_ROOT
        top = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            top = node_hash(left, top)
        return top

    def write(self) -> bytes:
        """Return the hashes as bytes, to keep beside the size."""
        return b"".join(self.hashes)

    @classmethod
    def read(cls, size: int, kept: bytes) -> Frontier:
        """Return the frontier that :meth:`write` kept."""
        parts = range(0, len(kept), HASH_BYTES)
        return cls(size, tuple(kept[at : at + HASH_BYTES] for at in parts))


EMPTY = Frontier()
Leaves = Callable[[int, int], Sequence[bytes]]
"""Gives the leaf hashes from one place up to, not with, another."""
Roots = Callable[[int, int], bytes]
"""Gives the root over the leaves from one place up to, not with, another."""


def root_of(leaves: Leaves, start: int, end: int) -> bytes:
    """Return the root of the subtree over some leaves."""
    return EMPTY.extended(leaves(start, end)).root()


def inclusion_proof(leaves: Leaves, index: int, size: int) -> list[bytes]:
    """Return the proof that a leaf is in the tree of a size (RFC 6962 §2.1.1)."""
    return inclusion_path(partial(root_of, leaves), index, size)


def consistency_proof(leaves: Leaves, old: int, size: int) -> list[bytes]:
    """Return the proof that the tree of ``old`` leaves begins the one of ``size`` (§2.1.2)."""
    return consistency_path(partial(root_of, leaves), old, size)


def inclusion_path(root: Roots, index: int, size: int) -> list[bytes]:
    """Return an inclusion proof; each subtree that is asked for begins at a multiple of its width.

    Its width is the power of two that its leaves fill, the last subtree's perhaps not wholly.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    proof, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(root(middle, end))
            end = middle
        else:
            proof.append(root(start, middle))
            start = middle
    return proof[::-1]


def consistency_path(root: Roots, old: int, size: int) -> list[bytes]:
    """Return a consistency proof; the subtrees are as in :func:`inclusion_path`, none overlap."""
    if not 0 < old <= size:
        raise ValueError(f"no proof from {old} to {size}")
    proof, start, end, whole = [], 0, size, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(root(middle, end))
            end = middle
        else:
            proof.append(root(start, middle))
            start, whole = middle, False
    if not whole:
        proof.append(root(start, end))
    return proof[::-1]


def check_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf hash is in the tree with this root (RFC 9162 §2.1.3.2).

    Raises:
        ProtocolError: ``bad_proof``.
    """
    if not 0 <= index < size:
        raise ProtocolError("bad_proof", f"no leaf {index} in a tree of {size}")
    _check_hashes(leaf, root, *proof)
    place, last, top = index, size - 1, leaf
    for one in proof:
        if last == 0:
            raise ProtocolError("bad_proof", "longer than the tree is high")
        if place & 1 or place == last:
            top = node_hash(one, top)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            top = node_hash(top, one)
        place, last = place >> 1, last >> 1
    if last or top != root:
        raise ProtocolError("bad_proof", "it does not lead to the root")


def check_consistency(
    old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that one tree begins another (RFC 9162 §2.1.4.2).

    Raises:
        ProtocolError: ``bad_proof``.
    """
    if not 0 < old <= size:
        raise ProtocolError("bad_proof", f"no proof from {old} to {size}")
    if old == size:
        if proof or old_root != root:
            raise ProtocolError("bad_proof", "one size, two roots")
        return
    _check_hashes(old_root, root, *proof)
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        raise ProtocolError("bad_proof", "too short")
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for one in path[1:]:
        if last == 0:
            raise ProtocolError("bad_proof", "longer than the tree is high")
        if place & 1 or place == last:
            first, second = node_hash(one, first), node_hash(one, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, one)
        place, last = place >> 1, last >> 1
    if last or first != old_root or second != root:
        raise ProtocolError("bad_proof", "it does not lead to both roots")


def _split(size: int) -> int:
    """Return the largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def _check_hashes(*hashes: bytes) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise ProtocolError("bad_proof", "a hash that is not 32 bytes long")
