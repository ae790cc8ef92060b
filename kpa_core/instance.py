"""An open instance: its settings, database, plugins, rights, files and texts. Several may live in
one process; nothing here is global."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import click
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from kpa_core import clock, db
from kpa_core.config import Settings, read_settings
from kpa_core.contracts import (
    ActivityType,
    Actor,
    Card,
    EngagementKind,
    Grant,
    Health,
    Job,
    NotifyChannel,
    PersonalItem,
    Scope,
    Todo,
    VatRegime,
)
from kpa_core.errors import N_, KpaError, Misuse, PluginError
from kpa_core.files import FileStore
from kpa_core.i18n import Texts
from kpa_core.plugins import Plugin, Plugins, State
from kpa_core.rights.locks import check_plugin_commands
from kpa_core.rights.reach import Rights
from kpa_core.rights.table import CORE
from kpa_core.safehttp.addresses import AddressRule
from kpa_core.vault import Vault
from kpa_core.work import VISITOR, Work

if TYPE_CHECKING:
    from kpa_core.safehttp.client import SafeHttp

log = logging.getLogger("kpa.instance")
STARTED = os.environ.get("KPA_START") or uuid4().hex
"""Which start of ``kpa serve`` this process belongs to; a process alone is a start of its own."""
STATES_LAST = 1.0
"""Seconds a process trusts what it knows of plugins before it asks the database again."""


class PluginStateRow(db.Base):
    """What any process found out about a plugin; every process reads it."""

    __tablename__ = "plugin_state"

    name: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)


@dataclass(frozen=True)
class Feature:
    """What the core takes from one of its own feature folders."""

    name: str
    kinds: tuple[str, ...] = ("kpa", "network")
    """The kinds of instance that have it: see ``Instance.kind`` in the settings."""
    rights: tuple[str, ...] = ()
    """How its capabilities begin: nobody holds them where the feature is not."""
    blueprints: Callable[[], Iterable[Any]] = tuple
    jobs: tuple[Job, ...] = ()
    personal_data: Callable[[Work, UUID], Iterable[PersonalItem]] = lambda _work, _id: ()
    erase_personal_data: Callable[[Work, UUID], None] = lambda _work, _id: None
    role_given: Callable[[Work, UUID, Grant], None] = lambda _work, _id, _grant: None
    """Told in the same transaction that a person was given a role."""
    health: Callable[[Work], Iterable[Health]] = lambda _work: ()
    order_panels: tuple[Callable[[Work, UUID], Iterable[Card]], ...] = ()
    todo: Callable[[Work], Iterable[Todo]] = lambda _work: ()
    vat_regime: Callable[[Work, UUID], VatRegime] | None = None
    """The regime of a carrier, for the prices that are asked below the room that knows carriers."""
    holds_order: Callable[[Work, UUID, str], KpaError | None] | None = None
    """Why an order may not be moved to a state now, such as a paper that left, or None."""
    next_thing: Callable[[Work, UUID], KpaError | None] | None = None
    """What is to be done next about an order before what its state says, or None."""
    papers_made: Callable[[Work, UUID], int] | None = None
    """How many papers an order was billed or credited by; each uses up the yeses given before."""


@dataclass
class Registered:
    """What the loaded plugins added, each with the plugin's name."""

    activity_types: dict[str, tuple[str, ActivityType]] = field(default_factory=dict)
    engagement_kinds: dict[str, tuple[str, EngagementKind]] = field(default_factory=dict)
    channels: list[tuple[str, NotifyChannel]] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    commands: dict[str, click.Group] = field(default_factory=dict)


class Instance:
    """One KPA, open."""

    def __init__(
        self,
        settings: Settings,
        *,
        features: Iterable[Feature] = (),
        plugin_classes: Iterable[type[Plugin]] = (),
        strict: bool = False,
        specs: Iterable[Any] = (),
    ) -> None:
        self.settings = settings
        kind, known = settings.instance.kind, tuple(features)
        self.features = tuple(one for one in known if kind in one.kinds)
        self.closed = tuple(one for one in known if kind not in one.kinds)
        self.engine = db.make_engine(settings.database.url, settings.root)
        self.vault = Vault(settings.data_key)
        self.files = FileStore(
            settings.root / "data" / "files", self.vault, settings.files.quota_mib * 2**20
        )
        self.reachable = AddressRule(settings.network.allow)
        self.started = STARTED
        self.anchors = settings.root / "data" / "audit.anchor"
        self.texts = Texts()
        self.rights = Rights()
        self.rights.close(prefix for feature in self.closed for prefix in feature.rights)
        self.registered = Registered()
        self._states_read_at = -STATES_LAST
        self.scopes: dict[str, Callable[[Session, UUID], Scope | None]] = {}
        self.plugins = Plugins(strict=strict, specs=specs)
        self.plugins.load(settings.plugins, settings.plugin)
        for plugin_class in plugin_classes:
            try:
                self.plugins.add(plugin_class, settings.plugin.get(plugin_class.name, {}))
            except KpaError as error:
                self.plugins.refuse(getattr(plugin_class, "name", plugin_class.__name__), error)
        for feature in self.features:
            self.registered.jobs.update({job.kind: job for job in feature.jobs})
        for name in self.plugins.names():
            self._register(name)

    def work(self, actor: Actor = VISITOR, *, request_id: str = "") -> Work:
        """Start a unit of work."""
        return Work(self, actor, request_id)

    @cached_property
    def http(self) -> SafeHttp:
        """The only way out to other machines: public ones, and those of ``network.allow``."""
        from kpa_core.safehttp.client import SafeHttp  # dear, and most commands never go out

        return SafeHttp(self.reachable)

    def close(self) -> None:
        """Give back the database connections."""
        self.engine.dispose()

    # --- plugins ----------------------------------------------------------------------------------

    def _register(self, name: str) -> None:
        try:
            self._register_all(name)
        except KpaError as error:
            self.refuse(name, error)

    def refuse(self, name: str, error: KpaError) -> None:
        """Leave a plugin out, with all that it added, for a reason people can read."""
        self.plugins.refuse(name, error)
        self._forget(name)

    def _register_all(self, name: str) -> None:
        if is_reserved(name):
            raise PluginError(
                name, N_("ce nom est celui d'une partie du cœur. Prends-en un autre.")
            )

        def ask(hook: str) -> list[Any]:
            return self.plugins.ask_or_skip(name, hook) or []

        for capability in ask("register_capabilities"):
            self.rights.add(name, capability)
        for kind in ask("register_activity_types"):
            _take(self.registered.activity_types, kind.key, name, (name, kind))
        for engagement in ask("register_engagement_kinds"):
            _take(self.registered.engagement_kinds, engagement.key, name, (name, engagement))
        for job in ask("register_jobs"):
            if not job.kind.startswith(f"{name}."):
                raise PluginError(
                    name, N_("le travail {kind!r} doit commencer par son nom."), kind=job.kind
                )
            _take(self.registered.jobs, job.kind, name, job)
        group = click.Group(name)
        self.plugins.ask_or_skip(name, "register_commands", group=group)
        check_plugin_commands(group, name, self.rights)
        self.registered.commands[name] = group
        self.registered.channels += [(name, channel) for channel in ask("notify_channels")]
        for folder in ask("translations"):
            self.texts.add(Path(folder), name)

    def _forget(self, name: str) -> None:
        self.rights.forget(name)
        kept = self.registered
        for table in (kept.activity_types, kept.engagement_kinds):
            for key in [key for key, (owner, _) in table.items() if owner == name]:
                del table[key]
        kept.commands.pop(name, None)
        kept.channels = [one for one in kept.channels if one[0] != name]
        for key in [key for key in kept.jobs if key.startswith(f"{name}.")]:
            del kept.jobs[key]

    def read_plugin_states(self, session: Session) -> None:
        """Take over the states other processes wrote; asked again after a second."""
        if time.monotonic() < self._states_read_at + STATES_LAST:
            return
        self._states_read_at = time.monotonic()
        rows = session.scalars(sa.select(PluginStateRow))
        self.plugins.apply({row.name: State(row.name, row.state, row.reason) for row in rows})  # type: ignore[arg-type]

    def keep_plugin_states(self) -> None:
        """Write what this process found out, in a transaction of its own."""
        if not self.plugins.changed:
            return
        changed = dict(self.plugins.changed)
        try:
            with Session(self.engine) as session:
                db.begin_write(session)
                for state in changed.values():
                    row = PluginStateRow(name=state.name, state=state.state, reason=state.reason)
                    row.at = clock.now()
                    session.merge(row)
                session.commit()
        except SQLAlchemyError as error:  # telling others must not break the answer
            log.warning("plugin states not kept: %s", error)
            return
        for name, state in changed.items():
            if self.plugins.changed.get(name) is state:
                del self.plugins.changed[name]


def is_reserved(name: str) -> bool:
    """Tell whether a plugin of this name would own rights or tables of the core."""
    mappers = (mapper for mapper in db.Base.registry.mappers if _is_core(mapper.class_))
    tables = {str(mapper.local_table.description) for mapper in mappers}
    rights = {row.key.partition(".")[0] for row in CORE}
    return name in rights or any(table.startswith(f"{name}_") for table in tables)


def _is_core(model: type) -> bool:
    return model.__module__.partition(".")[0] == __name__.partition(".")[0]


def _take(table: dict[str, Any], key: str, plugin: str, value: object) -> None:
    if key in table:
        raise PluginError(plugin, N_("{key!r} est déjà offert par un autre module."), key=key)
    table[key] = value


def open_at(root: Path, *, features: Iterable[Feature] = (), strict: bool = False) -> Instance:
    """Open the instance in ``root``.

    Raises:
        Misuse: its settings are missing or wrong, or its SQLite file is gone.
    """
    settings = read_settings(root)
    place = db.sqlite_file(settings.database.url, root)
    if place is not None and not place.is_file():  # SQLite would make a new, empty one in silence
        raise Misuse(
            N_("La base {file} n'est pas là. Remets-la, ou une sauvegarde : « kpa restore »."),
            file=str(place),
        )
    return Instance(settings, features=features, strict=strict)
