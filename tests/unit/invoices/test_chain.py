"""The chain of a series: every later change is seen, and an untouched series never accused."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from kpa_core.invoices.paper import chain
from kpa_core.invoices.paper.chain import Break, Head, Row, link, verify
from kpa_core.invoices.paper.snapshot import Snapshot

COUNT = 1_000
TAMPERS = 1_000

Rows = list[Row]
Tamper = Callable[[Rows, random.Random], tuple[Rows, set[int]]]


def chained(snapshots: list[tuple[str, bytes]], version: int = 1) -> Rows:
    rows: Rows = []
    previous: bytes | None = None
    for number, snapshot in snapshots:
        previous = link(version, previous, snapshot)
        rows.append(Row(number, version, snapshot, previous))
    return rows


@pytest.fixture(scope="module")
def series(make_document: Callable[..., Snapshot]) -> Rows:
    first = make_document(number="KPA-0001", analytic_code="MOUL").to_json()
    numbers = [f"KPA-{place:04}" for place in range(1, COUNT + 1)]
    return chained([(number, first.replace(b"KPA-0001", number.encode())) for number in numbers])


def test_an_untouched_series_is_never_accused(series: Rows) -> None:
    heads = [Head(place, series[place - 1].hash) for place in range(1, COUNT + 1)]
    for length in range(0, COUNT + 1, 50):
        assert verify(series[:length], heads[:length]) is None
    assert verify(series) is None
    assert verify(series, heads) is None
    assert verify([]) is None


# Each tamper returns the rows and the positions (from 1) at which the break may be named.


def change_a_field(rows: Rows, chance: random.Random) -> tuple[Rows, set[int]]:
    at = chance.randrange(COUNT)
    data = bytearray(rows[at].snapshot)
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return [*rows[:at], replace(rows[at], snapshot=bytes(data)), *rows[at + 1 :]], {at + 1}


def change_the_amount(rows: Rows, chance: random.Random) -> tuple[Rows, set[int]]:
    at = chance.randrange(COUNT)
    data = rows[at].snapshot.replace(b":60000", b":6000", 1)
    return [*rows[:at], replace(rows[at], snapshot=data), *rows[at + 1 :]], {at + 1}


def change_the_number_beside(rows: Rows, chance: random.Random) -> tuple[Rows, set[int]]:
    at = chance.randrange(COUNT)
    return [*rows[:at], replace(rows[at], number="KPA-9999"), *rows[at + 1 :]], {at + 1}


def change_the_hash(rows: Rows, chance: random.Random) -> tuple[Rows, set[int]]:
    at = chance.randrange(COUNT)
    return [*rows[:at], replace(rows[at], hash=chance.randbytes(32)), *rows[at + 1 :]], {at + 1}


def change_and_seal_again(rows: Rows, chance: random.Random) -> tuple[Rows, set[int]]:
    """The row itself then holds: the first that no longer follows is the next, or a head says."""
    at = chance.randrange(COUNT - 1)
    data = rows[at].snapshot.replace(b":60000", b":6000", 1)
    before = rows[at - 1].hash if at else None
    forged = replace(rows[at], snapshot=data, hash=link(1, before, data))
    return [*rows[:at], forged, *rows[at + 1 :]], {at + 1, at + 2}


def swap_two(rows: Rows, chance: random.Random) -> tuple[Rows, set[int]]:
    one, two = sorted(chance.sample(range(COUNT), 2))
    moved = list(rows)
    moved[one], moved[two] = moved[two], moved[one]
    return moved, {one + 1}


def swap_contents(rows: Rows, chance: random.Random) -> tuple[Rows, set[int]]:
    one, two = sorted(chance.sample(range(COUNT), 2))
    moved = list(rows)
    moved[one] = replace(rows[one], snapshot=rows[two].snapshot)
    moved[two] = replace(rows[two], snapshot=rows[one].snapshot)
    return moved, {one + 1}


def insert_a_copy(rows: Rows, chance: random.Random) -> tuple[Rows, set[int]]:
    at = chance.randrange(COUNT)
    return [*rows[:at], rows[chance.randrange(COUNT)], *rows[at:]], {at + 1, at + 2}


def insert_sealed(rows: Rows, chance: random.Random) -> tuple[Rows, set[int]]:
    at = chance.randrange(1, COUNT)
    data = rows[at].snapshot.replace(rows[at].number.encode(), b"KPA-BIS")
    forged = Row("KPA-BIS", 1, data, link(1, rows[at - 1].hash, data))
    return [*rows[:at], forged, *rows[at:]], {at + 1, at + 2}


def delete_in_the_middle(rows: Rows, chance: random.Random) -> tuple[Rows, set[int]]:
    at = chance.randrange(COUNT - 1)
    return [*rows[:at], *rows[at + 1 :]], {at + 1}


def delete_the_last(rows: Rows, chance: random.Random) -> tuple[Rows, set[int]]:
    kept = COUNT - chance.randint(1, COUNT)
    return rows[:kept], {kept + 1}


def seal_the_tail_again(rows: Rows, chance: random.Random) -> tuple[Rows, set[int]]:
    """Only a head kept elsewhere can tell: the break is at the first head reached."""
    at = chance.randrange(COUNT)
    told = [(row.number, row.snapshot) for row in rows]
    told[at] = (rows[at].number, rows[at].snapshot.replace(b":60000", b":6000", 1))
    return chained(told), {min(place for place in (250, 500, 750, 1000) if place > at)}


def downgrade_the_version(rows: Rows, chance: random.Random) -> tuple[Rows, set[int]]:
    at = chance.randrange(COUNT)
    before = rows[at - 1].hash if at else None
    forged = replace(rows[at], version=0, hash=link(0, before, rows[at].snapshot))
    return [*rows[:at], forged, *rows[at + 1 :]], {at + 1}


KINDS: list[Tamper] = [
    change_a_field,
    change_the_amount,
    change_the_number_beside,
    change_the_hash,
    change_and_seal_again,
    swap_two,
    swap_contents,
    insert_a_copy,
    insert_sealed,
    delete_in_the_middle,
    delete_the_last,
    seal_the_tail_again,
    downgrade_the_version,
]


def test_a_thousand_tampers_are_all_seen_and_the_first_bad_number_named(series: Rows) -> None:
    chance = random.Random(20261104)
    heads = [Head(count, series[count - 1].hash) for count in (250, 500, 750, 1000)]
    for turn in range(TAMPERS):
        tamper = KINDS[turn % len(KINDS)]
        rows, where = tamper(series, chance)
        found = verify(rows, heads)
        assert found is not None, tamper.__name__
        assert found.position in where, (tamper.__name__, found, where)
        if found.reason == "missing":
            assert found.number == (rows[-1].number if rows else None)
        else:
            assert found.number == rows[found.position - 1].number
    assert verify(series, heads) is None


@pytest.mark.parametrize("tamper", [delete_the_last, seal_the_tail_again])
def test_the_two_tampers_only_a_head_kept_elsewhere_shows(series: Rows, tamper: Tamper) -> None:
    rows, _ = tamper(series, random.Random(1))
    assert verify(rows) is None
    assert verify(rows, [Head(COUNT, series[-1].hash)]) is not None


def test_two_heads_that_disagree_are_a_break(series: Rows) -> None:
    heads = [Head(3, series[2].hash), Head(3, series[3].hash)]
    assert verify(series, heads) == Break(3, "KPA-0003", "head")
    assert verify(series, reversed(heads)) == Break(3, "KPA-0003", "head")


def test_a_seal_may_grow_stronger_but_never_weaker(
    series: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "KNOWN_VERSIONS", frozenset({1, 2}))
    first, second, third = series[:3]
    up = replace(second, version=2, hash=link(2, first.hash, second.snapshot))
    stays = replace(third, version=2, hash=link(2, up.hash, third.snapshot))
    falls = replace(third, version=1, hash=link(1, up.hash, third.snapshot))
    assert verify([first, up, stays]) is None
    assert verify([first, up, falls]) == Break(3, "KPA-0003", "version")


def test_a_row_without_number_is_named_by_its_reference(
    make_document: Callable[..., Snapshot],
) -> None:
    handover = make_document("handover", reference="P-2026-0007").to_json()
    assert verify(chained([("P-2026-0007", handover)])) is None
    assert verify(chained([("P-2026-0008", handover)])) == Break(1, "P-2026-0008", "number")
    # A title cannot pass for a number.
    sly = make_document("handover", title='"number":"KPA-0001"').to_json()
    assert verify(chained([("KPA-0001", sly)])) == Break(1, "KPA-0001", "number")


def test_an_invoice_does_not_pass_for_the_deposit_it_takes_back(
    make_document: Callable[..., Snapshot],
) -> None:
    none, one = b'"deposits":[]', b'"deposits":[{"number":"KPA-0001","to_pay_cents":3300}]'
    final = make_document(number="KPA-0002").to_json().replace(none, one)
    assert one in final
    assert verify(chained([("KPA-0002", final)])) is None
    assert verify(chained([("KPA-0001", final)])) == Break(1, "KPA-0001", "number")
    draft = make_document("handover", reference="P-2026-0007").to_json().replace(none, one)
    assert verify(chained([("P-2026-0007", draft)])) is None
    assert verify(chained([("KPA-0001", draft)])) == Break(1, "KPA-0001", "number")


def test_the_covered_bytes_are_those_of_the_description() -> None:
    start = hashlib.sha256(b"\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\2{}").digest()
    assert link(1, None, b"{}") == start
    after = b"\0\0\0\1\0\0\0\x20" + start + b"\0\0\0\0\0\0\0\2{}"
    assert link(1, start, b"{}") == hashlib.sha256(after).digest()
    assert start.hex() == "82d2e93a260cd55572daec09b324b9a5d177076ec036887867b784832deeed15"


def test_no_two_splits_of_the_same_bytes_meet() -> None:
    sealed = {
        link(1, b"ab", b"c"),
        link(1, b"a", b"bc"),
        link(1, None, b"abc"),
        link(2, b"ab", b"c"),
    }
    assert len(sealed) == 4


def test_ten_thousand_links_are_verified_in_a_blink(series: Rows) -> None:
    rows = chained([(row.number, row.snapshot) for row in series] * 10)
    fastest = min(_seconds(rows) for _ in range(3))
    # Measured 0.03 s on the two shared cores; the bar is 0.2 s.
    assert fastest < 0.2


def _seconds(rows: Rows) -> float:
    start = time.perf_counter()
    assert verify(rows) is None
    return time.perf_counter() - start


XML, PDF, NONE = b"x" * 32, b"p" * 32, b""


def test_each_file_is_sealed_in_its_own_place() -> None:
    sealed = [
        link(2, None, b"{}", files)
        for files in [(), (NONE, NONE), (XML, NONE), (NONE, XML), (XML, PDF), (PDF, XML)]
    ]
    assert len(set(sealed)) == len(sealed)


@pytest.mark.parametrize(("version", "files"), [(1, (XML, PDF)), (2, (b"short", PDF))])
def test_a_seal_covers_whole_hashes_only(version: int, files: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="does not seal"):
        link(version, None, b"{}", files)


def test_a_file_under_an_old_seal_is_a_break() -> None:
    row = Row("KPA-1", 1, b'{"number":"KPA-1"}', link(1, None, b'{"number":"KPA-1"}'), (XML, PDF))
    found = verify([row])
    assert found is not None
    assert found.reason == "hash"
