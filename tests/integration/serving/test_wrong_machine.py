"""A served KPA on a machine whose clock is wrong, or whose log cannot be written."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from kpa_core.features import open_instance
from kpa_core.invoices.models import Document
from kpa_core.invoices.proof import verification
from kpa_core.work import KPA

from .conftest import POWER, PROBE, make_site, plain_environment


@pytest.fixture
def alone(tmp_path):
    """A site of its own, stopped again."""
    with plain_environment() as patch:
        made = make_site(tmp_path / "site", patch)
        made.environment["PYTHONPATH"] = os.pathsep.join([str(POWER), str(PROBE)])
        try:
            yield made
        finally:
            made.stop()


def issue(person, order):
    status, page, headers = person.send(f"/commandes/{order}/facture", str(order))
    assert status == 303, page
    return headers["Location"]


def papers(site):
    instance = open_instance(site.folder)
    with instance.work(KPA) as work:
        assert all(one.holds for one in verification.verify(work.session))
        found = list(work.session.scalars(sa.select(Document).order_by(Document.chain_position)))
    instance.close()
    return found


@pytest.mark.long
def test_a_server_whose_clock_moves_between_starts_dates_nothing_back(alone):
    """Two days ahead, then one: the date stays, and the warning says by how much."""
    orders, code = alone.fill(2)
    for days, order in zip((2, 1), orders, strict=True):
        alone.environment["TRIAL_DAYS_OFF"] = str(days)
        alone.start()
        issue(alone.form().sign_in(code), order)
        assert json.loads(alone.get("/healthz")[1])["checks"]["clock"] is (days == 2)
        alone.stop()
    told = alone.popen("doctor", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = told.communicate(timeout=60)[0]

    first, second = papers(alone)
    assert first.created_at - second.created_at > timedelta(hours=23)  # the clocks were moved
    assert first.created_at > datetime.now(UTC) + timedelta(days=1)
    assert second.issued_on == first.issued_on
    assert [int(one.number.rpartition("-")[2]) for one in (first, second)] == [1, 2]
    assert "Jours de retard : 1" in said


def test_a_log_that_cannot_be_written_stops_nobody(alone):
    """``/dev/full``: every line of the log fails, as on a full disk."""
    orders, code = alone.fill(3)
    really = alone.log
    alone.log = type(really)("/dev/full")
    alone.start()
    person = alone.form().sign_in(code)
    for order in orders:
        issue(person, order)
        assert person.send("/probe/act", f"bad-{order}", n="x")[0] == 500  # it is written, or not
    assert all(alone.get("/probe/pid")[0] == 200 for _ in range(10))
    alone.log = really
    alone.log.touch()

    assert len(papers(alone)) == 3
    for before, after in pairwise(papers(alone)):
        assert after.previous == before.hash
