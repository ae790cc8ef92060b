"""After a start, while the neighbours are away; and when a head cannot be signed."""

from __future__ import annotations

import errno
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from backups import publish, size, start_again

from kpa_core import clock
from kpa_core import jobs as work_list
from kpa_core.api import TryAgain
from kpa_core.outbox import JobRow
from kpa_core.work import KPA
from kpa_federation import jobs
from kpa_federation.log import keeping
from kpa_federation.own import head, mark, writing
from kpa_federation.own.soon import ask_soon
from kpa_federation.peers import asking, service
from kpa_federation.protocol import keys


def full(*_given):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def roubaix(town):
    return town("Roubaix")


def is_signed(town):
    with town.work(KPA) as work:
        return writing.is_signed(work.session)


def tell(town):
    with town.work(KPA) as work:
        jobs.tell(work, {})


def test_what_is_committed_is_told_as_published_and_signed_later(roubaix, town, monkeypatch):
    lille = town("Lille")
    lille.follow(roubaix)
    with monkeypatch.context() as patch:
        patch.setattr(head, "promise", full)
        assert publish(roubaix, "Une") == 1
        assert not is_signed(roubaix)
        with pytest.raises(TryAgain):
            tell(roubaix)
        lille.pull()
        assert size(lille, roubaix.origin) == 1  # nobody saw what is not signed
    with roubaix.work(KPA) as work:
        assert list(work.session.scalars(sa.select(JobRow).where(JobRow.kind == "federation.tell")))
    tell(roubaix)
    assert is_signed(roubaix)
    lille.pull()
    assert size(lille, roubaix.origin) == 2


def test_the_page_says_that_it_is_not_signed_yet(roubaix, monkeypatch):
    from kpa_federation.catalogue.kinds import RESOURCE

    typed = {
        "said_title": "Réparer un vélo",
        "said_summary": "On répare des vélos donnés.",
        "said_text": "On démonte.",
        "said_place": "Roubaix",
        "said_needs": "",
        "said_state": "tested",
        "said_lang": "fr",
        "said_tags": "",
        "licence": "CC-BY-SA-4.0",
    }
    with roubaix.kpa.client_for("animator") as browser:
        page = browser.submit(f"/federation/fiches/nos/nouvelle/{RESOURCE.key}", **typed).url
        assert "pas encore signé" not in browser.submit(f"{page}/publier").text
        page = browser.submit(f"/federation/fiches/nos/nouvelle/{RESOURCE.key}", **typed).url
        monkeypatch.setattr(head, "promise", full)
        shown = browser.submit(f"{page}/publier")
        assert (shown.status, "pas encore signé" in shown.text) == (200, True)
        assert "/fiches/lire/" in shown.url
        withdrawn = browser.submit(f"{page}/retirer", reason="outdated")
        assert (withdrawn.status, "pas encore signé" in withdrawn.text) == (200, True)


def test_a_key_that_cannot_be_read_stops_before_anything_is_written(roubaix):
    (roubaix.kpa.instance.settings.root / head.KEY).unlink()
    before = size(roubaix, roubaix.origin)
    with pytest.raises(Exception, match=r"federation\.key"):
        publish(roubaix, "Une")
    assert size(roubaix, roubaix.origin) == before


def test_while_neighbours_are_away_it_says_so_once_and_keeps_asking(roubaix, town, caplog):
    lille = town("Lille")
    with roubaix.work() as work:
        service.add_peer(work, lille.origin, "http://127.0.0.1:9", "Lille")
    start_again(roubaix)
    work_list.plan_schedules(roubaix.kpa.instance)
    with caplog.at_level(logging.INFO):
        for hours in range(12):
            with time_machine.travel(clock.now() + timedelta(hours=hours)):
                _do_start(roubaix)
    said = [one for one in caplog.records if one.name.startswith(("kpa_fed", "kpa.jobs"))]
    assert [one.getMessage() for one in said] == [mark.WAITS]
    with roubaix.work() as work:
        service.add_peer(work, lille.origin, lille.address, "Lille")
    with time_machine.travel(clock.now() + timedelta(hours=20)):
        _do_start(roubaix)
    assert publish(roubaix, "Une") == 1


def _do_start(town):
    """Do the jobs of a start that are due, and no others."""
    instance = town.kpa.instance
    kept = dict(instance.registered.jobs)
    instance.registered.jobs = {"federation.start": kept["federation.start"]}
    try:
        work_list.run_due(instance)
    finally:
        instance.registered.jobs = kept


def test_an_override_counts_in_every_process_for_a_day(roubaix, town):
    lille = town("Lille")
    roubaix.follow(lille)
    with roubaix.work() as work:
        mark.put(work, "")
        asking.override(work, "pas de réseau ici")
    instance = roubaix.kpa.instance
    instance.started = "another start"
    with roubaix.work() as work:
        assert mark.get(work) == "open"
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)), roubaix.work() as work:
        assert mark.get(work) == ""
        mark.put(work, "behind")
        asking.override(work, "quand même")
        assert mark.get(work) == "behind"


def test_what_is_wanted_again_within_seconds_is_done_in_the_next_ones(roubaix):
    at = datetime(2026, 11, 23, 12, 0, 3, tzinfo=UTC)
    with time_machine.travel(at, tick=False), roubaix.work(KPA) as work:
        for _ in range(3):
            with work.transaction():
                ask_soon(work, "federation.visit", {"origin": "a" * 32}, "a" * 32)
        asked = sa.select(JobRow.due_at).where(JobRow.kind == "federation.visit")
        due = sorted(work.session.scalars(asked))
    assert due == [at, at.replace(second=10)]


def test_two_first_starts_at_once_make_one_key(make_kpa, monkeypatch):
    kpa = make_kpa(plugins=["federation"])
    made, new = [], keys.new_private_key

    def slowly():
        time.sleep(0.2)
        made.append(new())
        return made[-1]

    def start(_number):
        with kpa.instance.work(KPA) as work:
            return writing.open_log(work)

    monkeypatch.setattr(keys, "new_private_key", slowly)
    with ThreadPoolExecutor(2) as starts:
        first, second = starts.map(start, range(2))
    assert first == second
    assert made == [head.read_key(kpa.instance.settings.root)]
    with kpa.instance.work(KPA) as work:
        assert keeping.state_of(work.session, first).identity.key == keys.public_key(made[0])
