"""Real instances on loopback (``towns``), and one whose peers are in this process (``home``)."""

from __future__ import annotations

import pytest
from towns import town as town

from kpa_core.work import KPA, OPERATOR
from kpa_federation.own import writing
from kpa_federation.peers import service, visiting
from kpa_federation.trust import service as trust


class Home:
    """The instance, and the peers behind the addresses it asks."""

    def __init__(self, kpa):
        self.kpa, self.peers = kpa, {}
        with kpa.instance.work(KPA) as work:
            self.origin = writing.open_log(work)

    def work(self, actor=OPERATOR):
        return self.kpa.instance.work(actor)

    def do(self, act, *args, **more):
        with self.work() as work:
            return act(work, *args, **more)

    def follow(self, origin, peer=None, name=""):
        address = f"http://127.0.0.1:{9000 + len(self.peers)}" if peer is not None else ""
        self.peers[address] = peer
        self.do(service.add_peer, origin, address, name)

    def pull(self):
        with self.work(KPA) as work:
            for row in service.peers(work.session):
                row.next_try_at = None
            work.session.rollback()
        with self.work(KPA) as work:
            done = visiting.pull_all(work)
            trust.refresh(work)
            return done

    def peer(self, origin):
        with self.work() as work:
            return work.session.get(service.PeerRow, origin)

    def trusts(self):
        with self.work() as work:
            return {row.origin: row.trust for row in service.peers(work.session)}


@pytest.fixture
def home(make_kpa, monkeypatch):
    made = Home(make_kpa(plugins=["federation"]))
    monkeypatch.setattr(visiting, "HttpPeer", lambda _http, address: made.peers[address])
    return made
