"""One real instance whose peers are in the same process: what they answer is up to the test."""

from __future__ import annotations

import pytest

from kpa_core.work import KPA, OPERATOR
from kpa_federation.own import writing
from kpa_federation.peers import service, visiting


class Home:
    """The instance, and the peers behind the addresses it asks."""

    def __init__(self, kpa):
        self.kpa, self.peers = kpa, {}
        with kpa.instance.work(KPA) as work:
            self.origin = writing.open_log(work)

    def work(self, actor=OPERATOR):
        return self.kpa.instance.work(actor)

    def follow(self, origin, peer=None):
        address = f"http://127.0.0.1:{9000 + len(self.peers)}" if peer is not None else ""
        self.peers[address] = peer
        with self.work() as work:
            service.add_peer(work, origin, address)

    def trust(self, origin, trust):
        with self.work() as work:
            service.set_trust(work, origin, trust)

    def pull(self):
        with self.kpa.instance.work(KPA) as work:
            return visiting.pull_all(work)

    def peer(self, origin):
        with self.work() as work:
            return work.session.get(service.PeerRow, origin)


@pytest.fixture
def home(make_kpa, monkeypatch):
    made = Home(make_kpa(plugins=["federation"]))
    monkeypatch.setattr(visiting, "HttpPeer", lambda _http, address: made.peers[address])
    return made
