"""Peers that answer what no honest one would."""

from __future__ import annotations

from kpa_federation.protocol import tree
from kpa_federation.protocol.bundle import closing, opening
from kpa_federation.protocol.notes import Checkpoint


class Says:
    """A peer that answers what it is given."""

    def __init__(self, heads, lines, cursor="x.1"):
        self.given, self.lines, self.cursor, self.asked = heads, lines, cursor, 0

    def heads(self, since):
        return self.cursor, self.given

    def sync(self, asked):
        self.asked += 1
        yield opening("b" * 32)
        yield from self.lines(asked)
        yield closing(self.cursor, {})


def huge(writer, size):
    """Return a section of a log whose signed size no disk holds, with a proof that fits."""
    front = tree.Frontier(4, (tree.EMPTY.extended(writer.leaves(0, 4)).root(),))
    proof, top, height = [], front.root(), 2
    while 1 << height < size:
        beside = bytes([height]) * 32
        proof.append(beside)
        top, height = tree.node_hash(top, beside), height + 1
    made = writer.section(0, 4, size=4)
    made.checkpoint = Checkpoint(writer.origin, 1 << height, top).signed(writer.private)
    made.proof = tuple(proof)
    return made
