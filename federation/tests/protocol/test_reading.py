"""A section is taken whole, or nothing of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from log_writer import Writer, guardians, private_of, public_of

from kpa_federation.protocol.bundle import BundleReader, closing, opening, section_lines
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.reading import LogState


@pytest.fixture
def writer():
    made = Writer("roubaix", guardians("anis", "optéos", "condition"))
    for place in range(9):
        made.put(f"Fiche {place}")
    made.withdraw(3, 2)
    return made


def bundle(*sections, explicit=False):
    lines = [opening("a" * 32)]
    for section in sections:
        lines += section_lines(section, explicit)
    return [*lines, closing("epoch.1", {})]


def taken(writer, pieces):
    state, found = LogState(writer.origin), []
    for section in BundleReader(pieces):
        state, entries = state.take(section)
        found += entries
    return state, found


@pytest.mark.parametrize("explicit", [False, True])
def test_a_log_is_read_back_byte_for_byte(writer, explicit):
    state, found = taken(writer, bundle(writer.section(), explicit=explicit))
    assert [one.line for one in found] == [one.line for one in writer.entries]
    assert (state.size, state.frontier.root()) == (11, writer.root())


@pytest.mark.parametrize("cut", range(1, 11))
def test_chunks_verify_as_they_come(writer, cut):
    first, second = writer.section(0, cut), writer.section(cut)
    state, found = taken(writer, bundle(first, second))
    assert len(found) == state.size == 11


def test_a_new_key_is_known_ahead_of_its_place(writer):
    writer.rotate("roubaix 2", ["anis", "optéos"], guardians("anis", "optéos", "autre"))
    writer.put("Après")
    for cut in range(1, len(writer.entries)):
        state, _ = LogState(writer.origin).take(writer.section(0, cut))
        assert state.size == cut
        state, _ = state.take(writer.section(cut))
        assert state.identity.key == writer.state().identity.key


def test_each_size_has_the_key_that_signs_it(writer):
    writer.rotate("roubaix 2", ["anis", "optéos"], guardians("anis", "optéos", "autre"))
    keys = [writer.state().identity.key_at(size) for size in range(13)]
    assert keys == [public_of("roubaix")] * 12 + [public_of("roubaix 2")]


def test_the_old_key_signs_nothing_any_more(writer):
    writer.rotate("roubaix 2", ["anis", "optéos"], guardians("anis", "optéos", "autre"))
    section = writer.section()
    old = replace(section, checkpoint=writer.checkpoint(private=private_of("roubaix")))
    with pytest.raises(ProtocolError, match="bad_signature"):
        LogState(writer.origin).take(old)


@pytest.mark.parametrize("size", range(200))
def test_a_cut_bundle_gives_its_whole_sections_only(writer, size):
    data = b"".join(bundle(writer.section(0, 4), writer.section(4)))
    state, _ = taken(writer, [data[: len(data) * size // 200]])
    assert state.size in (0, 4, 11)
