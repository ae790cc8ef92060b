"""Who takes their yes back, or is forgotten, is taken out of what was published, everywhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kpa_core import jobs
from kpa_core.accounts import privacy
from kpa_core.clock import now
from kpa_core.members import service as members
from kpa_core.work import KPA
from kpa_federation.catalogue.kinds import RESOURCE
from kpa_federation.log import erasing, serving
from kpa_federation.log.serving import Asked
from kpa_federation.protocol.limits import KEEP_DAYS
from kpa_federation.records import drafts, naming, publishing, reading
from kpa_federation.records.kinds import kinds
from kpa_federation.trust import own_words, saying

NAME = b"Benali"
BODY = {**RESOURCE.example, "text": "On cuisine. Amina Benali sert avec nous."}


def welcome(town, first, family, phone="0612345678"):
    with town.kpa.work() as work:
        born = now().date() - timedelta(days=365 * 34)
        new = members.NewPerson(first, family_name=family, phone=phone, birth_date=born)
        return town.kpa.actor(members.add_person(work, new).id)


def consent(town, person, yes=True):
    with town.work(person) as work:
        naming.agree(work, yes)


@pytest.fixture
def roubaix(town):
    return town("Roubaix")


@pytest.fixture
def lille(town, roubaix):
    other = town("Lille")
    other.follow(roubaix)
    return other


@pytest.fixture
def amina(roubaix):
    """Somebody who agreed to be named."""
    person = welcome(roubaix, "Amina", "Benali")
    consent(roubaix, person)
    return person


@pytest.fixture
def published(roubaix, amina):
    """Two records, one of which names her."""
    with roubaix.work(roubaix.kpa.person("Nadia", "animator")) as work:
        rows = [drafts.write_draft(work, RESOURCE.key, one) for one in (BODY, RESOURCE.example)]
        return [publishing.publish(work, one.id, one.version) for one in rows]


def erase(town, person):
    with town.work(KPA) as work:
        privacy.erase(work, person.party_id)


def records(town):
    with town.work(KPA) as work:
        return {one.name for one in reading.records(work, kinds(work))}


def sent(town, origin):
    """Return what the town sends of a log."""
    with town.work() as work:
        return b"".join(serving.bundle(work.session, Asked({origin: 0}), origin))


def stored(town, days=0):
    """Return the bytes of the town's files, so many days later."""
    with town.work(KPA) as work, work.transaction() as session:
        erasing.erase(session, now().date() + timedelta(days=days))
    with town.work(KPA) as work:
        privacy.scrub(work, {})
    root = town.kpa.instance.settings.root
    return b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())


@pytest.mark.parametrize("how", ["erase", "no"])
def test_the_record_is_withdrawn_here_and_at_the_neighbours(roubaix, lille, amina, published, how):
    lille.pull()
    assert records(lille) == records(roubaix) == set(published)
    assert NAME in sent(lille, roubaix.origin)
    erase(roubaix, amina) if how == "erase" else consent(roubaix, amina, yes=False)
    jobs.run_due(roubaix.kpa.instance)
    assert records(roubaix) == {published[1]}
    assert NAME not in sent(roubaix, roubaix.origin)
    lille.pull()
    assert records(lille) == {published[1]}
    assert NAME not in sent(lille, roubaix.origin)


def test_after_fourteen_days_no_byte_of_the_name_is_left(roubaix, lille, amina, published):
    lille.pull()
    erase(roubaix, amina)
    jobs.run_due(roubaix.kpa.instance)
    lille.pull()
    assert NAME in stored(lille, KEEP_DAYS - 1)
    assert NAME not in stored(lille, KEEP_DAYS)
    assert NAME not in stored(roubaix, KEEP_DAYS)


def test_who_never_agreed_is_in_no_record_and_none_is_withdrawn(roubaix, amina, published):
    other = welcome(roubaix, "Salim", "Martin", "0687654321")
    erase(roubaix, other)
    jobs.run_due(roubaix.kpa.instance)
    assert records(roubaix) == set(published)


@pytest.mark.parametrize("how", ["erase", "no"])
def test_a_record_goes_whose_file_alone_names_the_person(roubaix, amina, how):
    with roubaix.work(roubaix.kpa.person("Nadia", "animator")) as work:
        row = drafts.write_draft(work, RESOURCE.key, RESOURCE.example)
        drafts.add_file(work, row.id, "recette.txt", b"Demande la suite a Amina Benali.\n")
        publishing.publish(work, row.id, row.version)
    assert len(records(roubaix)) == 1
    erase(roubaix, amina) if how == "erase" else consent(roubaix, amina, yes=False)
    jobs.run_due(roubaix.kpa.instance)
    assert records(roubaix) == set()


def test_what_is_said_of_another_kpa_goes_too(roubaix, amina):
    said = saying.vouch_body("a" * 32, "", "")
    with roubaix.work(KPA) as work, work.transaction():
        own_words.write(work, saying.VOUCH, {**said, "name": "Chez Amina Benali"})
    consent(roubaix, amina, yes=False)
    jobs.run_due(roubaix.kpa.instance)
    with roubaix.work(KPA) as work:
        assert own_words.written(work.session, saying.VOUCH) == []
    assert NAME not in sent(roubaix, roubaix.origin)
