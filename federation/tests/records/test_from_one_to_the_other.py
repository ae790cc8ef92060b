"""A record goes from a person's text to a peer's page, changes, and is withdrawn everywhere."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kpa_core.api import Conflict, NotFound, Refused
from kpa_federation.catalogue.kinds import LEARNING, RESOURCE
from kpa_federation.log.models import EntryRow
from kpa_federation.peers import service
from kpa_federation.protocol.bodies import read_body
from kpa_federation.records import drafts, publishing, reading, taking
from kpa_federation.records.kinds import kinds

BODY = {
    "title": "Réparer un vélo",
    "summary": "On répare des vélos donnés.",
    "text": "On démonte.\nOn nettoie.\nOn remonte.",
    "place": "Roubaix",
    "state": "tested",
    "lang": "fr",
    "needs": ["un atelier"],
}


def animator(town):
    return town.kpa.person("Nadia", "animator")


def publish(town, body=BODY, kind=RESOURCE.key, licence="CC-BY-SA-4.0"):
    with town.work(animator(town)) as work:
        row = drafts.write_draft(work, kind, body, licence)
        return row.id, publishing.publish(work, row.id, row.version)


def read(town):
    with town.work(town.kpa.person("Ali", "member")) as work:
        return reading.records(work, kinds(work))


def titles(town):
    return [one.title for one in read(town)]


def test_a_record_arrives_changes_and_is_withdrawn(town):
    roubaix, lille = town("Roubaix"), town("Lille")
    draft, name = publish(roubaix)
    lille.follow(roubaix)
    lille.pull()
    (found,) = read(lille)
    assert (found.name, found.title, found.place) == (name, "Réparer un vélo", "Roubaix")
    assert (found.origin.name, found.licence, found.revision) == ("Roubaix", "CC-BY-SA-4.0", 1)
    assert dict(found.content.body) == BODY

    with roubaix.work(animator(roubaix)) as work:
        row = drafts.find_draft(work, draft)
        drafts.change_draft(work, draft, row.version, {**BODY, "title": "Vélos"}, row.licence)
        assert publishing.publish(work, draft, row.version) == name
    lille.pull()
    assert [(one.title, one.revision) for one in read(lille)] == [("Vélos", 2)]

    with roubaix.work(animator(roubaix)) as work:
        publishing.retract(work, name, "outdated")
    assert titles(roubaix) == []
    assert titles(lille) == ["Vélos"]
    lille.pull()
    assert titles(lille) == []
    with lille.work(animator(lille)) as work, pytest.raises(NotFound):
        reading.record(work, kinds(work), name)


def test_erasing_hides_at_once_and_may_follow_a_withdrawal(town):
    roubaix = town("Roubaix")
    draft, name = publish(roubaix)
    with roubaix.work(animator(roubaix)) as work:
        publishing.retract(work, name, "error")
        publishing.retract(work, name, "privacy", erase=True)
        row = drafts.find_draft(work, draft)
        assert (row.state, row.body) == ("withdrawn", {})
        with pytest.raises(NotFound):
            publishing.retract(work, name, "privacy", erase=True)
        with pytest.raises(Refused):
            publishing.publish(work, draft, row.version)
    assert titles(roubaix) == []


def test_two_bodies_of_one_text_have_two_salts(town):
    roubaix = town("Roubaix")
    publish(roubaix)
    publish(roubaix)
    with roubaix.work() as work:
        query = select(EntryRow.body).where(EntryRow.body.is_not(None))
        first, second = work.session.scalars(query)
    assert read_body(first) == read_body(second)
    assert first != second


@pytest.mark.parametrize("trust", ["blocked", "suspended", "waiting"])
def test_only_origins_that_are_followed_are_shown(town, trust):
    roubaix, lille = town("Roubaix"), town("Lille")
    _, name = publish(roubaix)
    lille.follow(roubaix)
    lille.pull()
    with lille.work() as work:
        service.set_trust(work, roubaix.origin, trust)
    assert titles(lille) == []
    with lille.work(animator(lille)) as work:
        with pytest.raises(NotFound):
            reading.record(work, kinds(work), name)
        assert reading.quarantine(work, kinds(work)) == []
        with pytest.raises(NotFound):
            taking.take(work, name)


def test_publishing_is_an_act_of_those_who_may(town):
    roubaix = town("Roubaix")
    member, other = roubaix.kpa.person("Ali", "member"), roubaix.kpa.person("Lise", "member")
    with roubaix.work(member) as work:
        draft = drafts.write_draft(work, RESOURCE.key, BODY).id
        with pytest.raises(NotFound):
            publishing.publish(work, draft, 1)
    with roubaix.work(other) as work, pytest.raises(NotFound):
        drafts.change_draft(work, draft, 1, BODY, "CC0-1.0")
    assert titles(roubaix) == []
    with roubaix.work(animator(roubaix)) as work:
        name = publishing.publish(work, draft, 1)
    with roubaix.work(member) as work, pytest.raises(NotFound):
        publishing.retract(work, name, "error")
    assert titles(roubaix) == ["Réparer un vélo"]


def test_a_draft_is_published_once_until_it_changes(town):
    roubaix = town("Roubaix")
    draft, _ = publish(roubaix)
    with roubaix.work(animator(roubaix)) as work:
        version = drafts.find_draft(work, draft).version
        with pytest.raises(Refused, match="Rien n'a changé"):
            publishing.publish(work, draft, version)
        with pytest.raises(Conflict):
            publishing.publish(work, draft, version - 1)


def test_a_search_finds_words_without_accents_in_what_is_said(town):
    roubaix = town("Roubaix")
    publish(roubaix)
    learning = {**LEARNING.example, "title": "Un marché"}
    publish(roubaix, learning, LEARNING.key)
    with roubaix.work(roubaix.kpa.person("Ali", "member")) as work:
        known = kinds(work)

        def found(search):
            return [one.title for one in reading.records(work, known, search=search)]

        assert found("") == ["Un marché", "Réparer un vélo"]
        assert found("VELO reparer") == ["Réparer un vélo"]
        assert found("summary") == []  # a field's name is no word of theirs
        assert found("rien") == []
