"""A database-backed page of kpa against a bare Flask + SQLAlchemy page that runs the same queries,
on the same server with the same settings, in turn, several rounds."""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from sqlalchemy import event

from kpa_core.config import read_settings
from kpa_core.demo import opening
from kpa_core.demo.stage import Stage
from kpa_core.features import open_instance
from kpa_core.scaffold.newborn import Birth, make_instance
from kpa_core.serving.parent import web_command
from kpa_core.web import create_app

PAGE = "/offres"
ROUNDS, SECONDS, CLIENTS = 5, 3.0, 8
BAR = 0.5
BARE = """
import json, os
import sqlalchemy as sa
from flask import Flask, render_template
from sqlalchemy import event
from sqlalchemy.orm import Session

QUERIES = json.loads(os.environ["QUERIES"])
engine = sa.create_engine(os.environ["DATABASE"])

@event.listens_for(engine, "connect")
def prepare(connection, _):
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")

@event.listens_for(engine, "begin")
def begin(connection):
    connection.exec_driver_sql("BEGIN")

app = Flask("bare", root_path=os.environ["ROOT"])

@app.get("/offres")
def page():
    with Session(engine) as session:
        rows = [session.connection().exec_driver_sql(sql, tuple(given)).all() for sql, given in QUERIES]
    return render_template("page.html", offers=rows[-1])
"""
TEMPLATE = """<!doctype html><title>Offers</title><h1>Offers</h1>
<ul>{% for offer in offers %}<li><h2>{{ offer.title }}</h2><p>{{ offer.sentence }}</p></li>{% endfor %}</ul>"""


def prepare(folder: Path) -> None:
    """Make an instance with the demo's offers."""
    code = make_instance(
        folder, Birth(name="Mesure", first_name="Nadia", first_contact="0612000001")
    )
    instance = open_instance(folder)
    stage = Stage(instance)
    stage.codes["Nadia"] = code
    opening.start_activities(stage)
    instance.close()


def queries_of_the_page(folder: Path) -> list[tuple[str, list[object]]]:
    """Return what the page asks the database, as it asks it."""
    instance = open_instance(folder)
    client = create_app(instance).test_client()
    client.get(PAGE)
    seen: list[tuple[str, list[object]]] = []

    @event.listens_for(instance.engine, "before_cursor_execute")
    def keep(_c: object, _cursor: object, sql: str, given: object, *_: object) -> None:
        if sql == "BEGIN":
            return  # both open their own
        seen.append((sql, [str(one) if not isinstance(one, int) else one for one in given]))  # type: ignore[attr-defined]

    assert client.get(PAGE).status_code == 200
    instance.close()
    return seen


def serve(command: list[str], environment: dict[str, str], port: int) -> subprocess.Popen[bytes]:
    """Start a server and wait until it answers."""
    process = subprocess.Popen(command, env={**os.environ, **environment})
    for _ in range(200):
        try:
            one = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            one.request("GET", PAGE)
            if one.getresponse().status == 200:
                return process
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise SystemExit("the server does not answer")


def rate(port: int) -> float:
    """Return the requests per second that a few keep-alive clients get."""
    counts, stop = [0] * CLIENTS, time.monotonic() + SECONDS

    def ask(place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while time.monotonic() < stop:
            connection.request("GET", PAGE)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            counts[place] += 1

    crew = [threading.Thread(target=ask, args=(place,)) for place in range(CLIENTS)]
    start = time.monotonic()
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    return sum(counts) / (time.monotonic() - start)


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        folder, bare = Path(place) / "kpa", Path(place) / "bare"
        prepare(folder)
        (bare / "templates").mkdir(parents=True)
        (bare / "bare.py").write_text(BARE)
        (bare / "templates" / "page.html").write_text(TEMPLATE)
        asked = queries_of_the_page(folder)
        settings = read_settings(folder)
        ours = settings.model_copy(
            update={"server": settings.server.model_copy(update={"port": 8141})}
        )
        theirs = settings.model_copy(
            update={"server": settings.server.model_copy(update={"port": 8142})}
        )
        command = [part for part in web_command(theirs) if part != "--factory"]
        command[-1] = "bare:app"
        environment = {
            "QUERIES": json.dumps(asked),
            "DATABASE": f"sqlite:///{folder}/data/kpa.sqlite3",
            "ROOT": str(bare),
            "PYTHONPATH": str(bare),
        }
        started: list[subprocess.Popen[bytes]] = []
        try:
            kpa = {"KPA_DIR": str(folder), "KPA_SERVER__PORT": "8141"}
            started.append(serve(web_command(ours), kpa, 8141))
            started.append(serve(command, environment, 8142))
            pairs = [(rate(8141), rate(8142)) for _ in range(ROUNDS)]
        finally:
            for process in started:
                process.terminate()
                process.wait(20)
    ratio = statistics.median(one / other for one, other in pairs)
    figures = {
        "queries": len(asked),
        "kpa_per_s": round(statistics.median(one for one, _ in pairs)),
        "bare_per_s": round(statistics.median(other for _, other in pairs)),
        "ratio": round(ratio, 2),
        "bar": BAR,
    }
    print(json.dumps(figures))
    return 0 if ratio >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
