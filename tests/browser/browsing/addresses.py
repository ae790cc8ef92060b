"""Every page of the application, at an address that exists, as somebody who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from werkzeug.routing import Rule
from werkzeug.routing.converters import UUIDConverter

from browsing.told import PLUGINS, Told
from kpa_core.db import Base
from kpa_core.demo import cast
from kpa_core.demo.browser import PlainBrowser

TABLES = {
    "partner_id": "party",
    "person_id": "party",
    "policy_carrier_id": "carrier",
    "counter_id": "impact_counter",
    "order_id": "customer_order",
    "line_id": "order_line",
}
"""The table of an id, where its name does not tell."""


@dataclass(frozen=True)
class Visit:
    """One address, who opens it (a visitor has no name), and what kind of thing it gives."""

    endpoint: str
    url: str
    who: str
    gives: str = "text/html"
    is_form: bool = False

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
    people = {who: told.stage.browser(who) for who in ("", *(one.name for one in cast.PEOPLE))}
    for rule in rules(told):
        values = list(_values(told, rule))
        found = [_first(told, rule, values, people)]
        if len(values) > 1 and "POST" not in (rule.methods or ()):
            found.append(_first(told, rule, reversed(values), people))
        yield from dict.fromkeys(one for one in found if one)


def _first(
    told: Told, rule: Rule, values: Iterable[dict[str, Any]], people: dict[str, PlainBrowser]
) -> Visit | None:
    urls = told.kpa.app.url_map.bind("localhost")
    for filled, who in product(values, people):
        url = urls.build(rule.endpoint, filled)
        answer = people[who].client.get(url)
        if answer.status_code == 200:
            is_form = "POST" in (rule.methods or ())
            return Visit(rule.endpoint, url, who, answer.mimetype, is_form)
    return None


def _values(told: Told, rule: Rule) -> Iterator[dict[str, Any]]:
    names = sorted(rule.arguments)
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
    with told.kpa.work() as work:
        return list(work.session.scalars(sa.select(table.c.id).order_by(table.c.id.desc())))


def _table(name: str) -> sa.Table:
    wanted = TABLES.get(name, name.removesuffix("_id"))
    for table in (wanted, *(f"{plugin}_{wanted}" for plugin in PLUGINS)):
        if table in Base.metadata.tables:
            return Base.metadata.tables[table]
    raise LookupError(f"no table for {name}: name it in TABLES")
