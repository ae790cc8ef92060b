"""Freeze a paper: its place in a series, its link in the chain, its row that never changes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.activities.models import Order
from kpa_core.db import new_id
from kpa_core.invoices import documents
from kpa_core.invoices.carrier import numbers
from kpa_core.invoices.models import Carrier, Document, ReferenceCounter, Series
from kpa_core.invoices.paper import chain
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.invoices.sealing import makers
from kpa_core.work import Work

PREFIXES = {"quote": "D", "handover": "P", "invoice": "F", "credit_note": "A"}
SEALED: dict[int, tuple[str, ...]] = {
    1: (
        "id",
        "created_at",
        "created_by",
        "kind",
        "reference",
        "order_id",
        "activity_id",
        "carrier_id",
        "customer_id",
        "series_id",
        "number",
        "chain_position",
        "corrects_id",
        "issued_on",
        "due_on",
        "valid_until",
        "net_cents",
        "vat_cents",
        "gross_cents",
        "rounding_cents",
        "snapshot",
        "hash_version",
        "previous",
        "hash",
    )
}
SEALED[2] = (*SEALED[1], "type_code", "prepaid_cents", "xml_sha256", "pdf_sha256")
"""The columns each version of a seal covers; a new column asks for a new version."""


@dataclass(frozen=True)
class Place:
    """Where a document stands: its series, locked, and its number if the series gives one."""

    series: Series
    number: str | None = None


def issue_day(series: Series, carrier: Carrier) -> date:
    """Return today for the carrier, never before the last document of the series."""
    today = clock.today(carrier.timezone)
    return max(today, series.last_issued_on or today)


def take_place(series: Series, day: date) -> Place:
    """Take the next number of a locked series; a yearly one starts again at 1 in a new year."""
    if not series.pattern:
        return Place(series)
    if series.yearly and series.year != day.year:
        series.year, series.last_sequence = day.year, 0
    series.last_sequence += 1
    return Place(series, numbers.number_of(series.pattern, day.year, series.last_sequence))


def peek_number(series: Series, day: date) -> str:
    """Return the number ``take_place`` would give."""
    anew = series.yearly and series.year != day.year
    return numbers.number_of(series.pattern, day.year, 1 if anew else series.last_sequence + 1)


def next_reference(session: Session, kind: str, day: date) -> str:
    """Take the next reference of our own; the counter's row makes writers wait for each other."""
    key = {"prefix": PREFIXES[kind], "year": day.year}
    # The same words on SQLite and PostgreSQL; the first of a year may come twice at once.
    session.execute(
        sa.text(
            "INSERT INTO reference_counter (prefix, year, last) VALUES (:prefix, :year, 0) "
            "ON CONFLICT DO NOTHING"
        ),
        key,
    )
    number = session.scalar(
        sa.update(ReferenceCounter)
        .filter_by(**key)
        .values(last=ReferenceCounter.last + 1)
        .returning(ReferenceCounter.last)
        .execution_options(synchronize_session=False)
    )
    return f"{PREFIXES[kind]}-{day.year}-{number:04d}"


def freeze(
    work: Work,
    order: Order,
    carrier: Carrier,
    paper: Snapshot,
    *,
    place: Place | None = None,
    corrects: Document | None = None,
) -> Document:
    """Write the document of a paper, in the current transaction, and link it if it has a place."""
    if place is not None and place.number is not None:
        paper = replace(paper, number=place.number, series=place.series.code)
    document = _row(work, order, carrier, paper, corrects)
    files = makers.make(work, paper) if paper.number is not None else ()
    for one in files:
        setattr(document, one.column, one.sha256)
    if place is not None:
        _link(document, place.series)
    work.session.add(document)
    work.session.flush()
    makers.keep(work, document, files)
    return document


def _row(
    work: Work, order: Order, carrier: Carrier, paper: Snapshot, corrects: Document | None
) -> Document:
    return Document(
        id=new_id(),
        kind=paper.kind,
        reference=paper.reference,
        order_id=order.id,
        activity_id=order.activity_id,
        carrier_id=carrier.id,
        customer_id=order.customer.party_id,
        number=paper.number,
        corrects_id=corrects.id if corrects else None,
        issued_on=paper.issue_day,
        due_on=paper.due_day,
        valid_until=paper.validity_day,
        net_cents=paper.totals.net_cents,
        vat_cents=paper.totals.vat_cents,
        gross_cents=paper.totals.gross_cents,
        rounding_cents=paper.totals.rounding_cents,
        type_code=paper.type_code,
        prepaid_cents=paper.totals.prepaid_cents,
        snapshot=paper.to_json(),
        created_by=work.actor.party_id,
    )


def record(work: Work, capability: str, document: Document) -> None:
    """Write a frozen document in the audit log, whose own chain then seals every column of it."""
    version = max(SEALED)
    after = {
        "reference": document.reference,
        "number": document.number,
        "gross_cents": document.gross_cents,
        "order": document.order_id,
        "seal": seal(document, version),
        "seal_version": version,
    }
    work.record(capability, document, scope=document.scope, after=after)


def seal(document: Document, version: int) -> str:
    """Return the SHA-256 of a document's columns, in hexadecimal."""
    facts = {name: _text(getattr(document, name)) for name in SEALED[version]}
    body = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(body.encode()).hexdigest()


def _link(document: Document, series: Series) -> None:
    series.chain_length += 1
    document.series_id, document.chain_position = series.id, series.chain_length
    document.hash_version, document.previous = chain.VERSION, series.head
    document.hash = chain.link(chain.VERSION, series.head, document.snapshot, _files_of(document))
    series.head, series.last_issued_on = document.hash, document.issued_on


def link_of(document: Document) -> chain.Row:
    """Return a document as a link of its chain."""
    return chain.Row(
        documents.shown_name(document),
        document.hash_version or 0,
        document.snapshot,
        document.hash or b"",
        _files_of(document),
    )


def _files_of(document: Document) -> tuple[bytes, ...]:
    return document.xml_sha256 or b"", document.pdf_sha256 or b""


def _text(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return str(value) if isinstance(value, date | UUID) else value
