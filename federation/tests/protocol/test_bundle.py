"""A bundle is read line by line, and holds no more in memory than a section may."""

from __future__ import annotations

from itertools import chain

import pytest
from log_writer import Writer

from kpa_federation.protocol import bundle, limits
from kpa_federation.protocol.bundle import SECTION, BundleReader, opening, section_lines
from kpa_federation.protocol.entries import read_entry
from kpa_federation.protocol.errors import ProtocolError


def test_bodies_count_in_what_a_section_may_hold():
    writer = Writer("roubaix")
    writer.put("Une fiche")
    first, frame, *_, put, _ = [opening(writer.origin), *section_lines(writer.section())]
    frame = frame.replace(b'"to":2', b'"to":9007199254740991')
    body = b"B" + b"x" * limits.BODY + b"\n"
    taken = 0

    def lines():
        nonlocal taken
        for one in chain([first, frame], [put, body] * 100):
            taken += len(one)
            yield one

    with pytest.raises(ProtocolError, match="bad_bundle"):
        list(BundleReader(lines()))
    assert SECTION < taken < SECTION + 2 * limits.BODY


NUMBERS = ("1", "0", "01", "-1", "1.0", "262145", "99999", str(2**53 - 1), str(2**53), "1e3")
TRIED = {
    "at": ("2026-02-28", "2026-02-29", "2026-13-01", "2026-11-31", "2000-00-01", "0001-01-01", ""),
    "bytes": NUMBERS,
    "kind": ("kpa.example/note/1", "kpa.example/note/0", "K/n/1", r"a/b/1\n", "é/b/1", "a" * 70),
    "licence": ("CC-BY-SA-4.0", "", "x" * 40, "x" * 41, r"CC\u0030", 'a","b":"c'),
    "record": NUMBERS,
    "revision": NUMBERS,
    "end": (" ", "\n", "}", "\0"),
}
USUAL = {"at": "2026-11-23", "bytes": "14", "kind": "a/b/1", "licence": "CC0-1.0", "revision": "2"}
BODY = b'{"salt":"x"}'


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in TRIED.items() for value in values]
)
def test_the_quick_reading_of_a_put_is_the_slow_one(name, value):
    said = {"record": "", "end": "", **USUAL, name: value}
    record = f',"record":{said["record"]}' if said["record"] else ""
    line = (
        f'{{"at":"{said["at"]}","bytes":{said["bytes"]},"kind":"{said["kind"]}",'
        f'"licence":"{said["licence"]}","op":"put"{record},"revision":{said["revision"]}}}'
        f"{said['end']}"
    ).encode()
    quick = bundle._usual(line, BODY)
    if quick is not None:
        assert quick == bundle._unusual(line, BODY)


def test_a_usual_put_is_read_quickly():
    writer = Writer("roubaix")
    record = writer.put("Une fiche")
    writer.put("Une fiche, mieux", record=record, revision=2)
    for entry in writer.entries[1:]:
        short = bundle.without_body(entry.line)
        body = writer.bodies[writer.entries.index(entry)]
        assert bundle._usual(short, body) == entry


@pytest.mark.parametrize(("more", "is_read"), [(-1, True), (0, False)])
def test_entries_in_a_section_are_counted(more, is_read):
    writer = Writer("roubaix")
    first, frame, genesis = [opening(writer.origin), *section_lines(writer.section())]
    to = limits.SECTION_ENTRIES + 1 + more
    frame = frame.replace(b'"to":1', b'"to":%d' % to)
    lines = [first, frame, genesis, *[b"H\n"] * (to - 1), bundle.closing("", {})]
    if is_read:
        (section,) = BundleReader(lines)
        assert len(section.entries) == limits.SECTION_ENTRIES
    else:
        with pytest.raises(ProtocolError, match="bad_bundle"):
            list(BundleReader(lines))


def nested(depth, inside):
    """Return an object of lists, or of objects, so many levels deep."""
    if inside == "lists":
        return b'{"a":' + b"[" * depth + b"]" * depth + b"}"
    return b'{"a":' * depth + b"1" + b"}" * depth


@pytest.mark.parametrize("inside", ["lists", "objects"])
def test_nothing_is_nested_so_deep_that_reading_it_fails(inside):
    for depth in range(850, 1010):
        line = nested(depth, inside)
        if len(line) <= limits.KEY_HEADER:
            assert read_entry(line).void == "not_canonical"


def test_an_elided_header_that_cannot_be_spelled_is_refused(monkeypatch):
    def spell(_value):
        raise RecursionError

    monkeypatch.setattr(bundle.canonical, "spell", spell)  # where Python ends depends on its stack
    with pytest.raises(ProtocolError, match="not_canonical"):
        bundle._with_body(b'{"a":1}', b"x")
