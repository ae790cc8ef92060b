"""R37: every address, as everyone, on one's own things and on others', against the one table."""

from __future__ import annotations

from collections import Counter

import pytest
from world import World, asking, canaries
from world.asking import Visit
from world.canaries import Canary

NOWHERE = "/une-page-que-personne-n-a-faite"
VARYING = ("Content-Length", "Set-Cookie", "Date")
BY_SECRET = (
    *("invoices.quote_link", "invoices.quote_link_copy", "invoices.quote_link_pdf"),
    "activities.calendar_file",
    *("invoices.carrier_link", "invoices.carrier_link_pdf"),
    *("invoices.invoice_link", "invoices.invoice_link_pdf"),
)
"""Addresses whose secret part is the right: whoever was given it reads what is behind."""


@pytest.fixture(scope="module")
def visits(whole_world: World) -> list[Visit]:
    """Everything, asked once."""
    return asking.ask_all(whole_world)


@pytest.fixture(scope="module")
def read(whole_world: World, visits: list[Visit]) -> list[tuple[Visit, list[Canary]]]:
    """Everything, with the words that stand in one place only found in it."""
    known = canaries.canaries(whole_world)
    return [(one, list(canaries.in_text(known, one.text))) for one in visits]


def test_whoever_holds_the_right_gets_in_and_nobody_else(visits: list[Visit]) -> None:
    wrong = asking.wrong(visits)
    assert not wrong, f"{len(wrong)} of {len(visits)}\n" + "\n".join(wrong)
    assert len(visits) > 5000, Counter(one.status for one in visits)


def test_nothing_breaks(visits: list[Visit]) -> None:
    broken = [one.told for one in visits if one.status >= 500 and "healthz" not in one.told]
    assert not broken, "\n".join(broken)


TOLD_PLAINLY = {"coopcycle.signal", "ofn.signal"}
"""Addresses for machines with an id in them: what is not there is told in plain text."""


def test_what_is_not_for_someone_looks_like_what_is_not_there(
    whole_world: World, visits: list[Visit]
) -> None:
    absent = {
        (actor.key, method): asking.ask(whole_world, actor.key, method, NOWHERE, {})
        for actor in asking.everyone(whole_world)
        for method in asking.METHODS
    }
    told = []
    for one in visits:
        if one.allowed or one.address.rule.endpoint in TOLD_PLAINLY:
            continue
        blank = absent[one.actor.key, one.address.method]
        same = (
            one.status == blank.status_code
            and asking.same_page(one.text, one.address.url) == asking.same_page(blank.text, NOWHERE)
            and _headers(one.headers) == _headers(blank.headers)
        )
        if not same:
            told.append(one.told)
    assert not told, "\n".join(told)


def test_no_word_reaches_someone_it_is_not_for(
    whole_world: World, read: list[tuple[Visit, list[Canary]]]
) -> None:
    found = sorted(
        {
            f"{one.actor.key} {one.address.rule.endpoint}: {word.name}"
            for one, words in read
            if one.address.rule.endpoint not in BY_SECRET
            for word in words
            if not canaries.is_for(whole_world, word, one.actor)
        }
    )
    assert not found, f"{len(found)}\n" + "\n".join(found)


def test_every_kind_of_word_is_read_by_someone(
    whole_world: World, read: list[tuple[Visit, list[Canary]]]
) -> None:
    seen = {word.kind for _, words in read for word in words}
    known = {one.kind for one in canaries.canaries(whole_world)}
    assert known - seen == canaries.SEALED


def _headers(headers: object) -> dict[str, str]:
    return {name: "" if name in VARYING else value for name, value in dict(headers).items()}  # type: ignore[call-overload]
