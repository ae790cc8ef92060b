"""Processes to be killed: one serves an instance, one pulls from it. Run as a program."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

CHUNK = 128 * 1024


def pull_once(instance, address, origin):
    """Pull one log in sections of 128 KiB, each kept by itself."""
    from kpa_core.work import KPA
    from kpa_federation.log import pulling, taking_in
    from kpa_federation.peers.over_http import HttpPeer
    from kpa_federation.peers.service import now
    from kpa_federation.peers.visiting import WorkStore

    taking_in.BATCH_BYTES = CHUNK
    with instance.work(KPA) as work:
        peer = HttpPeer(instance.http, address)
        follows = origin.__eq__
        return pulling.pull(WorkStore(work), peer, "", follows=follows, now=now(), chunk=CHUNK)


@contextmanager
def started(kpa, *asked):
    """Lend a process on an instance's folder, once it is ready; it is killed in the end."""
    settings = json.dumps(kpa.instance.settings.model_dump(mode="json"))
    with subprocess.Popen(
        [sys.executable, str(Path(__file__)), settings, *asked],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout.readline() == b"ready\n"
        try:
            yield child
        finally:
            child.send_signal(signal.SIGKILL)


def main(settings, what, *asked):
    from kpa_core.config import Settings
    from kpa_core.features import FEATURES
    from kpa_core.instance import Instance

    instance = Instance(Settings.model_validate(json.loads(settings)), features=FEATURES)
    if what == "serve":
        from towns import Quiet
        from werkzeug.serving import make_server

        from kpa_core.web import create_app

        port, app = int(asked[0]), create_app(instance)
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
        server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 256 * 1024)
        print("ready", flush=True)
        server.serve_forever()
    print("ready", flush=True)
    sys.stdin.readline()
    pull_once(instance, *asked)


if __name__ == "__main__":
    main(*sys.argv[1:])
