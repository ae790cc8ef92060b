"""Every page of the application, at an address that exists, as somebody who may see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from browsing.told import PLUGINS, Told
from werkzeug.routing import Rule
from werkzeug.routing.converters import UUIDConverter

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
    """One page, and who opens it; nobody's name is a visitor's."""

    rule: Rule
    url: str
    who: str

    @property
    def is_form(self) -> bool:
        """Whether the page is a form sent to its own address."""
        return "POST" in (self.rule.methods or ())


def visits(told: Told, texts: dict[str, list[str]]) -> Iterator[Visit | Rule]:
    """Yield a visit for each page, or its rule when nobody can see it."""
    plain = {who: told.stage.browser(who) for who in ("", *(one.name for one in cast.PEOPLE))}
    for rule in sorted(told.kpa.app.url_map.iter_rules(), key=lambda one: one.rule):
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            yield _first(told, rule, texts, plain) or rule


def _first(told: Told, rule: Rule, texts: dict[str, list[str]], plain: Any) -> Visit | None:
    for values, who in product(list(_values(told, rule, texts)), plain):
        url = told.kpa.app.url_map.bind("localhost").build(rule.endpoint, values)
        if _answers(plain[who], url):
            return Visit(rule, url, who)
    return None


def _answers(browser: PlainBrowser, url: str) -> bool:
    answer = browser.client.get(url)
    return answer.status_code == 200 and answer.mimetype == "text/html"


def _values(told: Told, rule: Rule, texts: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
    names = sorted(rule.arguments)
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
