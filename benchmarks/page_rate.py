"""A database-backed page of kpa against a bare Flask + SQLAlchemy page: the same query through the
ORM, the same HTML to send, the same server and settings, in turn, several rounds."""

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

from kpa_core.config import Settings, read_settings
from kpa_core.demo import opening
from kpa_core.demo.stage import Stage
from kpa_core.features import open_instance
from kpa_core.scaffold.newborn import Birth, make_instance
from kpa_core.serving.parent import web_command
from kpa_core.web import create_app

PAGE = "/offres"
OURS, THEIRS = 8141, 8142
ROUNDS, SECONDS, CLIENTS = 5, 3.0, 8
BAR = 0.5
BARE = """
import os
import sqlalchemy as sa
from flask import Flask, render_template
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Session

engine = sa.create_engine(os.environ["DATABASE"])

@event.listens_for(engine, "connect")
def prepare(connection, _):
    connection.isolation_level = None
    for pragma in ("foreign_keys=ON", "synchronous=FULL"):
        connection.execute("PRAGMA " + pragma)

@event.listens_for(engine, "begin")
def begin(connection):
    connection.exec_driver_sql("BEGIN")

class Base(DeclarativeBase):
    pass

class Activity(Base):
    __table__ = sa.Table("activity", Base.metadata, autoload_with=engine, resolve_fks=False)

class Offer(Base):
    __table__ = sa.Table("offer", Base.metadata, autoload_with=engine, resolve_fks=False)

app = Flask("bare", root_path=os.environ["ROOT"])

@app.get("/offres")
def page():
    query = (
        sa.select(Offer)
        .join(Activity, Activity.id == Offer.activity_id)
        .where(Offer.state == "published", Activity.state != "archived")
        .order_by(Offer.title, Offer.id)
    )
    with Session(engine) as session:
        return render_template("page.html", offers=session.scalars(query).all())

def make_door():
    from kpa_core.serving.door import Door

    return Door(app, threads=4, body_limit=8 * 2**20)
"""
ITEM = """{% for offer in offers %}<li><article class="card"><h2><a class="stretch"
href="/offres/{{ offer.id }}">{{ offer.title }}</a></h2><p>{{ offer.sentence }}</p>
<p class="price">{{ offer.unit_price_cents }} par {{ offer.unit }}</p></article></li>{% endfor %}"""


def prepare(folder: Path) -> None:
    """Make an instance with the demo's offers."""
    birth = Birth(name="Mesure", first_name="Nadia", first_contact="0612000001")
    code = make_instance(folder, birth)
    instance = open_instance(folder)
    stage = Stage(instance)
    stage.codes["Nadia"] = code
    opening.start_activities(stage)
    instance.close()


def template_like_ours(folder: Path) -> str:
    """Return our page with a plain loop where its offers are: the bare page sends as much."""
    instance = open_instance(folder)
    html = create_app(instance).test_client().get(PAGE).text
    instance.close()
    before, _, rest = html.partition('<ul class="grid">')
    _, _, after = rest.partition("</ul>")
    head, tail = f'{before}<ul class="grid">', f"</ul>{after}"
    return "".join(["{% raw %}", head, "{% endraw %}", ITEM, "{% raw %}", tail, "{% endraw %}"])


def serve(command: list[str], environment: dict[str, str], port: int) -> subprocess.Popen[bytes]:
    """Start a server and wait until it answers."""
    process = subprocess.Popen(command, env={**os.environ, **environment})
    until = time.monotonic() + 60
    while time.monotonic() < until:
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
        (bare / "templates" / "page.html").write_text(template_like_ours(folder))
        pairs = compare(folder, bare)
    ratio = statistics.median(one / other for one, other in pairs)
    figures = {
        "kpa_per_s": round(statistics.median(one for one, _ in pairs)),
        "bare_per_s": round(statistics.median(other for _, other in pairs)),
        "ratio": round(ratio, 2),
        "bar": BAR,
    }
    print(json.dumps(figures))
    return 0 if ratio >= BAR else 1


def compare(folder: Path, bare: Path) -> list[tuple[float, float]]:
    """Serve both and measure them in turn."""
    settings = read_settings(folder)
    theirs = [*web_command(at_port(settings, THEIRS))[:-1], "bare:make_door"]
    ours = {"KPA_DIR": str(folder), "KPA_SERVER__PORT": str(OURS)}
    alone = {
        "DATABASE": f"sqlite:///{folder}/data/kpa.sqlite3",
        "ROOT": str(bare),
        "PYTHONPATH": str(bare),
    }
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.append(serve(web_command(at_port(settings, OURS)), ours, OURS))
        started.append(serve(theirs, alone, THEIRS))
        return [(rate(OURS), rate(THEIRS)) for _ in range(ROUNDS)]
    finally:
        for process in started:
            process.terminate()
            process.wait(30)


def at_port(settings: Settings, port: int) -> Settings:
    """Return the settings with another port."""
    return settings.model_copy(update={"server": settings.server.model_copy(update={"port": port})})


if __name__ == "__main__":
    sys.exit(main())
