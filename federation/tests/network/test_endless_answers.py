"""A peer may answer as much as it likes: little of it is read, and its turn comes later."""

from __future__ import annotations

import gzip
import json

import pytest
import sqlalchemy as sa

from kpa_core.api import now
from kpa_federation.peers import service, visiting
from kpa_federation.peers.models import PeerRow

HEAD = {"root": "A" * 43 + "=", "size": 1}


def many(count):
    letters = str.maketrans("0123456789", "abcdefghij")
    heads = {f"{number:032d}".translate(letters): HEAD for number in range(count)}
    return json.dumps({"cursor": "a.1", "heads": heads}).encode()


ANSWERS = {
    "too many heads": lambda: (many(200_000),),
    "too many heads, pressed": lambda: (gzip.compress(many(200_000), 1),),
    "a page without end": lambda: (b"x" * 65536,) * 512,
    "a bomb": lambda: (gzip.compress(b"[" * 2**25, 9),),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_without_measure_is_a_trouble_of_that_peer_alone(town, answering, name):
    lille = town("Lille")
    pressed = {"Content-Encoding": "gzip"} if "pressed" in name or "bomb" in name else {}
    with lille.work() as work:
        service.add_peer(work, "a" * 32, answering(*ANSWERS[name](), **pressed))
    began = now()
    assert isinstance(lille.pull()["a" * 32], str)
    assert (now() - began).total_seconds() < 5
    with lille.work() as work:
        row = work.session.get_one(PeerRow, "a" * 32)
        assert row.failures == 1
        assert work.session.scalar(sa.select(sa.func.count()).select_from(PeerRow)) == 1


def test_ten_thousand_origins_in_one_answer_leave_fifty_rows(town, answering):
    lille, pressed = town("Lille"), (gzip.compress(many(10_000), 1),)
    with lille.work() as work:
        service.add_peer(work, "z" * 32, answering(*pressed, **{"Content-Encoding": "gzip"}))
    done = lille.pull()["z" * 32]
    assert done.is_whole
    with lille.work() as work:
        count = work.session.scalar(sa.select(sa.func.count()).select_from(PeerRow))
    assert count == 1 + visiting.STRANGERS_EACH[0]
