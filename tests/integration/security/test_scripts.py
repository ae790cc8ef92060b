"""R43: whatever is typed stays text, in every field and on every page that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from urllib.parse import quote

import pytest
from foreign import Foreign, Shape
from planting import (
    BOMB,
    MARKUP,
    NAUGHTY,
    PRODUCT,
    addresses,
    follow,
    form_of,
    packs,
    plant,
    send,
    with_words,
)
from test_tokens import STALE
from werkzeug.test import TestResponse
from world import World, asking, doing
from world.deeds import DEEDS

FORMS = sorted(
    name for name in DEEDS if name not in ("accounts.enter",) and DEEDS[name].before is None
)


def test_most_forms_have_fields_for_words(whole_world: World) -> None:
    assert len(with_words(whole_world)) > 55
    assert len(NAUGHTY) == 515


@pytest.mark.parametrize("endpoint", FORMS)
def test_a_text_adds_no_element_to_a_page(without_csrf: World, endpoint: str) -> None:
    world = without_csrf
    if endpoint not in with_words(world):
        return
    form = form_of(world, endpoint)
    plain = Shape(follow(world, endpoint, send(world, endpoint, "Motunique", form))).parts
    for words in packs(MARKUP):
        world.rewind()
        answer = send(world, endpoint, words, form)
        page = follow(world, endpoint, answer)
        assert is_answered(answer), answer.status_code
        assert not Foreign(page).faults, words
        assert PRODUCT not in page
        if answer.status_code == 303:
            assert Shape(page).parts == plain, words


@pytest.mark.parametrize("endpoint", FORMS)
def test_a_text_where_something_else_belongs_is_refused_as_text(
    without_csrf: World, endpoint: str
) -> None:
    world = without_csrf
    rule, deed = doing.posting(world)[endpoint], DEEDS[endpoint]
    url = doing.address(world, rule, deed)
    controls = doing.form_of(world, rule, deed, url).controls
    hidden = {"csrf_token", "idempotency_key"}
    fields = {name: BOMB for name in controls if name not in hidden}
    if not fields:
        return
    answer = asking.ask(world, deed.who, "POST", url, {**fields, "idempotency_key": "k" * 20})
    assert answer.status_code == 404 or is_answered(answer), answer.status_code
    page = follow(world, endpoint, answer)
    assert not Foreign(page).faults
    assert PRODUCT not in page


GONE_ONCE_TAKEN = {"sharing.take_paper"}
"""A file that waits to be read is no more once it was taken."""


def test_515_naughty_strings_are_only_text(without_csrf: World) -> None:
    world = without_csrf
    forms = cycle(name for name in FORMS if name in with_words(world))
    left, taken = list(NAUGHTY), 0
    while left:
        endpoint, typed = next(forms), []
        answer = send(world, endpoint, next_ones(left, typed))
        if endpoint in GONE_ONCE_TAKEN and answer.status_code == 404:
            left += typed
            continue
        assert is_answered(answer), (endpoint, typed)
        assert not Foreign(follow(world, endpoint, answer)).faults, (endpoint, typed)
        taken += len(typed) if answer.status_code == 303 else 0
    assert taken > 300


def is_answered(answer: TestResponse) -> bool:
    """Tell whether a form was taken, or refused for what was typed in it."""
    return answer.status_code in (303, 400, 409, 422) and STALE not in answer.text


def next_ones(left: list[str], typed: list[str]) -> Iterator[str]:
    """Yield a naughty string for each field, and keep it among those typed."""
    while True:
        typed.append(left.pop() if left else "")
        yield typed[-1]


@pytest.mark.long
@pytest.mark.parametrize("endpoint", FORMS)
def test_515_naughty_strings_in_every_form(without_csrf: World, endpoint: str) -> None:
    world = without_csrf
    if endpoint not in with_words(world):
        return
    for words in packs(NAUGHTY):
        answer = send(world, endpoint, words)
        assert is_answered(answer), words
        assert not Foreign(follow(world, endpoint, answer)).faults, words


def test_no_page_runs_what_was_planted_in_every_form(without_csrf: World) -> None:
    world = without_csrf
    assert plant(world) > 45
    shown = 0
    for key, url in addresses(world):
        answer = asking.ask(world, key, "GET", url, {})
        assert answer.status_code < 500 or url == "/healthz", (key, url)
        if answer.mimetype == "text/html":
            assert not Foreign(answer.text).faults, (key, url)
            assert "<svg onload" not in answer.text, (key, url)
            shown += "&lt;svg onload" in answer.text
        if asking.is_text(answer):
            assert PRODUCT not in answer.text, (key, url)
    assert shown > 60


@pytest.mark.parametrize(
    "path", ["/rien/{}", "/langue/{}", "/lien/{}", "/devis/{}", "/demande/merci?numero={}"]
)
@pytest.mark.parametrize("words", MARKUP)
def test_an_address_is_not_echoed(world: World, path: str, words: str) -> None:
    page = asking.ask(world, "visitor", "GET", path.format(quote(words, safe="")), {}).text
    assert not Foreign(page).faults
    assert PRODUCT not in page


def test_the_groups_own_page_is_no_template(world: World) -> None:
    folder = world.kpa.instance.settings.root / "pages"
    folder.mkdir(exist_ok=True)
    (folder / "a-propos.md").write_text("\n".join(MARKUP), "utf-8")
    page = asking.ask(world, "visitor", "GET", "/", {}).text
    assert not Foreign(page).faults
    assert PRODUCT not in page
    assert "{{7777*7777}}" in page
    (folder / "a-propos.md").unlink()


def test_planted_a_template_that_trusts_a_text_is_seen(
    without_csrf: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, templates = without_csrf, without_csrf.kpa.app.jinja_env
    monkeypatch.setattr(templates, "autoescape", False)
    monkeypatch.setattr(templates, "bytecode_cache", None)  # what is kept there escapes already
    monkeypatch.setattr(templates, "cache", None)
    page = follow(world, "activities.propose", send(world, "activities.propose", MARKUP[1]))
    assert Foreign(page).faults
