"""The kinds of this plugin through the core's green light."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from kpa_cape import policies
from kpa_core.api import green_light
from kpa_core.testing import TestKpa, check_plugin

House = Any  # conftest.House, which a test module cannot import
DAY = date(2026, 5, 20)


def test_the_plugin_keeps_the_contract_of_plugins() -> None:
    from kpa_cape import CapePlugin

    check_plugin(CapePlugin)


def light(house: House, person: Any, day: date = DAY) -> Any:
    with house.work() as work:
        return green_light(work, person.party_id, day)


def test_signed_insured_and_asked_is_green(house: House) -> None:
    amina = house.person("Amina", birth=date(1988, 7, 2))
    house.contract(amina)
    assert light(house, amina).ok


CASES: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "not signed": ({"signed": False}, ("ok", "waiting", "ok")),
    "not insured": ({"insured": False}, ("ok", "ok", "waiting")),
    "nobody asked about a full-time job": ({"terms": {}}, ("waiting", "ok", "ok")),
    "a full-time job": ({"terms": {"full_time_employee": True}}, ("refused", "ok", "ok")),
    "thirteen months": ({"ends_on": date(2027, 2, 4)}, ("ok", "refused", "ok")),
    "a volunteer": ({"kind": "benevole"}, ("ok", "refused", "ok")),
    "a summer in spring": ({"kind": "cjs"}, ("refused", "refused", "ok")),
}


@pytest.mark.parametrize(("changes", "states"), CASES.values(), ids=CASES)
def test_each_reason_puts_out_its_own_light(
    changes: dict[str, Any], states: tuple[str, str, str], house: House
) -> None:
    amina = house.person("Amina", birth=date(1988, 7, 2))
    house.contract(amina, **changes)
    found = light(house, amina)
    assert tuple(one.state for one in found.lights) == states
    assert not found.ok
    assert all(one.todo for one in found.lights if one.state != "ok")


def test_a_cape_that_cannot_be_read_is_refused_and_gives_no_light(
    house: House, make_kpa: Callable[..., TestKpa]
) -> None:
    amina = house.person("Amina", birth=date(1988, 7, 2))
    house.contract(amina)
    house.kpa.instance.plugins.refuse("cape", RuntimeError("gone"))  # as after a broken import
    found = light(house, amina)
    assert not found.ok
    assert "« cape » n'est pas là" in found.reason


def test_a_stopped_cape_gives_no_light(house: House) -> None:
    amina = house.person("Amina", birth=date(1988, 7, 2))
    house.contract(amina)
    house.kpa.instance.plugins.states["cape"].state = "stopped"
    assert not light(house, amina).ok


def test_a_policy_made_stricter_leaves_the_contracts_of_before(house: House) -> None:
    amina, lea = (house.person(name, birth=date(1988, 7, 2)) for name in ("Amina", "Léa"))
    host = house.person("Marc", "host")
    with house.work(host) as work:
        policies.set_policy(
            work, house.carrier_id, {"cape_months": 6}, starts_on=DAY, source="CA de mai"
        )
    house.contract(amina)
    house.contract(lea, starts_on=DAY, ends_on=date(2027, 1, 4))
    assert light(house, amina).ok
    assert not light(house, lea).ok
    assert "6 mois" in light(house, lea).reason


def test_a_policy_nobody_can_read_turns_its_carriers_lights_off(house: House) -> None:
    amina = house.person("Amina", birth=date(1988, 7, 2))
    house.contract(amina)
    with house.work() as work, work.transaction() as session:
        session.add(
            policies.PolicyRow(
                carrier_id=house.carrier_id, starts_on=DAY, value={"nigth_from": 1}, source="?"
            )
        )
    assert not light(house, amina).ok
    with house.work() as work:
        assert [row.value for row in policies.unreadable(work)] == [{"nigth_from": 1}]
