"""A file is shown and passed on as long as a live record names it, and no longer."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kpa_core.clock import now
from kpa_core.work import KPA
from kpa_federation import jobs
from kpa_federation.blobs import erasing, fetching
from kpa_federation.blobs.models import BlobRow
from kpa_federation.catalogue.kinds import RESOURCE
from kpa_federation.protocol.bodies import Attachment
from kpa_federation.protocol.limits import KEEP_DAYS
from kpa_federation.records import drafts, publishing, reading
from kpa_federation.records.kinds import kinds
from kpa_federation.trust import service as trust

TEXT = b"taille,prix\nM,3\n"
ALONE = b"Rien que nous.\n"


def publish(town, *files):
    with town.work(KPA) as work, work.transaction():
        row = drafts.write_draft(work, RESOURCE.key, RESOURCE.example, "CC-BY-SA-4.0")
        for name, data in files:
            drafts.add_file(work, row.id, name, data)
        return publishing.publish(work, row.id, row.version)


def shown(town, data):
    sha256 = hashlib.sha256(data).hexdigest()
    client = town.kpa.app.test_client()
    return client.get(f"/federation/v1/blob/{sha256}", base_url=town.address).status_code


def fetched(town, origin):
    with town.work(KPA) as work:
        for one in reading.records(work, kinds(work)):
            for file in one.content.files:
                fetching.want(work, origin, file)
                fetching.fetch(work, file.sha256)


def erase(town, monkeypatch, days, after=0):
    """Do the daily job for some days from a day on; own days go on one by one."""
    for day in range(after, after + days + 1):
        later = now() + timedelta(days=day)
        for module in (jobs, erasing):
            monkeypatch.setattr(module, "now", lambda later=later: later)
        with town.work(KPA) as work:
            jobs.erase(work, {})


def rows(town):
    with town.work(KPA) as work:
        return list(work.session.scalars(sa.select(BlobRow.sha256)))


def is_on_disk(town, data):
    sha256 = hashlib.sha256(data).hexdigest()
    return (town.kpa.instance.files.folder / sha256[:2] / sha256[2:]).exists()


@pytest.fixture
def pair(town):
    roubaix, lille = town("Roubaix"), town("Lille")
    name = publish(roubaix, ("prix.csv", TEXT))
    lille.follow(roubaix)
    lille.pull()
    fetched(lille, roubaix.origin)
    return roubaix, lille, name


def test_a_file_that_came_after_its_record_was_published_is_not_shown(town):
    lille = town("Lille")
    ali = lille.kpa.person("Ali", "member")
    with lille.work(ali) as work:
        draft_id = drafts.write_draft(work, RESOURCE.key, RESOURCE.example).id
        drafts.add_file(work, draft_id, "prix.csv", TEXT)
    publish_again(lille, draft_id)
    with lille.work(ali) as work:
        assert not work.can(drafts.PUBLISH)
        drafts.add_file(work, draft_id, "seul.txt", ALONE)
    assert (shown(lille, TEXT), shown(lille, ALONE)) == (200, 404)
    publish_again(lille, draft_id)
    assert shown(lille, ALONE) == 200


def publish_again(town, draft_id):
    with town.work(KPA) as work:
        publishing.publish(work, draft_id, drafts.find_draft(work, draft_id).version)


def test_a_file_goes_with_the_record_that_named_it(pair):
    roubaix, lille, name = pair
    assert (shown(roubaix, TEXT), shown(lille, TEXT)) == (200, 200)
    with roubaix.work(KPA) as work:
        publishing.retract(work, name, "error")
    lille.pull()
    assert (shown(roubaix, TEXT), shown(lille, TEXT)) == (404, 404)
    page = f"/federation/fiches/fichiers/{hashlib.sha256(TEXT).hexdigest()}"
    with lille.kpa.client_for("member") as browser:
        assert browser.get(page).status == 404


def test_a_file_of_a_blocked_kpa_is_not_passed_on(pair):
    roubaix, lille, _ = pair
    with lille.work() as work:
        trust.decide(work, roubaix.origin, "blocked")
    assert shown(lille, TEXT) == 404


def test_its_bytes_go_some_days_later(pair, monkeypatch):
    roubaix, lille, name = pair
    erase(lille, monkeypatch, KEEP_DAYS)
    assert is_on_disk(lille, TEXT)  # the record is live
    with roubaix.work(KPA) as work:
        publishing.retract(work, name, "error")
    lille.pull()
    erase(lille, monkeypatch, KEEP_DAYS - 2, after=KEEP_DAYS + 1)
    assert is_on_disk(lille, TEXT)
    erase(lille, monkeypatch, 0, after=2 * KEEP_DAYS)
    assert (rows(lille), is_on_disk(lille, TEXT)) == ([], False)


def test_what_nobody_had_is_waited_for_no_longer(pair, monkeypatch):
    roubaix, lille, _ = pair
    folder = lille.kpa.instance.settings.root / fetching.PARTS
    folder.mkdir(parents=True, exist_ok=True)
    absent = Attachment("a" * 64, 9, "x")
    with lille.work(KPA) as work:
        monkeypatch.setattr(erasing, "_kept", lambda _session: {absent.sha256})
        fetching.want(work, roubaix.origin, absent)
    part = folder / f"{absent.sha256}.part"
    part.write_bytes(b"x")
    erase(lille, monkeypatch, KEEP_DAYS - 1)
    assert absent.sha256 in rows(lille)
    assert part.exists()
    erase(lille, monkeypatch, KEEP_DAYS)
    assert absent.sha256 not in rows(lille)
    assert not part.exists()


def test_our_own_file_goes_with_a_record_that_was_purged_elsewhere(pair, monkeypatch):
    roubaix, _, name = pair
    with monkeypatch.context() as patched, roubaix.work(KPA) as work:
        patched.setattr(publishing, "_put_away", lambda *_: None)  # as from a copy of the machine
        publishing.retract(work, name, "privacy", erase=True)
    assert (shown(roubaix, TEXT), is_on_disk(roubaix, TEXT)) == (404, True)
    erase(roubaix, monkeypatch, 0)
    assert not is_on_disk(roubaix, TEXT)
