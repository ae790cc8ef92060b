"""Leaving the network keeps everything; coming back goes on from there, without a fork."""

from __future__ import annotations

import socket

import pytest
import sqlalchemy as sa
from speaking_to import run, words

from kpa_core import jobs
from kpa_core.errors import Refused
from kpa_core.work import KPA
from kpa_federation import plugin
from kpa_federation.blobs import fetching
from kpa_federation.catalogue.kinds import RESOURCE
from kpa_federation.log.models import EntryRow, EvidenceRow, LogRow
from kpa_federation.own import head, leaving, mark
from kpa_federation.peers import asking, inviting, service, witnessing
from kpa_federation.protocol.bodies import Attachment
from kpa_federation.records import drafts, publishing, reading, taking
from kpa_federation.records.kinds import kinds

BODY = {"title": "Sac", "summary": "Un sac.", "text": "On coud.", "state": "draft", "lang": "fr"}


def publish(town, title):
    with town.work(KPA) as work, work.transaction():
        asking.ask(work)
        row = drafts.write_draft(work, RESOURCE.key, {**BODY, "title": title})
        return publishing.publish(work, row.id, row.version)


def titles(town):
    with town.work(KPA) as work:
        return {one.title for one in reading.records(work, kinds(work))}


def rows(town):
    """Return every byte of every log that is kept."""
    with town.work(KPA) as work:
        query = sa.select(EntryRow.log_id, EntryRow.place, EntryRow.line, EntryRow.body)
        logs = sa.select(LogRow.origin, LogRow.size, LogRow.note, LogRow.identity["keys"])
        session = work.session
        return sorted(map(tuple, session.execute(query))), sorted(map(str, session.execute(logs)))


def leave(town):
    with town.work() as work:
        leaving.leave(work)


def come_back(town):
    with town.work() as work:
        leaving.come_back(work)


@pytest.fixture
def pair(town):
    """Return two neighbours, each with a record; Lille took over the one of Roubaix."""
    roubaix, lille = town("Roubaix"), town("Lille")
    name = publish(roubaix, "Sac de Roubaix")
    publish(lille, "Sac de Lille")
    for one, other in ((roubaix, lille), (lille, roubaix)):
        one.follow(other)
        one.pull()
    with lille.work(KPA) as work:
        taking.take(work, name)
    return roubaix, lille


def test_all_that_was_here_is_still_here(pair):
    _, lille = pair
    before, root = rows(lille), lille.kpa.instance.settings.root
    files = [(root / one).read_bytes() for one in (head.KEY, head.HEAD)]
    leave(lille)
    assert rows(lille) == before
    assert files == [(root / one).read_bytes() for one in (head.KEY, head.HEAD)]
    assert titles(lille) == {"Sac de Roubaix", "Sac de Lille"}
    with lille.kpa.client_for("animator") as browser:
        for page, said in (
            ("/federation/fiches", "Sac de Roubaix"),
            ("/federation/fiches/reprises", "Sac de Roubaix"),
            ("/federation/fiches/nos", "Sac de Lille"),
            ("/federation/voisins", "On a quitté le réseau"),
        ):
            assert said in words(browser.get(page))
    with lille.work(KPA) as work:
        assert drafts.write_draft(work, RESOURCE.key, BODY)


def test_no_machine_is_answered(pair):
    roubaix, lille = pair
    rules = [
        rule
        for rule in lille.kpa.app.url_map.iter_rules()
        if rule.rule.startswith("/federation/v1/")
    ]
    assert len(rules) >= 10
    leave(lille)
    client = lille.kpa.app.test_client()
    for rule in rules:
        path = rule.rule.replace("<origin>", lille.origin).replace("<sha256>", "a" * 64)
        for method in rule.methods - {"OPTIONS"}:
            assert client.open(path, method=method, json={}).status_code == 404, path
    assert isinstance(roubaix.pull()[lille.origin], str)
    come_back(lille)
    assert client.get("/federation/v1/heads").status_code == 200


def test_nobody_is_asked_nor_told(pair, monkeypatch):
    roubaix, lille = pair
    with lille.work() as work:
        link = inviting.invite(work).link()
    leave(lille)
    dialled = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, place: dialled.append(place))
    with lille.work(KPA) as work:
        for job in (plugin.start, plugin.pull, plugin.tell):
            job(work, {})
        plugin.visit(work, {"origin": roubaix.origin})
        plugin.fetch(work, {"sha256": "a" * 64})
        mark.put(work, "")
        attachment = Attachment("a" * 64, 10, "plan.txt")
        acts = {
            "ask": lambda: asking.ask(work),
            "recover": lambda: asking.recover(work),
            "pull": lambda: service.pull_all(work),
            "tell": lambda: service.tell_peers(work),
            "collect": lambda: witnessing.collect(work),
            "invite": lambda: inviting.invite(work),
            "accept": lambda: inviting.accept(work, inviting.read_link(link)),
            "want": lambda: fetching.want(work, roubaix.origin, attachment),
            "fetch": lambda: service.peer_at(work, roubaix.address),
        }
        for name, act in acts.items():
            with pytest.raises(Refused, match="quitté le réseau"):
                act()
            assert dialled == [], name
    jobs.plan_schedules(lille.kpa.instance)
    jobs.run_due(lille.kpa.instance)
    assert dialled == []


def test_nothing_is_published_from_outside(pair):
    _, lille = pair
    leave(lille)
    before = rows(lille)
    with pytest.raises(Refused, match="quitté le réseau"):
        publish(lille, "Trop tard")
    assert rows(lille) == before


def test_coming_back_goes_on_from_where_it_was(pair):
    roubaix, lille = pair
    size = len(rows(lille)[0])
    leave(lille)
    publish(roubaix, "Pendant l'absence")
    roubaix.pull()
    come_back(lille)
    with lille.work(KPA) as work:
        assert mark.get(work) == ""  # asked again before anything is published
        plugin.pull(work, {})
    publish(lille, "Après le retour")
    with roubaix.work(KPA) as work, work.transaction():
        service.set_trust(work, lille.origin, "followed")
        for row in service.peers(work.session):
            row.next_try_at = None  # it is not asked before a while: it did not answer
    roubaix.pull()
    for town in pair:
        assert titles(town) == {
            "Sac de Roubaix",
            "Sac de Lille",
            "Pendant l'absence",
            "Après le retour",
        }
        with town.work(KPA) as work:
            assert work.session.scalars(sa.select(EvidenceRow)).all() == []
            frozen = sa.select(LogRow.origin).where(LogRow.frozen_at.is_not(None))
            assert work.session.scalars(frozen).all() == []
    assert len(rows(lille)[0]) == size + 2
    assert sorted(rows(lille)[1]) == sorted(rows(roubaix)[1])


def test_leaving_takes_two_steps_and_one_undoes_it(pair):
    _, lille = pair
    with lille.kpa.client_for("admin") as browser:
        assert "Quitter le réseau" in words(browser.get("/federation/voisins"))
        shown = browser.submit("/federation/quitter")
        assert "coche la case" in words(shown)
        for line in (*leaving.KEPT, *leaving.ENDS, leaving.BACK):
            assert line in words(shown).replace("\u00a0", " ")
        with lille.work(KPA) as work:
            assert not leaving.has_left(work.session)
        left = browser.submit("/federation/quitter", sure="y")
        assert "encore là" in words(left)
        assert "Inviter un KPA" not in words(left)
        back = browser.submit("/federation/revenir", page="/federation/voisins")
        assert "de nouveau dans le réseau" in words(back)
        assert "Inviter un KPA" in words(back)
    with lille.kpa.client_for("animator") as browser:
        assert browser.get("/federation/quitter").status == 404
        assert browser.submit("/federation/revenir", page="/federation/voisins").status == 404


def test_the_commands_say_what_stays(pair):
    _, lille = pair
    said = run(lille, "leave", "--yes")
    assert "restent ici" in said
    with lille.work(KPA) as work:
        assert leaving.has_left(work.session)
    leave(lille)  # twice is once
    assert "de nouveau" in run(lille, "back")
    assert "de nouveau" in run(lille, "back")
    with lille.work(KPA) as work:
        assert not leaving.has_left(work.session)
