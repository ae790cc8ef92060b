"""Two KPAs of one name are not taken for each other beside what they wrote."""

from __future__ import annotations

from log_writer import Writer

from kpa_core.clock import now
from kpa_core.work import KPA
from kpa_federation.log import keeping
from kpa_federation.log.keeping import Verified
from kpa_federation.peers import service
from kpa_federation.records import reading
from kpa_federation.records.kinds import kinds


def keep(work, writer):
    state = keeping.state_of(work.session, writer.origin)
    section = writer.section(state.size)
    after, entries = state.take(section)
    with work.transaction() as session:
        verified = Verified(after, state.size, entries, section.bodies, section.checkpoint)
        keeping.keep(session, [verified], now())


def names(town):
    with town.work(KPA) as work:
        return sorted(one.origin.name for one in reading.records(work, kinds(work)))


def test_two_of_one_name_are_told_apart(town):
    lille, one, other = town("Lille"), Writer("one"), Writer("other")
    with lille.work() as work:
        for number, writer in enumerate((one, other)):
            writer.put(f"Fiche {number}")
            keep(work, writer)
        service.add_peer(work, one.origin, "", "Arras")
    assert names(lille) == ["Arras"]
    with lille.work() as work:
        service.add_peer(work, other.origin, "", "arras")
    found = names(lille)
    assert len({name.casefold() for name in found}) == 2
    assert all(name.casefold().startswith("arras (") for name in found)
