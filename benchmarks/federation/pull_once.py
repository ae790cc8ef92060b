"""Pull once from a port into a database, as an instance's worker does, and say what it cost."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock, db
from kpa_core.api import HttpError
from kpa_core.safehttp.addresses import AddressRule
from kpa_core.safehttp.client import SafeHttp
from kpa_federation.log import models, pulling
from kpa_federation.peers.over_http import HttpPeer
from kpa_federation.protocol.notes import Checkpoint

TABLES = [one.__table__ for one in vars(models).values() if hasattr(one, "__table__")]


class FileStore:
    """A database in a file, with the product's own engine: ``synchronous=FULL``, WAL."""

    def __init__(self, path: Path) -> None:
        fresh = not path.exists()
        self.engine = db.make_engine(f"sqlite:///{path}", path.parent)
        if fresh:
            db.prepare_sqlite(self.engine)
        writer = self.engine.execution_options(**{db.WRITE: True})
        self.writer = writer
        if fresh:
            db.Base.metadata.create_all(self.engine, tables=TABLES)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """See :class:`kpa_federation.log.taking_in.Store`."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """See :class:`kpa_federation.log.taking_in.Store`."""
        with Session(self.writer) as session, session.begin():
            yield session


def count_signatures() -> list[int]:
    """Count the checkpoints whose signature is checked from now on."""
    counted, check = [0], Checkpoint.check

    def checked(self: Checkpoint, key: bytes) -> None:
        counted[0] += 1
        check(self, key)

    Checkpoint.check = checked  # type: ignore[method-assign]
    return counted


def most_memory() -> float:
    """Return the most memory this process held, in MiB.

    Not ``ru_maxrss``: that starts with what the parent held.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    port, database, since, more = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    store, signatures = FileStore(database), count_signatures()
    peer = HttpPeer(SafeHttp(AddressRule(["127.0.0.1"])), f"http://127.0.0.1:{port}")
    with store.reading() as session:  # an instance's worker has its engine warm
        session.execute(sa.select(models.LogRow).limit(1)).all()
    options = json.loads(more)
    follows = bool(options.pop("follows", 1))
    cpu, start = time.process_time(), time.perf_counter()
    said: dict[str, Any] = {}
    try:
        done = pulling.pull(
            store,
            peer,
            since,
            follows=lambda _origin: follows,
            now=clock.now(),
            **options,
        )
        said = {
            "cursor": done.cursor,
            "entries": done.entries,
            "whole": done.is_whole,
            "refused": len(done.refused) + len(done.forked),
        }
    except HttpError as error:
        said = {"cursor": since, "entries": 0, "whole": False, "refused": 0, "error": str(error)}
    said["seconds"] = time.perf_counter() - start
    said["cpu"] = time.process_time() - cpu
    said["signatures"] = signatures[0]
    said["rss_mb"] = most_memory()
    print(json.dumps(said))


if __name__ == "__main__":
    main()
