"""R44: each act leaves who, what, where and when in the log, and nothing that opens a door."""

from __future__ import annotations

import json
import logging
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from world import World, asking, doing
from world.deeds import DEEDS, Deed
from world.doors import right_of

from kpa_core import audit, clock
from kpa_core.audit import AuditEntry
from kpa_core.db import Base
from kpa_core.invoices.models import Carrier
from kpa_core.rights.table import LOGGED
from kpa_core.work import OPERATOR
from kpa_federation.peers import inviting

KEEPS_WORDS = {
    # Names and texts of things, no word about a person: they say what was changed.
    "activities.add_counter",
    "activities.add_line",
    "activities.add_offer",
    "activities.add_order_task",
    "activities.add_task",
    "activities.change_activity",
    "activities.change_line",
    "activities.change_offer",
    "activities.change_task",
    "activities.propose",
    "catering.add_control",
    "catering.add_dish",
    "catering.add_ingredient",
    "catering.add_menu",
    "catering.add_recipe",
    "catering.change_menu",
    "catering.change_recipe",
    "catering.choose_menu",
    "catering.correct_control",
    "catering.price_ingredient",
    "catering.rename_dish",
    "catering.rename_ingredient",
    "invoices.add_carrier",
    "invoices.change_carrier",
    "invoices.change_accounts",
    "invoices.change_identity",
    "invoices.grant_series",
    "invoices.note_number",
    "members.add_partner",
    "members.add_partner_role",
}
TELLING = (*LOGGED, "share.", "pay.", "pot.", "expense.", "invoice.", "member.card", "charter.")
"""Acts on money, rights, ways in and minors' files: they say what there is now, and was before."""
PHONE = "0655443322"
SECRETS = re.compile(r"[0-9A-Z]{4}( [0-9A-Z]{4}){3}|/(?:agenda|lien|devis|maison)/[\w.-]{20,}")


@pytest.fixture
def entries(without_csrf: World) -> Any:
    """Return what the log has gained since it was last asked."""
    seen = [_last(without_csrf)]

    def more() -> list[AuditEntry]:
        with without_csrf.kpa.work() as work:
            query = sa.select(AuditEntry).where(AuditEntry.seq > seen[0]).order_by(AuditEntry.seq)
            found = list(work.session.scalars(query))
        seen[0] = _last(without_csrf)
        return found

    return more


def test_every_page_that_changes_something_is_told_in_the_deeds(whole_world: World) -> None:
    assert set(doing.posting(whole_world)) == set(DEEDS)


@pytest.mark.parametrize("endpoint", sorted(DEEDS))
def test_an_act_leaves_its_entries_and_no_more(
    without_csrf: World, entries: Any, endpoint: str
) -> None:
    world, deed = without_csrf, DEEDS[endpoint]
    if deed.before is not None:
        deed.before(world)
        entries()
    response = _do(world, endpoint, deed)
    assert response.status_code in (200, 303), response.text
    found = entries()
    assert tuple(one.capability for one in found) == deed.kept
    assert len({one.request_id for one in found}) <= 1
    actor = world.cast[deed.who]
    for one in found:
        if endpoint == "invoices.carrier_link":
            # By its link a carrier acts in its own name, and the log says that it was the link.
            assert (one.actor_id, one.via, one.result) == (_body(world), "link", "done")
        else:
            assert (one.actor_id, one.via, one.result) == (actor.person, "web", "done")
        assert one.actor_kind == ("person" if actor.person else "visitor")
        assert re.fullmatch(r"[0-9a-f]{32}", one.request_id)
        assert abs(clock.now() - one.at) < timedelta(minutes=5)
        assert one.subject
        _check_scope(world, endpoint, deed, one)
        if one.capability.startswith(TELLING) and one.capability != "member.erase":
            assert one.after
            assert one.before or not _is_another(world, one.subject), one.subject


def _body(world: World) -> UUID:
    """Return the party that the carrier of A is."""
    with world.work() as work:
        return work.session.get_one(Carrier, world.a.carrier).party_id


@pytest.mark.parametrize("endpoint", sorted(DEEDS))
def test_a_refusal_is_kept_when_it_is_about_money_roles_minors_or_the_machine(
    without_csrf: World, entries: Any, endpoint: str
) -> None:
    world, deed, right = without_csrf, DEEDS[endpoint], right_of(endpoint)
    rule = doing.posting(world)[endpoint]
    url = doing.address(world, rule, deed)
    holders = world.kpa.instance.rights.holders(right)
    stranger = next(
        (key for key in ("supporter", "participant_b") if key not in holders), "visitor"
    )
    status = asking.ask(world, stranger, "POST", url, {}).status_code
    kept = [(one.capability, one.actor_id, one.result) for one in entries()]
    if status != 404:
        assert not {"person", "visitor"}.isdisjoint(holders)
    elif right.startswith(LOGGED):
        assert kept == [(right, world.cast[stranger].person, "refused")]
    else:
        assert kept == []


def test_no_card_code_link_number_or_word_about_a_person_is_in_the_log(
    without_csrf: World, entries: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "kpa")
    world, keeps = without_csrf, set()
    for endpoint, deed in DEEDS.items():
        if deed.before is not None:
            deed.before(world)
            entries()
        response = _do(world, endpoint, deed, words="Motunique", anew=True)
        assert response.status_code in (200, 303), (endpoint, response.text)
        logged = json.dumps([_all(one) for one in entries()], default=str)
        shown = set(re.findall(r"[0-9A-Z]{4}(?: [0-9A-Z]{4}){3}", response.text))
        shown |= {one.replace(" ", "") for one in shown}
        for secret in (*shown, PHONE, PHONE[1:], "quelqu.un@", "Correct cheval"):
            assert secret not in logged, endpoint
            assert secret not in caplog.text, endpoint
        assert not SECRETS.search(logged), endpoint
        assert not SECRETS.search(caplog.text), endpoint
        if "otunique" in logged.casefold():
            keeps.add(endpoint)
        world.rewind()
        entries()
    assert keeps == KEEPS_WORDS


def test_a_neighbour_that_joins_leaves_one_entry(without_csrf: World, entries: Any) -> None:
    assert without_csrf.neighbour is not None
    with without_csrf.kpa.work(OPERATOR) as work:
        invitation = inviting.invite(work)
    assert [one.capability for one in entries()] == ["federation.peers"]
    with without_csrf.neighbour.work(OPERATOR) as work:
        inviting.accept(work, invitation)
    (entry,) = entries()
    assert (entry.capability, entry.actor_id, entry.result) == ("federation.peers", None, "done")
    assert entry.subject == f"origin:{without_csrf.texts['their origin']}"
    assert invitation.secret not in json.dumps(_all(entry), default=str)


def test_the_chain_stands_after_many_acts(without_csrf: World, entries: Any) -> None:
    world = without_csrf
    for endpoint in ("activities.add_order", "invoices.issue", "invoices.pay", "sharing.close"):
        assert _do(world, endpoint, DEEDS[endpoint]).status_code == 303
    assert len(entries()) >= 4
    with world.kpa.work() as work:
        assert audit.verify(work.session).broken is None


def test_a_line_of_the_log_stays_one_line(without_csrf: World, entries: Any) -> None:
    forged = "refusé\r\n2026-01-01 admin a tout effacé\x1b[2K"
    with without_csrf.work("referent_a") as work:
        work.record("order.write", forged)
    (entry,) = entries()
    assert entry.subject.isprintable()


def test_planted_an_act_without_its_entry_is_seen(
    without_csrf: World, entries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kpa_core.sharing import expenses

    monkeypatch.setattr(expenses.Work, "record", lambda *_args, **_more: None)
    _do(without_csrf, "sharing.add_expense", DEEDS["sharing.add_expense"])
    assert entries() == []


def _do(world: World, endpoint: str, deed: Deed, **how: Any) -> Any:
    rule = doing.posting(world)[endpoint]
    url = doing.address(world, rule, deed)
    return asking.ask(world, deed.who, "POST", url, doing.fields_of(world, rule, deed, url, **how))


def _check_scope(world: World, endpoint: str, deed: Deed, entry: AuditEntry) -> None:
    """See that an act on something of an activity, a carrier or a person says which."""
    names = {name for name in world.a.ids if f"<uuid:{name}>" in _rule(world, endpoint)}
    places = [world.a.where(deed.uses.get(name, name), {}) for name in names]
    here = {entry.activity_id, entry.carrier_id, entry.person_id} - {None}
    wanted = {
        one
        for place in places
        for one in (*place.activities, place.carrier, place.person)
        if one is not None
    }
    assert not wanted or here & wanted, (endpoint, here)


def _is_another(world: World, subject: str) -> bool:
    """Tell whether the row an act names was there before, and is not the same any more."""
    table, _, row_id = subject.partition(":")
    if table not in Base.metadata.tables:
        return False
    query = f'SELECT * FROM "{table}" WHERE id = ?'
    there = world.as_made.execute(query, (UUID(row_id).hex,)).fetchone()
    with world.kpa.instance.engine.connect() as connection:
        here = connection.exec_driver_sql(query, (UUID(row_id).hex,)).fetchone()
    return there is not None and there != tuple(here or ())


def _rule(world: World, endpoint: str) -> str:
    return doing.posting(world)[endpoint].rule


def _all(entry: AuditEntry) -> dict[str, Any]:
    return {column.name: getattr(entry, column.key) for column in AuditEntry.__table__.columns}


def _last(world: World) -> int:
    with world.kpa.work() as work:
        return work.session.scalar(sa.select(sa.func.max(AuditEntry.seq))) or 0
