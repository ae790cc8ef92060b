"""Two or more real instances on loopback, asking each other over HTTP."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager

import pytest
from kpa_federation.own import writing
from kpa_federation.peers import service
from werkzeug.serving import WSGIRequestHandler, make_server

from kpa_core.testing import TestKpa
from kpa_core.work import KPA, OPERATOR


class Quiet(WSGIRequestHandler):
    def log_request(self, *_answer):
        pass


@contextmanager
def served(app):
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
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
            service.add_peer(
                work, other.origin, other.address, other.kpa.instance.settings.instance.name
            )

    def pull(self):
        with self.work(KPA) as work:
            return service.pull_all(work)


@pytest.fixture
def town(tmp_path):
    """Return a function that makes a KPA and serves it."""
    with ExitStack() as stack:

        def make(name="Roubaix"):
            kpa = TestKpa.make(
                tmp_path / name, name=name, plugins=["federation"], network={"allow": ["127.0.0.1"]}
            )
            stack.callback(kpa.close)
            return Town(kpa, stack.enter_context(served(kpa.app)))

        yield make


@pytest.fixture
def answering():
    """Return a function that serves an answer for every address."""
    with ExitStack() as stack:

        def serve(*pieces, **headers):
            def app(_environ, start):
                start("200 OK", [("Content-Type", "application/json"), *headers.items()])
                return iter(pieces)

            return stack.enter_context(served(app))

        yield serve
