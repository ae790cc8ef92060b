"""R22: whatever a neighbour writes is text: no mark, template, name of a file, line of a log."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import time
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from liars import Says
from log_writer import DAY, KIND, LICENCE, Writer
from peers import Node

from kpa_federation.catalogue.kinds import RESOURCE
from kpa_federation.peers import service
from kpa_federation.protocol.bodies import Attachment, write_body
from kpa_federation.protocol.bundle import section_lines
from kpa_federation.protocol.entries import put

DATA = Path(__file__).parents[3] / "tests" / "data" / "naughty_strings.json"
NAUGHTY = [one for one in json.loads(DATA.read_text("utf-8")) if one]
MORE = [
    "\"><img src=x onerror=alert(1)>'",
    "</textarea></title></script><script>alert(1)</script>",
    "{{7777*7777}}{% raw %}${7777*7777}#{7777*7777}<%= 7777*7777 %>",
    "{0.__class__} {name} {} %(name)s %s %d",
    "2026-11-23 12:00:00 ERROR everything is broken\r\n2026-11-23 12:00:01 INFO root signed in",
    "../../../../data/kpa.sqlite3",
    "$(touch /tmp/kpa22) `touch /tmp/kpa22` ; touch /tmp/kpa22",
    "x'; DROP TABLE federation_log; --",
]
PRODUCT = "60481729"
"""What comes out when a text is run as a template."""
MARK = "zqx22"
"""Goes along with every text, to be looked for where none may be."""
TEXTS = [f"{one[:300]} {MARK}" for one in NAUGHTY + MORE]
PLAIN = f"bonjour {MARK}"
TOGETHER = 13


class Marks(HTMLParser):
    """The elements of a page with the names of their attributes, and where its links lead."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.found, self.links, self.text = Counter(), [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found[tag, tuple(sorted(name for name, _ in attrs))] += 1
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]

    def handle_data(self, data):
        self.text += data


def is_safe_link(address):
    ours = ("/", "#", "https://creativecommons.org/licenses/")
    return address.startswith(ours) and not address.startswith("//")


def check_page(page, plain):
    """Check that a page has the marks of the one whose words are plain."""
    made, wanted = Marks(page), Marks(plain)
    assert set(made.found) <= set(wanted.found)
    assert [one for one in made.links if not is_safe_link(one)] == []
    assert PRODUCT not in page
    return made


def unknown_kind(texts):
    """Return a body where each text is a title, a text, a thing in a list, and a file's name."""
    files = tuple(Attachment("ab" * 32, 5, one[:200]) for one in texts[:13])
    return write_body(
        {"title": texts[0], "lines": list(texts), "deep": {"text": texts[-1]}}, files, b"s" * 16
    )


def resource(texts):
    """Return a body of a known kind: every one of its fields is a text of these."""
    body = {
        "title": texts[0][:80],
        "summary": texts[1 % len(texts)][:200],
        "text": "\n".join(texts),
        "place": texts[2 % len(texts)][:80],
        "needs": [one[:150] for one in texts[:12]],
        "state": "tested",
        "lang": "fr",
        "tags": [one[:30] for one in texts[:5]],
    }
    return write_body(body, (), b"s" * 16)


def groups(count=TOGETHER):
    return [TEXTS[at : at + count] for at in range(0, len(TEXTS), count)]


def add(writer, kind, body):
    at = writer.append(put(body, at=DAY, kind=kind, licence=LICENCE))
    writer.bodies[at] = body
    return at


@pytest.fixture
def watched(monkeypatch, caplog):
    """Forbid every other program, and hear every logger."""
    caplog.set_level(logging.DEBUG)

    def forbidden(*_asked, **_more):
        raise AssertionError("another program")

    for module, name in ((subprocess, "Popen"), (os, "system"), (os, "popen")):
        monkeypatch.setattr(module, name, forbidden)
    return caplog


def schema_of(home):
    found = sa.inspect(home.kpa.instance.engine)
    return {
        name: [one["name"] for one in found.get_columns(name)] for name in found.get_table_names()
    }


def nothing_but_text(home, watched):
    """Check that no text became a line of a log or the name of a file."""
    assert [one for one in watched.messages if MARK in one] == []
    root = home.kpa.instance.settings.root
    assert [one for one in root.rglob("*") if MARK in one.name] == []
    logs = [one for one in root.rglob("*") if one.suffix in (".log", ".jsonl") and one.is_file()]
    assert [one for one in logs if MARK in one.read_text(errors="replace")] == []


def read_pages(browser, listed="/federation/fiches"):
    """Give each record's page that a list leads to; the list goes on over pages."""
    shown = browser.get(listed)
    yield listed, shown.text
    for link in sorted(set(re.findall(r'href="(/federation/fiches/lire/[^"?#]+)"', shown.text))):
        yield link, browser.get(link).text


@pytest.mark.parametrize(("kind", "body_of"), [(RESOURCE.key, resource), (KIND, unknown_kind)])
def test_515_naughty_strings_in_every_field_of_a_record(home, watched, kind, body_of):
    writer, plain = Writer("hostile"), Writer("plain")
    for texts in groups():
        add(writer, kind, body_of(texts))
    add(plain, kind, body_of([PLAIN] * TOGETHER))
    before, seen, wanted = schema_of(home), "", {}
    for one in (plain, writer):
        node = Node(one.name)
        node.write(one)
        home.follow(one.origin, node)
        home.pull()
        with home.kpa.client_for("member") as browser:
            pages = [*read_pages(browser), *read_pages(browser, "/federation/fiches?depuis=30")]
        for address, page in pages:
            what = "list" if "/lire/" not in address else "record"
            if one is plain:
                wanted.setdefault(what, page)
            else:
                seen += check_page(page, wanted[what]).text
        if one is plain:
            home.trust(plain.origin, "blocked")
    written = {"".join(text.split()) for texts in groups() for text in texts}
    told = "".join(seen.split())
    missing = [one for one in written if one.isprintable() and one[:40] not in told]
    assert len(missing) <= len(written) // 10, missing[:3]  # a group may be put aside
    assert schema_of(home) == before
    nothing_but_text(home, watched)


def test_515_naughty_names_of_neighbours(home, watched):
    home.follow(Writer("plain").origin)
    with home.work() as work, work.transaction():
        service.add_peer(work, Writer("plain").origin, "https://plain.example", PLAIN)
        service.add_peer(work, Writer("again").origin, "https://other.example", PLAIN)
    with home.kpa.client_for("admin") as browser:
        plain = browser.get("/federation/voisins").text
    with home.work() as work, work.transaction():
        for number, text in enumerate(TEXTS):
            service.add_peer(work, Writer(f"n{number}").origin, "", text)
    with home.kpa.client_for("admin") as browser:
        began = time.monotonic()
        page = browser.get("/federation/voisins").text
        assert time.monotonic() - began < 5
    shown = check_page(page, plain)
    assert "onerror=alert(1)" in shown.text
    with home.work() as work:
        rows = service.peers(work.session)
    assert len(rows) > 515
    assert all(row.name.isprintable() and len(row.name) <= 80 for row in rows)
    nothing_but_text(home, watched)


HEADER = ("kind", "licence", "op", "derived_from", "at", "body")


def test_515_naughty_strings_in_every_field_of_a_header(home, watched):
    good = json.loads(
        put(write_body({"title": "x"}, salt=b"s" * 16), at=DAY, kind=KIND, licence="x")
    )
    writer, count = Writer("hostile"), 0
    for text in TEXTS:
        for field in HEADER:
            said = {**good, field: text}
            line = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            if len(line.encode()) <= 1024:
                writer.append(line.encode())
                count += 1
    size = len(writer.entries)
    assert count > 3000
    assert sum(bool(one.void) for one in writer.entries) == count
    home.follow(
        writer.origin,
        Says({writer.origin: (size, writer.root())}, lambda _: section_lines(writer.section())),
    )
    home.pull()
    with home.kpa.client_for("animator") as browser:
        for address in ("/federation/fiches", "/federation/fiches/a-verifier"):
            assert MARK not in browser.get(address).text
    nothing_but_text(home, watched)
