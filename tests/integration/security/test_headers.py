"""R40, R43: what every answer carries: nothing foreign runs, nothing private is kept by a cache."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from world import World, asking

from kpa_core.web.headers import POLICY

READERS = ("visitor", "participant_a", "animator", "host_a", "admin")
FILES = ("sandbox; default-src 'none'",)
EVIL = "evil.example"


@pytest.fixture(scope="module")
def answers(whole_world: World) -> list[tuple[str, Any]]:
    """Every page that somebody may read, and one of each error, as (what, answer)."""
    world, found = whole_world, []
    for key in READERS:
        for rule in asking.rules(world.kpa.app):
            for one in asking.addresses(world, rule, world.cast[key]):
                if one.method == "GET" and one.variant in ("", "A", "own"):
                    answer = asking.ask(world, key, "GET", one.url, {})
                    if answer.status_code == 200:
                        found.append((f"{key} {one.url}", answer))
    for method, url in (("GET", "/rien"), ("POST", "/demande"), ("GET", "/aujourdhui")):
        found.append((f"{method} {url}", asking.ask(world, "visitor", method, url, {})))
    return found


def test_every_page_was_read(answers: list[tuple[str, Any]]) -> None:
    assert len(answers) > 150


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
        "image/jpeg",
        "image/png",
        "application/toml",
    }


def test_what_a_request_calls_itself_is_nowhere(world: World) -> None:
    asked = 0
    for key in READERS:
        headers = {
            "Host": EVIL,
            "X-Forwarded-Host": EVIL,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "10.0.0.1",
            "Forwarded": f"host={EVIL}",
            "X-Original-URL": "/maison",
            "X-Rewrite-URL": "/maison",
            "X-HTTP-Method-Override": "DELETE",
            **({"Cookie": world.cookies[key]} if key != "visitor" else {}),
        }
        client = world.kpa.app.test_client(use_cookies=False)
        for rule in asking.rules(world.kpa.app):
            for one in asking.addresses(world, rule, world.cast[key]):
                if one.method == "GET" and one.variant in ("", "A", "own"):
                    answer = client.get(one.url, headers=headers)
                    told = answer.text if asking.is_text(answer) else ""
                    assert EVIL not in told + str(answer.headers), (key, one.url)
                    asked += 1
    assert asked > 300


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


class Foreign(HTMLParser):
    """What of a page our policy would stop, or that leaves the site."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("iframe", "object", "embed", "base", "applet", "style"):
            self.faults.append(tag)
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.faults.append("script")
        for name, value in given.items():
            if name.startswith("on") or name in ("style", "srcdoc", "formaction", "ping"):
                self.faults.append(f"{tag} {name}")
            if name in ("href", "src", "action", "srcset", "poster"):
                self._check(tag, name, value)

    def _check(self, tag: str, name: str, value: str) -> None:
        if tag == "a" and name == "href" and value.startswith(("mailto:", "tel:", "sms:")):
            return
        if not value.startswith(("/", "#", "?")) or value.startswith(("//", "/\\")):
            self.faults.append(f"{tag} {name}={value[:60]}")
