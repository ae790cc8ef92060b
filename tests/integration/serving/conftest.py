"""A real ``kpa serve`` on loopback, with a small plugin to watch it from inside."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kpa_core.features import open_instance
from kpa_core.scaffold.newborn import Birth, make_instance

PROBE = Path(__file__).with_name("probe")
OPEN_SECONDS = 60


class Site:
    """One ``kpa serve``: its processes, and requests to it."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.log = folder / "serve.log"
        self.parent = None
        self.known = set()

    def popen(self, *arguments, **options):
        """Start a ``kpa`` command for this instance."""
        return subprocess.Popen(
            [sys.executable, "-m", "kpa_core", "--dir", str(self.folder), *arguments],
            env={**os.environ, "PYTHONPATH": str(PROBE), "LANG": "fr_FR.UTF-8"},
            text=True,
            **options,
        )

    def start(self):
        """Serve, and wait until the site answers."""
        with self.log.open("ab") as log:
            options = {"stdout": log, "stderr": log, "start_new_session": True}
            self.parent = self.popen("serve", "--port", str(self.port), **options)
        self.wait_open()

    def wait_open(self):
        deadline = time.monotonic() + OPEN_SECONDS
        while time.monotonic() < deadline:
            assert self.parent.poll() is None, self.log.read_text()
            try:
                if self.get("/probe/pid", timeout=2)[0] == 200:
                    self.processes()
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"never open\n{self.log.read_text()}")

    def get(self, path, timeout=10):
        return self.ask("GET", path, timeout=timeout)

    def ask(self, method, path, body=None, headers=None, timeout=10):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            line.request(method, path, body, headers or {})
            answer = line.getresponse()
            return answer.status, answer.read().decode(errors="replace"), answer.headers
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            line.close()

    def processes(self):
        """Return the living processes by what they are; remember every one ever seen."""
        found = {"parent": [self.parent.pid], "web": [], "web worker": [], "worker": []}
        for child in children(self.parent.pid):
            kind = "web" if "granian" in command_line(child) else "worker"
            found[kind].append(child)
        for server in found["web"]:
            found["web worker"] += children(server)
        for pids in found.values():
            self.known.update(pids)
        return found

    def form(self):
        """Open a visitor's form."""
        return Form(self)

    def kill(self, pid):
        os.kill(pid, signal.SIGKILL)

    def is_gone(self, *pids):
        """Tell whether all these processes have ended."""
        return all(is_gone(pid) for pid in pids)

    def wait_for(self, check, seconds=20):
        """Wait until ``check()`` is true; return how long it took."""
        begun = time.monotonic()
        while not check():
            assert time.monotonic() - begun < seconds, self.log.read_text()
            time.sleep(0.02)
        return time.monotonic() - begun

    def stop(self):
        """End every process this site ever started, by its number."""
        if self.parent is None:
            return 0
        self.processes()
        if self.parent.poll() is None:
            self.parent.send_signal(signal.SIGTERM)
        try:
            code = self.parent.wait(30)
        except subprocess.TimeoutExpired:
            self.parent.kill()
            code = self.parent.wait()
        for pid in self.known:
            if is_ours(pid):
                os.kill(pid, signal.SIGKILL)
        return code


class Form:
    """A visitor's form: one session, sent with keys of its own."""

    def __init__(self, site):
        self.site = site
        _, page, headers = site.get("/entrer")
        self.cookie = headers["Set-Cookie"].split(";")[0]
        self.token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]

    def send(self, path, key, timeout=10, **fields):
        body = urlencode({"csrf_token": self.token, "idempotency_key": key, **fields})
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        return self.site.ask("POST", path, body, headers, timeout)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(one) for one in task.read_text().split()]
        except OSError:
            continue
    return found


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " ")
    except OSError:
        return ""


def is_ours(pid):
    said = command_line(pid)
    return "kpa_core" in said or "granian" in said or "multiprocessing" in said


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def make_site(folder, monkeypatch, **more):
    monkeypatch.syspath_prepend(str(PROBE))
    make_instance(folder, Birth(name="La Cape", plugins=("probe",), **more))
    return Site(folder)


@pytest.fixture
def new_site(tmp_path, monkeypatch, kpa_database, request):
    """Return a function that makes an instance to be served, on the database asked for."""
    for name in [name for name in os.environ if name.startswith("KPA_")]:
        monkeypatch.delenv(name)
    made = []

    def make(name="site"):
        more = {}
        if kpa_database == "postgresql":
            more["database"] = request.getfixturevalue("kpa_server").new_database()
        made.append(make_site(tmp_path / name, monkeypatch, **more))
        return made[-1]

    yield make
    for site in made:
        site.stop()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """One open site for the tests that only look at it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("KPA_")]:
            patch.delenv(name)
        made = make_site(tmp_path_factory.mktemp("site") / "site", patch)
        try:
            made.start()
            yield made
        finally:
            made.stop()


@pytest.fixture
def look():
    """Return a function that opens a site's instance beside the running one."""
    opened = []

    def look(site):
        opened.append(open_instance(site.folder))
        return opened[-1]

    yield look
    for instance in opened:
        instance.close()
