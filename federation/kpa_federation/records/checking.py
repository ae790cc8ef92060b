"""Everything that stands against publishing a record, each with its place and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kpa_core.api import KpaError, Problem, RecordField, RecordType, Work
from kpa_federation.catalogue import licences, linter, schema
from kpa_federation.records.kinds import Kinds
from kpa_federation.records.naming import people_not_to_name
from kpa_federation.texts import gettext

FILES, CREDIT = "files", "credit"


@dataclass(frozen=True)
class Trouble:
    """One thing to correct: its place (``steps.2.text``), the field's label, the line, and why.

    ``excerpt`` quotes what was written: show it to the author, write it in no log.
    """

    where: str
    label: str
    sentence: str
    todo: str = ""
    line: int = 0
    excerpt: str = ""
    blocking: bool = True

    @property
    def field(self) -> str:
        """The field of the record at fault."""
        return self.where.partition(".")[0]


def troubles(
    work: Work,
    kinds: Kinds,
    kind: RecordType,
    body: Mapping[str, Any],
    *,
    licence: str,
    sources: tuple[str, ...] = (),
    credit: str = "",
    file_words: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Trouble]:
    """Return all that stands against publishing.

    ``sources`` are the SPDX ids of what it was made of, ``credit`` the line that goes along: nobody
    here wrote it, so names of groups in it are not taken for people's. ``file_words`` are the texts
    of its files by the file's name.
    """
    found = [_of_problem(work, kind, one) for one in schema.check(kind, body)]
    said = {**body, FILES: dict(file_words or {})}
    people = people_not_to_name(work)
    found += [_of_finding(kind, one) for one in linter.findings(said, people)]
    found += [_of_finding(kind, one) for one in linter.findings({CREDIT: credit})]
    found += [_of_problem(work, kind, one) for one in _of_plugin(work, kinds, kind, body)]
    refusal = licences.check_adaptation(sources, licence)
    return found if refusal is None else [*found, _of_problem(work, kind, refusal)]


def _of_plugin(
    work: Work, kinds: Kinds, kind: RecordType, body: Mapping[str, Any]
) -> Iterator[Problem]:
    """Ask the plugin; one that fails is a reason too: nobody knows what it would have said."""
    lint = kind.linter
    if lint is None:
        return
    try:
        owner = kinds.owners[kind.key]
        yield from work.instance.plugins.guarded(owner, "linter", lambda: list(lint(body)))
    except KpaError as error:
        yield Problem(error.message, params=error.params)


def _of_problem(work: Work, kind: RecordType, one: Problem) -> Trouble:
    def told(message: str) -> str:
        text = work.instance.texts.gettext(message)
        return text.format(**one.params) if one.params else text

    todo = told(one.todo) if one.todo else ""
    label = _label(kind, one.where)
    return Trouble(one.where, label, told(one.message), todo, blocking=one.blocking)


def _of_finding(kind: RecordType, one: linter.Finding) -> Trouble:
    sentence = gettext(one.message).format(found=one.found)
    return Trouble(one.field, _label(kind, one.field), sentence, "", one.line, one.excerpt)


def _label(kind: RecordType, where: str) -> str:
    """Return what a person calls a place: ``Étapes 3, Texte``."""
    parts, fields = where.split("."), kind.fields
    said: list[str] = []
    if parts[0] == FILES:
        return ", ".join([gettext("Fichier"), ".".join(parts[1:-1])])
    for part in parts:
        if part.isdecimal() and said:
            said[-1] = f"{said[-1]} {int(part) + 1}"
            continue
        known = _field(fields, part)
        said.append(str(known.label) if known else part)
        fields = known.of if known else ()
    return ", ".join(said)


def _field(fields: tuple[RecordField, ...], name: str) -> RecordField | None:
    return next((one for one in fields if one.name == name), None)
