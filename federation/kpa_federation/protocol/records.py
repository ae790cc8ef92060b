"""What entries do to records: a record is named by its first ``put``, its state is its last entry.

Order is the log's, never a clock's, so every copy of a log arrives at the same state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kpa_federation.protocol.entries import Entry

WITHDRAWS = ("del", "purge")


@dataclass(frozen=True, slots=True)
class RecordState:
    """Where a record stands: the op, revision and index of its last entry with an effect."""

    record: int
    op: str
    revision: int
    index: int

    @property
    def is_live(self) -> bool:
        """Tell whether it is published and not withdrawn."""
        return self.op == "put"


def after(known: Mapping[int, RecordState], index: int, entry: Entry) -> RecordState | str:
    """Return the state of the record after an entry, or the reason why the entry is void.

    ``known`` has the state of the record the entry names, where there is one. A record that was
    withdrawn stays so; only ``purge`` may follow ``del``.
    """
    fields = entry.fields
    named = fields.get("record")
    if named is None:
        if fields["revision"] != 1:
            return "revision"
        return RecordState(index, entry.op, 1, index)
    state = known.get(named)
    if state is None:
        return "no_record"
    if fields["revision"] != state.revision + 1:
        return "revision"
    if not state.is_live and (state.op, entry.op) != ("del", "purge"):
        return "withdrawn"
    return RecordState(named, entry.op, fields["revision"], index)
