"""R39: nobody learns that something exists from how it is kept from them.

Ids are uuid7: their first 48 bits are the millisecond they were made in, so they sort by time and
tell it to whoever holds one. The other 74 bits are drawn anew: an id cannot be guessed from others.
They are no secrets all the same: every address asks for rights.
"""

from __future__ import annotations

import difflib
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from uuid import UUID

import pytest
import sqlalchemy as sa
from world import World, asking, doing
from world.deeds import DEEDS

from kpa_core.db import new_id
from kpa_core.pages import routes

NOWHERE = asking.NOWHERE
PROBES = (
    # somebody who holds the right elsewhere, and the address of a thing that is not theirs
    ("participant_b", "/commandes/{order_id}"),
    ("participant_b", "/documents/{document_id}"),
    ("participant_b", "/documents/{document_id}/pdf"),
    ("participant_b", "/taches/{task_id}"),
    ("participant_b", "/achats/{expense_id}/ticket"),
    ("participant_b", "/catering/menus/{menu_id}"),
    ("participant_b", "/membres/{person_id}"),
    ("host_b", "/maisons/{carrier_id}/bareme"),
    ("host_b", "/contrats/{engagement_id}"),
    ("treasurer_b", "/documents/{document_id}/paiement"),
    ("treasurer_b", "/partages/{share_out_id}/valider"),
)


@contextmanager
def counted(world: World) -> Iterator[Counter[str]]:
    """Count what a request asks of the database, by the first word."""
    words: Counter[str] = Counter()

    def note(_c: object, _cu: object, statement: str, *_more: object) -> None:
        words[statement.split(None, 1)[0].upper()] += 1

    engine = world.kpa.instance.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield words
    sa.event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(("who", "path"), PROBES)
def test_absent_and_forbidden_take_the_same_work(world: World, who: str, path: str) -> None:
    forbidden, absent = addresses(world, path)
    work = {}
    for url in (forbidden, absent):
        asking.ask(world, who, "GET", url, {})
        with counted(world) as words:
            assert asking.ask(world, who, "GET", url, {}).status_code == 404
        work[url] = words
    writes = [
        {word: n for word, n in words.items() if word in ("INSERT", "UPDATE", "DELETE", "BEGIN")}
        for words in work.values()
    ]
    assert writes[0] == writes[1]
    assert abs(work[forbidden]["SELECT"] - work[absent]["SELECT"]) <= 3


@pytest.mark.parametrize(("who", "path"), PROBES)
def test_absent_and_forbidden_take_the_same_time(world: World, who: str, path: str) -> None:
    forbidden, absent = addresses(world, path)
    # The machine's own time, the least of some: what else it does must not count. Waiting for the
    # disk is not in it: that what is written is the same is seen above.
    fastest = {forbidden: 1.0, absent: 1.0}
    for _ in range(8):
        for url in fastest:
            start = time.process_time()
            asking.ask(world, who, "GET", url, {})
            fastest[url] = min(fastest[url], time.process_time() - start)
    assert max(fastest.values()) < 2 * min(fastest.values()) + 0.002


def test_what_others_do_changes_no_page_of_ours(without_csrf: World) -> None:
    world = without_csrf
    readers = ("participant_b", "treasurer_b", "host_b", "supporter", "member", "visitor")
    before = {key: pages(world, key) for key in readers}
    for name in (
        "activities.add_order",
        "activities.add_task",
        "activities.note_hours",
        "activities.add_offer",
        "activities.stop",
        "invoices.issue",
        "invoices.pay",
        "invoices.send_quote",
        "sharing.add_expense",
        "sharing.close",
        "sharing.propose",
        "sharing.collect_pay",
        "catering.add_menu",
        "members.refuse_engagement",
        "accounts.tell",
    ):
        assert doing.do(world, doing.posting(world)[name]).status_code == 303, name
    for key in readers:
        after = pages(world, key)
        told = {url: unlike(before[key][url], after[url]) for url in after}
        changed = {url: lines for url, lines in told.items() if lines}
        # The group's pots are for all its members to see, at both carriers.
        allowed = {"/argent"} if key == "member" else set()
        # Whoever holds the secret of a paper reads how that very paper fares.
        allowed |= {url for url in changed if url.startswith(("/factures/", "/maison/"))}
        assert set(changed) <= allowed, (key, changed)


def test_the_copy_of_ones_data_is_ones_own(world: World) -> None:
    mine = asking.ask(world, "participant_a", "GET", "/moi/copie", {}).text
    assert "rue du secret de participant_a" in mine
    for other in ("participant_b", "animator", "member"):
        told = asking.ask(world, other, "GET", "/moi/copie", {}).text
        assert "rue du secret de participant_a" not in told
    person = world.a.ids["person_id"]
    for url in (
        f"/moi/copie?person_id={person}",
        f"/moi/copie/{person}",
        f"/membres/{person}/copie",
    ):
        assert "participant_a" not in asking.ask(world, "animator", "GET", url, {}).text


def test_ids_are_not_to_be_guessed() -> None:
    ids = [new_id() for _ in range(20_000)]
    assert len(set(ids)) == len(ids)
    tails = [one.int & 0xFFFFFFFF for one in ids]
    assert len(set(tails)) > len(ids) - 5
    steps = Counter((b - a) & 0xFFFFFFFF for a, b in pairwise(tails))
    assert steps.most_common(1)[0][1] < 5  # no counter in the last 32 bits
    assert all(one.version == 7 for one in ids)


COUNTED = {
    "number": "a record's place in a public log, beside a mark that nobody can guess",
    "nth": "one of the guardians of the ceremony under way",
}


def test_no_address_counts(whole_world: World) -> None:
    for rule in asking.rules(whole_world.kpa.app):
        counted = set(re.findall(r"<int:(\w+)>", rule.rule))
        assert counted <= COUNTED.keys(), rule.rule
        assert "number" not in counted or "<mark>" in rule.rule, rule.rule


def test_planted_a_refusal_that_is_noted_only_when_the_thing_exists_is_seen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = routes._check

    def sooner(door: routes.Door, address: dict[str, object]) -> None:
        if NOWHERE in address.values():
            raise routes.NotFound()
        check(door, address)

    monkeypatch.setattr(routes, "_check", sooner)
    with pytest.raises(AssertionError):
        test_absent_and_forbidden_take_the_same_work(
            world, "treasurer_b", "/documents/{document_id}/paiement"
        )


def unlike(one: str, other: str) -> list[str]:
    """Return the lines in which two pages differ."""
    lines = difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=0)
    return list(lines)[2:12]


def addresses(world: World, path: str) -> tuple[str, str]:
    """Return an address of activity A, and the same of nothing."""
    return path.format(**world.a.ids), path.format(**dict.fromkeys(world.a.ids, NOWHERE))


def pages(world: World, key: str) -> dict[str, str]:
    """Return every page without ids that somebody may read, and those about their own things."""
    found = {}
    actor = world.cast[key]
    for rule in asking.rules(world.kpa.app):
        for one in asking.addresses(world, rule, actor):
            if one.method == "GET" and one.variant != "absent" and one.place is not world.a:
                if not asking.expected(world, one, actor):
                    continue
                answer = asking.ask(world, key, "GET", one.url, {})
                if answer.status_code == 200 and asking.is_text(answer):
                    found[one.url] = asking.same_page(answer.text, one.url)
    return found


def test_the_probes_are_of_things_that_exist(whole_world: World) -> None:
    assert all(isinstance(one, UUID) for one in whole_world.a.ids.values())
    assert {"activities.add_order", "sharing.close"} <= set(DEEDS)
