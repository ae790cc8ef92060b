"""Ask every address as everyone, and keep what came back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.routing.converters import UUIDConverter

from world import oracle
from world.acts import ALSO, QUERIES, USES, fields_for, texts_of
from world.build import World
from world.doors import right_of
from world.people import ACTORS, Cast
from world.places import Place

METHODS = ("GET", "POST")
CHANGING = re.compile(r'(name="(?:csrf_token|idempotency_key)"[^>]*?value=")[^"]*"')
NOWHERE = UUID("0190a5d5-0000-7000-8000-00000000dead")


@dataclass(frozen=True)
class Address:
    """One address with its things filled in: those of place A or B, one's own, or absent ones."""

    rule: Rule
    method: str
    variant: str
    url: str
    ids: Mapping[str, UUID]
    place: Place | None


@dataclass(frozen=True)
class Visit:
    """What somebody got at an address, and whether they should have got in."""

    address: Address
    actor: Cast
    allowed: bool
    status: int
    text: str
    headers: Mapping[str, str]
    data: bytes = b""

    @cached_property
    def told(self) -> str:
        """What to write of it in a list of mismatches."""
        one = self.address
        wanted = "in" if self.allowed else "out"
        return (
            f"{self.actor.key} {one.method} {one.rule.endpoint} {one.variant or '-'}:"
            f" {wanted} wanted, {self.status}"
        )


def rules(app: Flask) -> list[Rule]:
    """Return every rule that a door guards."""
    return sorted(
        (one for one in app.url_map.iter_rules() if one.endpoint != "static"),
        key=lambda one: (one.rule, one.endpoint),
    )


def addresses(world: World, rule: Rule, actor: Cast) -> Iterator[Address]:
    """Yield the addresses a rule makes in the world, for each method it takes.

    Raises:
        LookupError: the world has nothing to fill a part of it: add it to ``places.py``.
    """
    for method in METHODS:
        if method not in (rule.methods or ()):
            continue
        found = [
            _address(world, rule, method, variant, place, actor)
            for variant, place in _variants(world, rule, actor)
        ]
        yield from found
        # Who is kept out of what is here is kept out of what is not: asked of the others only.
        if _ids(rule) and any(expected(world, one, actor) for one in found):
            yield _address(world, rule, method, "absent", None, actor)


MACHINES_OF_NODES = {"federation.instances"}
"""What a network node answers machines; here it is not found, as machines are told that."""


def ask_all(world: World, *endpoints: str) -> list[Visit]:
    """Ask every address, or those of some pages, as everyone."""
    app = world.kpa.app
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        return [
            visit(world, address, actor)
            for rule in rules(app)
            if rule.endpoint not in MACHINES_OF_NODES
            if not endpoints or rule.endpoint in endpoints
            for actor in everyone(world)
            for address in addresses(world, rule, actor)
        ]
    finally:
        app.config["WTF_CSRF_ENABLED"] = True


def wrong(visits: list[Visit]) -> list[str]:
    """Return what did not go as the table says."""
    return [one.told for one in visits if one.allowed != (one.status != 404)]


def visit(world: World, address: Address, actor: Cast) -> Visit:
    """Ask one address as somebody; whatever it changed is put back."""
    fields = fields_for(world, address.rule.endpoint, address.place or world.a)
    answer = ask(world, actor.key, address.method, address.url, fields)
    if address.method == "POST" and answer.status_code < 400:
        world.rewind()
    return Visit(
        address,
        actor,
        expected(world, address, actor),
        answer.status_code,
        answer.text if is_text(answer) else "",
        dict(answer.headers),
        answer.data,
    )


def ask(world: World, key: str, method: str, url: str, fields: Mapping[str, Any]) -> Any:
    """Send one request as somebody, with no cookie but theirs."""
    headers = {"Cookie": world.cookies[key]} if key in world.cookies else {}
    client = world.kpa.app.test_client(use_cookies=False)
    if method != "POST":
        return client.open(url, method=method, headers=headers)
    data = {"idempotency_key": uuid4().hex, **fields}
    return client.post(url, data=data, headers=headers)


def expected(world: World, address: Address, actor: Cast) -> bool:
    """Tell from the table whether somebody should get in."""
    if address.variant == "absent":
        return False
    endpoint = address.rule.endpoint
    holders = world.kpa.instance.rights.holders(right_of(endpoint))
    place = address.place or world.a
    wheres = [place.where(_alias(endpoint, name), address.ids) for name in address.ids]
    if not oracle.holds_all(holders, actor, wheres):
        return False
    also = ALSO.get(f"{address.method} {endpoint}") or ALSO.get(endpoint)
    return also is None or also(world, actor, place, address.ids)


def same_page(text: str, url: str) -> str:
    """Return a page without what differs from one answer to the next."""
    return CHANGING.sub(r'\1"', text).replace(f'"{url}"', '""')


def everyone(world: World) -> list[Cast]:
    """Return those who are asked one by one."""
    return [world.cast[key] for key in ACTORS]


def _variants(world: World, rule: Rule, actor: Cast) -> Iterator[tuple[str, Place | None]]:
    names = _ids(rule)
    if not names:
        yield "", None
        return
    yield "A", world.a
    yield "B", world.b
    if "person_id" in names:
        yield "minor A", world.a.with_minor()
        yield "minor B", world.b.with_minor()
        if actor.person is not None:
            yield "own", None


def _address(
    world: World, rule: Rule, method: str, variant: str, place: Place | None, actor: Cast
) -> Address:
    names = _ids(rule)
    if place is not None:
        ids = {name: place.find(_alias(rule.endpoint, name)) for name in names}
    elif variant == "own":
        assert actor.person is not None
        own = world.b if actor.key.endswith("_b") else world.a
        ids = {name: own.find(_alias(rule.endpoint, name)) for name in names}
        ids["person_id"] = actor.person
        place = _own_place(actor, own)
    else:
        ids = dict.fromkeys(names, NOWHERE)
    values: dict[str, Any] = {**ids, **texts_of(world, rule)}
    url = world.kpa.app.url_map.bind("localhost").build(rule.endpoint, values, method=method)
    return Address(rule, method, variant, url + QUERIES.get(rule.endpoint, ""), ids, place)


def _own_place(actor: Cast, here: Place) -> Place:
    """Return a place whose person is the actor, who belongs where their roles are."""
    held = frozenset(activity for _, activity, _ in actor.roles if activity)
    return here.seen_by(actor.person, held)


def _ids(rule: Rule) -> list[str]:
    return [name for name, kind in rule._converters.items() if isinstance(kind, UUIDConverter)]


def _alias(endpoint: str, name: str) -> str:
    return USES.get(endpoint, {}).get(name, name)


def is_text(answer: Any) -> bool:
    """Tell whether an answer can be read as words."""
    return answer.mimetype.startswith("text/") or answer.mimetype in (
        "application/json",
        "image/svg+xml",
    )
