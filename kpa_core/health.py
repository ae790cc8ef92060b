"""Is this instance well? One list of checks for ``kpa doctor``, ``/healthz`` and the start."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from kpa_core import clock, db, migrate
from kpa_core.contracts import Health
from kpa_core.errors import N_, KpaError, Misuse
from kpa_core.i18n import lazy
from kpa_core.instance import Instance
from kpa_core.outbox import LEFT, JobRow
from kpa_core.work import OPERATOR, Work, collect

FREE_MIB = 200
Check = Callable[[Work], Iterable[Health]]


def require_ready(instance: Instance) -> None:
    """Stop unless the database is at its heads.

    Raises:
        Misuse: migrations are pending.
        Unavailable: the database is not there.
    """
    try:
        standings = migrate.standings(instance)
    except sa.exc.DBAPIError as error:
        raise db.meaning_of(error) or error from error
    pending = [one.part.name or "kpa" for one in standings if one.pending]
    if pending:
        raise Misuse(
            N_("La base n'est pas à jour ({parts}). Lance « kpa migrate »."),
            parts=", ".join(pending),
        )


def checks(instance: Instance) -> list[Health]:
    """Return every check; a check that fails is itself bad news, not an error."""
    found: list[Health] = []
    with instance.work(OPERATOR) as work:
        for check in (_database, _migrations, _jobs, _disk, _secrets, _backups, _plugins):
            found += _safely(check, work, check.__name__.strip("_"))
        for feature in instance.features:
            found += _safely(feature.health, work, feature.name)
        for _, answers in collect(work, "health_checks"):
            found += answers
    return found


def of_feature(instance: Instance, name: str) -> list[Health]:
    """Return the checks of one of the core's features."""
    with instance.work(OPERATOR) as work:
        asked = [feature for feature in instance.features if feature.name == name]
        return [one for feature in asked for one in _safely(feature.health, work, name)]


def _safely(check: Check, work: Work, name: str) -> list[Health]:
    try:
        return list(check(work))
    except (KpaError, sa.exc.SQLAlchemyError, OSError) as error:
        work.session.rollback()  # or the next check would fail for this one's reason
        told = db.meaning_of(error) or error
        return [Health(name, False, str(told).splitlines()[0])]


def _database(work: Work) -> Iterator[Health]:
    if work.instance.engine.dialect.name != "sqlite":
        work.session.execute(sa.select(1))
        yield Health("database", True)
        return
    pragma = work.session.connection().exec_driver_sql
    mode = pragma("PRAGMA journal_mode").scalar()
    synchronous = pragma("PRAGMA synchronous").scalar()
    safe = mode == "wal" and synchronous == 2
    yield Health("database", safe, "" if safe else f"journal={mode} synchronous={synchronous}")


def _migrations(work: Work) -> Iterator[Health]:
    for one in migrate.standings(work.instance):
        name = f"migrations {one.part.name or 'kpa'}"
        yield Health(
            name, not one.pending, lazy(N_("Lance « kpa migrate ».")) if one.pending else ""
        )


def _jobs(work: Work) -> Iterator[Health]:
    late = clock.now() - timedelta(minutes=15)
    waiting = sa.select(sa.func.count()).where(JobRow.state == "pending", JobRow.due_at < late)
    tired = sa.and_(JobRow.state == "dead", JobRow.lease_by.is_distinct_from(LEFT))
    stuck = sa.select(JobRow.state).distinct()
    stuck = stuck.where(sa.or_(JobRow.state.in_(("unknown", "failed")), tired))
    count, found = work.session.scalar(waiting) or 0, set(work.session.scalars(stuck))
    yield Health(
        "jobs",
        count == 0,
        lazy(N_("Des travaux attendent. Lance « kpa serve ».")) if count else "",
    )
    # What a rule refused, such as a mail to a wrong address, is told; the house is not ill of it.
    ill = bool(found - {"failed"})
    yield Health("outbox", not ill, lazy(N_("Regarde « kpa outbox ».")) if found else "")


def _disk(work: Work) -> Iterator[Health]:
    free = shutil.disk_usage(work.instance.settings.root).free // 2**20
    yield Health("disk", free > FREE_MIB, f"{free} MiB")


def _secrets(work: Work) -> Iterator[Health]:
    settings = work.instance.settings
    files = [one.file for one in (settings.secrets.session, settings.secrets.data) if one.file]
    places = [settings.root / file for file in files]
    if not all(path.is_file() for path in places):
        yield Health("secrets", False, lazy(N_("Une clé manque. Remets celle de la sauvegarde.")))
        return
    closed = not any(path.stat().st_mode & 0o077 for path in places)
    yield Health("secrets", closed, "" if closed else lazy(N_("D'autres peuvent lire les clés.")))


def _backups(work: Work) -> Iterator[Health]:
    folder: Path = work.instance.settings.root / "backups"
    newest = max((path.stat().st_mtime for path in folder.glob("kpa-*.zip")), default=0.0)
    age = clock.now().timestamp() - newest
    if work.instance.settings.instance.demo:
        return
    fresh = age < 8 * 86400
    yield Health(
        "backup", fresh, "" if fresh else lazy(N_("Fais une sauvegarde : « kpa backup »."))
    )


def _plugins(work: Work) -> Iterator[Health]:
    work.instance.read_plugin_states(work.session)
    for state in work.instance.plugins.states.values():
        yield Health(f"plugin {state.name}", state.state == "loaded", state.reason)
