"""What must not be published: it says where each thing stands, and what to do about it.

Published is for everyone and for good. So e-mail addresses, telephones, bank accounts, social
security numbers, birth dates, homes, secret links and members' names are refused. The rules on each
are in the modules that find them. The linter sees texts only: not pictures, not what a PDF shows.

A finding quotes what was found: show it to the author, and never write it in a log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kpa_core.api import N_
from kpa_federation.catalogue import banking, contacts, private_life
from kpa_federation.catalogue.people_named import NamedPeople, PersonName
from kpa_federation.catalogue.reading import Reading, read

Kind = Literal[
    "url_with_token",
    "email",
    "iban",
    "social_number",
    "phone",
    "birth_date",
    "home",
    "person_name",
]
Span = tuple[int, int]

SENTENCES: dict[Kind, str] = {
    "url_with_token": N_(
        "« {found} » ouvre une porte secrète. Enlève ce lien, ou mets un lien que tout le monde"
        " peut avoir."
    ),
    "email": N_(
        "« {found} » est une adresse e-mail. Enlève-la. On vous écrit par la page de votre groupe."
    ),
    "iban": N_("« {found} » est un compte en banque. Enlève-le."),
    "social_number": N_("« {found} » est un numéro de sécurité sociale. Enlève-le."),
    "phone": N_(
        "« {found} » est un numéro de téléphone. Enlève-le. On vous écrit par la page de votre"
        " groupe."
    ),
    "birth_date": N_(
        "« {found} » dit l'âge ou la naissance d'une personne. Enlève-le, ou écris par exemple"
        " « des jeunes »."
    ),
    "home": N_("« {found} » dit où une personne habite. Enlève-le, ou écris seulement la ville."),
    "person_name": N_(
        "« {found} » est le nom d'une personne du groupe. Écris « une personne du groupe » ou"
        " « nous »."
    ),
}
_PLAIN_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_EXCERPT = 30
"""How many signs are shown before and after what was found."""


@dataclass(frozen=True)
class Finding:
    """One thing that must not be published.

    ``field`` is its place in the record (``steps.2.text``), ``line`` counts from 1, ``start`` and
    ``end`` are in that field's text. ``offset`` is where it begins in ``excerpt``. ``message`` is a
    message id whose ``{found}`` is ``found``.
    """

    field: str
    kind: Kind
    line: int
    start: int
    end: int
    found: str
    excerpt: str
    offset: int

    @property
    def message(self) -> str:
        """The sentence that says what it is and what to do."""
        return SENTENCES[self.kind]


def findings(
    record_fields: Mapping[str, Any], names_of_people: Iterable[PersonName] = ()
) -> tuple[Finding, ...]:
    """Return all that must not be published, in the order it is read.

    Every text is looked at, at any depth, and every key that is no plain name of a field: what a
    schema does not know travels as well.
    """
    named = NamedPeople(names_of_people)
    return tuple(
        finding
        for field, text in _texts("", record_fields)
        for finding in _in_text(field, text, named)
    )


def _texts(field: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, Mapping):
        for key, inside in value.items():
            place = f"{field}.{key}" if field else str(key)
            if not _PLAIN_KEY.fullmatch(str(key)):  # "lang" is a field, and a surname
                yield place, str(key)
            yield from _texts(place, inside)
    elif isinstance(value, list | tuple):
        for number, inside in enumerate(value):
            yield from _texts(f"{field}.{number}" if field else str(number), inside)


def _in_text(field: str, text: str, named: NamedPeople) -> Iterator[Finding]:
    reading = read(text)
    for start, end, kind in _without_overlaps(_found(reading.plain, named)):
        yield _finding(field, reading, kind, *reading.span(start, end))


def _found(plain: str, named: NamedPeople) -> Iterator[tuple[Span, Kind]]:
    """Yield what each rule finds; where two speak of one place, the first one does."""
    links = list(contacts.links(plain))
    yield from ((span, "url_with_token") for span, is_secret in links if is_secret)
    finders: dict[Kind, Callable[[str], Iterator[Span]]] = {
        "email": contacts.emails,
        "iban": banking.ibans,
        "social_number": banking.social_numbers,
        "phone": contacts.phones,
        "birth_date": private_life.birth_dates,
        "home": private_life.homes,
        "person_name": named.spans,
    }
    # The number of a page is no telephone.
    quiet = [span for span, _ in links if not contacts.calls_somebody(plain[slice(*span)])]
    for kind, finder in finders.items():
        spans = list(finder(plain))
        if kind in ("phone", "iban", "social_number"):
            spans = _outside(spans, quiet)
        yield from ((span, kind) for span in spans)


def _outside(spans: list[Span], walls: list[Span]) -> list[Span]:
    """Return the spans that begin in none of ``walls``; both are walked once."""
    kept, walls = [], sorted(walls)
    at = 0
    for span in sorted(spans):
        while at < len(walls) and walls[at][1] <= span[0]:
            at += 1
        if at == len(walls) or span[0] < walls[at][0]:
            kept.append(span)
    return kept


def _without_overlaps(found: Iterable[tuple[Span, Kind]]) -> list[tuple[int, int, Kind]]:
    """Return what was found in the order of the text, each place once."""
    order = {kind: rank for rank, kind in enumerate(SENTENCES)}
    kept: list[tuple[int, int, Kind]] = []
    for (start, end), kind in sorted(found, key=lambda one: (one[0][0], order[one[1]], -one[0][1])):
        if kept and start < kept[-1][1]:
            if order[kind] < order[kept[-1][2]]:
                kept[-1] = (kept[-1][0], max(end, kept[-1][1]), kind)
            continue
        kept.append((start, end, kind))
    return kept


def _finding(field: str, reading: Reading, kind: Kind, start: int, end: int) -> Finding:
    source = reading.source
    first, last = max(0, start - _EXCERPT), min(len(source), end + _EXCERPT)
    excerpt = source[first:last].replace("\n", " ").replace("\r", " ")
    return Finding(
        field=field,
        kind=kind,
        line=source.count("\n", 0, start) + 1,
        start=start,
        end=end,
        found=" ".join(source[start:end].split())[:200],
        excerpt=excerpt,
        offset=start - first,
    )
