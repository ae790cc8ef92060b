"""A real ``kpa serve`` on loopback, with a small plugin to watch it from inside."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from kpa_core import accounts
from kpa_core.activities import activities, asking, customers
from kpa_core.activities.lines import NewLine, row_of
from kpa_core.demo import cast
from kpa_core.errors import NotFound
from kpa_core.features import open_instance
from kpa_core.files import StoredFile
from kpa_core.invoices.carrier import carriers, series
from kpa_core.invoices.models import Document, DocumentFile
from kpa_core.members import service as members
from kpa_core.scaffold.newborn import Birth, make_instance
from kpa_core.work import KPA

PROBE = Path(__file__).with_name("probe")
POWER = Path(__file__).parent.parent / "disk"
sys.path.insert(0, str(POWER))
OPEN_SECONDS = 60
STEADY_SECONDS = 6
"""The server gives up, and is started again whole, when a process dies sooner than this twice."""


class Site:
    """One ``kpa serve``: its processes, and requests to it."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.log = folder / "serve.log"
        self.parent = None
        self.known = set()
        self.environment = {"PYTHONPATH": str(PROBE)}

    def popen(self, *arguments, **options):
        """Start a ``kpa`` command for this instance."""
        return subprocess.Popen(
            [sys.executable, "-m", "kpa_core", "--dir", str(self.folder), *arguments],
            env={**os.environ, **self.environment, "LANG": "fr_FR.UTF-8"},
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
            kind = "web" if "serving.web" in command_line(child) else "worker"
            found[kind].append(child)
        for server in found["web"]:
            found["web worker"] += children(server)
        for pids in found.values():
            self.known.update(pids)
        return found

    def fill(self, count):
        """Write orders that wait for their invoice; see :func:`fill`."""
        return fill(self, count)

    def form(self):
        """Open a visitor's form."""
        return Form(self)

    def kill(self, pid):
        os.kill(pid, signal.SIGKILL)

    def is_steady(self):
        """Tell whether every web process has lived so long that the server renews it alone."""
        ages = [age(pid) for pid in self.processes()["web worker"]]
        return len(ages) == 2 and min(ages) > STEADY_SECONDS

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
                with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
                    os.kill(pid, signal.SIGKILL)
        return code


class Form:
    """One browser's session, a visitor's at first: it sends forms with keys of its own."""

    def __init__(self, site, cookie="", page="/entrer"):
        self.site, self.cookie = site, cookie
        _, text, headers = site.ask("GET", page, headers={"Cookie": cookie} if cookie else None)
        self._take_cookie(headers)
        self.token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)[1]

    def _take_cookie(self, headers):
        if "Set-Cookie" in headers:
            self.cookie = headers["Set-Cookie"].split(";")[0]

    def sign_in(self, code):
        """Come in by a card; return the session as a person's."""
        status, page, headers = self.send("/entrer/carte", "", code=code)
        assert status == 303, page
        self._take_cookie(headers)
        return Form(self.site, self.cookie, "/moi")

    def send(self, path, key, timeout=10, **fields):
        body = urlencode({"csrf_token": self.token, "idempotency_key": key, **fields})
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        return self.site.ask("POST", path, body, headers, timeout)


def fill(site, count):
    """Write orders that wait for their invoice; return their ids and a treasurer's code."""
    instance = open_instance(site.folder)
    with instance.work(KPA) as work, work.transaction() as session:
        carrier = carriers.add_carrier(work, cast.ASSOCIATION)
        series.grant_series(work, carrier.id, code="M", pattern="M-{year}-{number:05}")
        activity = activities.propose_activity(work, activities.NewActivity(title="Buffets"))
        activity.carrier_id = carrier.id
        customer = customers.add_customer(work, customers.NewCustomer(**cast.TOWN_HALL))
        orders = []
        for _ in range(count):
            wanted = asking.Wanted(title="Buffet", day=work.today)
            order = asking.add_order(work, activity.id, customer.id, wanted)
            session.add(row_of(NewLine("Buffet", Decimal(40), 1500, 1000), order, 1, None))
            order.state = "done"
            orders.append(order.id)
        person = members.add_person(work, members.NewPerson("Fatou", phone="0612345678"))
        for role in ("member", "treasurer"):
            where = {"activity_id": activity.id} if role == "treasurer" else {}
            members.give_role(work, person.id, role, starts_on=work.today, **where)
        code = accounts.new_card(work, person.id)
    instance.close()
    return orders, code


def lost_files(instance, session):
    """Return what is not in the store of files whole: by its hash, or by its paper's number."""
    lost = []
    for row in session.scalars(sa.select(StoredFile)):
        try:
            instance.files.read(row)
        except NotFound:
            lost.append(row.sha256)
    kept = sa.select(DocumentFile.document_id, StoredFile.sha256).join(
        StoredFile, StoredFile.id == DocumentFile.file_id
    )
    of_papers = {(paper, digest) for paper, digest in session.execute(kept)}
    for paper in session.scalars(sa.select(Document).where(Document.number.is_not(None))):
        sealed = [one for one in (paper.xml_sha256, paper.pdf_sha256) if one is not None]
        if not sealed or any((paper.id, one.hex()) not in of_papers for one in sealed):
            lost.append(paper.number)
    return lost


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(pid):
    """Return who says that this is their parent.

    The system's own list of a process's children may skip one while another of them ends.
    """
    return sorted(child for child in everybody() if parent_of(child) == pid)


def everybody():
    return [int(one) for one in os.listdir("/proc") if one.isdigit()]


def parent_of(pid):
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def age(pid):
    """Return how long ago a process began, in seconds."""
    try:
        return time.time() - Path(f"/proc/{pid}").stat().st_ctime
    except OSError:
        return 0.0


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " ")
    except OSError:
        return ""


def is_ours(pid):
    said = command_line(pid)
    return "kpa_core" in said or "multiprocessing" in said


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def make_site(folder, monkeypatch, **more):
    monkeypatch.syspath_prepend(str(PROBE))
    make_instance(folder, Birth(name="La Cape", plugins=("probe",), **more))
    return Site(folder)


@contextlib.contextmanager
def plain_environment():
    """Leave no setting of this machine's own."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("KPA_")]:
            patch.delenv(name)
        yield patch


@pytest.fixture(scope="module")
def new_site(tmp_path_factory, kpa_database, request):
    """Return a function that makes an instance to be served, on the database asked for."""
    made = []

    def make(name="site"):
        more = {}
        if kpa_database == "postgresql":
            more["database"] = request.getfixturevalue("kpa_server").new_database()
        made.append(make_site(tmp_path_factory.mktemp("sites") / name, patch, **more))
        return made[-1]

    with plain_environment() as patch:
        yield make
        for site in made:
            site.stop()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """One open site for the tests that only look at it."""
    with plain_environment() as patch:
        made = make_site(tmp_path_factory.mktemp("site") / "site", patch)
        try:
            made.start()
            yield made
        finally:
            made.stop()


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items):
    """Give each database's kills a worker of their own, and one open site to those who look."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            database = getattr(item, "callspec", None) and item.callspec.params.get("kpa_database")
            item.add_marker(pytest.mark.xdist_group(f"serving {database or 'one site'}"))
