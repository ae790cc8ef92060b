"""Our side: a real instance served as ``kpa serve`` serves it, and a fresh process that pulls."""

from __future__ import annotations

import base64
import http.client
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1] / "federation" / "tests")]

import corpus  # noqa: E402
from log_writer import Writer  # noqa: E402
from processes import cpu_of, is_open, stop  # noqa: E402

from kpa_core import clock  # noqa: E402
from kpa_core.config import read_settings  # noqa: E402
from kpa_core.features import open_instance  # noqa: E402
from kpa_core.scaffold.newborn import Birth, make_instance  # noqa: E402
from kpa_core.serving.parent import web_command  # noqa: E402
from kpa_core.work import KPA  # noqa: E402
from kpa_federation.log import keeping  # noqa: E402
from kpa_federation.peers.over_http import BASE  # noqa: E402
from kpa_federation.protocol import canonical  # noqa: E402
from kpa_federation.protocol.bodies import write_body  # noqa: E402
from kpa_federation.protocol.entries import put  # noqa: E402

DAY = date(2026, 11, 23)
KIND, LICENCE = "kpa.example/resource/1", "CC-BY-SA-4.0"
Content = Callable[[random.Random, int], dict[str, object]]


class Origin(Writer):
    """One KPA that writes records."""

    def write(
        self,
        rng: random.Random,
        number: int,
        record: int | None = None,
        revision: int = 1,
        content: Content = corpus.record,
    ) -> int:
        """Publish a record, or its next revision; return its place."""
        body = write_body(content(rng, number), salt=rng.randbytes(16))
        line = put(body, at=DAY, kind=KIND, licence=LICENCE, record=record, revision=revision)
        place = self.append(line)
        self.bodies[place] = body
        return place


def make_origins(
    rng: random.Random, origins: int, records: int, content: Content = corpus.record
) -> list[Origin]:
    """Return that many KPAs with that many records in all."""
    made = [Origin(f"measure {number}") for number in range(origins)]
    for number in range(records):
        made[number % origins].write(rng, number, content=content)
    return made


def name_of(origin: Origin, record: int) -> str:
    """Return what the peers call a record."""
    return f"{origin.origin[:12]}-{record}.json"


def edit(rng: random.Random, origins: Sequence[Origin], count: int) -> dict[str, bytes]:
    """Give that many records another revision, spread over the origins; return the new bodies."""
    found: dict[str, bytes] = {}
    for number in range(count):
        origin = origins[number % len(origins)]
        first = [at for at in origin.bodies if "record" not in origin.entries[at].fields]
        record = rng.choice([at for at in first if name_of(origin, at) not in found])
        of_it = [e for e in origin.entries if e.fields.get("record") == record]
        place = origin.write(rng, number, record, 2 + len(of_it))
        found[name_of(origin, record)] = origin.bodies[place]
    return found


class Server:
    """An instance that mirrors logs, on a port of loopback."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        base = f"http://127.0.0.1:{port}"
        birth = Birth(name="Mesure", plugins=("federation",), base_url=base, port=port)
        make_instance(folder, birth)
        self.instance = open_instance(folder)

    def keep(self, origins: Sequence[Origin]) -> None:
        """Let it have what the origins wrote."""
        with self.instance.work(KPA) as work:
            for origin in origins:
                state = keeping.state_of(work.session, origin.origin)
                if state.size == len(origin.entries):
                    continue
                section = origin.section(state.size)
                after, entries = state.take(section)
                made = keeping.Verified(
                    after, state.size, entries, section.bodies, section.checkpoint
                )
                with work.transaction() as session:
                    keeping.keep(session, [made], clock.now())

    @contextmanager
    def serving(self) -> Iterator[Server]:
        """Serve it with the command of ``kpa serve``."""
        settings = read_settings(self.folder)
        command = web_command(settings)
        process = subprocess.Popen(command, env={**os.environ, "KPA_DIR": str(self.folder)})
        self.process = process
        try:
            until = time.monotonic() + 60
            while not is_open(self.port):
                if time.monotonic() > until:
                    raise SystemExit("our server does not answer")
                time.sleep(0.1)
            yield self
        finally:
            stop(process)
            self.instance.close()

    def cpu(self) -> float:
        """Return the seconds of processor its processes used so far."""
        return cpu_of(self.process.pid)


def pull(port: int, database: Path, since: str = "", **more: int) -> dict[str, float | str | int]:
    """Let a fresh process pull from a port into a database; return what it measured."""
    command = [sys.executable, str(HERE / "pull_once.py"), str(port), str(database), since]
    ran = subprocess.run(
        [*command, json.dumps(more)], capture_output=True, check=False, text=True, timeout=900
    )
    if ran.returncode:
        raise SystemExit(ran.stderr[-2000:])
    found: dict[str, float | str | int] = json.loads(ran.stdout)
    return found


def bundle_from(port: int, want: dict[str, int]) -> bytes:
    """Ask for a bundle and return it as it comes over the line, packed."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
    line.request("POST", BASE + "/sync", canonical.write({"want": want}), headers)
    answer = line.getresponse()
    found = answer.read()
    line.close()
    assert answer.status == 200, answer.status
    return found


def noise_record(rng: random.Random, number: int) -> dict[str, object]:
    """Return a record that hardly packs."""
    return {"number": number, "text": base64.b64encode(rng.randbytes(680)).decode()}
