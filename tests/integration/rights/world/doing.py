"""Do an act as a page offers it: open the page, fill its form, send it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import uuid4

from werkzeug.routing import Rule
from werkzeug.routing.converters import UUIDConverter
from werkzeug.test import TestResponse

from world import asking
from world.acts import texts_of
from world.build import World
from world.deeds import AT_NODES, BY_MACHINES, BY_SECRET, DEEDS, Deed, values
from world.filling import Form


def posting(world: World) -> dict[str, Rule]:
    """Return every rule that changes something, by its page."""
    elsewhere = BY_SECRET | BY_MACHINES | AT_NODES
    return {
        rule.endpoint: rule
        for rule in asking.rules(world.kpa.app)
        if "POST" in (rule.methods or ()) and rule.endpoint not in elsewhere
    }


def address(world: World, rule: Rule, deed: Deed) -> str:
    """Return the address of a deed in place A."""
    names = [name for name, kind in rule._converters.items() if isinstance(kind, UUIDConverter)]
    ids: dict[str, Any] = {name: world.a.find(deed.uses.get(name, name)) for name in names}
    adapter = world.kpa.app.url_map.bind("localhost")
    url = adapter.build(rule.endpoint, {**ids, **texts_of(world, rule)}, method="POST")
    name, _, thing = deed.query.partition("=$")
    said = world.texts[thing] if thing in world.texts else str(world.a.ids.get(thing, ""))
    return f"{url}?{name}={quote(said, safe='')}" if deed.query else url


def form_of(world: World, rule: Rule, deed: Deed, url: str) -> Form:
    """Return the form of a page as its doer sees it; empty when the page has none."""
    if "GET" not in (rule.methods or ()):
        return Form("", url)
    return Form(asking.ask(world, deed.who, "GET", url, {}).text, url)


def fields_of(world: World, rule: Rule, deed: Deed, url: str, **how: Any) -> dict[str, Any]:
    """Return what the doer sends."""
    return typed(world, deed, form_of(world, rule, deed, url), **how)


def typed(world: World, deed: Deed, form: Form, **how: Any) -> dict[str, Any]:
    """Return what the doer sends with a form they see."""
    shown = {} if deed.bare else form.filled(**how)
    wanted = values(world, world.a, deed.fields)
    return {**shown, "idempotency_key": uuid4().hex, **wanted}


def do(world: World, rule: Rule, **more: Any) -> TestResponse:
    """Do the act of a rule; ``more`` are further fields. CSRF must be off."""
    deed = DEEDS[rule.endpoint]
    if deed.before is not None:
        deed.before(world)
    url = address(world, rule, deed)
    fields = {**fields_of(world, rule, deed, url), **more}
    return asking.ask(world, deed.who, "POST", url, fields)
