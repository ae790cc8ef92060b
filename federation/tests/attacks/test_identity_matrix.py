"""R14: a log is accepted only where signer, origin and records agree, whoever serves it to whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from log_writer import Writer, guardians
from peers import Node

from kpa_federation.protocol.bundle import closing, opening, section_lines
from kpa_federation.protocol.notes import Checkpoint

NAMES = ("cape", "moulins", "illicoop", "coopains", "lens")


class Forger:
    """A peer that gives the records of one origin, signed by another, under every name."""

    def __init__(self, served_by, signer, records, writers):
        self.served_by, self.signer, self.records, self.writers = (
            served_by,
            signer,
            records,
            writers,
        )

    def heads(self, since):
        root = self.records.root()
        return "x.1", {one.origin: (len(self.records.entries), root) for one in self.writers}

    def sync(self, asked):
        yield opening(self.served_by.origin)
        for one in self.writers:
            size = len(self.records.entries)
            made = replace(
                self.records.section(),
                origin=one.origin,
                checkpoint=Checkpoint(one.origin, size, self.records.root()).signed(
                    self.signer.private
                ),
            )
            if asked.want.get(one.origin) == 0:
                yield from section_lines(made)
        yield closing("x.1", {})


@pytest.fixture(scope="module")
def writers():
    made = []
    for name in NAMES:
        writer = Writer(name, guardians("anis", "optéos"))
        for place in range(2):
            writer.put(f"{name} {place}")
        made.append(writer)
    return made


def test_signer_origin_records_server_and_recipient(writers):
    cases = accepted = 0
    for recipient in writers:
        node = Node(recipient.name)
        for server in writers:
            for signer in writers:
                for records in writers:
                    forger = Forger(server, signer, records, writers)
                    fresh = Node() if signer is records else node
                    done = fresh.pull(forger, follows=recipient.origin.__ne__)
                    cases += len(writers)
                    right = {records.origin} if signer is records else set()
                    right.discard(recipient.origin)
                    assert set(fresh.roots()) == done.grown == right
                    wrong = {one.origin for one in writers} - right - {recipient.origin}
                    assert set(done.refused) == wrong
                    accepted += len(right)
        assert node.roots() == {}
    assert (cases, accepted) == (3125, 5 * 5 * 4)
