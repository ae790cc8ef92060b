"""What came and makes no sense is named, with a reason, and never shown as content."""

from __future__ import annotations

from html import unescape

import pytest
import sqlalchemy as sa

from kpa_core.api import NotFound, Plugin, RecordField, RecordType, Refused, hookimpl
from kpa_core.work import KPA
from kpa_federation.catalogue.kinds import RESOURCE
from kpa_federation.log.keeping import ENTRIES
from kpa_federation.own import writing
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.entries import put
from kpa_federation.records import publishing, reading, taking
from kpa_federation.records.content import REASONS
from kpa_federation.records.kinds import kinds

GOOD = dict(RESOURCE.example)
SECRET = "Le texte qu'on ne montre pas"


class Odd(Plugin):
    """A plugin whose kind can be right by its fields and still make no sense."""

    name = "odd"
    api_version = 1

    @hookimpl
    def register_record_types(self):
        def from_wire(body):
            if "crash" in body["title"]:
                raise ValueError(body["title"])
            if "odd" in body["title"]:
                raise Refused("Impossible.")
            return body["title"].upper()

        title = RecordField("title", "Titre", required=True, example="Une chose")
        example = {"title": "Une chose"}
        return [
            RecordType("kpa.example/odd/1", "Chose", "", (title,), example, from_wire=from_wire)
        ]


def send(town, body, kind=RESOURCE.key):
    with town.work(KPA) as work:
        line = put(body, at=work.today, kind=kind, licence="CC0-1.0")
        place = writing.append(work, [line], {0: body})
        return publishing.name_of(work.session, place)


def instead(town, name, body):
    """Put other bytes where a body was, as a broken disk or a lying mirror would."""
    place = int(name.split("/")[1])
    with town.work(KPA) as work, work.transaction() as session:
        session.execute(sa.update(ENTRIES).where(ENTRIES.c.place == place).values(body=body))


def broken(how, body):
    return {
        "absent": None,
        "length": body + b" ",
        "changed": body.replace(b"qu'on", b"qU'on"),
    }[how]


@pytest.mark.parametrize("how", ["absent", "length", "changed"])
def test_a_body_that_is_not_the_signed_one_is_put_aside(town, how):
    roubaix = town("Roubaix")
    body = write_body({**GOOD, "title": SECRET})
    name = send(roubaix, body)
    instead(roubaix, name, broken(how, body))
    check(roubaix, name, how)


@pytest.mark.parametrize(
    "body",
    [
        b"not JSON at all " + SECRET.encode(),
        b'{"title":"%s"}' % SECRET.encode(),  # no salt
        write_body({**GOOD, "title": SECRET}).replace(b":", b": ", 1),
        write_body({**GOOD, "title": SECRET})[:-1],
        b"[" * 5000,
        b"\xff\xfe",
    ],
)
def test_a_body_that_cannot_be_read_is_put_aside(town, body):
    roubaix = town("Roubaix")
    check(roubaix, send(roubaix, body), "unreadable")


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": SECRET * 20},
        {"title": 7},
        {"state": "perfect"},
        {"needs": "un seul"},
        {"needs": ["x"] * 100},
        {"summary": "deux\nlignes"},
        {"text": "caché\u202e"},
    ],
)
def test_a_body_against_its_kind_s_fields_is_put_aside(town, change):
    roubaix = town("Roubaix")
    check(roubaix, send(roubaix, write_body({**GOOD, "summary": SECRET, **change})), "fields")


@pytest.mark.parametrize("title", [f"odd {SECRET}", f"crash {SECRET}"])
def test_a_body_its_plugin_cannot_read_is_put_aside(town, title):
    roubaix = town("Roubaix", plugins=[Odd])
    good = send(roubaix, write_body({"title": "Bien"}), "kpa.example/odd/1")
    name = send(roubaix, write_body({"title": title}), "kpa.example/odd/1")
    check(roubaix, name, "senseless", others=[good])


def check(town, name, reason, others=()):
    with town.work(town.kpa.person("Nadia", "animator")) as work:
        known = kinds(work)
        (aside,) = reading.quarantine(work, known)
        assert (aside.name, aside.content.reason) == (name, reason)
        assert [one.name for one in reading.records(work, known)] == list(others)
        with pytest.raises((Refused, NotFound)):
            taking.take(work, name)
    with town.kpa.client_for("member") as reader:
        pages = ["/federation/fiches", "/federation/fiches/a-verifier"]
        pages.append(f"/federation/fiches/lire/{name}")
        for address in pages:
            text = unescape(reader.get(address).text)
            assert SECRET not in text
            assert (REASONS[reason] in text) is (address != pages[0])


def test_a_void_line_is_told(town):
    roubaix = town("Roubaix")
    with roubaix.work(KPA) as work:
        line = b'{"at":"2026-11-23","op":"put"}'
        writing.append(work, [line], {})
    with roubaix.kpa.client_for("member") as reader:
        text = unescape(reader.get("/federation/fiches/a-verifier").text)
        assert "Roubaix</bdi>, ligne 1" in text
        assert REASONS["void"] in text
