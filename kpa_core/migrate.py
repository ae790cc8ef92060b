"""Migrations: the core's history first, then each plugin's own, each with its own version table.

A plugin taken away leaves its tables and its version behind; brought back, it goes on from there.
Triggers that guard issued documents are code: they are installed again after every migration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kpa_core import db
from kpa_core.errors import N_, KpaError, Misuse, PluginError, Unavailable
from kpa_core.instance import Instance
from kpa_core.plugins import discover

# Alembic is dear to load, and most commands look at no table: it is loaded where it is used.
if TYPE_CHECKING:
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

CORE_DIRECTORY = Path(__file__).parent / "migrations"
CORE_TABLE = "alembic_version_core"


@dataclass(frozen=True)
class Part:
    """One history: the core's (``name`` empty) or a plugin's."""

    name: str
    directory: Path

    @property
    def version_table(self) -> str:
        """Where its revision is kept."""
        return f"alembic_version_{self.name}" if self.name else CORE_TABLE

    @property
    def script(self) -> ScriptDirectory:
        """Its revisions, read again when the folder has changed."""
        return _script(self.directory, (self.directory / "versions").stat().st_mtime_ns)

    def owns(self, table: str, plugin_names: Iterable[str]) -> bool:
        """Tell whether a table belongs to this part."""
        if self.name:
            return table.startswith(f"{self.name}_")
        return not table.startswith(("alembic_version_", *(f"{one}_" for one in plugin_names)))


@lru_cache(maxsize=32)
def _script(directory: Path, _changed_at: int) -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(directory), version_locations=[str(directory / "versions")])


@dataclass(frozen=True)
class Standing:
    """Where one history is and where it should be."""

    part: Part
    current: str | None
    head: str | None

    @property
    def pending(self) -> bool:
        """Tell whether something is left to do."""
        return self.current != self.head


def parts(instance: Instance) -> list[Part]:
    """Return the core's history, then those of the loaded plugins."""
    found = [Part("", CORE_DIRECTORY)]
    for name, answers in instance.plugins.collect("migrations"):
        found += [Part(name, answer.directory) for answer in answers if answer is not None]
    return found


def standings(instance: Instance) -> list[Standing]:
    """Return where every history stands."""
    with instance.engine.connect() as connection:
        return [_standing(connection, part) for part in parts(instance)]


def upgrade(
    instance: Instance, *, guards: Callable[[sa.Connection], None] = lambda _: None
) -> list[str]:
    """Bring every history to its head, each revision in its own transaction; return what was done.

    ``guards`` installs the triggers again at the end, in a transaction of its own. A plugin whose
    step fails stays where it is; the others and the triggers do not wait for it.

    Raises:
        PluginError: a plugin's step failed, or its tables do not start with its name.
        Misuse: the database is newer than this kpa; then nothing was done.
        Unavailable: the disk is full, or the database is away.
        KpaError: a step failed; it left nothing behind, the steps before it stay.
    """
    done: list[str] = []
    failed: dict[str, PluginError] = {}
    todo = [(part, *one) for part in parts(instance) for one in _steps(instance, part)]
    for part, revision, step in todo:
        if part.name in failed:
            continue
        try:
            with _named(part, revision), _writing(instance) as connection:
                _apply(connection, part, revision, step)
        except PluginError as error:
            failed[part.name] = error
        else:
            done.append(f"{part.name or 'core'}:{revision}")
    with _writing(instance) as connection:
        guards(connection)
    if failed:
        raise next(iter(failed.values()))
    return done


@contextmanager
def _named(part: Part, revision: str) -> Iterator[None]:
    try:
        yield
    except KpaError:
        raise
    except Exception as error:
        told = db.meaning_of(error)
        away = getattr(error, "connection_invalidated", False)
        if isinstance(told, Unavailable) and (away or told.message != db.NO_ANSWER):
            raise told from error
        detail = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
        message = N_("La mise à jour {revision} a échoué : {detail}. Elle n'a rien changé.")
        if part.name:
            raise PluginError(part.name, message, revision=revision, detail=detail) from error
        raise KpaError(message, revision=revision, detail=detail) from error


@contextmanager
def _writing(instance: Instance) -> Iterator[sa.Connection]:
    writer = instance.engine.execution_options(**{db.WRITE: True})
    with writer.connect() as connection, _foreign_keys_at_the_end(connection), connection.begin():
        yield connection
        _check_foreign_keys(connection)


@contextmanager
def _foreign_keys_at_the_end(connection: sa.Connection) -> Iterator[None]:
    """SQLite changes a table by dropping it and making it anew, which would empty its children."""
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        if not connection.invalidated:
            raw.execute("PRAGMA foreign_keys=ON")


def _check_foreign_keys(connection: sa.Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if orphan is not None:
        raise KpaError(
            N_("La mise à jour casserait des liens dans {table}. Elle est annulée."),
            table=orphan[0],
        )


def differences(instance: Instance, part: Part) -> list[Any]:
    """Return what autogenerate would still change: models and migrations must agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    # The models of a plugin that is installed but not enabled may be imported all the same.
    names = {*discover(), *(one.name for one in parts(instance) if one.name)}

    def mine(_object: object, name: str | None, kind: str, *_: object) -> bool:
        return kind != "table" or part.owns(name or "", names)

    with instance.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": part.version_table,
                "include_object": mine,
                "compare_type": False,
                "target_metadata": db.Base.metadata,
            },
        )
        return list(compare_metadata(context, db.Base.metadata))


def _context(connection: sa.Connection, part: Part) -> MigrationContext:
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection, opts={"version_table": part.version_table})


def _standing(connection: sa.Connection, part: Part) -> Standing:
    script = part.script
    heads = script.get_heads()
    if len(heads) > 1:
        raise PluginError(
            part.name or "core", N_("ses migrations ont deux têtes : {heads}."), heads=heads
        )
    return Standing(
        part, _context(connection, part).get_current_revision(), heads[0] if heads else None
    )


def _steps(instance: Instance, part: Part) -> Iterator[tuple[str, Callable[[], None]]]:
    script = part.script
    with instance.engine.connect() as connection:
        standing = _standing(connection, part)
    known = {revision.revision for revision in script.walk_revisions()}
    if standing.current is not None and standing.current not in known:
        raise Misuse(
            N_("La base est plus récente que ce logiciel ({part} : {revision}). Mets kpa à jour."),
            part=part.name or "kpa",
            revision=standing.current,
        )
    revisions = list(script.walk_revisions("base", "heads"))
    todo = []
    for revision in revisions:  # newest first
        if revision.revision == standing.current:
            break
        todo.append(revision)
    for revision in reversed(todo):
        yield revision.revision, revision.module.upgrade


def _apply(connection: sa.Connection, part: Part, revision: str, step: Callable[[], None]) -> None:
    from alembic.operations import Operations

    context = _context(connection, part)
    context._ensure_version_table()
    before = set(sa.inspect(connection).get_table_names())
    with Operations.context(context):
        step()
    made = set(sa.inspect(connection).get_table_names()) - before
    foreign = sorted(name for name in made if part.name and not name.startswith(f"{part.name}_"))
    if foreign:
        raise PluginError(
            part.name, N_("sa table {table!r} doit commencer par son nom."), table=foreign[0]
        )
    versions = sa.table(part.version_table, sa.column("version_num"))
    connection.execute(sa.delete(versions))
    connection.execute(sa.insert(versions).values(version_num=revision))
