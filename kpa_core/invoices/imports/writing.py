"""Write what a carrier's file says, a piece at a time: nobody waits to write for a whole file.

A thousand lines take some ten seconds. A piece is written whole or not at all; after a cut, the
same file again writes what is missing, since every act knows when it was done before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from kpa_core.errors import N_, KpaError, Refused
from kpa_core.invoices.imports.acts import Act, Finding, acts_of, do
from kpa_core.invoices.imports.reading import Broken, Said
from kpa_core.work import Work

PIECE = 50
"""Acts in one transaction: about half a second."""


def write(work: Work, lines: Sequence[Said | Broken], chosen: Collection[str]) -> list[Finding]:
    """Do the acts whose keys are ``chosen``; what was done before stays done.

    It opens transactions of its own, one for each piece: none may be open.

    Raises:
        Refused: a line cannot be done any more, and is named: nothing of its piece is written, nor
            of those that follow.
    """
    said = [one for one in lines if isinstance(one, Said)]
    acts = [one for one in acts_of(work, said) if isinstance(one, Act)]
    wanted = [one for one in acts if f"{one.line}:{one.kind}" in chosen]
    # In one order always: two imports at once must not wait for each other.
    wanted.sort(key=lambda one: (one.document_id, one.line, one.kind != "number"))
    done: list[Finding] = []
    told_here: set[UUID] = set()
    for piece in _pieces(wanted):
        with work.transaction():
            done += [_done(work, act, told_here, partly=bool(done)) for act in piece]
    return sorted(done, key=lambda one: (one.line, one.kind))


def _pieces(acts: Sequence[Act]) -> Iterator[Sequence[Act]]:
    for start in range(0, len(acts), PIECE):
        yield acts[start : start + PIECE]


def _done(work: Work, act: Act, told_here: set[UUID], *, partly: bool) -> Finding:
    try:
        return do(work, act, told_here)
    except KpaError as error:
        nothing = N_("Ligne {line} : {why} Rien n'est écrit.")
        some = N_("Ligne {line} : {why} Une partie est écrite. Rien ne sera noté deux fois.")
        text = some if partly else nothing
        raise Refused(text, field="file", line=act.line, why=error) from error


def to_write(findings: Sequence[Finding]) -> list[str]:
    """Return the keys of what is worth writing: what is known stays known by its own line too."""
    return [one.key for one in findings if one.kind and one.status in ("new", "differs", "known")]
