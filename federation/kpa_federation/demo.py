"""``kpa federation demo``: the four first KPAs on this machine, each with a site of its own.

They are made, joined and filled by the same commands as anybody's; then they sync while one looks.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click

from kpa_core.api import N_, Unavailable, free_command
from kpa_core.api import say_on_terminal as say
from kpa_federation.catalogue.seeds import FOLDER as SEEDS
from kpa_federation.catalogue.seeds import GROUPS, seeds

MAIN = "moulins-coop"
OPENS_SECONDS = 60
AT_ONCE = 2
"""Commands that run side by side: a small machine has two processors."""
CODE = re.compile(r"[0-9A-Z]{4}( [0-9A-Z]{4}){3}")
TOWNS = {
    "la-cape": ("Roubaix", "Sacha"),
    "illicoop": ("Mons-en-Barœul", "Lou"),
    "les-coopains": ("La Rochelle", "Charlie"),
}
ALLOWED = '\n[network]\nallow = ["127.0.0.1"] # the four KPAs of the demo are on one machine\n'


@dataclass(frozen=True)
class Town:
    """One KPA of the demo, in its folder, at its port."""

    key: str
    folder: Path
    port: int

    @property
    def card(self) -> Path:
        """Where the code of its first person is kept: the demo has no secrets."""
        return self.folder / "card.txt"

    def run(self, *words: str, **more: str) -> str:
        """Run a command for this KPA and return what it said.

        Raises:
            Unavailable: it failed; the sentence is the command's own.
        """
        return _kpa("--dir", str(self.folder), *words, **more)


def add(group: click.Group) -> None:
    """Add the command, which needs no KPA."""

    @free_command(group, "demo", because="it makes its own KPAs")
    @click.argument("folder", type=click.Path(path_type=Path), default="demo")
    @click.option("--port", default=8000, type=click.IntRange(1, 65000), help="Le premier port.")
    def demo(folder: Path, port: int) -> None:
        """Ouvrir quatre KPA d'exemple sur cette machine ; ils s'échangent leurs fiches."""
        towns = _towns(folder, port)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        running: list[subprocess.Popen[bytes]] = []
        try:
            _make(towns[0])
            running.append(_serve(towns[0]))
            _wait_open(towns[0])
            with ThreadPoolExecutor(AT_ONCE) as hands:
                list(hands.map(_make, towns[1:]))
                for town in towns[1:]:
                    running.append(_serve(town))
                list(hands.map(_wait_open, towns[1:]))
                _join(towns)
                list(hands.map(_publish, towns))
            for town in towns:
                _introduce(town)
            running[0].wait()
        except KeyboardInterrupt:
            pass
        finally:
            for one in running:
                one.terminate()
            for one in running:
                one.wait(30)


def _towns(folder: Path, port: int) -> list[Town]:
    others = [key for key in GROUPS if key != MAIN]
    beside = folder.parent / f"{folder.name}-voisins"
    neighbours = [Town(key, beside / key, port + 1 + at) for at, key in enumerate(others)]
    return [Town(MAIN, folder, port), *neighbours]


def _make(town: Town) -> None:
    """Make a KPA, if it is not there yet."""
    if (town.folder / "kpa.toml").is_file():
        return
    if town.key == MAIN:
        click.echo(_kpa("demo", str(town.folder), "--port", str(town.port)))
    else:
        place, first = TOWNS[town.key]
        said = _kpa(
            *("new", str(town.folder), "--name", GROUPS[town.key], "--territory", place),
            *("--port", str(town.port), "--base-url", f"http://127.0.0.1:{town.port}"),
            *("--first-name", first, "--contact", "0612000000"),
        )
        found = CODE.search(said)
        town.card.write_text(found[0] if found else "", "utf-8")
    with (town.folder / "kpa.toml").open("a", encoding="utf-8") as settings:
        settings.write(ALLOWED)


def _serve(town: Town) -> subprocess.Popen[bytes]:
    line = [*_program(), "--dir", str(town.folder), "serve", "--port", str(town.port)]
    return subprocess.Popen(line, env=_environment())


def _wait_open(town: Town) -> None:
    deadline = time.monotonic() + OPENS_SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", town.port), timeout=0.5):
                return
        except OSError:
            time.sleep(0.1)
    raise Unavailable(N_("Le site de {name} ne s'ouvre pas."), name=GROUPS[town.key])


def _join(towns: list[Town]) -> None:
    """Invite the others to the first, as far as it does not know them: it recommends them."""
    host, *guests = towns
    known = host.run("federation", "peers")
    for guest in guests:
        if GROUPS[guest.key] not in known:
            link = host.run("federation", "invite").strip()
            guest.run("federation", "join", link)


def _publish(town: Town) -> None:
    """Publish what the group knows, once, as a person of the group."""
    done = town.folder / "published.txt"
    if done.exists():
        return
    who, code = _person(town)
    token = town.run("sign-in", who, "--code", code, "--print").strip()
    town.run("federation", "profile", "--publish", KPA_TOKEN=token)
    written = [str(SEEDS / f"{seed.name}.toml") for seed in seeds(town.key)]
    town.run("federation", "publish", *written, KPA_TOKEN=token)
    done.write_text("", "utf-8")


def _introduce(town: Town) -> None:
    """Say where a KPA is, and as whom one enters."""
    who, code = _person(town)
    say(
        N_("{name} : http://127.0.0.1:{port} · {who} entre avec sa carte, {code}"),
        name=GROUPS[town.key],
        port=town.port,
        who=who,
        code=code,
    )


def _person(town: Town) -> tuple[str, str]:
    """Return who publishes, and the code of their card."""
    if town.key == MAIN:
        cards: Mapping[str, str] = json.loads((town.folder / "cards.json").read_text("utf-8"))
        return "Nadia", cards["Nadia"]
    return TOWNS[town.key][1], town.card.read_text("utf-8")


def _kpa(*words: str, **more: str) -> str:
    line = [*_program(), *words]
    ran = subprocess.run(line, env=_environment(**more), capture_output=True, text=True)
    if ran.returncode:
        raise Unavailable(N_("{what}"), what=(ran.stderr or ran.stdout).strip()[-500:])
    return ran.stdout


def _program() -> list[str]:
    return [sys.executable, "-m", "kpa_core"]


def _environment(**more: str) -> dict[str, str]:
    dropped = ("KPA_DIR", "KPA_TOKEN")
    return {**{key: one for key, one in os.environ.items() if key not in dropped}, **more}
