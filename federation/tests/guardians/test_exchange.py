"""Requests and answers travel in messages: cut, quoted, copied badly, altered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import segno
from log_writer import DAY, Writer, guardians, private_of, public_of

from kpa_core.api import KpaError, Refused
from kpa_federation.guardians import exchange, notice
from kpa_federation.guardians.exchange import DrillRequest, KeyRequest
from kpa_federation.guardians.sheet import Secret
from kpa_federation.protocol import keys

NAMES = ("Optéos", "Anis", "La Condition Publique")
WRITER = Writer("roubaix", guardians(*NAMES))
DRILL = DrillRequest("La Cape", WRITER.origin, DAY)


def key_request(name="roubaix 2", following=None):
    made = WRITER.key_request(name, following or guardians(*NAMES))
    among = tuple(keys.hash_of(public_of(one))[: exchange.PREFIX] for one in NAMES)
    return KeyRequest("La Cape", made, NAMES, among)


def in_pieces(line, width=60):
    return "\r\n".join(f"> {line[at : at + width]}" for at in range(0, len(line), width))


REQUESTS = [DRILL, key_request()]


@pytest.mark.parametrize("asked", REQUESTS)
def test_a_request_is_read_from_whatever_message_it_came_in(asked):
    line = asked.text()
    for come in (line, line.lower(), in_pieces(line), notice.letter(asked), f"Salut\n{line}\nÀ +"):
        assert exchange.read_request(come) == asked


@pytest.mark.parametrize("asked", REQUESTS)
def test_an_answer_is_read_back(asked):
    answer = exchange.answer(asked, private_of("Optéos"))
    assert exchange.read_answer(in_pieces(answer.text())) == answer
    assert keys.is_signed(public_of("Optéos"), answer.signature, asked.message)


@pytest.mark.parametrize("asked", REQUESTS)
def test_every_wrong_sign_is_found(asked):
    line = exchange.answer(asked, private_of("Optéos")).text()
    start = line.index(":") + 1
    for place in range(start, len(line)):
        other = "7" if line[place] != "7" else "8"
        with pytest.raises(KpaError):
            exchange.read_answer(line[:place] + other + line[place + 1 :])


@pytest.mark.parametrize("asked", REQUESTS)
def test_a_cut_line_is_not_whole(asked):
    line = asked.text()
    assert exchange.is_whole(line)
    for size in range(len(line)):
        assert not exchange.is_whole(line[:size])


def test_a_kpa_with_seven_guardians_still_fits_in_a_qr():
    seven = tuple(f"gardien {one}" for one in range(7))
    request = key_request(following=guardians(*seven, threshold=7))
    asked = replace(request, names=tuple(f"{one} {'x' * 70}" for one in range(7)))
    assert segno.make(asked.text(), error="m", micro=False).version <= 40
    assert exchange.read_request(asked.text()) == asked


@pytest.mark.parametrize(
    "field", ["at", "key", "next", "origin", "root", "size"], ids=lambda name: f"another {name}"
)
def test_another_code_for_anything_that_is_signed(field):
    mine = key_request()
    other = Writer("lille", guardians(*NAMES))
    values = {
        "at": "2026-11-24",
        "key": keys.text_of(public_of("thief")),
        "next": guardians("thief", "Anis").to_wire(),
        "origin": other.origin,
        "root": keys.text_of(other.root()),
        "size": 9,
    }
    changed = replace(mine, request={**mine.request, field: values[field]})
    assert changed.code != mine.code
    assert changed.message != mine.message


def packed(**changed):
    asked = key_request()
    fields = {"among": [], "kind": "key", "kpa": "La Cape", "names": [], "request": asked.request}
    return exchange._packed(exchange.REQUEST, {**fields, **changed})


IMPOSSIBLE = {
    "another kind": {"kind": "everything"},
    "a name that clears the screen": {"kpa": "\x1b[2JLa Cape"},
    "a name that turns words around": {"kpa": "La \u202eepaC"},
    "a name without end": {"kpa": "x" * 81},
    "names that are no list": {"names": 3},
    "another op": {"request": {**key_request().request, "op": "put"}},
    "signatures already": {"request": {**key_request().request, "by": []}},
    "a field nobody is shown": {"request": {**key_request().request, "note": "x"}},
    "no request": {"request": 7},
    "one guardian": {
        "request": {**key_request().request, "next": {"hashes": ["A" * 43], "threshold": 1}}
    },
    "a key of small order": {
        "request": {**key_request().request, "key": keys.text_of(b"\1" + bytes(31))}
    },
}


def test_the_table_s_way_of_packing_is_the_real_one():
    assert exchange.read_request(packed()).message == key_request().message


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_a_request_for_what_cannot_be_is_refused(what):
    with pytest.raises(KpaError, match="ne comprend pas"):
        exchange.read_request(packed(**IMPOSSIBLE[what]))


def test_a_secret_sent_as_an_answer_is_refused_as_one():
    with pytest.raises(KpaError, match="Ne l'envoie à personne"):
        exchange.read_answer(Secret(private_of("Optéos")).code)


def test_a_request_is_no_answer():
    with pytest.raises(KpaError, match="KPA-REPONSE-1"):
        exchange.read_answer(DRILL.text())


# --- what the guardian is told --------------------------------------------------------------------


def said(asked, secret):
    return "\n".join(notice.lines(asked, secret))


def test_a_drill_is_told_as_one():
    told = said(DRILL, Secret(private_of("Optéos"), WRITER.origin))
    assert "exercice" in told
    assert "ne change rien" in told


def test_a_key_request_says_who_comes_after():
    told = said(key_request(), Secret(private_of("Optéos")))
    assert "pour de vrai" in told
    assert "3 gardiens" in told
    assert "l'accord de 2" in told
    assert "servira encore" in told
    assert key_request().code in told
    other = key_request(following=guardians("Anis", "autre"))
    assert "ne servira plus" in said(other, Secret(private_of("Optéos")))


def test_the_sheet_of_another_kpa_signs_nothing():
    with pytest.raises(Refused, match="autre KPA"):
        notice.check_for(DRILL, Secret(private_of("Optéos"), "a" * 32))


def test_a_sheet_that_is_none_of_today_s_guardians_is_told_before_signing():
    with pytest.raises(Refused, match="gardien d'aujourd'hui"):
        notice.check_for(key_request(), Secret(private_of("stranger")))
    notice.check_for(key_request(), Secret(private_of("Optéos"), WRITER.origin))


def test_days_of_a_drill_are_days():
    with pytest.raises(KpaError):
        exchange.read_request(
            exchange._packed(
                exchange.REQUEST,
                {"at": "2026-02-30", "kind": "drill", "kpa": "x", "origin": WRITER.origin},
            )
        )
    assert date.fromisoformat(exchange.answer(DRILL, private_of("x")).about) == DAY
