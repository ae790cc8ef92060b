"""Heads of one's own log that its key signed, and that were not signed here.

Somebody else has the key, or an old backup was put back. The evidence says which heads; it stands
as long as that log is longer than the one here, and signed by the key in force.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import N_, Refused
from kpa_federation.log import keeping
from kpa_federation.log.branches import AHEAD
from kpa_federation.log.models import EvidenceRow, LogRow
from kpa_federation.own import head, mark
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.notes import read_checkpoint

STOLEN = N_(
    "Quelqu'un d'autre écrit avec notre clé : un voisin a des lignes que ce KPA n'a jamais "
    "signées. Rien ne peut être publié. Va voir « La clé et les gardiens », « La clé est volée »."
)


def check(session: Session, row: LogRow, root: Path) -> None:
    """See that nobody signed more of one's own log than there is here.

    Raises:
        Refused: somebody did.
    """
    said = trouble(session, row, root)
    if said:
        raise Refused(said)


def trouble(session: Session, row: LogRow, root: Path) -> str:
    """Return what is wrong, as a message id; an empty text when nothing is.

    What was signed here last lies outside of the database: if the log is that long, the rest was
    signed by somebody else.
    """
    if not any(_stands(row, one) for one in _evidence(session, row)):
        return ""
    here = head.Head(row.size, keeping.state_in(row).frontier.root())
    return STOLEN if head.last_head(root) == here else mark.BEHIND


def _evidence(session: Session, row: LogRow) -> list[EvidenceRow]:
    mine = sa.select(EvidenceRow).where(
        EvidenceRow.origin == row.origin, EvidenceRow.verdict == AHEAD
    )
    return list(session.scalars(mine))


def _stands(row: LogRow, one: EvidenceRow) -> bool:
    checkpoint, identity = read_checkpoint(one.second), keeping.state_in(row).identity
    if checkpoint.size <= row.size or identity is None:
        return False
    try:
        checkpoint.check(identity.key)
    except ProtocolError:
        return False  # guardians gave the log another key since
    return True
