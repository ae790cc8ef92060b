"""Write what a carrier's file says: all the chosen lines, or none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from kpa_core.errors import N_, KpaError, Refused
from kpa_core.invoices.imports.acts import Act, Finding, acts_of, do
from kpa_core.invoices.imports.reading import Broken, Said
from kpa_core.work import Work


def write(work: Work, lines: Sequence[Said | Broken], chosen: Collection[str]) -> list[Finding]:
    """Do the acts whose keys are ``chosen``, in one transaction; what was done before stays done.

    Raises:
        Refused: a line cannot be done any more; nothing is written, and the line is named.
    """
    said = [one for one in lines if isinstance(one, Said)]
    acts = [one for one in acts_of(work, said) if isinstance(one, Act)]
    wanted = [one for one in acts if f"{one.line}:{one.kind}" in chosen]
    done = []
    told_here: set[UUID] = set()
    # In one order always: two imports at once must not wait for each other.
    wanted.sort(key=lambda one: (one.document_id, one.line, one.kind != "number"))
    with work.transaction():
        for act in wanted:
            try:
                done.append(do(work, act, told_here))
            except KpaError as error:
                raise Refused(
                    N_("Ligne {line} : {why} Rien n'est écrit."),
                    field="file",
                    line=act.line,
                    why=error,
                ) from error
    return sorted(done, key=lambda one: (one.line, one.kind))


def to_write(findings: Sequence[Finding]) -> list[str]:
    """Return the keys of what is worth writing: what is known stays known by its own line too."""
    return [one.key for one in findings if one.kind and one.status in ("new", "differs", "known")]
