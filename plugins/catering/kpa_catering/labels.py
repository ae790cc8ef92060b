"""The allergen sheet and the labels of an order: what its dishes contain today, told in writing.

What is cooked is the recipe of today, so the sheet is today's. What became worse since the menu was
chosen is named: the customer was told otherwise. Law: regulation (EU) No 1169/2011, articles 9, 21
and 44 and annex II; in France decree 2015-447, in writing, near the food.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kpa_catering import menus, orders
from kpa_catering.allergens import Presence, worst
from kpa_catering.diets import Verdict
from kpa_catering.models import MenuRow
from kpa_catering.plan import AllergenSheet
from kpa_core.api import OrderRef, Work


@dataclass(frozen=True)
class OrderSheet:
    """The dishes of an order: allergens, diets, and what got worse since the menu was chosen."""

    order: OrderRef
    menu: str
    allergens: AllergenSheet
    diets: dict[str, dict[str, Verdict]]
    worse: dict[str, tuple[str, ...]]

    def suited(self, dish: str) -> list[str]:
        """Return the diets a dish is known to suit, as French message ids."""
        return [name for name, one in self.diets[dish].items() if one.suits]


def sheet_of(work: Work, order_id: UUID) -> OrderSheet | None:
    """Return the sheet of an order, None while no menu is chosen.

    Raises:
        NotFound: the order is not for this actor.
    """
    order = orders.find(work, order_id, "order.read")
    choice = orders.choice_of(work.session, order.id, order.activity_id)
    if choice is None:
        return None
    row = work.session.get_one(MenuRow, choice.menu_id)
    now = menus.allergens_of(row)
    diets = dict(menus.diets_of(row))
    return OrderSheet(order, choice.plan.menu, now, diets, worse_than(choice.plan.allergens, now))


def worse_than(promised: AllergenSheet, now: AllergenSheet) -> dict[str, tuple[str, ...]]:
    """Return, by dish, the allergens whose answer is worse than it was promised.

    A dish that was not promised is compared with nothing: each allergen in it is news.
    """
    before = {dish.name: dish.answers for dish in promised.dishes}
    found: dict[str, tuple[str, ...]] = {}
    for dish in now.dishes:
        news = []
        for key, answer in dish.answers.items():
            told = before[dish.name][key].presence if dish.name in before else "absent"
            if worst((Presence(told), Presence(answer.presence))).value != told:
                news.append(key)
        if news:
            found[dish.name] = tuple(news)
    return found
