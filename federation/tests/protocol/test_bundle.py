"""A bundle is read line by line, and holds no more in memory than a section may."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kpa_federation.protocol import bundle, limits
from kpa_federation.protocol.bundle import SECTION, BundleReader, opening, section_lines
from kpa_federation.protocol.errors import ProtocolError
from log_writer import Writer


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


DAYS = st.sampled_from(["2026-11-23", "2026-02-28", "2026-02-29", "2026-13-01", "0001-01-01", ""])
NUMBERS = st.sampled_from(
    ["1", "0", "01", "-1", "1.0", "262144", "262145", "99999", str(2**53 - 1), str(2**53), "1e3"]
)
KINDS = st.sampled_from(["kpa.example/note/1", "kpa.example/note/0", "K/n/1", "a/b/1\\n", "é/b/1"])
LICENCES = st.sampled_from(["CC0-1.0", "", "x" * 40, "x" * 41, "CC\\u0030", 'a","b":"c'])
BODY = b'{"salt":"x"}'


@settings(max_examples=400)
@given(DAYS, NUMBERS, KINDS, LICENCES, st.none() | NUMBERS, NUMBERS, st.binary(max_size=2))
def test_the_quick_reading_of_a_put_is_the_slow_one(day, size, kind, licence, record, rev, end):
    named = f',"record":{record}' if record is not None else ""
    line = (
        f'{{"at":"{day}","bytes":{size},"kind":"{kind}","licence":"{licence}","op":"put"'
        f'{named},"revision":{rev}}}'
    ).encode() + end
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
