"""What a carrier's file would change here, line by line; nothing is written.

Each act is really done, by the services that would do it, then undone with its transaction: what is
shown is what will happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from kpa_core.errors import N_, KpaError, Refused
from kpa_core.invoices.imports.acts import Act, Finding, acts_of, do
from kpa_core.invoices.imports.reading import Broken, Said
from kpa_core.work import Work

MOST_OF_ONE = 200
"""Lines about one paper in a file: nobody else writes while they are tried."""


class _Undo(Exception):
    """Ends a transaction that was only a trial."""


def compare(work: Work, lines: Sequence[Said | Broken]) -> list[Finding]:
    """Return what each line would do, in the order of the file; the database stays as it is.

    It opens transactions of its own: none may be open.
    """
    broken = [one for one in lines if isinstance(one, Broken)]
    found = [Finding(one.line, "", "refused", "", one.why) for one in broken]
    by_document: dict[object, list[Act]] = {}
    for act in acts_of(work, [one for one in lines if isinstance(one, Said)]):
        if isinstance(act, Finding):
            found.append(act)
        else:
            by_document.setdefault(act.document_id, []).append(act)
    for acts in by_document.values():
        found += _tried(work, acts)
    return sorted(found, key=lambda one: (one.line, one.kind))


def _tried(work: Work, acts: Sequence[Act]) -> list[Finding]:
    """Try the acts about one document in order; one that is refused is undone alone."""
    found = [_too_many(act) for act in acts[MOST_OF_ONE:]]
    told_here: set[UUID] = set()
    with suppress(_Undo), work.transaction():
        for act in acts[:MOST_OF_ONE]:
            try:
                with work.attempt():
                    found.append(do(work, act, told_here))
            except KpaError as error:
                found.append(Finding(act.line, act.kind, "refused", act.name, error))
        raise _Undo
    return found


def _too_many(act: Act) -> Finding:
    why = Refused(N_("Plus de {most} lignes parlent de ce papier."), most=MOST_OF_ONE)
    return Finding(act.line, act.kind, "refused", act.name, why)
