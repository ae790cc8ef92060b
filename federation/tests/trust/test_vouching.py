"""Joining takes one link and one yes: neighbours follow whom their neighbours recommend."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from commanding import command
from log_writer import Writer
from peers import Node
from words_said import said_vouch

from kpa_core.api import HttpError, HttpFailed
from kpa_core.errors import Misuse, NotFound, Refused, TryAgain
from kpa_core.jobs import run_due
from kpa_core.work import KPA
from kpa_federation import jobs
from kpa_federation.log import keeping
from kpa_federation.log.models import RecordRow
from kpa_federation.own import mark
from kpa_federation.peers import asking, inviting, service, visiting
from kpa_federation.records import publishing, reading
from kpa_federation.records.kinds import kinds
from kpa_federation.trust import service as trust

LETTERS = str.maketrans("0123456789", "abcdefghij")


def join(host, guest):
    with host.work() as work:
        link = inviting.invite(work).link()
    with guest.work() as work:
        inviting.accept(work, inviting.read_link(link))
    run_due(host.kpa.instance)


def hour(town):
    """Let the job of every hour run."""
    with town.work(KPA) as work:
        jobs.pull(work, {})


def trusts(town):
    with town.work() as work:
        return {row.origin: (row.trust, row.step) for row in service.peers(work.session)}


def test_one_link_one_yes_and_the_others_follow_too(town):
    moulins, lille, arras = town("Moulins Coop"), town("Lille"), town("Arras")
    lille.follow(moulins)
    join(moulins, arras)
    hour(lille)
    assert trusts(lille) == {moulins.origin: ("followed", 0), arras.origin: ("followed", 1)}
    lille.pull()  # it was told where Arras answers
    with lille.work() as work:
        row = work.session.get(service.PeerRow, arras.origin)
        assert (row.name, row.address, row.seen_at is not None) == ("Arras", arras.address, True)
        assert keeping.state_of(work.session, arras.origin).size == 1
    with lille.kpa.client_for("member") as browser:
        said = browser.get("/federation/voisins").sentence()
        assert "Recommandé par Moulins Coop." in said
        assert "Des gens d'ici l'ont choisi." in said


def test_only_the_one_who_invited_recommends_and_only_once(town):
    moulins, arras = town("Moulins Coop"), town("Arras")
    join(moulins, arras)
    with moulins.work(KPA) as work:
        jobs.vouch(work, {"origin": arras.origin})  # the job may run twice
        assert set(trust.vouched(work.session)) == {arras.origin}
        assert work.session.scalar(sa.select(sa.func.count()).select_from(RecordRow)) == 1
    with arras.work() as work:
        assert trust.vouched(work.session) == {}


@pytest.fixture
def lille():
    return Writer("lille")


@pytest.fixture
def lens():
    made = Writer("lens")
    made.put("Une fiche")
    return made


@pytest.fixture
def near(home, lille, lens):
    """Lille, followed by a person here, carries Lens's log and recommends it."""
    said_vouch(lille, lens.origin, "http://127.0.0.1:9100", "Lens")
    node = Node("lille")
    node.write(lens)
    node.write(lille)
    home.follow(lille.origin, node, "Lille")
    home.peers["http://127.0.0.1:9100"] = node
    return node


def test_it_is_followed_and_read(home, lille, lens, near):
    home.pull()
    assert home.trusts() == {lille.origin: "followed", lens.origin: "followed"}
    home.pull()
    with home.work() as work:
        assert keeping.state_of(work.session, lens.origin).size == 2


@pytest.mark.parametrize("word", ["suspended", "blocked"])
def test_a_person_s_no_stays(home, lens, near, word):
    home.pull()
    home.do(trust.decide, lens.origin, word)
    home.pull()
    assert home.trusts()[lens.origin] == word


def test_a_person_s_yes_stays_when_the_recommendation_goes(home, lille, lens, near):
    home.pull()
    home.do(trust.decide, lens.origin, "followed")
    home.do(trust.decide, lille.origin, "blocked")
    assert home.trusts() == {lille.origin: "blocked", lens.origin: "followed"}


@pytest.mark.parametrize("word", ["suspended", "blocked"])
def test_the_word_of_one_that_is_stopped_counts_no_more(home, lille, lens, near, word):
    home.pull()
    home.do(trust.decide, lille.origin, word)
    assert home.trusts()[lens.origin] == "waiting"
    home.do(trust.decide, lille.origin, "followed")
    assert home.trusts()[lens.origin] == "followed"


def test_a_recommendation_that_is_taken_back_counts_no_more(home, lille, lens, near):
    home.pull()
    lille.withdraw(1, 2)
    near.write(lille)
    home.pull()
    assert home.trusts()[lens.origin] == "waiting"


@pytest.mark.parametrize(
    "body",
    [
        {"origin": "LENS"},
        {"origin": 3},
        {"origin": ["a"]},
        {"origin": "a" * 31},
        {"name": {"origin": "a" * 32}, "origin": ""},
    ],
)
def test_words_that_make_no_sense_bring_nobody(home, lille, body):
    said_vouch(lille, "", more=body)
    node = Node("lille")
    node.write(lille)
    home.follow(lille.origin, node)
    home.pull()
    assert home.trusts() == {lille.origin: "followed"}


@pytest.mark.parametrize(
    "address", ["http://10.0.0.1/", "http://[::1]/", "file:///etc/passwd", "http://a b", "x" * 400]
)
def test_an_address_is_a_hint_and_goes_through_our_rules(home, lille, lens, near, address):
    """A hint that cannot be one is left out; a private one is kept, and never dialled."""
    other = Writer("douai")
    said_vouch(lille, other.origin, address, "Douai")
    near.write(lille)
    home.pull()
    row = home.peer(other.origin)
    assert row.trust == "followed"
    assert row.address in ("", "http://10.0.0.1", "http://[::1]")


def test_only_a_neighbour_one_chose_is_recommended(home, lille, lens, near):
    home.pull()
    for origin in (lens.origin, "b" * 32):
        with pytest.raises(Refused, match="Suis-le"):
            home.do(trust.vouch, origin)
    home.do(trust.vouch, lille.origin)
    with home.work() as work:
        (said,) = trust.vouched(work.session).values()
        assert said.body["name"] == "Lille"
    home.do(trust.take_back, lille.origin)
    with pytest.raises(Refused):
        home.do(trust.take_back, lille.origin)
    home.do(trust.vouch, lille.origin)  # one may know somebody again


def test_nothing_personal_leaves_with_a_name(home):
    home.follow("b" * 32, None, "Anis 06 12 34 56 78")
    home.follow("c" * 32, None, "anis@example.fr")
    for origin in ("b" * 32, "c" * 32):
        home.do(trust.vouch, origin)
    with home.work() as work:
        assert {one.body["name"] for one in trust.vouched(work.session).values()} == {""}


def test_a_recommendation_is_no_record_to_read_or_to_withdraw_by_others(home, lille, lens, near):
    home.do(trust.vouch, lille.origin)
    home.pull()
    home.pull()
    with home.work(KPA) as work:
        shown = reading.records(work, kinds(work))
        assert [one.origin.key for one in shown] == [lens.origin]
        assert reading.quarantine(work, kinds(work)) == []
        (record,) = (one.record for one in trust.vouched(work.session).values())
        name = publishing.name_of(work.session, record)
        with pytest.raises(NotFound):
            publishing.retract(work, name, "error")


def test_one_peer_names_few_strangers_and_others_still_may(home, lille, near):
    flood = {
        f"{'a' * 29}{one}{two}{three}" for one in "abcdef" for two in "abcdef" for three in "abcdef"
    }
    heads = near.heads
    near.heads = lambda since: ("x.1", {**heads("")[1], **dict.fromkeys(flood, (5, b"r" * 32))})
    arras, other = Node("arras"), Writer("arras")
    arras.write(other)
    arras.write(Writer("douai"))
    home.follow(other.origin, arras)
    for _ in range(3):
        home.pull()
    waiting = [one for one, word in home.trusts().items() if word == "waiting"]
    assert len(flood & set(waiting)) == 50 + 5  # Lille, and Lens whom it recommends
    assert Writer("douai").origin in waiting


def test_the_commands(home, lille, near):
    assert "est recommandé aux autres" in command(home, "vouch", lille.origin)
    assert "n'est plus recommandé" in command(home, "vouch", lille.origin, "--undo")
    with pytest.raises(Misuse, match="32 lettres"):
        command(home, "vouch", "personne")


def test_puppets_do_not_say_where_one_s_own_log_stood(home, lille, lens, near):
    """After a start two answers are enough: of peers whom people here chose."""
    home.pull()
    home.peers.clear()
    with home.work() as work, work.transaction() as session:
        for row in service.peers(session):
            row.step, row.address = 1, "http://127.0.0.1:9300"
        session.get(service.PeerRow, lille.origin).step = 0
        session.get(service.PeerRow, lille.origin).address = "http://127.0.0.1:9400"
        mark.put(work, "")
    puppet, silent = Node("puppet"), Node("silent")
    puppet.checkpoint = lambda _origin: None
    silent.checkpoint = lambda _origin: unreachable()
    home.peers |= {"http://127.0.0.1:9300": puppet, "http://127.0.0.1:9400": silent}
    with home.work(KPA) as work:
        assert asking.ask(work) is False
    silent.checkpoint = lambda _origin: None
    with home.work(KPA) as work:
        assert asking.ask(work) is True


@pytest.mark.parametrize(
    ("name", "said"), [("Arras", "Arras"), ("Chez Nadia Benali 12 rue des Lilas", "")]
)
def test_what_a_guest_calls_itself_names_none_of_us_in_our_log(town, name, said):
    host, guest = town("Lille"), town(name)
    host.kpa.person("Nadia Benali", "member")
    join(host, guest)
    with host.work() as work:
        assert trust.vouched(work.session)[guest.origin].body["name"] == said
        trust.take_back(work, guest.origin)
    with host.kpa.client_for("admin") as browser:
        url = f"/federation/voisins/{guest.origin}/recommander"
        assert browser.submit(url, page="/federation/voisins").status == 200
    with host.work() as work:
        assert trust.vouched(work.session)[guest.origin].body["name"] == said


@pytest.mark.parametrize("tail", ["/admin/reset", "/?all=1&x=", "?all=1", "/#a", "//"])
def test_nobody_else_chooses_the_pages_that_we_ask(home, lille, lens, near, tail):
    other = Writer("douai")
    said_vouch(lille, other.origin, f"http://127.0.0.1:9199{tail}", "Douai")
    near.write(lille)
    home.pull()
    assert home.peer(other.origin).trust == "followed"
    assert home.peer(other.origin).address == ""
    with pytest.raises(HttpError, match=r"\?"):
        home.do(service.add_peer, other.origin, "http://127.0.0.1:9199/kpa?all=1")


def test_a_name_from_elsewhere_has_no_sign_that_is_not_seen(home, lille, lens, near):
    other = Writer("douai")
    said_vouch(lille, other.origin, more={"name": "L\u200bens\u202e"})
    near.write(lille)
    home.pull()
    assert home.peer(other.origin).name == "L ens"
    names = home.do(trust.names)
    assert names[other.origin].startswith("L ens (")
    assert names[lens.origin].startswith("Lens (")


def unreachable():
    raise HttpFailed("silent")


def test_somebody_whom_people_chose_is_asked_in_every_round(home, lille, monkeypatch):
    home.follow(lille.origin, Node("lille"))
    asked = []
    monkeypatch.setattr(visiting, "pull_from", lambda _work, origin: asked.append(origin))
    with home.work(KPA) as work, work.transaction() as session:
        for number in range(200):
            row = service.new_peer(session, f"{number:03d}".translate(LETTERS) + "b" * 29)
            row.trust, row.step, row.address = "followed", 1, f"http://127.0.0.1:{1000 + number}"
    for _ in range(5):
        asked.clear()
        with home.work(KPA) as work:
            visiting.pull_some(work)
        assert lille.origin in asked
        assert len(asked) <= 4


def test_a_puppet_with_the_name_of_a_neighbour_is_told_apart(home, lille, lens, near):
    impostor = Writer("imposteur")
    said_vouch(lille, impostor.origin, "", "LILLE")
    near.write(lille)
    home.pull()
    names = home.do(trust.names)
    assert names[lens.origin] == "Lens"
    assert names[lille.origin].startswith("Lille (")
    assert names[impostor.origin].startswith("LILLE (")
    assert len(set(names.values())) == 3


def test_the_job_waits_until_the_log_may_grow_and_gives_up_with_the_person(home, lille, near):
    with home.work(KPA) as work:
        mark.put(work, "")
        with pytest.raises(TryAgain):
            jobs.vouch(work, {"origin": lille.origin})
        mark.put(work, "open")
    home.do(trust.decide, lille.origin, "blocked")
    with home.work(KPA) as work:
        jobs.vouch(work, {"origin": lille.origin})
        assert trust.vouched(work.session) == {}


def test_one_does_not_follow_oneself_by_recommendation(home, lille, near):
    said_vouch(lille, home.origin, "", "Nous")
    near.write(lille)
    home.pull()
    assert home.origin not in home.trusts()
