"""Who asks for quiet is left alone by all that a KPA does; and nobody is asked after it left."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from datetime import timedelta

import pytest
from backups import start_again
from commanding import command
from log_writer import Writer
from towns import free_port, served
from werkzeug.wrappers import Response

from kpa_core.api import TryAgain, now
from kpa_core.work import KPA
from kpa_federation import jobs
from kpa_federation.blobs import fetching
from kpa_federation.log import keeping
from kpa_federation.own import leaving, mark
from kpa_federation.peers import asking, service, visiting
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol.bodies import Attachment
from kpa_federation.trust import heartbeat
from kpa_federation.trust import service as trust


class Neighbour:
    """A neighbour that gives one answer to all, and notes what it was asked."""

    def __init__(self, status=429, **headers):
        self.asked, self.status, self.headers = [], status, headers
        self.then = lambda: None

    def __call__(self, environ, start):
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.asked.append(environ["PATH_INFO"].rpartition("v1/")[2])
        self.then()
        return Response("non", self.status, self.headers)(environ, start)


@pytest.fixture
def near(town):
    """Return a KPA, and a function that gives it a neighbour."""
    lille = town("Lille")
    with ExitStack() as stack:

        def follow(name, neighbour):
            port, writer = free_port(), Writer(name)
            stack.enter_context(served(neighbour, port))
            section = writer.section(0)
            with lille.work() as work:
                service.add_peer(work, writer.origin, f"http://127.0.0.1:{port}", name)
                with work.transaction() as session:
                    after, entries = keeping.state_of(session, writer.origin).take(section)
                    made = keeping.Verified(after, 0, entries, {}, section.checkpoint)
                    keeping.keep(session, [made], now())
            return writer.origin

        yield lille, follow


def busy():
    return Neighbour(**{"Retry-After": "3600"})


def want(work, origin):
    file = Attachment("a" * 64, 10, "plan.txt")
    fetching.want(work, origin, file)
    with suppress(TryAgain):
        fetching.fetch(work, file.sha256)


ACTS = {
    "pull": lambda work, _origin: visiting.pull_all(work),
    "visit": lambda work, origin: jobs.visit(work, {"origin": origin}),
    "tell": lambda work, _origin: jobs.tell(work, {}),
    "listen": lambda work, _origin: heartbeat.listen(work),
    "ask": lambda work, _origin: asking.ask(work),
    "fetch": want,
}


@pytest.mark.parametrize("first", ACTS)
def test_who_asks_for_quiet_is_asked_once(near, first):
    lille, follow = near
    neighbour = busy()
    origin = follow("Arras", neighbour)
    start_again(lille)
    for act in (ACTS[first], *ACTS.values()):
        if act is ACTS["tell"]:
            with lille.work() as work:
                mark.put(work, "open")
        with lille.work(KPA) as work:
            act(work, origin)
        start_again(lille)
        assert len(neighbour.asked) == 1
    with lille.work() as work:
        row = work.session.get(PeerRow, origin)
        assert row.next_try_at - now() > timedelta(minutes=59)
        assert row.failures == 0


@pytest.mark.parametrize("word", ["suspended", "blocked"])
def test_who_is_stopped_is_not_visited(near, word):
    lille, follow = near
    neighbour = busy()
    origin = follow("Arras", neighbour)
    with lille.work() as work:
        trust.decide(work, origin, word)
    with lille.work(KPA) as work:
        jobs.visit(work, {"origin": origin})
    assert neighbour.asked == []


@pytest.mark.parametrize("job", [jobs.tell, jobs.pull, jobs.start], ids=lambda job: job.__name__)
def test_who_leaves_in_the_middle_asks_nobody_else(near, job):
    lille, follow = near
    neighbour = Neighbour(500)

    def leave():
        with lille.work() as work:
            leaving.leave(work)

    neighbour.then = leave
    for name in ("Arras", "Lens", "Douai"):
        follow(name, neighbour)
    if job is not jobs.tell:
        start_again(lille)
    with lille.work(KPA) as work:
        job(work, {})
    assert len(neighbour.asked) == 1


def test_nothing_is_kept_that_was_on_its_way_when_people_left(town, monkeypatch):
    lille, roubaix = town("Lille"), town("Roubaix")
    lille.follow(roubaix)
    sync = visiting.HttpPeer.sync

    def leave(peer, asked):
        with lille.work() as work:
            leaving.leave(work)
        yield from sync(peer, asked)

    monkeypatch.setattr(visiting.HttpPeer, "sync", leave)
    with lille.work(KPA) as work:
        jobs.visit(work, {"origin": roubaix.origin})
        assert keeping.log_row(work.session, roubaix.origin) is None


@pytest.mark.parametrize(
    ("status", "words"), [(502, "en panne"), (200, "en panne"), (429, "demandé")]
)
def test_what_is_wrong_is_told_in_a_sentence(near, status, words):
    lille, follow = near
    origin = follow("Arras", Neighbour(status))
    with lille.work(KPA) as work:
        said = visiting.pull_from(work, origin)
    assert words in said
    assert "bad_" not in said
    assert words in command(lille, "peers")


def test_two_answers_of_those_whom_people_chose_are_enough(near):
    lille, follow = near
    recommended = follow("Aire", Neighbour(404))
    with lille.work(KPA) as work, work.transaction() as session:
        session.get(PeerRow, recommended).step = 1
    neighbours = [Neighbour(404) for _ in range(3)]
    for at, neighbour in enumerate(neighbours):
        follow(f"Arras {at}", neighbour)
    start_again(lille)
    with lille.work(KPA) as work:
        assert asking.ask(work)
    assert sum(len(one.asked) for one in neighbours) == 2
