"""A draft as its readers will see it: by the page of the plugin whose kind it is."""

from __future__ import annotations

from kpa_core.api import KpaError, Record, Work
from kpa_federation.records.kinds import Kinds
from kpa_federation.records.models import DraftRow


def preview(work: Work, known: Kinds, row: DraftRow) -> Record | None:
    """Return the record that a draft would become; None when no page of a plugin shows it."""
    kind = known.get(row.kind)
    if kind is None or not kind.template:
        return None
    read, content = kind.from_wire, None
    if read is not None:
        try:
            content = work.instance.plugins.guarded(
                known.owners[row.kind], "from_wire", lambda: read(row.body)
            )
        except KpaError:
            return None
    name = work.instance.settings.instance.name
    return Record("", row.kind, 0, row.licence, name, "", row.body, content)
