"""See that what was issued is what is stored: each series' chain, each row, each audit entry.

Three witnesses have to agree. The chain of a series covers the papers; the series' row holds its
length and last hash; the audit log, itself a chain, holds a seal of every column. Whoever rewrites
all three leaves no trace in this database: heads noted elsewhere (``witnesses``) still tell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import audit
from kpa_core.audit import AuditEntry
from kpa_core.errors import N_, KpaError
from kpa_core.files import FileStore
from kpa_core.invoices import documents
from kpa_core.invoices.models import Carrier, Document, Series
from kpa_core.invoices.paper import chain
from kpa_core.invoices.sealing import freezing, printing
from kpa_core.invoices.sealing.makers import COLUMNS

REASONS = {
    "hash": N_("ce papier, ou sa place, a changé"),
    "version": N_("son sceau n'est pas d'une version connue"),
    "number": N_("son numéro n'est pas celui du papier"),
    "head": N_("il ne va pas avec la fin de série gardée"),
    "missing": N_("il manque la suite"),
    "columns": N_("ce que dit la base n'est plus ce qui a été émis"),
    "position": N_("il n'est plus à sa place"),
    "file": N_("son PDF ou son XML a changé, ou n'est plus là"),
    "not in the log": N_("le journal ne le connaît pas"),
}
"""What each reason means, for people; those of the audit log are sentences already."""

RECORDED = ("quote.send", "invoice.issue", "invoice.credit")
"""The capabilities under which a frozen document enters the audit log."""


@dataclass(frozen=True)
class Checked:
    """How a series stands: how many documents hold, its head, and the first that does not."""

    name: str
    count: int
    head: str = ""
    bad: str = ""
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Tell whether nothing was found."""
        return not self.reason


@dataclass(frozen=True)
class _Sealed:
    """What the audit log says of one document."""

    reference: str
    seal: str
    version: int


Log = Mapping[UUID, _Sealed]


def verify(
    session: Session,
    *,
    witnesses: Mapping[str, Iterable[chain.Head]] | None = None,
    anchors: Iterable[audit.Anchor] = (),
    files: FileStore | None = None,
) -> list[Checked]:
    """Check every series, then the quotes, then the audit log and what it knows that is lost.

    With ``files``, the stored PDF and XML of each document are read and compared with its seal.

    ``witnesses`` are heads kept elsewhere, by the name of their series as shown here; ``anchors``
    are those of the audit log.
    """
    log = _read_log(session)
    every = all_series(session)
    kept = witnesses or {}
    found = [
        _series(session, log, carrier, one, kept.get(name_of(carrier, one), ()), files)
        for carrier, one in every
    ]
    # What names a series that is not there stands with the quotes: nothing escapes both.
    known = [one.id for _, one in every]
    outside = sa.or_(Document.series_id.is_(None), Document.series_id.not_in(known))
    quotes = sa.select(Document).where(outside).order_by(Document.id)
    found.append(_rows(session, log, quotes, Checked("quotes", 0)))
    found.append(_audit(session, log, anchors))
    return found


def tails(session: Session, last: int = 100) -> Iterator[Checked]:
    """Yield how the last documents of each series stand: quick, for a look at every start."""
    for carrier, one in all_series(session):
        query = sa.select(Document).where(Document.series_id == one.id)
        newest = list(session.scalars(query.order_by(Document.chain_position.desc()).limit(last)))
        yield _tail(name_of(carrier, one), one, newest[::-1])


def _tail(name: str, one: Series, rows: list[Document]) -> Checked:
    previous = rows[0].previous if rows else None
    for row in rows:
        link = freezing.link_of(row)
        if row.previous != previous or chain.verify([link], after=previous) is not None:
            return Checked(name, one.chain_length, bad=documents.shown_name(row), reason="hash")
        previous = row.hash
    last = rows[-1].chain_position if rows else 0
    if (last, previous) != (one.chain_length, one.head):
        shown = documents.shown_name(rows[-1]) if rows else ""
        return Checked(name, one.chain_length, bad=shown, reason="missing")
    return Checked(name, one.chain_length, _hex(one.head))


def _series(
    session: Session,
    log: Log,
    carrier: Carrier,
    one: Series,
    kept: Iterable[chain.Head],
    files: FileStore | None,
) -> Checked:
    name = name_of(carrier, one)
    query = (
        sa.select(Document)
        .where(Document.series_id == one.id)
        .order_by(Document.chain_position)
        .execution_options(yield_per=500)
    )
    heads = [*kept, *([chain.Head(one.chain_length, one.head)] if one.head else [])]
    rows = (freezing.link_of(row) for row in _each(session, query))
    broken = chain.verify(rows, heads)
    count = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    if broken is None and count != one.chain_length:
        broken = chain.Break(count, None, "missing")
    if broken is not None:
        return Checked(name, broken.position - 1, "", broken.number or "", broken.reason)
    return _rows(session, log, query, Checked(name, count, _hex(one.head)), files)


def _rows(
    session: Session,
    log: Log,
    query: sa.Select[Document],
    so_far: Checked,
    files: FileStore | None = None,
) -> Checked:
    """Compare each row with its place, its seal and its files; return the first that differs."""
    position = 0
    for position, row in enumerate(_each(session, query), start=1):
        reason = _fault(log, row, position)
        if not reason and files is not None and not _files_hold(session, files, row):
            reason = "file"
        if reason:
            bad = documents.shown_name(row)
            return Checked(so_far.name, position - 1, "", bad, reason)
    return Checked(so_far.name, position, so_far.head)


def _fault(log: Log, row: Document, position: int) -> str:
    sealed = log.get(row.id)
    if sealed is None:
        return "not in the log"
    if sealed.version not in freezing.SEALED or freezing.seal(row, sealed.version) != sealed.seal:
        return "columns"
    if row.series_id is not None and row.chain_position != position:
        return "position"
    return ""


def _files_hold(session: Session, files: FileStore, row: Document) -> bool:
    """Tell whether the stored files of a document are those its seal covers."""
    stored = printing.stored_files(session, row)
    for media_type, column in COLUMNS.items():
        sealed = getattr(row, column)
        if sealed is None:
            continue
        try:
            data = files.read(stored[media_type])
        except (KeyError, KpaError):
            return False
        if hashlib.sha256(data).digest() != sealed:
            return False
    return True


def _each(session: Session, query: sa.Select[Document]) -> Iterator[Document]:
    """Yield rows as they come; the cursor is closed even if the reader stops early."""
    with closing(session.scalars(query)) as found:
        yield from found


def _audit(session: Session, log: Log, anchors: Iterable[audit.Anchor]) -> Checked:
    told = audit.verify(session, anchors)
    if told.broken is not None:
        return Checked("audit", told.count, bad=str(told.broken.seq), reason=told.broken.reason)
    lost = set(log) - set(session.scalars(sa.select(Document.id)))
    bad = min((log[one].reference for one in lost), default="")
    return Checked("audit", told.count, bad=bad, reason="missing" if lost else "")


def _read_log(session: Session) -> Log:
    """Read every seal in one pass."""
    query = (
        sa.select(AuditEntry.subject, AuditEntry.after)
        .where(AuditEntry.capability.in_(RECORDED), AuditEntry.result == "done")
        .order_by(AuditEntry.seq)
        .execution_options(yield_per=500)
    )
    log: dict[UUID, _Sealed] = {}
    for subject, after in session.execute(query):
        table, _, row_id = subject.partition(":")
        if table == Document.__tablename__ and "seal" in after:
            told = str(after["reference"]), str(after["seal"]), int(after["seal_version"])
            log.setdefault(UUID(row_id), _Sealed(*told))
    return log


def all_series(session: Session) -> list[tuple[Carrier, Series]]:
    """Return every series with its carrier, the oldest first."""
    query = sa.select(Carrier, Series).join(Series, Series.carrier_id == Carrier.id)
    return [(carrier, one) for carrier, one in session.execute(query.order_by(Series.id))]


def name_of(carrier: Carrier, one: Series) -> str:
    """Return a series' name, as it is shown and as witnesses give it."""
    return f"{carrier.name}/{one.code}"


def _hex(head: bytes | None) -> str:
    return head.hex() if head else ""
