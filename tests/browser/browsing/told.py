"""The demo's KPA, opened and told once; what is changed afterwards can be put back."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from werkzeug.test import Client

from browsing import coop, network, shop, workshop
from browsing.more import photo, tell_more
from kpa_core import accounts
from kpa_core.demo import buffet, cast, opening
from kpa_core.demo.browser import PlainBrowser
from kpa_core.demo.stage import Stage
from kpa_core.features import FEATURES
from kpa_core.instance import Instance
from kpa_core.invoices.carrier.models import CarrierLink
from kpa_core.invoices.links import carrier_token, invoice_token, quote_token
from kpa_core.invoices.models import Document
from kpa_core.testing import TestKpa
from kpa_core.work import KPA, OPERATOR
from kpa_federation.records.models import DraftFileRow

PLUGINS = ("cape", "catering", "coopcycle", "federation", "ofn", "workshop")
ABOUT: dict[str, Any] = {
    "demo": True,
    "territory": cast.TERRITORY,
    "pitch": cast.PITCH,
    "logo": "logo.png",
}
LETTERS = {"cape": {"letters_without_email": True}}
DATABASE = Path("data", "kpa.sqlite3")


@dataclass
class Told:
    """A KPA with its people on a stage, who know their codes and the ids of what they made."""

    kpa: TestKpa
    stage: Stage
    order: str = ""
    next_order: str = ""
    neighbour: TestKpa | None = None
    names: tuple[str, ...] = ()
    """The records that can be read."""
    files: dict[Path, bytes] = field(default_factory=dict)

    def texts(self) -> dict[str, list[str]]:
        """Return what fills the parts of addresses that are no ids."""
        quote = UUID(self.stage.ids["quote"])
        return {
            "token": [quote_token(self.kpa.instance, quote), *self._links, "a" * 43],
            "allergen": ["gluten", "milk"],
            "code": ["fr"],  # the pages that follow are in it
            "secret": ["k" * 22],
            "kind": ["kpa-cite.fr/resource/1", "kpa-cite.fr/learning/1"],
            "why": ["rotation"],
            "nth": ["1"],
            "month": [f"{self.stage.today:%Y-%m}"],
            "sha256": [self.picture],
            "origin": [name.split("/")[0] for name in self.names[:1]],
        }

    @cached_property
    def _links(self) -> list[str]:
        """Return where a carrier and a customer answer: a hand-over's link, an invoice's."""
        found = [self.carrier_page.split("/")[2].split("?")[0]]
        with self.kpa.work(KPA) as work:
            for kind in ("handover", "invoice"):
                query = (
                    sa.select(Document).where(Document.kind == kind).order_by(Document.id.desc())
                )
                document = work.session.scalars(query.limit(1)).first()
                if document is not None:
                    found.append(invoice_token(self.kpa.instance, document.id))
        return found

    @cached_property
    def carrier_page(self) -> str:
        """The address at which a carrier answers for the paper that waits for its number."""
        with self.kpa.work(KPA) as work:
            link = work.session.scalars(sa.select(CarrierLink).limit(1)).one()
            waits = work.session.get_one(Document, UUID(self.stage.ids["waits"]))
            return f"/maison/{carrier_token(self.kpa.instance, link.id)}?papier={waits.reference}"

    @property
    def picture(self) -> str:
        """The hash of a picture beside a record."""
        with self.kpa.work() as work:
            return str(work.session.scalar(sa.select(DraftFileRow.sha256).limit(1)))

    def client(self, who: str) -> Client:
        """Return the client of somebody who is signed in; a visitor's without a name."""
        browser = self.stage.browser(who)
        assert isinstance(browser, PlainBrowser)
        return browser.client

    def session_of(self, who: str) -> str:
        """Return the session of somebody who is signed in; a visitor has none."""
        cookie = self.client(who).get_cookie("kpa")
        return cookie.value if who and cookie else ""

    def remember(self) -> None:
        """Keep the database as it is now, and the network's files, for :meth:`rewind`."""
        _copy(self._database, self._kept)
        self.files = network.own_files(self.kpa)

    def rewind(self) -> None:
        """Put them back."""
        self.kpa.instance.engine.dispose()
        _copy(self._kept, self._database)
        for path, data in self.files.items():
            path.write_bytes(data)

    @property
    def _database(self) -> Path:
        return self.kpa.instance.settings.root / DATABASE

    @property
    def _kept(self) -> Path:
        return self._database.with_name("kept.sqlite3")


def new_kpa(make: Callable[..., TestKpa]) -> Told:
    """Make the KPA, empty but for its first person."""
    kpa = make(name=cast.KPA_NAME, plugins=PLUGINS, instance=ABOUT, settings=LETTERS)
    (kpa.instance.settings.root / ABOUT["logo"]).write_bytes(photo("PNG"))
    stage = Stage(kpa.instance)
    first = cast.PEOPLE[0]
    with kpa.work(OPERATOR) as work:
        stage.codes[first.name] = accounts.first_account(work, first.name, first.phone)
    return Told(kpa, stage)


def open_kpa(folder: Path) -> Told:
    """Make the KPA and tell its opening."""
    told = new_kpa(partial(TestKpa.make, folder))
    opening.open_the_kpa(told.stage)
    return told


def twin(told: Told, folder: Path) -> Told:
    """Return the same KPA in another folder: what happens there stays there."""
    settings = told.kpa.instance.settings
    shutil.copytree(settings.root, folder, ignore=shutil.ignore_patterns("*.sqlite3*"))
    _copy(settings.root / DATABASE, folder / DATABASE)
    instance = Instance(settings.model_copy(update={"root": folder}), features=FEATURES)
    stage = Stage(instance)
    stage.codes.update(told.stage.codes)
    stage.ids.update(told.stage.ids)
    return Told(TestKpa(instance), stage)


def tell(told: Told) -> None:
    """Tell the main job, then what the demo leaves out."""
    told.order = buffet.tell(told.stage)
    told.next_order = tell_more(told.stage)
    coop.tell(told)
    shop.tell(told)
    workshop.tell(told)
    network.share(told)
    told.names = tuple(network.records(told.kpa))


def _copy(source: Path, target: Path) -> None:
    with sqlite3.connect(source) as read, sqlite3.connect(target) as written:
        read.backup(written)
    read.close()
    written.close()
