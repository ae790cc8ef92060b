"""One unit of work by one actor: a session, the rights, the audit log, the jobs it asks for.

Services own the transaction::

    with work.transaction() as session:
        ...

Blocks nest: the outermost commits. Outside a block the session only reads; adding a row there is
refused. Writers take their turn from the start (``BEGIN IMMEDIATE`` on SQLite).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from kpa_core import audit, clock, db, outbox
from kpa_core.contracts import INSTANCE, Actor, PluginWork, Scope
from kpa_core.errors import N_, NotFound, PluginError
from kpa_core.rights.reach import Reach
from kpa_core.sessions import LentSession, OwnSession, ReadOnly

if TYPE_CHECKING:
    from kpa_core.files import StoredFile
    from kpa_core.instance import Instance

log = logging.getLogger("kpa.work")
KPA = Actor(kind="service", name="kpa", via="job")
OPERATOR = Actor(kind="operator", name="operator", via="cli")
VISITOR = Actor(kind="visitor", name="visitor")


class Denied(NotFound):
    """The actor lacks a capability; shown exactly like an absent page."""

    def __init__(self, capability: str, scope: Scope) -> None:
        super().__init__()
        self.capability = capability
        self.scope = scope
        self.signed_in = False
        """Set where it is known who asked: only a visitor is told to sign in."""


class Work:
    """What a service is given: who acts, on which instance, with which session."""

    def __init__(self, instance: Instance, actor: Actor, request_id: str = "") -> None:
        self.instance = instance
        self.actor = actor
        self.request_id = request_id or uuid4().hex
        self.session: Session = OwnSession(instance.engine, self.zone)
        self._depth = 0
        self._undone = False
        self._trying = 0
        self._after: list[Callable[[], object]] = []

    # --- transaction ------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Write in one transaction; the outermost block commits, an error undoes everything.

        An error inside a nested block undoes the whole, even if the caller goes on: half an act is
        never kept.

        Raises:
            Conflict: someone else changed the same row in between.
            Unavailable: the disk is full, the database is busy or out of reach.
        """
        outermost = self._depth == 0
        if outermost:
            self._begin()
        self._depth += 1
        try:
            yield self.session
            if outermost:
                self._commit()
        except BaseException as error:
            if outermost or not self._trying:
                self._undo()
            told = db.meaning_of(error)
            if told is None:
                raise
            raise told from error
        finally:
            self._depth -= 1
            self._own.held = self._depth > 0
        if outermost:
            self._run_after()

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Try an act inside a transaction: an error undoes that act alone, and goes on its way."""
        savepoint, known = self.session.begin_nested(), len(self._after)
        self._trying += 1
        try:
            yield
            savepoint.commit()
        except BaseException:
            savepoint.rollback()
            del self._after[known:]
            raise
        finally:
            self._trying -= 1

    def _begin(self) -> None:
        self._undone, self._after = False, []
        self._own.undo()  # a writer must not start from an older reader's snapshot,
        self.session.expire_all()  # nor from rows it read before
        self._own.held = True
        try:
            db.begin_write(self.session)
        except DBAPIError as error:
            self._own.undo()
            raise db.meaning_of(error) or error from error

    def _commit(self) -> None:
        if self._undone:
            raise ReadOnly(N_("Une partie de cet acte a échoué : rien n'a été enregistré."))
        self._own.keep()

    def _undo(self) -> None:
        self._undone = True
        self._own.undo()

    @property
    def _own(self) -> OwnSession:
        assert isinstance(self.session, OwnSession)
        return self.session

    def after_commit(self, call: Callable[[], object]) -> None:
        """Run ``call`` once the outermost transaction has committed."""
        self._after.append(call)

    def _run_after(self) -> None:
        calls, self._after = self._after, []
        for call in calls:
            call()

    def close(self) -> None:
        """End the work; nothing that was not committed remains."""
        self.session.close()
        self.instance.keep_plugin_states()

    def __enter__(self) -> Work:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- rights -----------------------------------------------------------------------------------

    def reach(self, capability: str) -> Reach:
        """Return how far the actor's capability reaches; every list starts from it."""
        return self.instance.rights.reach(self.actor, capability)

    def can(self, capability: str, scope: Scope = INSTANCE) -> bool:
        """Tell whether the actor holds the capability on a thing of this scope."""
        return self.reach(capability).covers(scope)

    def require(self, capability: str, scope: Scope = INSTANCE) -> None:
        """Stop here unless the actor holds the capability.

        Raises:
            Denied: shown like an absent page.
        """
        if not self.can(capability, scope):
            raise Denied(capability, scope)

    def get(
        self, model: type[Any], row_id: UUID, capability: str, scope_of: Callable[[Any], Scope]
    ) -> Any:
        """Return a row the actor may see under ``capability``.

        Raises:
            NotFound: there is none, or it is not for this actor: the answer is the same.
        """
        row = self.session.get(model, row_id)
        if row is None or not self.can(capability, scope_of(row)):
            raise NotFound()
        return row

    # --- traces and effects -----------------------------------------------------------------------

    def record(
        self,
        capability: str,
        subject: object,
        *,
        scope: Scope = INSTANCE,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        result: str = "done",
    ) -> None:
        """Write one audit entry in the current transaction; ``subject``: a row or a few words."""
        name = subject if isinstance(subject, str) else _name_of(subject)
        audit.record(
            self.session,
            self.actor,
            capability,
            name,
            scope=scope,
            before=before,
            after=after,
            result=result,
            request_id=self.request_id,
        )

    def ask(
        self,
        kind: str,
        payload: Mapping[str, Any],
        *,
        key: str | None = None,
        due_at: datetime | None = None,
        remote: str = "",
    ) -> bool:
        """Ask for a job, in the current transaction; return False when ``key`` was asked before.

        ``remote`` names the other machine it is for: while that one is away, the job waits.
        """
        return outbox.add(self.session, kind, payload, key=key, due_at=due_at, remote=remote)

    def announce(self, hook: str, data: Mapping[str, Any]) -> None:
        """Tell every plugin's ``on_*`` hook, at least once, after the commit.

        One job per plugin: a failing plugin is tried again alone, and what happens while a plugin
        is stopped waits for it.
        """
        event_id, at = str(db.new_id()), clock.now().isoformat()
        for name in self.instance.plugins.hearing(hook):
            told = {"plugin": name, "hook": hook, "event": event_id, "at": at, "data": dict(data)}
            self.ask(f"event:{name}", told, key=event_id)

    def announce_all(self, hook: str, many: Sequence[Mapping[str, Any]]) -> None:
        """Tell every plugin's ``on_*`` hook of several events of one kind, by one job per plugin.

        Each event is told by itself: one that a plugin fails on is tried again alone.
        """
        if not many:
            return
        at = clock.now().isoformat()
        events = [{"event": str(db.new_id()), "data": dict(data)} for data in many]
        for name in self.instance.plugins.hearing(hook):
            told = {"plugin": name, "hook": hook, "at": at, "events": events}
            self.ask(f"event:{name}", told, key=str(events[0]["event"]))

    # --- for hooks --------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """The day in the instance's zone."""
        return clock.today(self.zone)

    @property
    def zone(self) -> str:
        """The instance's IANA time zone."""
        return self.instance.settings.instance.timezone

    def settings(self, plugin: str) -> Mapping[str, object]:
        """The plugin's table in ``kpa.toml``."""
        return self.instance.settings.plugin.get(plugin, {})

    @contextmanager
    def for_plugin(self, name: str) -> Iterator[HookWork]:
        """Lend the transaction to a plugin: its own session, in a savepoint it cannot leave."""
        with self.session.no_autoflush:
            if self._depth:
                self.session.flush()
        lent = LentSession(name, self.session.connection(), self.zone, writes=self._depth > 0)
        hook_work = HookWork(self, lent)
        try:
            yield hook_work
            if self._depth and not hook_work.failed:
                lent.end()
        finally:
            lent.drop()


class HookWork:
    """What a computing hook is given; see :class:`kpa_core.contracts.PluginWork`."""

    def __init__(self, work: Work, session: Session) -> None:
        self._work = work
        self.session: Session = session
        self.actor = work.actor
        self.failed = False

    @property
    def today(self) -> date:
        """The day in the instance's zone."""
        return self._work.today

    @property
    def zone(self) -> str:
        """The instance's IANA time zone."""
        return self._work.zone

    def settings(self, plugin: str) -> Mapping[str, object]:
        """The plugin's table in ``kpa.toml``."""
        return self._work.settings(plugin)


def lender(work: Work | PluginWork) -> Work:
    """Return the core's own work behind a lent one, for the functions that plugins call."""
    if isinstance(work, HookWork):
        return work._work
    assert isinstance(work, Work)
    return work


def ask_later(
    work: Work | PluginWork, kind: str, payload: Mapping[str, Any], *, key: str, remote: str = ""
) -> None:
    """Ask for a job of the plugin's own, to be done once what is going on was committed.

    For hooks that are lent the work: what needs the core's work, or takes long, is done there.
    """
    core = lender(work)
    plugin = getattr(work.session, "plugin", "")
    if plugin and not kind.startswith(f"{plugin}."):
        raise PluginError(plugin, N_("il demande le travail d'un autre."))
    core.ask(kind, payload, key=key, remote=remote)


def read_file(work: Work | PluginWork, row: StoredFile) -> bytes:
    """Return the bytes of a stored file to a work or to a lent one.

    Raises:
        NotFound: it is gone or damaged, or it is a sealed paper: those are not lent.
    """
    if row.sealed:
        raise NotFound()
    return lender(work).instance.files.read(row)


def seal(work: Work | PluginWork, text: str) -> bytes:
    """Return a secret, or what is nobody's business, as only this instance can read it."""
    return lender(work).instance.vault.seal(text)


def open_sealed(work: Work | PluginWork, sealed: bytes | None) -> str:
    """Return what :func:`seal` was given, or an empty text for nothing.

    Raises:
        Unavailable: it was sealed with a key that is not here.
    """
    return lender(work).instance.vault.open(sealed)


def may(work: Work | PluginWork, capability: str, scope: Scope = INSTANCE) -> bool:
    """Tell whether the actor of a work, or of a lent one, holds a capability on such a thing."""
    return lender(work).can(capability, scope)


def _name_of(row: object) -> str:
    return f"{getattr(row, '__tablename__', type(row).__name__)}:{getattr(row, 'id', '')}"


def collect(work: Work, hook: str, **arguments: Any) -> Iterator[tuple[str, list[Any]]]:
    """Ask every plugin a hook that works with the database, each in its own savepoint.

    Raises:
        PluginError: an implementation failed and the hook's contract says ``raise``.
    """
    plugins = work.instance.plugins
    for name in plugins.names():
        with work.for_plugin(name) as lent:
            answers = plugins.ask_or_skip(name, hook, work=lent, **arguments)
            lent.failed = answers is None  # what a failing plugin wrote is not kept
        if answers is not None:
            yield name, answers
