"""A plugin can hold the papers of an order, and says why in its own words; nobody else's stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kpa_core.contracts import OrderRef, Problem
from kpa_core.errors import PluginError, Refused
from kpa_core.hookspecs import hookimpl
from kpa_core.invoices.making import issuing, previews, quotes
from kpa_core.invoices.models import Document
from kpa_core.plugins import Plugin
from kpa_core.testing import TestKpa


class Shop(Plugin):
    """A shop whose VAT somebody has to confirm."""

    name = "shop"
    api_version = 1
    held: str = ""
    fails = False

    @hookimpl
    def invoice_problems(self, order: OrderRef) -> list[Problem] | None:
        if self.fails:
            raise ZeroDivisionError
        if order.reference != self.held:
            return None
        why = "Taux {rate} {inconnu} : {rate}."
        return [Problem(why.replace("{inconnu}", "{{inconnu}}"), {"rate": 7}, todo="Dis-le.")]


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> type[Shop]:
    monkeypatch.setattr(Shop, "held", "")
    monkeypatch.setattr(Shop, "fails", False)
    return Shop


@pytest.fixture
def house(
    make_kpa: Callable[..., TestKpa], make_house_of: Callable[..., Any], shop: type[Shop]
) -> Any:
    return make_house_of(make_kpa(plugins=[shop]))


def reference_of(house: Any, order_id: Any) -> str:
    with house.work() as work:
        reference: str = issuing.orders.find_order(work, order_id).reference
    return reference


def test_a_held_order_gets_no_invoice_before_it_is_let_go(house: Any, shop: type[Shop]) -> None:
    order_id, other = house.done(), house.done()
    shop.held = reference_of(house, order_id)
    with house.work() as work, pytest.raises(Refused, match=r"Taux 7 \{inconnu\} : 7. Dis-le."):
        issuing.issue(work, order_id)
    with house.work() as work:
        assert (
            work.session.query(Document).filter_by(order_id=order_id, kind="invoice").count() == 0
        )
        assert issuing.issue(work, other).kind == "invoice"
    shop.held = ""
    with house.work() as work:
        assert issuing.issue(work, order_id).kind == "invoice"


def test_the_look_before_issuing_says_it_and_a_quote_waits_too(
    house: Any, shop: type[Shop]
) -> None:
    order_id = house.order()
    house.approve(order_id)
    shop.held = reference_of(house, order_id)
    with house.work() as work:
        seen = previews.preview(work, issuing.orders.find_order(work, order_id))
        assert [str(one) for one in seen.faults] == ["Taux 7 {inconnu} : 7. Dis-le."]
    with house.work("one") as work, pytest.raises(Refused, match="Taux 7"):
        quotes.send_quote(work, order_id)


def test_a_plugin_that_cannot_answer_holds_the_paper_and_is_named(
    house: Any, shop: type[Shop]
) -> None:
    order_id = house.done()
    shop.fails = True
    with house.work() as work:
        seen = previews.preview(work, issuing.orders.find_order(work, order_id))
        assert ["shop" in str(one) for one in seen.faults] == [True]
    with house.work() as work, pytest.raises(PluginError, match="shop"):
        issuing.issue(work, order_id)
