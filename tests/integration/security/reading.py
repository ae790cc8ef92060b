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
    """What came back, as (who and where, answer), and the tables that changed meanwhile.

    ``machines`` is what is for other instances: by address, what each reader got.
    """

    answers: list[tuple[str, Any]]
    machines: dict[str, list[Any]]
    changed: set[str]


def read_all(world: World) -> Read:
    """Ask for every page, those that are refused too, and for one of each other error."""
    before, found = stored(world), []
    machines: dict[str, list[Any]] = {}
    client = world.kpa.app.test_client(use_cookies=False)
    for key in READERS:
        headers = {**FORGED, **({"Cookie": world.cookies[key]} if key != "visitor" else {})}
        for rule in asking.rules(world.kpa.app):
            view = world.kpa.app.view_functions[rule.endpoint]
            is_for_machines = view.kpa_door.for_machines  # type: ignore[attr-defined]
            if rule.endpoint in asking.MACHINES_OF_NODES:
                continue
            for one in asking.addresses(world, rule, world.cast[key]):
                if one.method != "GET":
                    continue
                answer = client.get(one.url, headers=headers)
                if is_for_machines:
                    machines.setdefault(one.url, []).append(answer)
                else:
                    found.append((f"{key} {one.url}", answer))
    for method, url in (("GET", "/rien"), ("POST", "/demande"), ("GET", "/aujourdhui")):
        found.append((f"{method} {url}", client.open(url, method=method, headers=FORGED)))
    read = Read(found, machines, changed(before, stored(world)))
    world.rewind()
    return read
