"""What a published body says, or why it is put aside. Pure.

The log proves who sent a body and that nobody changed it, never that it makes sense. What does not
is kept in quarantine: named, with a reason in plain words, and never shown as content.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kpa_core.api import N_, RecordType
from kpa_federation.catalogue import schema
from kpa_federation.protocol.bodies import Attachment, read_body
from kpa_federation.protocol.entries import Entry, body_hash
from kpa_federation.protocol.errors import ProtocolError

REASONS = {
    "absent": N_("Son texte n'est pas encore arrivé."),
    "length": N_("Son texte n'a pas la bonne longueur."),
    "changed": N_("Son texte n'est pas celui qui a été signé."),
    "unreadable": N_("Son texte ne se lit pas."),
    "fields": N_("Il manque quelque chose, ou quelque chose est mal rempli."),
    "senseless": N_("Les mots sont là, mais l'ensemble ne va pas."),
    "void": N_("Cette ligne ne suit pas les règles du réseau."),
}
SHOWN_LINES = 200
SHOWN_LENGTH = 2_000


@dataclass(frozen=True)
class Content:
    """What a body says, and its files."""

    body: Mapping[str, Any]
    files: tuple[Attachment, ...]


@dataclass(frozen=True)
class Unread:
    """Why a body is put aside: a key of ``REASONS``, and the field at fault if there is one."""

    reason: str
    where: str = ""

    @property
    def message(self) -> str:
        """The reason, as a message id."""
        return REASONS[self.reason]


def read_content(entry: Entry, body: bytes | None, kind: RecordType | None) -> Content | Unread:
    """Return what the body of a ``put`` says; without a kind, any body that can be read."""
    if body is None:
        return Unread("absent")
    if len(body) != entry.fields["bytes"]:
        return Unread("length")
    if body_hash(body) != entry.fields["body"]:
        return Unread("changed")
    try:
        content, files = read_body(body)
    except ProtocolError:
        return Unread("unreadable")
    problems = schema.check(kind, content) if kind is not None else ()
    if problems:
        return Unread("fields", problems[0].where)
    return Content(content, files)


def title_of(body: Mapping[str, Any], instead: str) -> str:
    """Return a record's title, on one line; ``instead`` when it has none."""
    title = body.get("title")
    return " ".join(title.split())[:200] if isinstance(title, str) and title.strip() else instead


def plain_lines(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what an unknown kind says, as places and texts, up to a length."""
    return [
        (place[:120], text[:SHOWN_LENGTH])
        for (place, text), _ in zip(_lines("", body), range(SHOWN_LINES), strict=False)
    ]


def plain(text: str) -> str:
    """Return a text from elsewhere without signs that could drive a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def words(body: Mapping[str, Any]) -> str:
    """Return all the texts of a body, to search in."""
    return "\n".join(text for _, text in _lines("", body))


def _lines(place: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inside in value.items():
            yield from _lines(f"{place}.{key}" if place else str(key), inside)
    elif isinstance(value, list | tuple):
        for number, inside in enumerate(value, 1):
            yield from _lines(f"{place}.{number}", inside)
    else:
        yield place, str(value)
