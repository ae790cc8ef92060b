"""What to send to each address, and what some services ask besides the door's right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from werkzeug.routing import Rule
from werkzeug.routing.converters import UUIDConverter

from kpa_catering.menu_fields import KEY
from kpa_federation.catalogue.kinds.resource import RESOURCE
from world import oracle
from world.people import Cast
from world.places import Place, Where

if TYPE_CHECKING:
    from world.build import World

Also = Callable[["World", Cast, Place, Mapping[str, UUID]], bool]

OURS = ("origin", "number", "mark", "sha256")
TEXTS = {
    ("", "code"): "fr",
    **{("", name): name for name in OURS},
    **{
        (f"federation.{endpoint}", name): f"their {name}"
        for endpoint in (
            *("take", "want_file", "decide", "hand_over"),
            *("vouch", "unvouch", "choose_list"),
        )
        for name in OURS
    },
    ("federation.decide", "trust"): "suspended",
    ("federation.choose_list", "choice"): "suivre",
    ("federation.welcome", "who"): "personne",
    ("federation.write", "kind"): RESOURCE.key,
    ("federation.change_key", "why"): "rotation",
    ("federation.promise_line", "nth"): "2",
    ("federation.drill_answer", "nth"): "1",
    ("", "secret"): "k" * 22,
    ("", "allergen"): "gluten",
    ("catering.add_control", "kind"): "fridge",
    ("accounts.link", "token"): "link",
    ("activities.calendar_file", "token"): "agenda",
    ("invoices.quote_link", "token"): "quote",
    ("invoices.quote_link_pdf", "token"): "quote",
    ("invoices.carrier_link", "token"): "carrier",
    ("invoices.carrier_link_pdf", "token"): "carrier",
    ("invoices.month_zip", "month"): "month",
    ("invoices.quote_link_copy", "token"): "quote",
    ("invoices.invoice_link", "token"): "invoice",
    ("invoices.invoice_link_pdf", "token"): "invoice",
}
"""Parts of addresses that are no ids, by (endpoint or any, name)."""

QUERIES = {"federation.proof": "?size=1&index=0", "federation.log": "?from=0"}
"""What an address says after its path, where it gives nothing without."""

USES: dict[str, dict[str, str]] = {
    "activities.offer": {"offer_id": "offer_id:published"},
    "members.end_partner_role": {"role_id": "role_id:partner"},
    "members.end_treasury": {"role_id": "role_id:treasurer"},
    "members.end_kpa_role": {"role_id": "role_id:host"},
    "sharing.expense_lines": {"expense_id": "expense_id:credited"},
    "sharing.expense_credit_note": {"expense_id": "expense_id:credited"},
    "federation.withdraw": {"draft_id": "draft_id:published"},
}
"""Addresses that are about another thing of the world than the usual one."""


def also(capability: str, name: str = "") -> Also:
    """Ask for a second capability: on a thing of the place, or everywhere."""

    def check(world: World, actor: Cast, place: Place, ids: Mapping[str, UUID]) -> bool:
        holders = world.kpa.instance.rights.holders(capability)
        where = place.where(name, ids) if name else Where()
        return oracle.holds(holders, actor, where)

    return check


def own(world: World, actor: Cast, place: Place, ids: Mapping[str, UUID]) -> bool:
    """Tell whether the thing is about the actor."""
    return actor.person == ids.get("person_id", place.ids["person_id"])


def nobody(*_asked: object) -> bool:
    """Say that this KPA has no such page."""
    return False


def either(*checks: Also) -> Also:
    """Ask for one of several."""
    return lambda *asked: any(check(*asked) for check in checks)


ALSO: dict[str, Also] = {
    # A contract's paper is for the person, and for who prepares contracts.
    "members.engagement_paper": either(own, also("engagement.write", "engagement_id")),
    # What is written on a customer is another right than what is written on an order.
    "activities.same_customer": also("customer.write"),
    # Somebody's draft is theirs to change, and those's who publish.
    **{
        f"federation.{act}": either(own, also("federation.publish"))
        for act in ("change", "add_file", "remove_file", "drop", "hold")
    },
    # The public list of instances is a network node's only; this KPA is none.
    "federation.network": nobody,
    # What is shared must be for one's eyes.
    "federation.from_thing": also("activity.read", "menu_id"),
}
"""What a service asks besides its door, by endpoint, or by method and endpoint."""

BUTTONS: dict[str, Callable[[World, Place], dict[str, Any]]] = {
    "activities.assign": lambda world, place: {"person_id": place.ids["person_id"]},
    "activities.unassign": lambda world, place: {"person_id": place.ids["person_id"]},
    "activities.same_customer": lambda world, place: {"customer_id": place.more["customer_id:2"]},
    "federation.from_thing": lambda world, place: {"kind": KEY, "thing": place.ids["menu_id"]},
}
"""What a button sends, where a page has no form to read it from."""


def texts_of(world: World, rule: Rule) -> dict[str, str]:
    """Return the parts of an address that are no ids.

    Raises:
        LookupError: the world has none: whoever adds an address adds one to ``TEXTS``.
    """
    found = {}
    for name, kind in rule._converters.items():
        if isinstance(kind, UUIDConverter):
            continue
        key = TEXTS.get((rule.endpoint, name)) or TEXTS.get(("", name))
        if key is None:
            raise LookupError(f"the world has no {name} for {rule.rule}: add it to world/acts.py")
        found[name] = world.texts.get(key, key)
    return found


def fields_for(world: World, endpoint: str, place: Place) -> dict[str, Any]:
    """Return what a button sends to an address."""
    sent = BUTTONS.get(endpoint)
    return sent(world, place) if sent else {}
