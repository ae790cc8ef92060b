"""A bundle is read line by line, and holds no more in memory than a section may."""

from __future__ import annotations

from itertools import chain

import pytest
from log_writer import Writer

from kpa_federation.protocol import limits
from kpa_federation.protocol.bundle import SECTION, BundleReader, opening, section_lines
from kpa_federation.protocol.errors import ProtocolError


def test_bodies_count_in_what_a_section_may_hold():
    writer = Writer("roubaix")
    writer.put("Une fiche")
    first, frame, *_, put, _ = [opening(writer.origin), *section_lines(writer.section())]
    frame = frame.replace(b'"to":2', b'"to":9007199254740991')
    body = b"B" + b"x" * limits.BODY + b"\n"
    given = 0

    def lines():
        nonlocal given
        for one in chain([first, frame], [put, body] * 100):
            given += len(one)
            yield one

    with pytest.raises(ProtocolError, match="bad_bundle"):
        list(BundleReader(lines()))
    assert SECTION < given < SECTION + 2 * limits.BODY
