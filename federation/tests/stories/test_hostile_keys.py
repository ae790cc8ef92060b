"""A USB key from somebody who means harm: it brings no more than a visit could."""

from __future__ import annotations

import gzip
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from log_writer import DAY, KIND, LICENCE, Writer

from kpa_core import clock
from kpa_core.errors import Misuse, Refused
from kpa_core.work import KPA
from kpa_federation.carrying import looking, saying, taking_in, writing_out
from kpa_federation.log import going_back, keeping, quotas, serving
from kpa_federation.log.models import EvidenceRow
from kpa_federation.log.quotas import Quota
from kpa_federation.own import head, writing
from kpa_federation.peers import service
from kpa_federation.protocol import bundle, limits, tree
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.bundle import BundleReader
from kpa_federation.protocol.entries import put, read_entry
from kpa_federation.protocol.notes import Checkpoint
from kpa_federation.protocol.reading import Section

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


def written_by_a_thief(town, cut):
    """Return a file with entries of the town's own log that were never written there."""
    with town.work() as work:
        row = keeping.log_row(work.session, town.origin)
        lines = going_back.lines_of(work.session, row.id)[:cut]
        private = head.read_key(work.instance.settings.root)
    body = write_body({"title": "Pas de nous"}, salt=b"s" * 16)
    lines += [put(body, at=DAY, kind=KIND, licence=LICENCE)] * 3
    root = tree.EMPTY.extended(tree.leaf_hash(one) for one in lines).root()
    note = Checkpoint(town.origin, len(lines), root).signed(private)
    entries = [read_entry(one) for one in lines]
    return file_of(Section(town.origin, 0, len(lines), note, entries=entries))


def publish(town, words):
    body = write_body({"title": words})
    with town.work(KPA) as work:
        writing.append(work, [put(body, at=DAY, kind=KIND, licence=LICENCE)], {0: body})


def verdicts(town):
    with town.work() as work:
        return list(work.session.scalars(sa.select(EvidenceRow.verdict)))


@pytest.mark.parametrize(("cut", "verdict"), [(3, "ahead"), (1, "freeze")])
def test_a_head_that_a_thief_of_the_key_signed_is_noticed_in_a_file(lille, cut, verdict):
    publish(lille, "Une")
    publish(lille, "Deux")
    file = written_by_a_thief(lille, cut)
    bring(lille, file)
    assert verdicts(lille) == [verdict]
    assert size_of(lille, lille.origin) == 3
    with pytest.raises(Refused):
        publish(lille, "Trois")


def test_the_own_log_as_it_was_signed_here_is_no_trouble_in_a_file(lille, tmp_path):
    publish(lille, "Une")
    with lille.work() as work:
        writing_out.write(work, tmp_path / "lille.kpa")
    publish(lille, "Deux")
    bring(lille, io.BytesIO((tmp_path / "lille.kpa").read_bytes()))
    assert verdicts(lille) == []
    publish(lille, "Trois")


@pytest.mark.parametrize("bound", ["MOST_LINES", "MOST_BYTES"])
def test_a_small_file_that_says_very_much_is_not_looked_into(lille, arras, monkeypatch, bound):
    whole = gzip.compress(file_of(*(arras.section(at, at + 17) for at in (0, 17, 34))).getvalue())
    assert bring(lille, io.BytesIO(whole), arras.origin)[0].grown == {arras.origin: 51}
    monkeypatch.setattr(looking, bound, {"MOST_LINES": 50, "MOST_BYTES": 10_000}[bound])
    with lille.work() as work, pytest.raises(Misuse, match="trop grand"):
        looking.look(work, io.BytesIO(whole))


def test_no_section_that_is_written_holds_more_entries_than_may_be(lille, arras, monkeypatch):
    bring(lille, file_of(arras.section(0)), arras.origin)
    monkeypatch.setattr(limits, "SECTION_ENTRIES", 20)
    with lille.work() as work:
        asked = serving.Asked({arras.origin: 0})
        found = list(BundleReader(serving.bundle(work.session, asked, arras.origin)))
    assert [(one.start, one.end) for one in found] == [(0, 20), (20, 40), (40, 51)]
