"""R40, R43: what every answer carries: nothing foreign runs, nothing private is kept by a cache."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from foreign import Foreign
from reading import EVIL, Read
from world import World, asking

from kpa_core.web.headers import POLICY

FILES = ("sandbox; default-src 'none'",)
FOR_MACHINES = {
    "application/json",
    "application/octet-stream",
    "application/vnd.kpa.bundle",
    "text/plain; charset=utf-8",
}
NOT_CHANGED_BY_READING = {
    *("audit_entry", "audit_head", "stored_file", "document_file", "sign_in"),
    "throttle",
}
"""Who opened a minor's file is noted; a PDF is kept when first asked for; a session was seen; who
asks for a paper by its link is counted."""


@pytest.fixture(scope="module")
def answers(read: Read) -> list[tuple[str, Any]]:
    """What came back, as (what, answer)."""
    return read.answers


def test_every_page_was_read(answers: list[tuple[str, Any]]) -> None:
    assert sum(answer.status_code == 200 for _, answer in answers) > 300
    assert sum(answer.status_code == 404 for _, answer in answers) > 500


def test_reading_changes_nothing(read: Read) -> None:
    assert read.changed <= NOT_CHANGED_BY_READING


def test_the_policy_lets_nothing_run_that_is_not_ours(answers: list[tuple[str, Any]]) -> None:
    parts = dict(part.split(" ", 1) for part in POLICY.split("; "))
    assert parts["default-src"] == "'none'"
    assert parts["script-src"] == parts["style-src"] == "'self'"
    assert parts["base-uri"] == parts["frame-ancestors"] == "'none'"
    assert not re.search(r"unsafe|data:|\*|https?:|blob:", POLICY)
    for told, answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        is_file = "Content-Disposition" in answer.headers
        assert policy in FILES if is_file else policy == POLICY, told


def test_headers_are_on_every_answer(answers: list[tuple[str, Any]]) -> None:
    for told, answer in answers:
        head = answer.headers
        assert head["X-Content-Type-Options"] == "nosniff", told
        assert head["Referrer-Policy"] == "same-origin", told
        assert head["Cross-Origin-Opener-Policy"] == "same-origin", told
        assert "no-store" in head["Cache-Control"], told
        assert "Cookie" in head["Vary"], told
        assert "geolocation=()" in head["Permissions-Policy"], told
        assert "Access-Control-Allow-Origin" not in head, told


def test_pages_hold_no_script_no_style_and_no_other_host(answers: list[tuple[str, Any]]) -> None:
    for told, answer in answers:
        if answer.mimetype == "text/html":
            faults = Foreign(answer.text).faults
            assert not faults, (told, faults)


def test_every_answer_says_what_it_is(answers: list[tuple[str, Any]]) -> None:
    kinds = {answer.headers["Content-Type"] for _, answer in answers}
    assert kinds <= {
        "text/html; charset=utf-8",
        "text/css; charset=utf-8",
        "text/csv; charset=utf-8",
        "text/calendar; charset=utf-8",
        "application/json",
        "application/pdf",
        "application/xml",
        "image/jpeg",
        "image/png",
        "application/toml",
        "application/vnd.kpa.carried",
        "application/zip",
    }


def test_what_is_for_machines_is_public_no_page_and_the_same_for_everyone(read: Read) -> None:
    assert len(read.machines) >= 5
    for url, answers in read.machines.items():
        for answer in answers:
            assert answer.status_code == 200, url
            assert answer.headers["X-Content-Type-Options"] == "nosniff", url
            assert answer.headers["Content-Type"] in FOR_MACHINES, url
            assert "Set-Cookie" not in answer.headers, url
            assert "Access-Control-Allow-Origin" not in answer.headers, url
        assert len({answer.data for answer in answers}) == 1, url


def test_what_a_request_calls_itself_is_nowhere(answers: list[tuple[str, Any]]) -> None:
    for told, answer in answers:
        text = answer.text if asking.is_text(answer) else ""
        assert EVIL not in text + str(answer.headers), told


def test_a_redirect_stays_on_the_site(without_csrf: World) -> None:
    from world import doing
    from world.deeds import DEEDS

    world = without_csrf
    for name, rule in doing.posting(world).items():
        deed = DEEDS[name]
        if deed.before is not None:
            deed.before(world)
        url = doing.address(world, rule, deed)
        fields = doing.fields_of(world, rule, deed, url)
        headers = {
            "Host": EVIL,
            "Referer": f"http://{EVIL}/x",
            "Cookie": world.cookies.get(deed.who, ""),
        }
        client = world.kpa.app.test_client(use_cookies=False)
        answer = client.post(url, data=fields, headers=headers)
        assert answer.status_code in (200, 303), name
        place = urlsplit(answer.headers.get("Location", "/"))
        assert (place.scheme, place.netloc) == ("", ""), name
        assert EVIL not in answer.text
        world.rewind()


def test_the_language_cookie_is_kept_from_scripts(world: World) -> None:
    answer = asking.ask(world, "visitor", "GET", "/langue/en", {})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_planted_an_inline_script_is_seen() -> None:
    assert Foreign("<p onclick='x()'>").faults
    assert Foreign("<script>1</script>").faults
    assert Foreign("<b style='color:red'>").faults
    assert Foreign('<img src="//evil.example/x.png">').faults
    assert Foreign('<a href="javascript:alert(1)">').faults
