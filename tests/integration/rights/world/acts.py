"""What to send to each address, and what some services ask besides the door's right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from world import oracle
from world.people import Cast
from world.places import Place

if TYPE_CHECKING:
    from world.build import World

Also = Callable[["World", Cast, Place, Mapping[str, UUID]], bool]

TEXTS = {
    ("", "code"): "fr",
    ("", "allergen"): "gluten",
    ("accounts.link", "token"): "link",
    ("activities.calendar_file", "token"): "agenda",
    ("invoices.quote_link", "token"): "quote",
    ("invoices.quote_link_pdf", "token"): "quote",
}
"""Parts of addresses that are no ids, by (endpoint or any, name)."""

USES: dict[str, dict[str, str]] = {
    "activities.offer": {"offer_id": "offer_id:published"},
}
"""Addresses that are about another thing of the world than the usual one."""

ALSO: dict[str, Also] = {}
"""What a service asks besides its door, by endpoint, or by method and endpoint."""


def fields_for(world: World, endpoint: str, place: Place, actor: Cast) -> dict[str, Any]:
    """Return what a button or a form sends to an address."""
    return {}


def also(capability: str, name: str = "") -> Also:
    """Ask for a second capability: on a thing of the place, or anywhere."""

    def check(world: World, actor: Cast, place: Place, ids: Mapping[str, UUID]) -> bool:
        holders = world.kpa.instance.rights.holders(capability)
        if not name:
            return oracle.holds_somewhere(holders, actor)
        return oracle.holds(holders, actor, place.where(name, ids))

    return check
