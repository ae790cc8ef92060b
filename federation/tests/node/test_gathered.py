"""Whom a network node gathers was chosen by nobody: it has little room, and no word."""

from __future__ import annotations

from collections import Counter

import pytest
import sqlalchemy as sa
from log_writer import Writer
from words_said import said_vouch

from kpa_core.api import now
from kpa_core.audit import AuditEntry
from kpa_core.work import KPA
from kpa_federation.log import intake, keeping
from kpa_federation.log.keeping import Verified
from kpa_federation.peers import gathering, service
from kpa_federation.peers.models import GATHERED, PeerRow
from kpa_federation.trust import advising
from kpa_federation.trust import service as trust


@pytest.fixture
def node(town):
    return town("Le nœud", kind="network")


def keep(town, writer):
    with town.work(KPA) as work, work.transaction() as session:
        section = writer.section(0)
        after, entries = keeping.state_of(session, writer.origin).take(section)
        made = Verified(after, 0, entries, section.bodies, section.checkpoint)
        keeping.keep(session, [made], now())


def standing(town):
    with town.work() as work:
        return {row.origin: (row.trust, row.step) for row in service.peers(work.session)}


def step_of(town, other, step):
    with town.work(KPA) as work, work.transaction() as session:
        session.get(PeerRow, other.origin).step = step


def test_who_is_gathered_has_no_word_and_the_page_says_so(town, node):
    lille, arras = town("Lille"), town("Arras")
    lille.follow(arras)
    lille.pull()
    node.follow(lille)
    node.pull()
    assert standing(node)[arras.origin] == ("followed", GATHERED)
    with node.work() as work:
        assert not trust.may_vouch(work.session, arras.origin)
        about = sa.select(AuditEntry).where(AuditEntry.subject == f"origin:{arras.origin}")
        audited = work.session.scalars(about).one()
    assert audited.after["gathered"] == lille.origin
    with node.kpa.client_for("admin") as browser:
        page = browser.get("/federation/voisins").text
    assert page.count("l&#39;ont choisi") == 1
    with node.work() as work:
        trust.decide(work, arras.origin, "followed")
    assert standing(node)[arras.origin] == ("followed", 0)


def test_the_vouches_of_who_is_gathered_count_for_nobody(town, node):
    lille, loud, friend = town("Lille"), Writer("loud"), Writer("friend")
    said_vouch(loud, friend.origin, "", "Ami")
    keep(lille, loud)
    node.follow(lille)
    node.pull()
    with node.work(KPA) as work:
        trust.refresh(work)
        assert not trust.vouches(work.session)
    assert friend.origin not in standing(node)


@pytest.mark.parametrize(("step", "most"), [(0, 4), (2, 2)])
def test_one_peer_never_fills_a_node(town, node, monkeypatch, step, most):
    monkeypatch.setattr(gathering, "EACH", (4, 2))
    stranger = town("Étranger")
    for at in range(6):
        keep(stranger, Writer(f"sybil {at}"))
    node.follow(stranger)
    step_of(node, stranger, step)
    for _ in range(2):
        with node.work(KPA) as work, work.transaction() as session:
            service.ask_for_everything(session)
        node.pull()
    assert Counter(one for one in standing(node).values())["followed", GATHERED] == most


def test_a_recommendation_brings_who_is_gathered_nearer_and_leaves_it_gathered(town, node):
    lille, arras = town("Lille"), town("Arras")
    lille.follow(arras)
    lille.pull()
    node.follow(lille)
    node.pull()
    for act, step in ((trust.vouch, 1), (trust.take_back, GATHERED)):
        with lille.work() as work:
            act(work, arras.origin)
        for _ in range(2):
            node.pull()
            with node.work(KPA) as work:
                trust.refresh(work)
            with node.work(KPA) as work, work.transaction() as session:
                service.ask_for_everything(session)
        node.pull()
        assert standing(node)[arras.origin] == ("followed", step)


def test_a_list_stops_who_is_gathered_as_long_as_it_says_so(town, node):
    lille, arras = town("Lille"), town("Arras")
    lille.follow(arras)
    lille.pull()
    node.follow(lille)
    node.pull()
    for act, found in (
        (lambda work: advising.advise(work, arras.origin, "block", "hateful"), "suspended"),
        (lambda work: advising.take_back(work, arras.origin), "followed"),
    ):
        with node.work() as work:
            act(work)
            trust.refresh(work)
        assert standing(node)[arras.origin] == (found, GATHERED)


def test_an_origin_that_is_not_known_has_the_smallest_room(town):
    lille, writer = town("Lille"), Writer("unknown")
    for at in range(1005):
        writer.put(f"{at}")
    section = writer.section(0)
    with lille.work(KPA) as work, work.transaction() as session:
        after, entries = keeping.state_of(session, writer.origin).take(section)
        made = Verified(after, 0, entries, section.bodies, section.checkpoint)
        (kept,), _ = intake.fit(session, [made], {}, now().date())
        assert len(kept.entries) == 1000
