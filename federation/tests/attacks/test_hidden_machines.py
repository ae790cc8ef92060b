"""R23: no link, hello, redirect or name of a neighbour leads to machines of one's own network."""

from __future__ import annotations

import json
import re
import socket
from contextlib import suppress
from pathlib import Path

import pytest
from log_writer import Writer
from towns import free_port, served
from towns import town as town

from kpa_core.errors import KpaError
from kpa_core.safehttp.client import SafeHttp
from kpa_core.testing import TestKpa
from kpa_core.work import KPA, OPERATOR
from kpa_federation.blobs import fetching
from kpa_federation.ceremonies import lost_server
from kpa_federation.own import writing
from kpa_federation.peers import asking, inviting, pinging, service, visiting, witnessing
from kpa_federation.protocol.bodies import Attachment

HIDDEN = json.loads(
    (Path(__file__).parents[3] / "tests" / "data" / "hidden_addresses.json").read_text("utf-8")
)
ADDRESSES = [one["ip"] for one in HIDDEN["addresses"] if one["refused"]]
URLS = [re.sub(r"127\.0\.0\.1(:\d+)?", "127.0.0.1:8080", one) for one in HIDDEN["urls"]]
TARGETS = (
    [f"http://[{one}]:8080" if ":" in one else f"http://{one}:8080" for one in ADDRESSES]
    + [f"http://{one}:8080" for one in HIDDEN["hosts"]]
    + [one.rstrip("/") for one in (*HIDDEN["urls"], *URLS)]
)
ORIGIN = Writer("inside").origin


@pytest.fixture(scope="module")
def kpa(tmp_path_factory):
    made = TestKpa.make(tmp_path_factory.mktemp("hidden") / "kpa", plugins=["federation"])
    with made.instance.work(KPA) as work:
        writing.open_log(work)
    yield made
    made.close()


@pytest.fixture
def dialled(monkeypatch):
    """Return what would have been dialled; nothing is."""
    seen = []

    def connect(_self, place):
        seen.append(place[:2])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect)
    return seen


def follow(work, target):
    service.add_peer(work, ORIGIN, target)
    visiting.pull_from(work, ORIGIN)


def meet(work, target):
    """Do what an invited hello does, and the visit after it."""
    service.meet(work, ORIGIN, target, "Dedans")
    visiting.pull_from(work, ORIGIN)


def join(work, target):
    link = f"{target}/federation/invitation/{'a' * 22}?kpa={ORIGIN}"
    inviting.accept(work, inviting.read_link(link))


def recover(work, target):
    lost_server.recover_server(work, ORIGIN, [target])


def everything_else(work, target):
    """Ask for a cosignature, one's own head and a file, and tell of something new."""
    service.add_peer(work, ORIGIN, target)
    witnessing.collect(work)
    asking.ask(work)
    pinging.tell_peers(work)
    fetching.want(work, ORIGIN, Attachment("a" * 64, 9, "x"))
    with suppress(KpaError):
        fetching.fetch(work, "a" * 64)


DOORS = (follow, meet, join, recover, everything_else)


def knock(kpa, door, target):
    """Try a door with an address; whatever is refused is refused in a known way."""
    with kpa.instance.work(OPERATOR) as work, suppress(KpaError):
        door(work, target)
    with kpa.instance.work(OPERATOR) as work, work.transaction() as session:
        row = session.get(service.PeerRow, ORIGIN)
        if row is not None:
            session.delete(row)


def test_the_table_is_whole():
    assert (len(ADDRESSES), len(HIDDEN["hosts"]), len(URLS)) == (52, 21, 11)


@pytest.mark.parametrize("door", DOORS, ids=lambda one: one.__name__)
def test_no_door_leads_to_a_hidden_machine(kpa, dialled, monkeypatch, door):
    # A name that misleads is looked up by nobody here: it would be answered with a public machine.
    public = SafeHttp(resolve=lambda host, _port: [host if host in ADDRESSES else "1.1.1.1"])
    monkeypatch.setattr(kpa.instance, "http", public)
    for target in TARGETS[:: 1 if door in (follow, join) else 5]:
        knock(kpa, door, target)
    assert [one for one in dialled if one[0] != "1.1.1.1"] == []
    tricked = {one for one in dialled if one[0] == "1.1.1.1"}
    assert len(tricked) <= 2  # names of machines, whose port is all that may differ


@pytest.mark.parametrize("door", DOORS, ids=lambda one: one.__name__)
def test_no_name_that_turns_inside_leads_there(kpa, dialled, monkeypatch, door):
    answers = []
    client = SafeHttp(resolve=lambda _host, _port: answers.pop(0))
    monkeypatch.setattr(kpa.instance, "http", client)
    for ip in ADDRESSES[:: 1 if door is follow else 9]:
        answers[:] = [["1.1.1.1", ip], *[[ip]] * 30]
        knock(kpa, door, "http://pair.example.org")
        assert len(answers) < 31  # it was asked where the name leads
    assert dialled == []
    answers[:] = [["1.1.1.1"]] * 30
    knock(kpa, door, "http://pair.example.org")
    assert set(dialled) == {("1.1.1.1", 80)}  # this door does dial


def test_a_redirect_leads_to_no_other_machine(town):
    """The peer's own machine is open to us; what it sends us to is not."""
    lille, inside = town("Lille"), []
    sentinel = socket.create_server(("127.0.0.1", 0))
    sentinel.settimeout(0.2)
    port = sentinel.getsockname()[1]

    def app(environ, start):
        inside.append(environ["PATH_INFO"])
        start("302 Found", [("Location", f"http://127.0.0.1:{port}/federation/v1/heads")])
        return [b""]

    own = free_port()
    with served(app, own), lille.work() as work:
        service.add_peer(work, ORIGIN, f"http://127.0.0.1:{own}")
        assert isinstance(visiting.pull_from(work, ORIGIN), str)
    assert inside
    with pytest.raises(TimeoutError):
        sentinel.accept()
    sentinel.close()
