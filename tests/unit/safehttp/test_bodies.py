"""Caps hold for every body, however it is cut in pieces."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_core.safehttp.bodies import PIECE, capped, inflated
from kpa_core.safehttp.errors import HttpFailed, TooLarge

PLACE = "https://pair.example.org"
BODIES = st.one_of(
    st.binary(max_size=300),
    st.builds(
        lambda one, times: one * times, st.binary(min_size=1, max_size=9), st.integers(1, 60000)
    ),
)


def cut(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


@given(BODIES, st.integers(1, 70000), st.integers(0, 3))
def test_what_is_packed_comes_out_whole(body: bytes, size: int, spare: int) -> None:
    pieces = list(inflated(cut(gzip.compress(body), size), len(body) + spare, PLACE))

    assert b"".join(pieces) == body
    assert max(map(len, pieces), default=0) <= PIECE


@given(BODIES.filter(bool), st.integers(1, 70000), st.integers(1, 5000))
def test_one_byte_too_many_is_too_many(body: bytes, size: int, over: int) -> None:
    most = max(0, len(body) - over)
    got: list[bytes] = []

    with pytest.raises(TooLarge):
        got.extend(inflated(cut(gzip.compress(body), size), most, PLACE))
    assert sum(map(len, got)) <= most
    with pytest.raises(TooLarge):
        list(capped(cut(body, size), most, PLACE))


@given(BODIES, st.integers(1, 300), st.integers(1, 300))
def test_a_cut_is_seen_wherever_it_falls(body: bytes, size: int, lost: int) -> None:
    packed = gzip.compress(body)

    with pytest.raises(HttpFailed):
        list(inflated(cut(packed[: max(0, len(packed) - lost)], size), len(body), PLACE))


@given(BODIES, st.integers(1, 300), st.binary(min_size=1, max_size=40))
def test_nothing_may_follow(body: bytes, size: int, more: bytes) -> None:
    with pytest.raises(HttpFailed):
        list(inflated(cut(gzip.compress(body) + more, size), len(body), PLACE))
