"""R6: whoever edits the database by hand, its triggers taken away, is found out by ``verify``."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.audit import AuditEntry
from kpa_core.files import FileStore
from kpa_core.invoices import guards
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Document, DocumentFile, Series
from kpa_core.invoices.paper import chain
from kpa_core.invoices.proof import verification
from kpa_core.invoices.sealing import freezing

TAMPERS = 1_000
DOCUMENT: sa.Table = Document.__table__  # type: ignore[assignment]
FILE: sa.Table = DocumentFile.__table__  # type: ignore[assignment]
SERIES: sa.Table = Series.__table__  # type: ignore[assignment]
AUDIT: sa.Table = AuditEntry.__table__  # type: ignore[assignment]


@pytest.fixture
def opened(sqlite_house) -> Any:
    """Four invoices, a credit note and their quotes, in a database whose triggers are gone."""
    invoices = [sqlite_house.issued() for _ in range(4)]
    with sqlite_house.work() as work:
        issuing.credit(work, invoices[1].id, "mauvais client")
    with sqlite_house.kpa.instance.engine.begin() as connection:
        for guard in guards.expected(connection):
            connection.exec_driver_sql(f"DROP TRIGGER {guard.name}")
    return sqlite_house


@contextmanager
def hands(house: Any) -> Iterator[sa.Connection]:
    """Lend the database to somebody who stops at nothing, and take everything back."""
    with house.kpa.instance.engine.connect() as connection:
        raw = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("PRAGMA ignore_check_constraints=ON")
        with connection.begin() as transaction:
            yield connection
            transaction.rollback()


def found(connection: sa.Connection, store: FileStore | None) -> list[verification.Checked]:
    with Session(connection) as session:
        return [one for one in verification.verify(session, files=store) if not one.holds]


def files_of(row: sa.Row[Any]) -> tuple[bytes, ...]:
    """Return the hashes of a document's files, as its seal covers them."""
    return row.xml_sha256 or b"", row.pdf_sha256 or b""


def papers(connection: sa.Connection) -> list[Any]:
    """Return the numbered documents in the order of their chain."""
    query = sa.select(DOCUMENT).where(DOCUMENT.c.series_id.is_not(None))
    return list(connection.execute(query.order_by(DOCUMENT.c.chain_position)))


def write(connection: sa.Connection, row: Any, **values: Any) -> None:
    connection.execute(sa.update(DOCUMENT).where(DOCUMENT.c.id == row.id).values(values))


def relink(connection: sa.Connection, rows: list[Any], start: int) -> None:
    """Compute the chain anew from a place on, and its end on the series, as a forger would."""
    previous = rows[start - 1].hash if start else None
    for place, row in enumerate(rows[start:], start=start + 1):
        sealed = chain.link(chain.VERSION, previous, row.snapshot, files_of(row))
        values = {"previous": previous, "hash": sealed, "chain_position": place}
        write(connection, row, **values)
        previous = sealed
    end = {"head": previous, "chain_length": len(rows), "last_sequence": len(rows)}
    connection.execute(sa.update(SERIES).where(SERIES.c.id == rows[0].series_id).values(end))


# --- one tamper each: returns the name that must be given, or "" for "any name" -------------------

Tamper = Callable[[sa.Connection, random.Random, Any], str]


def a_field(connection: sa.Connection, chance: random.Random, other: Any) -> str:
    row = chance.choice(papers(connection))
    column = chance.choice([one for one in DOCUMENT.columns if one.name != "id"])
    value = other(row._mapping[column.name], column)
    # The position after it is taken, and the database would not have it twice.
    write(
        connection, row, **{column.name: value + 99 if column.name == "chain_position" else value}
    )
    return "" if column.name in ("number", "series_id", "chain_position") else str(row.number)


def an_amount_in_the_paper(connection: sa.Connection, chance: random.Random, _: Any) -> str:
    row = chance.choice(papers(connection))
    write(connection, row, snapshot=row.snapshot.replace(b"60000", b"50000"), net_cents=50_000)
    return str(row.number)


def a_bit(connection: sa.Connection, chance: random.Random, _: Any) -> str:
    row = chance.choice(papers(connection))
    data = bytearray(row.snapshot)
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    write(connection, row, snapshot=bytes(data))
    return str(row.number)


def a_swap(connection: sa.Connection, chance: random.Random, _: Any) -> str:
    rows = papers(connection)
    first, second = sorted(chance.sample(range(len(rows)), 2))
    one, two = rows[first], rows[second]
    write(connection, one, snapshot=two.snapshot, hash=two.hash)
    write(connection, two, snapshot=one.snapshot, hash=one.hash)
    return str(one.number)


def one_taken_out_of_the_middle(connection: sa.Connection, chance: random.Random, _: Any) -> str:
    rows = papers(connection)
    gone = chance.randrange(len(rows) - 1)
    connection.execute(sa.delete(DOCUMENT).where(DOCUMENT.c.id == rows[gone].id))
    if chance.random() < 0.5:
        relink(connection, [row for row in rows if row is not rows[gone]], gone)
    return ""


def the_last_ones_cut_off(connection: sa.Connection, chance: random.Random, _: Any) -> str:
    rows = papers(connection)
    keep = chance.randrange(1, len(rows))
    gone = [row.id for row in rows[keep:]]
    connection.execute(sa.delete(DOCUMENT).where(DOCUMENT.c.id.in_(gone)))
    if chance.random() < 0.5:
        relink(connection, rows[:keep], keep - 1)
    return ""


def one_slipped_in(connection: sa.Connection, chance: random.Random, _: Any) -> str:
    rows = papers(connection)
    copied = dict(rows[-1]._mapping)
    number = f"KPA-2026-{len(rows) + 1:04}"
    snapshot = copied["snapshot"].replace(copied["number"].encode(), number.encode())
    new = {**copied, "id": uuid4(), "number": number, "snapshot": snapshot, "reference": "F-0"}
    connection.execute(sa.insert(DOCUMENT).values({**new, "chain_position": len(rows) + 1}))
    relink(connection, papers(connection), len(rows))
    return number


def a_tail_written_anew(connection: sa.Connection, chance: random.Random, _: Any) -> str:
    rows = papers(connection)
    start = chance.randrange(len(rows))
    forged = rows[start].snapshot.replace(b"Ville de Lille", b"Ville de Lens ")
    write(connection, rows[start], snapshot=forged)
    relink(connection, papers(connection), start)
    return str(rows[start].number)


def an_older_seal(connection: sa.Connection, chance: random.Random, _: Any) -> str:
    row = chance.choice(papers(connection))
    write(connection, row, hash_version=0, hash=chain.link(0, row.previous, row.snapshot))
    return str(row.number)


def an_order_that_is_not_its_own(connection: sa.Connection, chance: random.Random, _: Any) -> str:
    row = chance.choice(papers(connection))
    write(connection, row, order_id=uuid4())
    return str(row.number)


def a_quote(connection: sa.Connection, chance: random.Random, other: Any) -> str:
    query = sa.select(DOCUMENT).where(DOCUMENT.c.kind == "quote")
    row = chance.choice(list(connection.execute(query)))
    if chance.random() < 0.3:
        connection.execute(sa.delete(DOCUMENT).where(DOCUMENT.c.id == row.id))
        return str(row.reference)
    column = chance.choice([one for one in DOCUMENT.columns if one.name not in ("id", "reference")])
    write(connection, row, **{column.name: other(row._mapping[column.name], column)})
    return "" if column.name in ("series_id", "number") else str(row.reference)


def the_log(connection: sa.Connection, chance: random.Random, _: Any) -> str:
    """Change a paper, its chain, and the seal in the log: the log's own chain tells."""
    row = chance.choice(papers(connection))
    write(connection, row, order_id=uuid4())
    with Session(connection) as session:
        seal = freezing.seal(session.get_one(Document, row.id), 1)
    subject = AUDIT.c.subject == f"document:{row.id}"
    for entry in connection.execute(sa.select(AUDIT.c.seq, AUDIT.c.after).where(subject)):
        forged = {**entry.after, "seal": seal} if "seal" in entry.after else entry.after
        changed = sa.update(AUDIT).where(AUDIT.c.seq == entry.seq).values(after=forged)
        connection.execute(changed)
    return ""


def another_file(connection: sa.Connection, chance: random.Random, _: Any) -> str:
    """Let a paper show the file of another, or of nobody."""
    one, two = chance.sample(papers(connection), 2)
    files = sa.select(FILE.c.document_id, FILE.c.file_id)
    kept = {row.document_id: row.file_id for row in connection.execute(files)}
    of_one = FILE.c.document_id == one.id
    connection.execute(sa.update(FILE).where(of_one).values(file_id=kept[two.id]))
    return str(one.number)


def a_file_taken_away(connection: sa.Connection, chance: random.Random, _: Any) -> str:
    row = chance.choice(papers(connection))
    connection.execute(sa.delete(FILE).where(FILE.c.document_id == row.id))
    return str(row.number)


def another_hash_of_a_file(connection: sa.Connection, chance: random.Random, _: Any) -> str:
    row = chance.choice(papers(connection))
    forged = bytes(chance.randrange(256) for _ in range(32))
    write(connection, row, **{chance.choice(["xml_sha256", "pdf_sha256"]): forged})
    return str(row.number)


def a_step_back_to_the_first_seal(connection: sa.Connection, chance: random.Random, _: Any) -> str:
    """Seal the tail, or all of it, as before files were sealed; then the files may be changed."""
    rows = papers(connection)
    start = chance.randrange(len(rows))
    previous = rows[start - 1].hash if start else None
    for row in rows[start:]:
        sealed = chain.link(1, previous, row.snapshot)
        lost = {"xml_sha256": None, "pdf_sha256": None}
        write(connection, row, previous=previous, hash=sealed, hash_version=1, **lost)
        previous = sealed
    end = sa.update(SERIES).where(SERIES.c.id == rows[0].series_id)
    connection.execute(end.values(head=previous))
    return str(rows[start].number)


KINDS: tuple[Tamper, ...] = (
    another_file,
    a_file_taken_away,
    another_hash_of_a_file,
    a_step_back_to_the_first_seal,
    a_field,
    an_amount_in_the_paper,
    a_bit,
    a_swap,
    one_taken_out_of_the_middle,
    the_last_ones_cut_off,
    one_slipped_in,
    a_tail_written_anew,
    an_older_seal,
    an_order_that_is_not_its_own,
    a_quote,
    the_log,
)


OF_FILES = KINDS[:4]
"""Only these need the files themselves to be read again, which is dear."""


def test_what_nobody_touched_holds(opened) -> None:
    store = opened.kpa.instance.files
    with hands(opened) as connection:
        assert found(connection, store) == []
        assert len(papers(connection)) == 5


def test_a_thousand_tampers_are_found(opened, other) -> None:
    chance, store = random.Random(20261123), opened.kpa.instance.files
    seen: Counter[str] = Counter()
    missed, misnamed = [], []
    for turn in range(TAMPERS):
        kind = KINDS[turn % len(KINDS)]
        with hands(opened) as connection:
            expected = kind(connection, chance, other)
            bad = found(connection, store if kind in OF_FILES else None)
        seen[kind.__name__] += 1
        if not bad:
            missed.append((turn, kind.__name__))
        elif expected and expected not in {one.bad for one in bad}:
            misnamed.append((turn, kind.__name__, expected, bad[0]))

    assert missed == []
    assert misnamed == []
    assert sum(seen.values()) == TAMPERS
    with hands(opened) as connection:
        assert found(connection, store) == []


def test_a_head_kept_elsewhere_tells_of_a_forger_who_rewrote_everything(opened) -> None:
    """Whoever rewrites table, series and log leaves no trace here; a printed head still tells."""
    with hands(opened) as connection:
        rows = papers(connection)
        name, kept = "Optéos/KPA", chain.Head(len(rows), rows[-1].hash)
        forged = rows[2].snapshot.replace(b"Ville de Lille", b"Ville de Lens ")
        write(connection, rows[2], snapshot=forged)
        relink(connection, papers(connection), 2)
        with Session(connection) as session:
            alone = {one.name: one.reason for one in verification.verify(session)}
            told = verification.verify(session, witnesses={name: [kept]})

    assert alone[name] == "columns"  # the log's seals still tell
    assert next(one.reason for one in told if one.name == name) == "head"


def test_the_quick_look_finds_a_cut_end_and_a_changed_paper(opened) -> None:
    def tails(connection: sa.Connection) -> list[str]:
        with Session(connection) as session:
            return [one.reason for one in verification.tails(session) if not one.holds]

    chance, store = random.Random(1), opened.kpa.instance.files
    for kind in (a_bit, the_last_ones_cut_off, a_swap):
        with hands(opened) as connection:
            assert tails(connection) == []
            kind(connection, chance, None)
            if kind is not the_last_ones_cut_off or found(connection, store)[0].name != "audit":
                assert tails(connection)


def test_the_seal_covers_every_column() -> None:
    assert set(freezing.SEALED[max(freezing.SEALED)]) == {one.name for one in DOCUMENT.columns}
