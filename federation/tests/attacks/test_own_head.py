"""A restored database never makes a second branch of what was published."""

from __future__ import annotations

import json
import zipfile
from datetime import date

import pytest
import sqlalchemy as sa

from kpa_core.cli.archive import write_backup
from kpa_core.testing import TestKpa
from kpa_core.work import KPA
from kpa_federation.log import keeping
from kpa_federation.log.models import EntryRow, LogRow
from kpa_federation.own import head, writing
from kpa_federation.protocol import tree
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.entries import put
from kpa_federation.protocol.notes import read_checkpoint


@pytest.fixture
def roubaix(tmp_path):
    kpa = TestKpa.make(tmp_path / "roubaix", plugins=["federation"])
    with kpa.instance.work(KPA) as work:
        writing.open_log(work)
    yield kpa
    kpa.close()


def publish(kpa, words):
    body = write_body({"title": words})
    line = put(body, at=date(2026, 11, 23), kind="kpa.example/note/1", licence="CC0-1.0")
    with kpa.instance.work(KPA) as work:
        return writing.append(work, [line], {0: body})


def signed(kpa):
    with kpa.instance.work(KPA) as work:
        row = keeping.log_row(work.session, writing.own_origin(work.session))
        return read_checkpoint(row.note)


def root(kpa):
    return kpa.instance.settings.root


def go_back(kpa, size):
    """Put the database back to a size, as an older backup would."""
    with kpa.instance.work(KPA) as work, work.transaction() as session:
        row = keeping.log_row(session, writing.own_origin(session))
        before = read_checkpoint(row.note)
        lines = session.scalars(sa.select(EntryRow.line).order_by(EntryRow.place)).all()
        front = tree.EMPTY.extended(tree.leaf_hash(one) for one in lines[:size])
        session.execute(sa.delete(EntryRow).where(EntryRow.place >= size))
        row.size, row.frontier, row.target = size, front.write(), size
        made = type(before)(before.origin, size, front.root())
        row.note = made.signed(head.read_key(root(kpa))).note()


def test_a_database_older_than_what_was_signed_publishes_nothing(roubaix):
    for words in ("un", "deux", "trois"):
        publish(roubaix, words)
    go_back(roubaix, 2)
    with pytest.raises(head.OlderThanPublished):
        publish(roubaix, "autre suite")


@pytest.mark.parametrize("further", [0, 1])
def test_another_log_as_long_as_what_was_signed_publishes_nothing(roubaix, further):
    for words in ("un", "deux"):
        publish(roubaix, words)
    other = json.dumps({"root": "00" * 32, "size": 3 - further}).encode()
    (root(roubaix) / head.HEAD).write_bytes(other)
    before = signed(roubaix)
    with pytest.raises(head.OlderThanPublished):
        publish(roubaix, "autre suite")
    assert signed(roubaix) == before


def test_what_was_appended_but_never_signed_is_not_signed_over_another_head(roubaix, monkeypatch):
    publish(roubaix, "un")
    with monkeypatch.context() as patch:
        patch.setattr(writing, "seal", lambda _work: None)
        publish(roubaix, "deux")
    (root(roubaix) / head.HEAD).write_text(json.dumps({"root": "11" * 32, "size": 2}))
    with (
        roubaix.instance.work(KPA) as work,
        pytest.raises(head.OlderThanPublished),
    ):
        writing.seal(work)
    assert signed(roubaix).size == 2


def test_the_same_head_may_be_signed_again_after_a_crash(roubaix, monkeypatch):
    publish(roubaix, "un")
    written = head.promise

    def crash(*promised):
        written(*promised)
        raise OSError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(head, "promise", crash)
        assert publish(roubaix, "deux") == 2  # what is committed is told as such
    assert signed(roubaix).size == 2
    with roubaix.instance.work(KPA) as work:
        writing.seal(work)
    assert signed(roubaix).size == 3
    assert publish(roubaix, "trois") == 3


def test_the_head_that_was_signed_is_in_no_backup(roubaix, tmp_path):
    publish(roubaix, "un")
    with roubaix.instance.work(KPA) as work:
        archive = write_backup(work, tmp_path / "backup.zip")
    names = zipfile.ZipFile(archive).namelist()
    assert str(head.KEY) in names
    assert not [one for one in names if one.endswith(head.HEAD.name)]


def test_a_log_that_is_frozen_takes_nothing_from_its_own_hand(roubaix):
    publish(roubaix, "un")
    with roubaix.instance.work(KPA) as work, work.transaction() as session:
        session.execute(sa.update(LogRow).values(frozen_at=1))
    with pytest.raises(Exception, match="Deux suites"):
        publish(roubaix, "deux")
