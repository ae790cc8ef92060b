"""Too many attempts are refused with a time to come back, per person asked for and per place."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core import clock
from kpa_core.accounts.models import Throttle
from kpa_core.accounts.throttles import CARD_FROM, LINK_FROM, LINK_TO_ONE, PASSWORD_OF

PHONE = "06 12 34 56 78"


@pytest.fixture
def now():
    with time_machine.travel(clock.now().replace(minute=20, second=0), tick=False) as moment:
        yield moment


def test_one_person_gets_few_links_in_ten_minutes_and_again_after(kpa, door, texts_for, now):
    awa = kpa.person("Awa", phone=PHONE)
    for _ in range(LINK_TO_ONE.most):
        assert door.post("/entrer", who=PHONE).status_code == 303
    refused = door.post("/entrer", who="+33612345678")  # the same person, written otherwise
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) in range(599, 602)
    assert "Recommence dans 10 min." in refused.text or "Recommence dans 11 min." in refused.text
    assert len(texts_for(awa)) == LINK_TO_ONE.most
    now.shift(timedelta(minutes=10))
    assert door.post("/entrer", who=PHONE).status_code == 303


def test_a_stranger_who_types_ones_number_does_not_keep_one_out(kpa, door, card_of, now):
    code = card_of(kpa.person("Awa", phone=PHONE))
    for _ in range(LINK_TO_ONE.most + 5):
        door.post("/entrer", who=PHONE)
    assert door.enter(code).status_code == 303


def test_unknown_people_are_counted_like_known_ones(kpa, door, now):
    kpa.person("Awa", phone=PHONE)
    answers = {}
    for who in (PHONE, "06 99 99 99 99"):
        answers[who] = [
            door.post("/entrer", who=who).status_code for _ in range(LINK_TO_ONE.most + 1)
        ]
    assert answers[PHONE] == answers["06 99 99 99 99"]


def test_one_place_asks_for_so_many_links(kpa, door, now):
    codes = [
        door.post("/entrer", who=f"06 00 00 {n // 100:02d} {n % 100:02d}").status_code
        for n in range(LINK_FROM.most + 1)
    ]
    assert codes == [303] * LINK_FROM.most + [429]


def test_one_place_tries_so_many_codes(kpa, door, card_of, now):
    code = card_of(kpa.person("Awa"))
    codes = [door.enter("0" * 16).status_code for _ in range(CARD_FROM.most + 1)]
    assert codes == [422] * CARD_FROM.most + [429]
    assert door.enter(code).status_code == 429
    now.shift(timedelta(minutes=10))
    assert door.enter(code).status_code == 303


def test_right_codes_are_not_counted(kpa, door, card_of, now):
    code = card_of(kpa.person("Awa"))
    for _ in range(CARD_FROM.most + 5):
        assert door.enter(code).status_code == 303


def test_one_password_is_tried_so_often(kpa, door, now):
    kpa.person("Awa", phone=PHONE)
    fields = {"who": PHONE, "password": "pas le bon du tout"}
    codes = [
        door.post("/entrer/mot-de-passe", **fields).status_code for _ in range(PASSWORD_OF.most + 1)
    ]
    assert codes == [422] * PASSWORD_OF.most + [429]


def test_a_forged_address_does_not_escape_the_counter(kpa, door, now):
    for n in range(CARD_FROM.most):
        door.client.post(
            "/entrer/carte",
            data={"csrf_token": door.token("/entrer/carte"), "code": "0" * 16},
            headers={"X-Forwarded-For": f"203.0.113.{n}"},
        )
    assert door.enter("0" * 16).status_code == 429


def test_two_places_are_counted_apart(kpa, door, now):
    for _ in range(CARD_FROM.most + 1):
        door.enter("0" * 16)
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    token = door.token("/entrer/carte")
    data = {"csrf_token": token, "code": "0" * 16}
    answer = door.client.post("/entrer/carte", data=data, environ_overrides=elsewhere)
    assert answer.status_code == 422


def test_counters_hold_no_number_and_no_address(kpa, door):
    door.post("/entrer", who=PHONE)
    with kpa.work() as work:
        buckets = list(work.session.scalars(sa.select(Throttle.bucket)))
    assert buckets
    assert all(set(bucket) <= set("0123456789abcdef") for bucket in buckets)
    assert not any("612345678" in bucket for bucket in buckets)
