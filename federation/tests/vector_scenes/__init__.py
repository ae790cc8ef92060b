"""What the vectors are made from: one function per vector, named like its file.

Its docstring is the vector's comment. What must come out is written by hand; only roots, names and
keys are computed, by an origin in memory.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from log_writer import Writer, guardians, public_of

from kpa_federation.protocol import keys, tree
from kpa_federation.protocol.bundle import closing, opening, section_lines
from kpa_federation.protocol.entries import read_entry, record_name

MADE: dict[str, Callable[[], dict[str, Any]]] = {}
SENDER = "a" * 32
THREE = guardians("anis", "optéos", "condition")


def scene(make):
    """Make a vector of a function."""
    assert make.__name__ not in MADE, make.__name__
    MADE[make.__name__] = make
    return make


def lines_of(*sections, explicit=False):
    """Return a bundle, line by line, with their ends."""
    found = [opening(SENDER)]
    for section in sections:
        found += section_lines(section, explicit)
    return [*found, closing("epoch.1", {})]


def shown(pieces):
    """Return a bundle as a vector shows it: a text is a line, anything else bytes in base64."""
    return [_shown(piece) for piece in pieces]


def _shown(piece):
    try:
        text = piece.decode()
    except UnicodeDecodeError:
        text = ""
    if text.endswith("\n"):
        return text[:-1]
    return {"base64": base64.b64encode(piece).decode()}


def log(
    writer,
    *bundles,
    result="accepted",
    size=None,
    key=None,
    void=None,
    records=None,
    withheld=(),
    unreadable=(),
):
    """Return a vector: bundles that are read one after another, and what is known after them.

    ``records`` says op, revision and index of the last entry of each record, by its first index.
    Without bundles the whole log is sent in one section.
    """
    if size is None:
        size = len(writer.entries) if result == "accepted" else 0
    records = {1: ("put", 1, 1)} if records is None and size > 1 else records or {}
    return {
        "what": "log",
        "origin": writer.origin,
        "bundles": [shown(one) for one in bundles or [lines_of(writer.section())]],
        "expect": {
            "result": result,
            "size": size,
            "root": encoded(writer.root(size) if size else tree.EMPTY_ROOT),
            "key": keys.text_of(public_of(key or writer.name)) if size else "",
            "void": {str(index): reason for index, reason in (void or {}).items()},
            "records": {
                record_name(writer.origin, first, writer.entries[first].leaf): {
                    "op": op,
                    "revision": revision,
                    "index": index,
                }
                for first, (op, revision, index) in records.items()
            },
            "withheld": list(withheld),
            "unreadable": list(unreadable),
        },
    }


def roubaix(following=THREE):
    """Return an origin with guardians and one record, at 1."""
    writer = Writer("roubaix", following)
    writer.put()
    return writer


def fields_of(line):
    return json.loads(line)


def spelled(fields):
    """Return the canonical line of fields, whatever they hold."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def with_entry(change, reason, **more):
    """Return a vector of a log whose entry 2 is the ``put`` of entry 1, changed; it is void."""
    writer = roubaix()
    changed = change(writer.entries[1].line)
    writer.append(changed if isinstance(changed, bytes) else spelled(changed))
    return log(writer, void={2: reason} if reason else {}, **more)


def encoded(data):
    return base64.b64encode(data).decode()


def raw(line):
    return read_entry(line)
