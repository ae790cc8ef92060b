"""A whole KPA for a test: an instance on an empty database, people, and browsers for them."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

from flask import Flask

from kpa_core import accounts, db, migrate
from kpa_core.config import Settings
from kpa_core.contracts import Actor, Grant
from kpa_core.demo.browser import PlainBrowser
from kpa_core.features import FEATURES
from kpa_core.instance import Instance
from kpa_core.invoices import guards
from kpa_core.members import service as members
from kpa_core.members.models import Party
from kpa_core.plugins import Plugin
from kpa_core.testing.databases import PostgresServer, SqliteFiles, Store
from kpa_core.testing.warm import share_statements, shared_packages, shared_routes
from kpa_core.vault import new_key
from kpa_core.web import create_app
from kpa_core.work import KPA, Work


def _fill(url: str) -> None:
    """Bring the core's tables to a new database: done once, then copied."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data.key").write_bytes(new_key())
        table = {
            "root": folder,
            "instance": {"name": "-"},
            "database": {"url": url},
            "secrets": {"data": {"file": "data.key"}},
        }
        instance = Instance(Settings.model_validate(table), features=FEATURES)
        db.prepare_sqlite(instance.engine)
        migrate.upgrade(instance, guards=guards.install)
        instance.close()


_sqlite = SqliteFiles()


def _kind(plugins: list[type[Plugin] | str]) -> tuple[type[Plugin] | str, ...] | None:
    """Return what tells which tables a KPA has; a class made for one test comes only once."""
    local = any("<locals>" in getattr(one, "__qualname__", "") for one in plugins)
    return None if local else tuple(plugins)


class TestKpa:
    """One KPA; several may live side by side in one test."""

    __test__ = False

    def __init__(self, instance: Instance, store: Store | None = None) -> None:
        self.instance = instance
        self._store = store or _sqlite

    @classmethod
    def make(
        cls,
        folder: Path,
        *,
        name: str = "KPA d'essai",
        plugins: Iterable[type[Plugin] | str] = (),
        settings: Mapping[str, Mapping[str, Any]] | None = None,
        server: PostgresServer | None = None,
        strict: bool = True,
        specs: Iterable[ModuleType] = (),
        **sections: Any,
    ) -> TestKpa:
        """Make the instance, its keys and its tables."""
        (folder / "secrets").mkdir(parents=True)
        (folder / "data").mkdir()
        (folder / "secrets" / "session.key").write_text(secrets.token_hex(32))
        (folder / "secrets" / "data.key").write_bytes(new_key())
        chosen = list(plugins)
        store: Store = server or _sqlite
        kind = _kind(chosen)
        url, whole = store.take(folder, kind, _fill)
        with shared_packages():
            instance = Instance(
                Settings.model_validate(
                    {
                        "root": folder,
                        "instance": {"name": name, **sections.pop("instance", {})},
                        "database": {"url": url},
                        "plugins": [one for one in chosen if isinstance(one, str)],
                        "plugin": dict(settings or {}),
                        **sections,
                    }
                ),
                features=FEATURES,
                plugin_classes=[one for one in chosen if not isinstance(one, str)],
                strict=strict,
                specs=specs,
            )
        share_statements(instance.engine)
        made = cls(instance, store)
        if not whole:
            made._migrate(store, kind)
        return made

    def _migrate(self, store: Store, kind: Hashable) -> None:
        """Bring the tables, and keep them for the next of the same kind."""
        try:
            migrate.upgrade(self.instance, guards=guards.install)
        except BaseException:
            self.close()
            raise
        states = self.instance.plugins.states.values()
        if kind is not None and all(one.state == "loaded" for one in states):
            self.instance.engine.dispose()
            settings = self.instance.settings
            store.keep(settings.root, settings.database.url, kind)

    def twin(self, folder: Path) -> TestKpa:
        """Make the same KPA in another folder: what happens there stays there.

        Its plugins must be named, not given as classes. Nobody may be at work in this one.
        """
        self.instance.engine.dispose()  # a database is copied when nobody has it open
        settings = self.instance.settings
        shutil.copytree(settings.root, folder)
        database = settings.database.model_copy(
            update={"url": self._store.copy(settings.database.url)}
        )
        new = settings.model_copy(update={"root": folder, "database": database})
        with shared_packages():
            instance = Instance(new, features=FEATURES, strict=True)
        share_statements(instance.engine)
        return TestKpa(instance, self._store)

    def close(self) -> None:
        """Give back what the KPA holds."""
        self.instance.close()
        self._store.drop(self.instance.settings.database.url)

    @contextmanager
    def work(self, actor: Actor = KPA) -> Iterator[Work]:
        """Work as someone; by default as kpa itself."""
        with self.instance.work(actor) as work:
            yield work

    @cached_property
    def app(self) -> Flask:
        """The application of this KPA."""
        with shared_routes():
            app = create_app(self.instance)
        app.testing = True
        return app

    def person(
        self,
        name: str,
        *roles: str | tuple[str, Mapping[str, Any]],
        birth: date | None = None,
        phone: str = "",
    ) -> Actor:
        """Welcome a person with roles (``"animator"``, ``("participant", {"activity_id": …})``)."""
        number = phone or f"06{secrets.randbelow(10**8):08d}"
        with self.work() as work, work.transaction():
            party = members.add_person(
                work, members.NewPerson(name, phone=number, birth_date=birth)
            )
            for role in roles:
                kind, where = role if isinstance(role, tuple) else (role, {})
                members.give_role(work, party.id, kind, starts_on=work.today, **where)
        return self.actor(party.id)

    def actor(self, party_id: UUID) -> Actor:
        """Return a person as actor, with the roles of today."""
        with self.work() as work:
            party = work.session.get_one(Party, party_id)
            grants = tuple(
                Grant(role.kind, role.activity_id, role.carrier_id)
                for role in members.roles_of(work.session, party_id, work.today)
            )
            return Actor("person", party.display_name, party_id=party_id, grants=grants)

    @contextmanager
    def browser(self) -> Iterator[PlainBrowser]:
        """Open a visitor's browser."""
        # The client is not entered: that would keep a request open between two people's.
        yield PlainBrowser(self.app.test_client())

    @contextmanager
    def client_for(self, who: str | Actor) -> Iterator[PlainBrowser]:
        """Open the browser of a person, or of a new person with a role, signed in by card."""
        actor = self.person(f"Une {who}", who) if isinstance(who, str) else who
        assert actor.party_id is not None
        with self.work() as work:
            code = accounts.new_card(work, actor.party_id)
        with self.browser() as browser:
            browser.enter(code)
            yield browser
