"""Every page of the application, at an address that exists, as somebody who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from werkzeug.routing import Rule
from werkzeug.routing.converters import UUIDConverter

from browsing.faces import Faces
from browsing.told import PLUGINS, Told
from kpa_core.db import Base
from kpa_core.demo import cast

TABLES = {
    "partner_id": "party",
    "person_id": "party",
    "policy_carrier_id": "carrier",
    "counter_id": "impact_counter",
    "order_id": "customer_order",
    "line_id": "order_line",
    "taken_id": "catering_taken_menu",
    "waiting_file_id": "received_draft",
}
"""The table of an id, where its name does not tell."""

KINDS = {"person_id": "person", "partner_id": "body"}
"""The kind of party an id is of: another would only be refused."""

MANY_FACED = {
    "activities.activity",
    "activities.order",
    "activities.task",
    "coopcycle.delivery",
    "workshop.ticket",
    "federation.draft",
    "federation.neighbours",
    "federation.record",
    "invoices.document",
    "members.engagement",
    "members.member",
    "sharing.order_share",
}
"""Pages that change with their state and their reader: each of their faces is visited."""

READERS = ("", *reversed({one.roles: one.name for one in reversed(cast.PEOPLE)}.values()))
"""A visitor, and one person of each role."""


@dataclass(frozen=True)
class Visit:
    """One address, who opens it (a visitor has no name), and what it gave."""

    endpoint: str
    url: str
    who: str
    is_form: bool
    status: int
    gives: str
    text: str = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        """Who opens what."""
        return f"{self.who or 'a visitor'}, {self.url}"

    @property
    def is_page(self) -> bool:
        """Whether it is a page rather than a file."""
        return self.gives == "text/html"


def rules(told: Told) -> list[Rule]:
    """Return every rule that is read."""
    found = [one for one in told.kpa.app.url_map.iter_rules() if "GET" in (one.methods or ())]
    return sorted((one for one in found if one.endpoint != "static"), key=lambda one: one.rule)


def visits(told: Told) -> Iterator[Visit]:
    """Yield a visit for each rule that somebody may read, on its newest thing and its oldest."""
    everybody = ("", *(one.name for one in cast.PEOPLE))
    for rule in rules(told):
        values = list(_values(told, rule))
        found = list(islice(_answers(told, rule, values, everybody), 1))
        if len(values) > 1 and "POST" not in (rule.methods or ()):
            found += islice(_answers(told, rule, reversed(values), everybody), 1)
        if rule.endpoint in MANY_FACED:
            faces = Faces()
            found += (
                one for one in _answers(told, rule, values, READERS) if faces.has_new(one.text)
            )
        yield from dict.fromkeys(found)


def visit(told: Told, endpoint: str, url: str, who: str, *, is_form: bool = False) -> Visit:
    """Open an address as somebody."""
    answer = told.client(who).get(url)
    text = answer.text if answer.mimetype == "text/html" else ""
    return Visit(endpoint, url, who, is_form, answer.status_code, answer.mimetype, text)


def _answers(
    told: Told, rule: Rule, values: Iterable[dict[str, Any]], people: Iterable[str]
) -> Iterator[Visit]:
    urls = told.kpa.app.url_map.bind("localhost")
    is_form = "POST" in (rule.methods or ())
    for filled, who in product(values, people):
        url = urls.build(rule.endpoint, filled)
        found = visit(told, rule.endpoint, url, who, is_form=is_form)
        if found.status == 200:
            yield found


def _values(told: Told, rule: Rule) -> Iterator[dict[str, Any]]:
    names = sorted(rule.arguments)
    if "mark" in names:
        for name in told.names:
            yield dict(zip(("origin", "number", "mark"), name.split("/"), strict=True))
        return
    texts = told.texts()
    kinds = [
        _ids(told, name) if isinstance(rule._converters[name], UUIDConverter) else texts[name]
        for name in names
    ]
    for chosen in product(*kinds):
        yield dict(zip(names, chosen, strict=True))


def _ids(told: Told, name: str) -> list[UUID]:
    """Return the ids of a kind of thing, the newest first."""
    table = _table(name)
    query = sa.select(table.c.id).order_by(table.c.id.desc())
    if name in KINDS:
        query = query.where(table.c.kind == KINDS[name])
    with told.kpa.work() as work:
        return list(work.session.scalars(query))


def _table(name: str) -> sa.Table:
    wanted = TABLES.get(name, name.removesuffix("_id"))
    for table in (wanted, *(f"{plugin}_{wanted}" for plugin in PLUGINS)):
        if table in Base.metadata.tables:
            return Base.metadata.tables[table]
    raise LookupError(f"no table for {name}: name it in TABLES")
