"""Peers cosign the heads they verified, and no head that tells another story."""

from __future__ import annotations

from datetime import date

import pytest
from log_writer import Writer

from kpa_core import clock
from kpa_core.work import KPA
from kpa_federation.log import keeping
from kpa_federation.own import writing
from kpa_federation.peers import service, witnessing
from kpa_federation.peers.over_http import HttpPeer
from kpa_federation.protocol import notes, tree
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.entries import put
from kpa_federation.protocol.notes import read_checkpoint


def publish(town, words):
    body = write_body({"title": words})
    line = put(body, at=date(2026, 11, 23), kind="kpa.example/note/1", licence="CC0-1.0")
    with town.work(KPA) as work:
        writing.append(work, [line], {0: body})


def collect(town):
    with town.work(KPA) as work:
        return witnessing.collect(work)


@pytest.fixture
def pair(town):
    roubaix, lille = town("Roubaix"), town("Lille")
    for one, other in ((roubaix, lille), (lille, roubaix)):
        one.follow(other)
        one.pull()
    lille.pull()
    return roubaix, lille


def test_a_head_is_cosigned_and_the_next_one_too(pair):
    roubaix, lille = pair
    for words in ("Une", "Deux", "Trois"):
        publish(roubaix, words)
        lille.pull()
        assert collect(roubaix) == 1
    assert collect(roubaix) == 0  # that head has it already
    with lille.work() as work:
        key = keeping.state_of(work.session, lille.origin).identity.key
    peer = HttpPeer(lille.kpa.instance.http, roubaix.address)
    answer = peer.http.fetch(
        "GET", f"{roubaix.address}/federation/v1/checkpoint/{roubaix.origin}?cosignatures=1"
    )
    checkpoint = read_checkpoint(answer.body.decode())
    line = checkpoint.signatures[-1]
    assert notes.check_cosignature(checkpoint, line, lille.origin, key) > 1_700_000_000


def test_a_witness_that_lost_count_is_asked_from_where_it_stands(pair):
    roubaix, lille = pair
    publish(roubaix, "Une")
    lille.pull()
    assert collect(roubaix) == 1
    with roubaix.work(KPA) as work, work.transaction() as session:
        session.delete(session.query(witnessing.CosignatureRow).one())
    publish(roubaix, "Deux")
    lille.pull()
    assert collect(roubaix) == 1


def ask(town, old, proof, note):
    peer = HttpPeer(town.kpa.instance.http, town.address)
    return peer.cosign(old, proof, note)


def test_the_answers_of_a_witness(pair):
    lille = pair[1]
    arras, stranger = Writer("arras"), Writer("inconnu")
    for words in ("a", "b", "c"):
        arras.put(words)
    known = arras.branch(3)
    with lille.work() as work:
        service.add_peer(work, arras.origin, "", "Arras")
        after, entries = keeping.state_of(work.session, arras.origin).take(known.section())
        made = keeping.Verified(after, 0, entries, known.bodies, known.checkpoint())
        with work.transaction() as session:
            keeping.keep(session, [made], clock.now())
    fork = arras.branch(2)
    fork.put("autre")
    proof = tree.consistency_proof(arras.leaves, 3, 4)
    wrong = known.checkpoint(private=b"z" * 32).note()
    cases = [
        ((0, [], stranger.checkpoint().note()), 403),
        ((0, [], wrong), 403),
        ((0, [], "rien"), 400),
        ((0, [], fork.checkpoint().note()), 422),  # not what was verified here
        ((0, [], known.checkpoint().note()), 200),
        ((0, [], known.checkpoint().note()), 409),
        ((3, [], fork.checkpoint().note()), 409),  # one size, two roots
        ((3, proof[:-1], arras.checkpoint().note()), 422),
        ((3, proof, arras.checkpoint().note()), 200),
        ((4, [], arras.checkpoint().note()), 200),
    ]
    answers = [ask(lille, *asked) for asked, _ in cases]
    assert [status for status, _ in answers] == [wanted for _, wanted in cases]
    assert answers[5][1] == "3\n"


def held_by(town, writer):
    """Let an instance follow a log, and have it as it stands."""
    with town.work() as work:
        service.add_peer(work, writer.origin, "", writer.name)
        before = keeping.state_of(work.session, writer.origin)
        section = writer.section(before.size)
        after, entries = before.take(section)
        made = keeping.Verified(after, before.size, entries, section.bodies, section.checkpoint)
        with work.transaction() as session:
            keeping.keep(session, [made], clock.now())


@pytest.mark.parametrize("was_cosigned", [False, True], ids=["first", "later"])
def test_a_head_beyond_what_is_held_has_to_go_on_from_it(pair, was_cosigned):
    lille, arras = pair[1], Writer("arras")
    arras.put("un")
    held_by(lille, arras)
    old = 0
    if was_cosigned:
        old = len(arras.entries)
        assert ask(lille, 0, [], arras.checkpoint().note())[0] == 200
    for words in ("deux", "trois", "quatre"):
        arras.put(words)
    held_by(lille, arras)
    thief = arras.branch(3)
    for words in ("a", "b", "c", "d"):
        thief.put(words)
    fork = thief.checkpoint().note()
    proof = tree.consistency_proof(thief.leaves, old, 7) if old else []
    assert ask(lille, old, proof, fork) == (409, "5\n")
    assert ask(lille, 5, tree.consistency_proof(thief.leaves, 5, 7), fork)[0] == 422
    arras.put("cinq")
    proof = tree.consistency_proof(arras.leaves, 5, 6)
    assert ask(lille, 5, proof, arras.checkpoint().note())[0] == 200
