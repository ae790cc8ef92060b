"""Take a carried file in: what is followed is verified again and kept, and the files beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import BinaryIO

from sqlalchemy.orm import Session

from kpa_core.api import Misuse, Work, now
from kpa_federation.blobs import fetching
from kpa_federation.blobs.named import named_files
from kpa_federation.carrying.container import WRONG, Progress, Reader
from kpa_federation.carrying.looking import Look
from kpa_federation.log import intake, keeping, missing, pulling
from kpa_federation.log.keeping import Verified
from kpa_federation.log.quotas import quota
from kpa_federation.log.taking_in import Pulled, Room
from kpa_federation.network import profile
from kpa_federation.own.writing import own_origin
from kpa_federation.peers import service
from kpa_federation.peers.visiting import WorkStore
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.records import files, reading, telling


@dataclass
class Taken:
    """What came of a file. ``refused`` has a code by origin; ``grown`` the new lines by origin.

    ``held`` are origins of which more is in the file than is taken in on one day.
    """

    welcomed: list[str] = field(default_factory=list)
    grown: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    files: int = 0
    files_refused: int = 0
    files_missing: int = 0
    texts_missing: int = 0
    is_whole: bool = True


def take(
    work: Work,
    file: BinaryIO,
    seen: Look,
    welcome: Collection[str],
    progress: Progress = lambda _done: None,
) -> Taken:
    """Keep what a file brings of those that are followed, and of those that are welcomed now.

    ``seen`` is what ``look`` found in it. Taken in again, it goes on from where it was.

    Raises:
        Misuse: it is no such file.
    """
    work.require(service.MANAGE)
    done = Taken()
    for log in seen.waiting:
        if log.origin in welcome:
            service.meet(work, log.origin, "", log.name)
            done.welcomed.append(log.origin)
    followed = {
        row.origin: row.step for row in service.peers(work.session) if row.trust == "followed"
    }
    own = own_origin(work.session)
    followed.pop(own, None)
    carried = Reader(file, progress)
    try:
        pulled, _ = pulling.read_file(
            WorkStore(work),
            _pieces(file, carried),
            follows=followed.__contains__,
            now=now(),
            own=own,
            room=_room(followed),
            branch_bytes=lambda origin: quota(followed.get(origin, 0)).size,
        )
    except ProtocolError as error:
        if not seen.logs:
            raise Misuse(WRONG) from error
        pulled = Pulled("", is_whole=False)
    done.refused = {one.origin: one.refused for one in seen.logs.values() if one.refused}
    done.refused |= pulled.refused
    done.held = pulled.held
    done.grown = _grown(work.session, seen, followed.keys() - done.refused.keys())
    _take_files(work, carried, done)
    done.is_whole = pulled.is_whole and carried.is_whole
    done.texts_missing = sum(one in followed for one, _ in missing.withheld(work.session))
    profile.name_neighbours(work)
    telling.tell(work)
    return done


def _room(steps: Mapping[str, int]) -> Room:
    """Return the room there is today for origins that are so many steps away."""

    def room(session: Session, found: Sequence[Verified]) -> tuple[Sequence[Verified], set[str]]:
        return intake.fit(session, found, steps, now().date())

    return room


def _grown(session: Session, seen: Look, origins: Set[str]) -> dict[str, int]:
    """Return how many lines came of each of these origins."""
    rows = keeping.log_rows(session, origins & seen.logs.keys())
    came = {
        one: min(seen.logs[one].new, row.size - seen.logs[one].here) for one, row in rows.items()
    }
    return {origin: count for origin, count in came.items() if count > 0}


def _pieces(file: BinaryIO, carried: Reader) -> Callable[[], Iterator[bytes]]:
    """Return what opens the bundle, more than once where it tells a log otherwise.

    What is read again leaves the file where the first reading ended: the files come from there.
    """
    first = [carried]

    def opened() -> Iterator[bytes]:
        if first:
            yield from first.pop().bundle()
            return
        end = file.tell()
        file.seek(0)
        yield from Reader(file).bundle()
        file.seek(end)

    return opened


def _take_files(work: Work, carried: Reader, done: Taken) -> None:
    """Keep the files that a followed record names, each with the bytes of its hash."""
    wanted = {
        one.sha256: (origin, one)
        for origin, one in named_files(work.session, reading.is_shown(work))
        if not _is_here(work, one.sha256)
    }
    for beside in carried.files(fetching.LARGEST):
        if beside.sha256 not in wanted:
            continue
        origin, listed = wanted[beside.sha256]
        if beside.data is not None and fetching.bring(work, origin, listed, beside.data):
            done.files += 1
            del wanted[beside.sha256]
        else:
            done.files_refused += 1
    done.files_missing = len(wanted)


def _is_here(work: Work, sha256: str) -> bool:
    session = work.session
    return files.is_here(work, sha256) or fetching.kept(session, sha256) is not None
