"""The table of rights against the page that binds it, row by row, and what holds over all rows."""

from __future__ import annotations

import pytest
from bound import NETWORK, UNSAID, bound
from world import World
from world.doors import doors

from kpa_core.rights.reach import Rights
from kpa_core.rights.table import CORE, LOGGED

MONEY = ("order.", "quote.", "invoice.", "payment.", "expense.", "share.", "pay.", "pot.")
PRIVATE = ("minor.", "engagement.", "member.read", "member.write", "member.card", "document.")
SUPPORTER = {"partner.read", "cohort.read", "activity.list"}


@pytest.fixture
def rights(whole_world: World) -> Rights:
    """The table of an instance with both plugins."""
    return whole_world.kpa.instance.rights


@pytest.mark.parametrize("capability", bound())
def test_the_table_is_the_page_and_the_differences_that_were_written_down(
    rights: Rights, capability: str
) -> None:
    assert dict(rights.holders(capability)) == bound()[capability]


def test_the_rights_on_the_network_are_those_of_the_page(rights: Rights) -> None:
    keys = {key for key in rights.keys() if key.startswith("federation.")}  # noqa: SIM118
    here = {key: dict(rights.holders(key)) for key in keys}
    assert here == {key: dict.fromkeys(roles, "all") for key, roles in NETWORK.items()}


def test_every_right_is_on_the_page_or_is_said_not_to_be() -> None:
    assert set(bound()) | set(UNSAID) == {row.key for row in CORE}
    assert not set(bound()) & set(UNSAID)


@pytest.mark.parametrize("role", ["admin", "operator"])
def test_whoever_runs_the_machine_has_no_say_on_money_nor_a_look_at_people(
    rights: Rights, role: str
) -> None:
    held = {key for key in rights.keys() if role in rights.holders(key)}  # noqa: SIM118
    assert not {key for key in held if key.startswith((*MONEY, *PRIVATE))}


def test_the_carrying_structure_sees_lists_without_people(rights: Rights) -> None:
    held = {key for key in rights.keys() if "supporter" in rights.holders(key)}  # noqa: SIM118
    assert held == SUPPORTER


def test_the_carriers_people_reach_money_and_contracts_of_their_carrier_only(
    rights: Rights,
) -> None:
    wide = {key for key in rights.keys() if rights.holders(key).get("host") == "all"}  # noqa: SIM118
    assert wide == {"partner.read", "charter.read"}


def test_a_visitor_only_reads_asks_signs_and_enters(rights: Rights) -> None:
    held = {key for key in rights.keys() if "visitor" in rights.holders(key)}  # noqa: SIM118
    assert held == {"public.read", "public.ask", "public.sign", "account.enter"}


def test_being_signed_in_opens_nothing_but_oneself(rights: Rights) -> None:
    held = {key: rights.holders(key).get("person") for key in rights.keys()}  # noqa: SIM118
    assert {key for key, reach in held.items() if reach not in (None, "self")} == {"home.read"}


def test_nobody_in_an_activity_reaches_the_money_of_all(rights: Rights) -> None:
    inside = {"participant", "referent", "treasurer"}
    for key in rights.keys():  # noqa: SIM118
        if key.startswith(MONEY):
            wide = {role for role in inside if rights.holders(key).get(role) == "all"}
            assert not wide, key


def test_refusals_about_money_roles_minors_and_the_machine_are_kept(rights: Rights) -> None:
    kept = {row.key for row in CORE if row.key.startswith(LOGGED)}
    for start in ("invoice.", "payment.", "role.", "minor.", "house.", "carrier.write"):
        assert {row.key for row in CORE if row.key.startswith(start)} <= kept
    assert all(rights.is_logged(key) for key in kept)


def test_every_page_asks_the_right_that_was_chosen_for_it(whole_world: World) -> None:
    views = whole_world.kpa.app.view_functions
    asked = {
        name: view.kpa_door.needs  # type: ignore[attr-defined]
        for name, view in views.items()
        if name != "static"
    }
    assert asked == doors()
