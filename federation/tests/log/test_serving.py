"""What a peer is told: no more is read for it than it is given."""

from __future__ import annotations

import pytest
from log_writer import Writer
from peers import Node

from kpa_federation.log import serving
from kpa_federation.log.serving import Asked
from kpa_federation.protocol.bundle import BundleReader


@pytest.fixture
def source():
    node = Node("source")
    node.origins = []
    for number in range(30):
        writer = Writer(f"kpa {number}")
        for _ in range(3):
            writer.put("long " * 5000)
        node.write(writer)
        node.origins.append(writer.origin)
    return node


def asked(source, **more):
    want = {**dict.fromkeys(source.origins, 0), "b" * 32: 0}
    want[source.origins[-1]] = 4  # it has all of it
    return Asked(want, **more)


def test_what_lies_beyond_the_bundle_is_not_read(source, monkeypatch):
    read, usual = [], serving._cut
    monkeypatch.setattr(serving, "_cut", lambda *said: read.append(1) or usual(*said))
    reader = BundleReader(source.sync(asked(source, most=1, chunk=1)))
    (section,) = reader
    assert read == [1]
    first, *others, _last = source.origins
    assert section.end < 4
    assert reader.following == {first: section.end, **dict.fromkeys(others, 0)}


def test_bundle_after_bundle_gives_everything(source):
    want, got = asked(source).want, dict.fromkeys(source.origins, 0)
    while want:
        reader = BundleReader(source.sync(Asked(want, most=50_000, chunk=1)))
        for section in reader:
            assert section.start == got[section.origin]
            got[section.origin] = section.end
        want = reader.following
    assert list(got.values()) == [4] * 29 + [0]
