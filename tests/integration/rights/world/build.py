"""Build the world through services, as people would fill a KPA, and put it back after each test."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from kpa_core import accounts
from kpa_core.accounts import cards
from kpa_core.contracts import Actor
from kpa_core.db import Base
from kpa_core.demo.browser import hidden_fields
from kpa_core.testing import TestKpa
from kpa_core.work import KPA, Work
from world import coop, house, kitchen, money, network, shop, work, workshop
from world.people import Cast, actor, welcome_all
from world.photos import photo
from world.places import Place


@dataclass(eq=False)
class World:
    """A KPA, its two places, its people and a way to be each of them."""

    kpa: TestKpa
    a: Place
    b: Place
    cast: dict[str, Cast]
    texts: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    neighbour: TestKpa | None = None
    _kept: bytes = b""
    _files: dict[Path, bytes] = field(default_factory=dict)

    @contextmanager
    def work(self, key: str = "") -> Iterator[Work]:
        """Act as somebody, or as kpa itself, in one transaction."""
        with self.kpa.work(self.actor(key) if key else KPA) as opened, opened.transaction():
            yield opened

    def actor(self, key: str) -> Actor:
        """Return somebody with the rights of this moment."""
        return actor(self.kpa, self.cast[key])

    def place(self, letter: str) -> Place:
        """Return place A or B."""
        return {"A": self.a, "B": self.b}[letter]

    @property
    def database(self) -> Path:
        """Where the database is."""
        return self.kpa.instance.settings.root / "data" / "kpa.sqlite3"

    def remember(self) -> None:
        """Keep the database as it is now, and the files beside it, for :meth:`rewind`."""
        self.kpa.instance.engine.dispose()  # the last one out brings the journal into the file
        assert not self._beside("-wal").exists()
        self._kept = self.database.read_bytes()
        self._files = self._beside_the_database()

    def rewind(self) -> None:
        """Put them back: the database as bytes, since nobody holds it open."""
        self.kpa.instance.engine.dispose()
        for end in ("-wal", "-shm"):
            self._beside(end).unlink(missing_ok=True)
        self.database.write_bytes(self._kept)
        here = self._beside_the_database()
        for path in here.keys() - self._files.keys():
            path.unlink()
        for path, data in self._files.items():
            if here.get(path) != data:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)

    @cached_property
    def as_made(self) -> sqlite3.Connection:
        """The database as it was made, to compare with."""
        found = sqlite3.connect(":memory:")
        header = self._kept[:18] + b"\x01\x01" + self._kept[20:]  # a copy in memory has no journal
        found.deserialize(header)
        return found

    def _beside_the_database(self) -> dict[Path, bytes]:
        """Return what the database points at, and the network's own files: its key, its head."""
        root = self.kpa.instance.settings.root
        found = (path for folder in ("data", "secrets") for path in (root / folder).iterdir())
        mine = [path for path in found if path.name.startswith("federation.") and path.is_file()]
        carried = (root / "data" / "federation").glob("*")
        stored = (root / "data" / "files").rglob("*")
        return {path: path.read_bytes() for path in (*mine, *carried, *stored) if path.is_file()}

    def _beside(self, end: str) -> Path:
        return self.database.with_name(f"{self.database.name}{end}")

    def close(self) -> None:
        """Give back what it holds."""
        self.as_made.close()
        for kpa in filter(None, (self.neighbour, self.kpa)):
            kpa.close()
            shutil.rmtree(kpa.instance.settings.root, ignore_errors=True)


def build(folder: Path, **sections: Any) -> World:
    """Make the KPA and fill it; everyone is signed in."""
    about = {"logo": "logo.png", **sections.pop("instance", {})}
    plugins = ["catering", "cape", "coopcycle", "federation", "ofn", "workshop"]
    nowhere = {"coopcycle": {"directory": "https://127.0.0.1:9/coops.json"}}
    kpa = TestKpa.make(
        folder,
        name="KPA du monde",
        plugins=plugins,
        settings=nowhere,
        instance=about,
        **sections,
    )
    (folder / "logo.png").write_bytes(photo(kind="PNG"))
    a, b = (house.start(kpa, letter) for letter in "AB")
    world = World(kpa, a, b, welcome_all(kpa, {"A": a, "B": b}))
    house.fill(world)
    for place in (a, b):
        kitchen.fill(world, place)
        work.fill(world, place)
        money.fill(world, place)
        coop.fill(world, place)
        shop.fill(world, place)
        workshop.fill(world, place)
    house.furnish(world)
    world.neighbour = network.join(world, folder.with_name(f"{folder.name}-voisin"))
    network.fill(world, world.neighbour)
    for key in world.cast:
        if key != "visitor":
            _sign_in(world, key)
    house.name_sessions(world)
    world.remember()
    return world


def _sign_in(world: World, key: str) -> None:
    """Sign somebody in by their card, in the browser and on the command line."""
    one = world.cast[key]
    assert one.person is not None
    with world.kpa.work() as opened:
        code = accounts.new_card(opened, one.person)
    with world.kpa.app.test_client() as client:
        fields = {"code": code, **hidden_fields(client.get("/entrer/carte").text)}
        answer = client.post("/entrer/carte", data=fields)
        assert answer.status_code == 303, answer.text
        cookie = client.get_cookie(world.kpa.app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        world.cookies[key] = f"{cookie.key}={cookie.value}"
    with world.kpa.work() as opened:
        world.tokens[key] = cards.open_by_card(opened, code, address="test", via="cli")


def tables() -> list[str]:
    """Return every table of the core and of the loaded plugins."""
    return sorted(Base.metadata.tables)
