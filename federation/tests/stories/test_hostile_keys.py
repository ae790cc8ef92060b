"""A USB key from somebody who means harm: it brings no more than a visit could."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from log_writer import Writer

from kpa_core import clock
from kpa_core.work import KPA
from kpa_federation.carrying import looking, saying, taking_in
from kpa_federation.log import keeping, quotas
from kpa_federation.log.quotas import Quota
from kpa_federation.peers import service
from kpa_federation.protocol import bundle

FEW = (
    Quota(entries=100, size=10**6, files=100),
    Quota(entries=40, size=10**6, files=50),
    Quota(entries=20, size=10**6, files=20),
)


@pytest.fixture
def lille(alone):
    return alone("Lille")


def file_of(*sections):
    """Return a carried file with these sections."""
    lines = [line for one in sections for line in bundle.section_lines(one)]
    peer = sections[0].origin
    return io.BytesIO(b"".join([bundle.opening(peer), *lines, bundle.closing("", {})]))


def bring(town, file, *welcome):
    with town.work() as work:
        look = looking.look(work, file)
        file.seek(0)
        done = taking_in.take(work, file, look, welcome)
        return done, list(saying.came(done, look))


def size_of(town, origin):
    with town.work() as work:
        return keeping.state_of(work.session, origin).size


@pytest.fixture
def arras():
    made = Writer("arras")
    for number in range(50):
        made.put(f"Fiche {number}")
    return made


def test_a_file_brings_no_more_of_an_origin_than_a_visit(lille, arras, monkeypatch):
    monkeypatch.setattr(quotas, "BY_STEP", FEW)
    with lille.work(KPA) as work, work.transaction() as session:
        row = service.new_peer(session, arras.origin)
        row.trust, row.step = "followed", 2
    file = file_of(arras.section(0))
    done, said = bring(lille, file)
    assert (done.grown, done.held) == ({arras.origin: 20}, {arras.origin})
    assert any("demain" in one for one in said)
    for days, size in ((0, 20), (1, 40), (2, 51)):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=True):
            file.seek(0)
            bring(lille, file)
        assert size_of(lille, arras.origin) == size


def test_who_is_welcomed_from_a_file_has_the_room_of_who_was_chosen(lille, arras, monkeypatch):
    monkeypatch.setattr(quotas, "BY_STEP", FEW)
    done, said = bring(lille, file_of(arras.section(0)), arras.origin)
    assert (done.grown, done.held) == ({arras.origin: 51}, set())
    assert not any("demain" in one for one in said)
