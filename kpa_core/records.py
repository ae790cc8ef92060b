"""What a plugin says of the records its things become, so that other groups can take them over.

The core knows neither logs nor peers: whoever carries records asks ``register_record_types`` and
reads these. Everything here is frozen data, re-exported by :mod:`kpa_core.api`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from kpa_core.contracts import PluginWork, Problem, Text

Body = Mapping[str, Any]
"""What a record says: keys in ASCII; texts, whole numbers, lists and objects of these alone."""

FieldKind = Literal["text", "long_text", "choice", "place", "list", "number"]


@dataclass(frozen=True)
class RecordField:
    """One thing a record says.

    ``kind`` is ``text`` (one line), ``long_text`` (several), ``place`` (a town or a quarter, never
    the home of a person), ``choice`` (a key of ``choices``), ``number`` (whole, from ``least`` to
    ``most``) or ``list``: of short texts, or of objects where ``of`` says what is in each.
    ``longest`` counts signs in a text, and items in a list. ``example`` passes the field's own
    rules.
    """

    name: str
    label: Text
    kind: FieldKind = "text"
    required: bool = False
    longest: int = 200
    example: Any = ""
    hint: Text = ""
    choices: tuple[tuple[str, Text], ...] = ()
    of: tuple[RecordField, ...] = ()
    least: int = 0
    most: int = 1_000_000


@dataclass(frozen=True)
class Record:
    """A record as a plugin is shown it: verified, live, and right by its type's fields.

    ``name`` is the same on every instance, ``<origin>/<number>/<hash>``. ``licence`` is an SPDX id.
    ``credit`` is the sentence to keep beside whatever is made of it. ``content`` is what the
    type's ``from_wire`` made of ``body``.
    """

    name: str
    kind: str
    revision: int
    licence: str
    origin_name: str
    credit: str
    body: Body
    content: Any = None


@dataclass(frozen=True)
class RecordType:
    """A kind of record, and what this instance can do with one.

    ``key`` is ``<domain>/<name>/<version>``: the domain is yours, the version rises when an old
    reader could take a new body for something else. A body keeps what ``fields`` does not name: it
    was written by a newer version. ``example`` is a whole body that passes. ``files`` says that
    such a record may carry files.

    ``to_wire(work, thing_id)`` writes the body of one of the plugin's own things, and None when
    there is none that ``work.actor`` may see. ``from_wire(body)`` reads a body in the plugin's own
    terms, as ``template`` and ``install`` need it, and raises ``Refused`` with a sentence when the
    fields are right and it still makes no sense. ``linter(body)`` returns more reasons not to
    publish it; none of them lifts one of the catalogue's. ``install(work, record)`` makes a draft,
    never more, and returns the address of its page; asked again, it makes another draft.
    ``made_from(work, thing_id)`` names the records that a thing was installed from, so that their
    credit and licence go along when it is published in turn.
    """

    key: str
    label: Text
    sentence: Text
    fields: tuple[RecordField, ...]
    example: Body
    files: bool = False
    template: str = ""
    to_wire: Callable[[PluginWork, UUID], Body | None] | None = None
    from_wire: Callable[[Body], Any] | None = None
    linter: Callable[[Body], Iterable[Problem]] | None = None
    install: Callable[[PluginWork, Record], str] | None = None
    made_from: Callable[[PluginWork, UUID], Iterable[str]] | None = None
