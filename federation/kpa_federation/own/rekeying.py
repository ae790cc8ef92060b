"""Append a ``key`` entry to one's own log; after a theft, from where the log was still one's own.

This is the only place where a KPA leaves something it signed. It needs an entry that enough
guardians signed for that very place: the old key, or a person here, can do it with nothing else.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from kpa_core.api import N_, Refused, Work, now
from kpa_federation.log import ageing, going_back, keeping
from kpa_federation.log.keeping import Verified
from kpa_federation.log.models import LogRow
from kpa_federation.own import head, keyring, mark, writing
from kpa_federation.own.soon import ask_soon
from kpa_federation.protocol import tree
from kpa_federation.protocol.entries import Entry, read_entry
from kpa_federation.protocol.notes import Checkpoint, read_checkpoint
from kpa_federation.protocol.reading import LogState


def append(work: Work, line: bytes) -> None:
    """Append a ``key`` entry at the end of one's own log, in the caller's transaction.

    Raises:
        Refused: as for any entry; or it would have no effect; or its key is not here.
    """
    root = work.instance.settings.root
    with work.transaction() as session:
        row = _own(session)
        mark.check(work)
        writing.check_open(session, row, head.last_head(root))
        made = _after(work, keeping.state_in(row), [line])
        note = read_checkpoint(row.note)
        keeping.keep(session, [Verified(made[0], row.size, made[1], {}, note)], now())
        _seal_later(work)


def leave(work: Work, line: bytes, size: int) -> None:
    """Go on from a size with a ``key`` entry; what a thief appended after it is left.

    What was withdrawn there less than 14 days ago is back. In the caller's transaction.

    Raises:
        Refused: there were no guardians there; the entry has no effect; its key is not here.
    """
    root = work.instance.settings.root
    with work.transaction() as session:
        row = _own(session)
        base = going_back.go_back(session, row, size)
        if base.identity is None or not base.identity.commitment:
            raise Refused(N_("À cet endroit du journal, il n'y avait pas de gardiens."))
        after, entries = _after(work, base, [line])
        made = head.Head(after.size, after.frontier.root())
        left = head.last_head(root)
        work.record(
            "federation.keys",
            f"head:recovery:{row.origin}",
            before={"size": left.size, "root": left.root.hex()} if left else {},
            after={"size": made.size, "root": made.root.hex(), "from": size},
        )
        assert after.identity is not None
        private = keyring.find(root, after.identity.key)
        assert private is not None  # seen by _after
        unsigned = Checkpoint(row.origin, 0, tree.EMPTY_ROOT).signed(private)
        keeping.keep(session, [Verified(after, size, entries, {}, unsigned)], now())
        head.allow_recovery(root, made)
        _seal_later(work)


def final_size(session: Session) -> int:
    """Return the size below which peers leave nothing any more, as far as this KPA knows.

    A peer cannot have verified an entry before it was here, except what a thief signed elsewhere.
    """
    return ageing.final_size(session, _own(session).id, now())


def _own(session: Session) -> LogRow:
    row = keeping.log_row(session, writing.own_origin(session))
    if row is None:
        raise Refused(N_("Ce KPA n'est pas encore dans le réseau."))
    return row


def _after(work: Work, before: LogState, lines: list[bytes]) -> tuple[LogState, list[Entry]]:
    """Return the state after these lines, the last of which must have its effect."""
    after, entries = before.after([read_entry(line) for line in lines])
    if entries[-1].op != "key" or entries[-1].void:
        raise Refused(
            N_("Cette ligne n'aurait pas d'effet ({why})."), why=entries[-1].void or entries[-1].op
        )
    assert after.identity is not None
    if keyring.find(work.instance.settings.root, after.identity.key) is None:
        raise Refused(
            N_(
                "Le fichier de la nouvelle clé n'est plus sur cet ordinateur. "
                "Arrête cette cérémonie, et recommence-la."
            )
        )
    return after, entries


def _seal_later(work: Work) -> None:
    work.after_commit(lambda: writing.seal_or_later(work))
    ask_soon(work, "federation.tell", {})
