"""Look into a carried file: verify all of it and keep nothing, so that a person can decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from kpa_core.api import N_, Misuse, Work
from kpa_federation.carrying.container import CUT_AT_ONCE, WRONG, Progress, Reader
from kpa_federation.catalogue.kinds.instance import INSTANCE
from kpa_federation.log import going_back, keeping
from kpa_federation.own.writing import own_origin
from kpa_federation.peers import service
from kpa_federation.protocol import records
from kpa_federation.protocol.bodies import Attachment, read_body
from kpa_federation.protocol.bundle import BundleReader
from kpa_federation.protocol.entries import Entry
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.reading import LogState, Section
from kpa_federation.protocol.records import RecordState
from kpa_federation.protocol.words import words_of

LONGEST = 80
MOST_LINES = 400_000
MOST_BYTES = 512 * 1024 * 1024
"""Inflated: what is looked into stays in memory, and a small file can say very much."""
TOO_LARGE = N_(
    "Ce fichier est trop grand : on n'a rien pris. Demande un fichier avec moins de KPA."
)


@dataclass
class LookedLog:
    """One log in a file: whose it is, what it brings, or why it is refused.

    ``standing`` is what is thought of its origin here: ``own``, ``new`` when it was never met, or a
    peer's trust. ``new`` entries are those that are not here yet. ``name`` and ``place`` are what
    the origin says of itself.
    """

    origin: str
    standing: str
    here: int
    name: str = ""
    place: str = ""
    size: int = 0
    refused: str = ""
    states: dict[int, RecordState] = field(default_factory=dict, repr=False)
    texts: dict[int, tuple[Attachment, ...]] = field(default_factory=dict, repr=False)

    about: set[int] = field(default_factory=set, repr=False)

    @property
    def words(self) -> str:
        """The six words of its origin."""
        return words_of(self.origin)

    @property
    def records(self) -> int:
        """How many records there are to read: a profile is not one."""
        return len([at for at in self._live() if at not in self.about])

    @property
    def missing_texts(self) -> int:
        """How many of them came without their words."""
        return len([at for at in self._live() if at not in self.texts])

    @property
    def new(self) -> int:
        """How many of its lines are not here."""
        return max(self.size - self.here, 0)

    @property
    def files(self) -> dict[str, Attachment]:
        """The files that its live records name."""
        return {one.sha256: one for at in self._live() for one in self.texts.get(at, ())}

    @property
    def waits(self) -> bool:
        """Tell whether a person has to say yes before it is read here."""
        return not self.refused and self.standing in ("new", "waiting")

    def _live(self) -> list[int]:
        return [state.index for state in self.states.values() if state.is_live]


@dataclass
class Look:
    """A file, looked into: who says they wrote it, its logs by origin, the files beside them."""

    peer: str
    logs: dict[str, LookedLog]
    files: dict[str, int]
    is_whole: bool
    is_damaged: bool
    size: int

    @property
    def waiting(self) -> list[LookedLog]:
        """The logs of those whom nobody here welcomed yet."""
        return [one for one in self.logs.values() if one.waits]

    @property
    def missing_files(self) -> int:
        """How many files are named and not in the file."""
        named = {sha for one in self.logs.values() if not one.refused for sha in one.files}
        return len(named - self.files.keys())


def look(work: Work, file: BinaryIO, progress: Progress = lambda _done: None) -> Look:
    """Verify a whole file from its start; what comes before a cut counts.

    Raises:
        Misuse: it is something else, or more than is looked into.
    """
    carried = Reader(file, progress)
    reader = BundleReader(_bounded(carried.bundle()))
    session, logs, states = work.session, dict[str, LookedLog](), dict[str, LogState]()
    known = {row.origin: row.trust for row in service.peers(session)}
    known[own_origin(session)] = "own"
    damaged, lines = False, 0
    try:
        for section in reader:
            lines += len(section.entries)
            if lines > MOST_LINES:
                raise Misuse(TOO_LARGE)
            log = logs.get(section.origin)
            if log is None:
                log = logs[section.origin] = _met(session, known, section.origin)
            if not log.refused:
                _verify(session, log, states, section)
    except ProtocolError as error:
        if not logs:
            raise Misuse(WRONG) from error
        damaged = True
    if not reader.peer:
        raise Misuse(CUT_AT_ONCE)
    beside = {one.sha256: one.size for one in carried.files(0)} if reader.is_whole else {}
    is_whole = reader.is_whole and carried.is_whole
    return Look(reader.peer, logs, beside, is_whole, damaged or carried.is_damaged, file.tell())


def _bounded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    left = MOST_BYTES
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise Misuse(TOO_LARGE)
        yield piece


def _met(session: Session, known: Mapping[str, str], origin: str) -> LookedLog:
    row = keeping.log_row(session, origin)
    return LookedLog(origin, known.get(origin, "new"), row.size if row else 0)


def _verify(
    session: Session, log: LookedLog, states: dict[str, LogState], section: Section
) -> None:
    try:
        before = states.get(log.origin)
        if before is None:
            before = going_back.state_at(session, log.origin, section.start)
        states[log.origin], entries = before.take(section)
    except ProtocolError as error:
        log.refused = error.code
        return
    log.size = section.end
    for place, entry in enumerate(entries, section.start):
        _note(log, place, entry, section.bodies.get(place))


def _note(log: LookedLog, place: int, entry: Entry, body: bytes | None) -> None:
    if entry.void or entry.op not in ("put", *records.WITHDRAWS):
        return
    state = records.after(log.states, place, entry)
    if isinstance(state, str):
        return
    log.states[state.record] = state
    if body is None or not state.is_live:
        return
    try:
        content, listed = read_body(body)
    except ProtocolError:
        content, listed = {}, ()
    log.texts[place] = listed
    if entry.fields["kind"] == INSTANCE.key:
        log.about.add(place)
        log.name, log.place = _line(content.get("title")), _line(content.get("place"))


def _line(said: Any) -> str:
    text = " ".join(said.split())[:LONGEST] if isinstance(said, str) else ""
    return "".join(sign if sign.isprintable() else " " for sign in text)
