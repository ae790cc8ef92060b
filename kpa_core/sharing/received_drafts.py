"""Files between "choose" and "yes": kept on this side, so that no page carries what was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.contracts import Scope
from kpa_core.errors import NotFound
from kpa_core.files import StoredFile
from kpa_core.invoices import received
from kpa_core.invoices.received import Received
from kpa_core.sharing import receiving
from kpa_core.sharing.models import Expense
from kpa_core.sharing.receiving import Answers
from kpa_core.sharing.supplier_tables import ReceivedDraft
from kpa_core.work import Work

KEPT_DAYS = 3


@dataclass(frozen=True)
class Opened:
    """A supplier's file and what it says."""

    data: bytes
    read: Received


def opened(data: bytes) -> Opened:
    """Read a file, before the transaction that keeps or takes it: it may last seconds.

    Raises:
        Unreadable: see :func:`kpa_core.invoices.received.read`.
    """
    return Opened(data, received.read(data))


def scope_of_draft(session: Session, waiting_file_id: UUID) -> Scope | None:
    """Return where a file that waits belongs."""
    draft = session.get(ReceivedDraft, waiting_file_id)
    return draft.scope if draft else None


def keep(
    work: Work, paper: Opened, *, order_id: UUID | None = None, activity_id: UUID | None = None
) -> ReceivedDraft:
    """Keep a file that reads well and was not taken before, until somebody says yes.

    Raises:
        Refused: the quota is reached, or as :func:`kpa_core.sharing.receiving.outlook`.
        Conflict: it was taken before.
    """
    with work.transaction() as session:
        activity = receiving.activity_of(work, order_id, activity_id)
        receiving.outlook(work, activity.id, paper.read)
        kept = work.instance.files.keep(
            session, paper.data, media_type=paper.read.media_type, scope=activity.scope
        )
        draft = ReceivedDraft(
            order_id=order_id,
            activity_id=activity.id,
            carrier_id=activity.carrier_id,
            file_id=kept.id,
            created_by=work.actor.party_id,
        )
        session.add(draft)
        session.flush()
        after = {"file": kept.sha256, "size": kept.size}
        work.record("expense.write", draft, scope=activity.scope, after=after)
    return draft


def find(work: Work, waiting_file_id: UUID) -> ReceivedDraft:
    """Return a file that waits.

    Raises:
        NotFound: there is none any more, or not for this actor.
    """
    draft: ReceivedDraft = work.get(
        ReceivedDraft, waiting_file_id, "expense.write", lambda row: row.scope
    )
    return draft


def open_again(work: Work, draft: ReceivedDraft) -> Opened:
    """Return a file that waits, read again.

    Raises:
        NotFound: somebody took it meanwhile.
    """
    kept = work.session.get(StoredFile, draft.file_id)
    if kept is None:
        raise NotFound()
    return opened(work.instance.files.read(kept))


def take(work: Work, waiting_file_id: UUID, paper: Opened, answers: Answers) -> Expense:
    """Take a file that waits, already read; see :func:`kpa_core.sharing.receiving.take`."""
    with work.transaction():
        draft = find(work, waiting_file_id)
        place = (
            {"order_id": draft.order_id}
            if draft.order_id is not None
            else {"activity_id": draft.activity_id}
        )
        expense = receiving.take(work, paper.data, paper.read, answers, **place)
        _forget(work, draft)
    return expense


def drop_old(work: Work, _payload: Mapping[str, Any]) -> None:
    """Forget the files nobody said yes to; run every day."""
    before = clock.now() - timedelta(days=KEPT_DAYS)
    with work.transaction() as session:
        query = sa.select(ReceivedDraft).where(ReceivedDraft.created_at < before)
        for draft in session.scalars(query):
            _forget(work, draft)


def _forget(work: Work, draft: ReceivedDraft) -> None:
    session = work.session
    kept = session.get(StoredFile, draft.file_id)
    session.delete(draft)
    session.flush()
    if kept is None:
        raise NotFound()
    work.instance.files.forget(session, kept, work.after_commit)
