"""Many instances in one process, each with a database of its own: all end with the same roots."""

from __future__ import annotations

import random
from typing import Any

import ours  # noqa: F401 - it finds the tests' instances
from log_writer import Writer
from peers import Node


def converge(count: int, origins: int, seed: int = 11) -> dict[str, Any]:
    """Let origins write, revise and withdraw while half cannot hear the other; then let all meet.

    Every instance asks three others a round, as the product does. Return how many rounds it took
    until all have the same roots, and whether anything withdrawn is anywhere.
    """
    rng = random.Random(seed)
    writers = [Writer(f"ville {number}") for number in range(origins)]
    nodes = [Node(str(number)) for number in range(count)]
    halves = nodes[::2], nodes[1::2]
    for _ in range(3):
        for number, writer in enumerate(writers):
            _act(rng, writer)
            nodes[number].write(writer)
        for half in halves:
            _round(rng, half, half)
    rounds = 0
    while len({_roots(node) for node in nodes}) > 1 and rounds < 30:
        rounds += 1
        _round(rng, nodes, nodes)
    whole = {
        writer.origin: (len(writer.entries), writer.state().frontier.write()) for writer in writers
    }
    sample = rng.sample(nodes, min(count, 50))
    back = sum(node.bodies(w.origin) != _live(w) for node in sample for w in writers)
    return {
        "instances": count,
        "origins": origins,
        "rounds": rounds,
        "same": all(node.roots() == whole for node in nodes),
        "wrong_bodies": back,
    }


def _round(rng: random.Random, nodes: list[Node], others: list[Node]) -> None:
    for node in nodes:
        for other in rng.sample(others, min(3, len(others))):
            if other is not node:
                node.pull(other)


def _roots(node: Node) -> tuple[Any, ...]:
    return tuple(sorted(node.roots().items()))


def _act(rng: random.Random, writer: Writer) -> None:
    """Write three records, then revise one and withdraw one of those that live."""
    for number in range(3):
        writer.put(f"Fiche {number} {rng.random()}")
    records = _revisions(writer)
    for at, op in zip(rng.sample(sorted(records), 2), ("put", "del"), strict=True):
        if op == "put":
            writer.put(f"Mieux {rng.random()}", record=at, revision=records[at] + 1)
        else:
            writer.withdraw(at, records[at] + 1, op=rng.choice(["del", "purge"]))


def _revisions(writer: Writer) -> dict[int, int]:
    """Return the revision of each record that lives."""
    found: dict[int, int] = {}
    for place, entry in enumerate(writer.entries):
        if entry.op == "put":
            found[entry.fields.get("record", place)] = entry.fields["revision"]
        elif entry.op in ("del", "purge"):
            found.pop(entry.fields["record"])
    return found


def _live(writer: Writer) -> dict[int, bytes]:
    """Return the last body of each record that lives, by its place."""
    last: dict[int, int] = {}
    for place, entry in enumerate(writer.entries):
        if entry.op == "put":
            last[entry.fields.get("record", place)] = place
        elif entry.op in ("del", "purge"):
            last.pop(entry.fields["record"])
    return {place: writer.bodies[place] for place in last.values()}
