"""Every page, read once by five people who lie about where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stored import changed, stored
from world import World, asking

READERS = ("visitor", "participant_a", "animator", "host_a", "admin")
EVIL = "evil.example"
FORGED = {
    "Host": EVIL,
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "10.0.0.1",
    "Forwarded": f"host={EVIL}",
    "X-Original-URL": "/maison",
    "X-Rewrite-URL": "/maison",
    "X-HTTP-Method-Override": "DELETE",
}


@dataclass(frozen=True)
class Read:
    """What came back, as (who and where, answer), and the tables that changed meanwhile."""

    answers: list[tuple[str, Any]]
    changed: set[str]


def read_all(world: World) -> Read:
    """Ask for every page, those that are refused too, and for one of each other error."""
    before, found = stored(world), []
    client = world.kpa.app.test_client(use_cookies=False)
    for key in READERS:
        headers = {**FORGED, **({"Cookie": world.cookies[key]} if key != "visitor" else {})}
        for rule in asking.rules(world.kpa.app):
            for one in asking.addresses(world, rule, world.cast[key]):
                if one.method == "GET":
                    found.append((f"{key} {one.url}", client.get(one.url, headers=headers)))
    for method, url in (("GET", "/rien"), ("POST", "/demande"), ("GET", "/aujourdhui")):
        found.append((f"{method} {url}", client.open(url, method=method, headers=FORGED)))
    read = Read(found, changed(before, stored(world)))
    world.rewind()
    return read
