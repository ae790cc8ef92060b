"""Database sessions that keep to their place: who may write, and who may end a transaction."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql import visitors

from kpa_core import clock
from kpa_core.errors import N_, KpaError, PluginError

ENDING = re.compile(r"\s*(begin|commit|end|rollback|abort|savepoint|release)\b", re.IGNORECASE)
QUOTED = re.compile(r"'(?:[^']|'')*'")
READING = re.compile(r"[\s(]*(select|with|values)\b", re.IGNORECASE)
WRITING = re.compile(
    r"\b(insert|update|delete|merge|into|truncate|create|alter|drop)\b", re.IGNORECASE
)


class ReadOnly(KpaError):
    """A row was changed outside a service's transaction: a mistake in the code, not of a person."""

    status = 500


def today(session: Session) -> date:
    """Return the day in the instance's zone, for a function that has a session and no work.

    A role begins at the instance's midnight: in UTC, a person would wait an hour or two for it.
    """
    return clock.today(session.info["zone"])


class OwnSession(Session):
    """The core's session: only :meth:`Work.transaction` ends what it began."""

    held = False

    def __init__(self, engine: sa.Engine, zone: str) -> None:
        super().__init__(engine, expire_on_commit=False, info={"zone": zone})

    def commit(self) -> None:
        """Refuse: half an act would be kept."""
        raise ReadOnly(N_("Un enregistrement hors d'un service a été refusé."))

    def rollback(self) -> None:
        """Let go of what was read; inside a transaction, refuse."""
        if self.held:
            raise ReadOnly(N_("Une annulation hors d'un service a été refusée."))
        self.undo()

    def keep(self) -> None:
        """Commit."""
        super().commit()

    def undo(self) -> None:
        """Roll back."""
        super().rollback()


# Listened to once for the class: a listener per session costs more than a small page's queries.
@event.listens_for(OwnSession, "before_flush")
def _look_at_rows(session: OwnSession, *_: object) -> None:
    if not session.held and (session.new or session.dirty or session.deleted):
        session.expunge_all()
        raise ReadOnly(N_("Une écriture hors d'un service a été refusée."))


@event.listens_for(OwnSession, "do_orm_execute")
def _look_at_statement(asked: ORMExecuteState) -> None:
    held = isinstance(asked.session, OwnSession) and asked.session.held
    if not held and (asked.is_insert or asked.is_update or asked.is_delete):
        raise ReadOnly(N_("Une écriture hors d'un service a été refusée."))


class LentSession(Session):
    """A plugin's session: it reads everything, writes its own tables, and never ends the
    transaction.

    This keeps mistakes from the core's rows; a plugin bent on harm is inside the process anyway.
    """

    def __init__(self, plugin: str, connection: sa.Connection, zone: str, *, writes: bool) -> None:
        super().__init__(connection, join_transaction_mode="create_savepoint", info={"zone": zone})
        self.plugin = plugin
        self.writes = writes
        event.listen(self, "before_flush", self._look_at_rows)
        event.listen(self, "do_orm_execute", self._look_at_statement)
        self.begin()  # the savepoint is already open: a second begin is an error

    def commit(self) -> None:
        """Refuse: the core commits."""
        raise PluginError(self.plugin, N_("il ne peut pas enregistrer à la place du cœur."))

    def rollback(self) -> None:
        """Refuse: the core rolls back."""
        raise PluginError(self.plugin, N_("il ne peut pas annuler à la place du cœur."))

    def close(self) -> None:
        """Refuse, for the same reason."""
        self.rollback()

    def connection(self, *_: Any, **__: Any) -> sa.Connection:
        """Refuse: it could end the transaction."""
        raise PluginError(self.plugin, N_("il n'a pas le droit de parler seul à la base."))

    def bulk_save_objects(self, *_: Any, **__: Any) -> None:
        """Refuse, as do the two below: these go past what looks at the tables."""
        raise PluginError(self.plugin, N_("il n'a pas le droit de parler seul à la base."))

    bulk_insert_mappings = bulk_save_objects
    bulk_update_mappings = bulk_save_objects

    def _look_at_rows(self, session: Session, *_: object) -> None:
        changed = (row for row in session.dirty if session.is_modified(row))
        for row in (*session.new, *changed, *session.deleted):
            for table in sa.inspect(row).mapper.tables:
                self._check_writing(table)

    def _look_at_statement(self, asked: ORMExecuteState) -> None:
        told = asked.statement
        for part in visitors.iterate(told if isinstance(told, sa.ClauseElement) else None):
            if isinstance(part, sa.UpdateBase):  # inside a WITH too
                self._check_writing(part.table)
        text = getattr(told, "element", told)  # that of ``text(...).columns(...)``
        if isinstance(text, sa.TextClause):
            self._look_at_text(text.text)
        elif not isinstance(told, sa.SelectBase | sa.UpdateBase):
            raise PluginError(self.plugin, N_("il n'a pas le droit de parler seul à la base."))

    def _look_at_text(self, text: str) -> None:
        if ENDING.match(text):
            self.rollback()
        if not READING.match(text) or WRITING.search(QUOTED.sub("", text)):
            raise PluginError(
                self.plugin, N_("il écrit par un texte en SQL : {text}."), text=text.strip()[:60]
            )

    def _check_writing(self, table: sa.FromClause) -> None:
        if not self.writes:
            raise PluginError(self.plugin, N_("il écrit là où il ne peut que lire."))
        name = getattr(table, "name", "")
        if not name.startswith(f"{self.plugin}_"):
            raise PluginError(
                self.plugin,
                N_("il écrit dans la table {table!r}, qui n'est pas à lui."),
                table=name,
            )

    def end(self) -> None:
        """Keep what the plugin wrote, inside the core's transaction."""
        super().commit()

    def drop(self) -> None:
        """Forget whatever was not kept."""
        super().close()
