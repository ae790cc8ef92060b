"""Two or more real instances on loopback, asking each other over HTTP."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack, contextmanager

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from kpa_core.testing import TestKpa
from kpa_core.work import KPA, OPERATOR
from kpa_federation.own import writing
from kpa_federation.peers import service


class Quiet(WSGIRequestHandler):
    def log_request(self, *_answer):
        pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(app, port):
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Town:
    """One KPA of the network: its instance, its address, its origin."""

    def __init__(self, kpa, address):
        self.kpa, self.address = kpa, address
        with kpa.instance.work(KPA) as work:
            self.origin = writing.open_log(work)

    def work(self, actor=OPERATOR):
        return self.kpa.instance.work(actor)

    def follow(self, other):
        with self.work() as work:
            name = other.kpa.instance.settings.instance.name
            service.add_peer(work, other.origin, other.address, name)

    def pull(self):
        with self.work(KPA) as work:
            return service.pull_all(work)


@pytest.fixture
def town(tmp_path):
    """Return a function that makes a KPA and serves it."""
    with ExitStack() as stack:

        def make(name="Roubaix", plugins=(), **instance):
            port = free_port()
            address = f"http://127.0.0.1:{port}"
            kpa = TestKpa.make(
                tmp_path / name,
                name=name,
                plugins=["federation", *plugins],
                instance={"base_url": address, **instance},
                network={"allow": ["127.0.0.1"]},
            )
            stack.callback(kpa.close)
            stack.enter_context(served(kpa.app, port))
            return Town(kpa, address)

        yield make
