"""Instances in one process: each has a database of its own, and asks the others directly."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import Base
from kpa_core.testing.warm import share_statements
from kpa_federation.log import going_back, keeping, models, proving, pulling, serving
from kpa_federation.protocol.notes import read_checkpoint

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TABLES = [one.__table__ for one in vars(models).values() if hasattr(one, "__table__")]


class Store:
    """A database with the federation's tables, in memory unless it has an address."""

    def __init__(self, url=""):
        pool = None if url else sa.pool.StaticPool
        self.engine = sa.create_engine(url or "sqlite://", poolclass=pool)
        share_statements(self.engine)
        Base.metadata.create_all(self.engine, tables=TABLES, checkfirst=False)

    @contextmanager
    def reading(self):
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self):
        with Session(self.engine) as session, session.begin():
            yield session


class Node:
    """An instance as its peers see it, and the logs it mirrors."""

    def __init__(self, name="mirror", url=""):
        self.name, self.store = name, Store(url)
        self.cursors = {}
        self.sent = 0

    def write(self, writer):
        """Keep what an origin's own writer has, as it stands."""
        state = self.state(writer.origin)
        section = writer.section(state.size)
        after, entries = state.take(section)
        made = keeping.Verified(after, state.size, entries, section.bodies, section.checkpoint)
        with self.store.writing() as session:
            keeping.keep(session, [made], NOW)

    def state(self, origin):
        with self.store.reading() as session:
            return keeping.state_of(session, origin)

    def pull(self, peer, now=NOW, follows=lambda _origin: True, **more):
        since = self.cursors.get(peer, "")
        done = pulling.pull(self.store, peer, since, follows=follows, now=now, **more)
        self.cursors[peer] = done.cursor
        return done

    def live(self, start, days):
        """Let days pass, one by one, as the daily job notes them."""
        for day in range(days + 1):
            with self.store.writing() as session:
                keeping.note_day(session, start + timedelta(days=day))

    def bodies(self, origin):
        """Return the live bodies of a log by the index of their entry."""
        with self.store.reading() as session:
            row = keeping.log_row(session, origin)
            places = serving.live_places(session, row.id)
            mine = sa.select(models.EntryRow).where(models.EntryRow.log_id == row.id)
            return {one.place: one.body for one in session.scalars(mine) if one.place in places}

    def roots(self):
        with self.store.reading() as session:
            rows = session.scalars(sa.select(models.LogRow))
            return {row.origin: (row.size, row.frontier) for row in rows}

    # --- what a peer answers

    def heads(self, since):
        with self.store.reading() as session:
            return serving.heads(session, since)

    def sync(self, asked):
        with self.store.reading() as session:
            for line in serving.bundle(session, asked, "a" * 32):
                self.sent += len(line)
                yield line

    def checkpoint(self, origin):
        with self.store.reading() as session:
            return read_checkpoint(keeping.log_row(session, origin).note)

    def consistency(self, origin, old, size):
        with self.store.reading() as session:
            row = keeping.log_row(session, origin)
            return proving.Proving(session, row.id).consistency(old, size)

    def root_at(self, origin, size):
        with self.store.reading() as session:
            return going_back.root_at(session, origin, size)
