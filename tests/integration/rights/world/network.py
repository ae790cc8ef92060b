"""What the federation adds: a neighbour in the same process, records both ways, guardians, keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask

from kpa_core.safehttp.answers import HttpStream
from kpa_core.safehttp.client import SafeHttp
from kpa_core.testing import TestKpa
from kpa_core.work import KPA, OPERATOR, Work
from kpa_federation.carrying import writing_out
from kpa_federation.carrying.views import BROUGHT
from kpa_federation.catalogue.attachments import clean_file
from kpa_federation.catalogue.kinds.resource import RESOURCE
from kpa_federation.ceremonies import service as ceremonies
from kpa_federation.guardians import exchange
from kpa_federation.guardians.sheet import Secret
from kpa_federation.log import serving
from kpa_federation.log.serving import Asked
from kpa_federation.own.writing import open_log
from kpa_federation.peers import inviting, visiting
from kpa_federation.peers import service as peers
from kpa_federation.records import drafts, publishing
from world.photos import PHOTO, photo
from world.places import Place

if TYPE_CHECKING:
    from world.build import World

NEIGHBOUR = "Les voisins d'Arras"
ADDRESS = "https://arras.example"
PICTURE = "plan.jpg"
GUARDIANS = ("La structure porteuse", "La CAE", "Le lieu")
SHEETS = tuple(Secret(sha256(f"kpa world sheet: {name}".encode()).digest()) for name in GUARDIANS)

TOML = f"""kind = "{RESOURCE.key}"
[body]
title = "Une table"
summary = "En une phrase."
text = "On scie, puis on visse."
state = "tested"
lang = "fr"
"""


class Wire(SafeHttp):
    """The line to one other instance of this process: nothing is dialled."""

    def __init__(self, other: Flask) -> None:
        self._other = other

    @contextmanager
    def stream(self, method: str, url: str, **more: Any) -> Iterator[HttpStream]:
        """Ask the other application for an answer."""
        parts = urlsplit(url)
        client = self._other.test_client(use_cookies=False)
        answer = client.open(
            parts.path,
            query_string=parts.query,
            method=method,
            headers=dict(more.get("headers") or {}),
            data=more.get("body"),
        )
        headers = {name.lower(): value for name, value in answer.headers.items()}
        yield HttpStream(url, answer.status_code, headers, iter([answer.data]))


def join(world: World, folder: Path) -> TestKpa:
    """Make a neighbour that shares with the world's KPA; return it."""
    about = {"base_url": ADDRESS}
    other = TestKpa.make(folder, name=NEIGHBOUR, plugins=["federation"], instance=about)
    vars(world.kpa.instance)["http"] = Wire(other.app)
    vars(other.instance)["http"] = Wire(world.kpa.app)
    with world.work() as work:
        world.texts["origin"] = open_log(work)
    with other.work() as work:
        world.texts["their origin"] = open_log(work)
        theirs = _publish(work, "Une serre en bouteilles")
    _name(world, "their ", theirs)
    own = world.kpa.instance.settings.instance
    with other.work(OPERATOR) as work:
        peers.add_peer(work, world.texts["origin"], own.base_url, own.name)
    with world.kpa.work(OPERATOR) as work:
        peers.add_peer(work, world.texts["their origin"], ADDRESS, NEIGHBOUR)
    return other


def fill(world: World, other: TestKpa) -> None:
    """Write and publish records, let both ask each other, begin to choose guardians."""
    (world.kpa.instance.settings.root / PICTURE).write_bytes(photo("navy"))
    for place in (world.a, world.b):
        _records(world, place)
    for kpa in (world.kpa, other):
        with kpa.work(KPA) as work:
            done = visiting.pull_all(work)
        assert not [one for one in done.values() if isinstance(one, str)], done
    with world.kpa.work(OPERATOR) as work:
        ceremonies.begin(work, "first", guardians=GUARDIANS)
    for name, sheet in zip(GUARDIANS[:2], SHEETS, strict=False):
        with world.kpa.work(OPERATOR) as work:
            ceremonies.promise(work, name, sheet.line)
    drill(world, 0)
    brought(world).parent.mkdir(exist_ok=True)
    with other.work(OPERATOR) as work:
        writing_out.write(work, brought(world))


def brought(world: World) -> Path:
    """Return the file of a USB key that lies here."""
    return world.kpa.instance.settings.root / BROUGHT


def drilled(world: World, nth: int) -> str:
    """Return what a guardian answers to the drill."""
    with world.kpa.work(OPERATOR) as work:
        return exchange.answer(ceremonies.drill(work), SHEETS[nth].private).text()


def drill(world: World, nth: int) -> None:
    """Let a guardian do the drill."""
    text = drilled(world, nth)
    with world.kpa.work(OPERATOR) as work:
        ceremonies.take_drill(work, GUARDIANS[nth], text)


def signed(world: World, nth: int) -> str:
    """Return what a guardian answers to the request under way."""
    with world.kpa.work(OPERATOR) as work:
        return exchange.answer(ceremonies.request(work), SHEETS[nth].private).text()


def invited(world: World) -> str:
    """Return the link of a new invitation of the neighbour's."""
    assert world.neighbour is not None
    with world.neighbour.work(OPERATOR) as work:
        return inviting.invite(work).link()


def bundle(world: World, of: TestKpa | None = None) -> bytes:
    """Return all that the neighbour has, or another, as a file brings it."""
    teller = of or world.neighbour
    assert teller is not None
    with teller.work() as work:
        origins = (world.texts["their origin"], world.texts["origin"])
        asked = Asked(dict.fromkeys(origins, 0), most=2**62)
        return b"".join(serving.bundle(work.session, asked, origins[0]))


def write(work: Work, title: str) -> UUID:
    """Write a draft with a picture."""
    body = {
        "title": title,
        "summary": "En une phrase.",
        "text": "On scie, puis on visse.",
        "state": "tested",
        "lang": "fr",
    }
    row = drafts.write_draft(work, RESOURCE.key, body)
    drafts.add_file(work, row.id, PICTURE, PHOTO)
    return row.id


def version_of(work: Work, draft_id: UUID) -> int:
    """Return the version of a draft as it is now."""
    return drafts.find_draft(work, draft_id).version


def _records(world: World, place: Place) -> None:
    letter, low = place.letter, place.letter.lower()
    with world.work(f"participant_{low}") as work:
        place.ids["draft_id"] = write(work, f"CanariFiche{letter}")
        ours = write(work, f"Une étagère {letter}")
    with world.work(f"referent_{low}") as work:
        name = publishing.publish(work, ours, version_of(work, ours))
    place.more["draft_id:published"] = ours
    if place is world.a:
        _name(world, "", name)


def _publish(work: Work, title: str) -> str:
    draft = write(work, title)
    return publishing.publish(work, draft, version_of(work, draft))


def _name(world: World, whose: str, name: str) -> None:
    """Keep the parts of a record's name, and the hash of its picture, for addresses."""
    _, number, mark = name.split("/")
    digest = sha256(clean_file(PICTURE, PHOTO).data).hexdigest()
    kept: Mapping[str, str] = {"number": number, "mark": mark, "record": name, "sha256": digest}
    world.texts.update({f"{whose}{key}": value for key, value in kept.items()})
