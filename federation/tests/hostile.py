"""Texts that parsers get wrong, and a hash that shows whether a database changed."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import sqlalchemy as sa

from kpa_core.api import Base

DATA = Path(__file__).parent / "data"


def hostile_texts():
    for case in json.loads((DATA / "hostile_json.json").read_text("utf-8")):
        if "b64" in case:
            yield case["name"], base64.b64decode(case["b64"])
    yield "100,000 lists", b"[" * 100_000
    yield "depth 17", b'{"want":' * 17 + b"1" + b"}" * 17
    yield "5,000 digits", b'{"want":' + b"9" * 5000 + b"}"


def fingerprint(kpa):
    """Return a hash of every row of every table."""
    digest = hashlib.sha256()
    made = set(sa.inspect(kpa.instance.engine).get_table_names())  # other plugins' are not
    with kpa.instance.engine.connect() as connection:
        for table in (one for one in Base.metadata.sorted_tables if one.name in made):
            for row in connection.execute(sa.select(table).order_by(*table.primary_key)):
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()
