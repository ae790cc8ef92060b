"""Where the objects of the world belong, written down by hand: the tests do not ask the code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

OF_ACTIVITY = {
    "activity_id",
    "offer_id",
    "order_id",
    "line_id",
    "task_id",
    "contribution_id",
    "counter_id",
    "document_id",
    "payment_id",
    "expense_id",
    "waiting_file_id",
    "share_out_id",
    "pay_request_id",
    "pot_id",
}
OF_CARRIER = {"carrier_id", "series_id", "policy_carrier_id"}
OF_MENU = {"menu_id", "serving_id", "control_id"}
OF_BRIDGE = {"connection_id", "delivery_id", "shop_id", "rate_id"}
OF_WORKSHOP = {"ticket_id", "part_id", "machine_id"}
OF_PERSON = {"person_id", "message_id", "letter_id"}
OF_KPA = {
    "customer_id",
    "partner_id",
    "cohort_id",
    "job_id",
    "remote_id",
    "ingredient_id",
    "equivalence_id",
    "recipe_id",
    "recipe_line_id",
    "dish_id",
    "component_id",
    "taken_id",
    "draft_id",
}


@dataclass(frozen=True)
class Where:
    """Where a thing belongs; empty is the KPA itself."""

    activities: frozenset[UUID] = frozenset()
    carrier: UUID | None = None
    person: UUID | None = None


@dataclass
class Place:
    """An activity with its carrier. ``ids`` has an object for each name that addresses use.

    ``more`` has further ones, for acts that want another state: ``order_id:done``.
    """

    letter: str
    activity: UUID
    carrier: UUID
    ids: dict[str, UUID] = field(default_factory=dict)
    more: dict[str, UUID] = field(default_factory=dict)
    elsewhere: dict[str, Where] = field(default_factory=dict)
    near: frozenset[UUID] | None = None

    def find(self, name: str) -> UUID:
        """Return the thing an address's name stands for here.

        Raises:
            LookupError: there is none; whoever adds an address adds a thing to the world.
        """
        found = self.more if ":" in name else self.ids
        if name not in found:
            raise LookupError(f"the world has no {name} in {self.letter}: add one in tests/…/world")
        return found[name]

    def where(self, name: str, ids: Mapping[str, UUID]) -> Where:
        """Return where a thing belongs."""
        if name in self.elsewhere:
            return self.elsewhere[name]
        name = name.partition(":")[0]
        here = frozenset({self.activity})
        person = ids.get("person_id", self.ids["person_id"])
        if name in OF_ACTIVITY:
            return Where(here, self.carrier)
        if name in OF_CARRIER:
            return Where(carrier=self.carrier)
        if name in OF_MENU | OF_BRIDGE | OF_WORKSHOP:
            return Where(here)
        if name in OF_PERSON:
            return Where(here if self.near is None else self.near, person=person)
        if name == "sign_in_id":
            return Where(person=person)
        if name == "role_id":
            return Where(here, person=person)
        if name in ("engagement_id", "allocation_id"):
            return Where(here, self.carrier, person)
        if name in OF_KPA:
            return Where()
        raise LookupError(f"nobody told where a {name} belongs: tell it in world/places.py")

    def with_minor(self) -> Place:
        """Return this place with its person of 16 in it."""
        return replace(self, ids={**self.ids, "person_id": self.more["person_id:minor"]})

    def seen_by(self, person: UUID | None, near: frozenset[UUID]) -> Place:
        """Return this place with another person in it, who is near these activities."""
        assert person is not None
        return replace(self, ids={**self.ids, "person_id": person}, near=near)
