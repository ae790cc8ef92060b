"""A password is a choice, hashed, and never the only way in."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from kpa_core.accounts import passwords
from kpa_core.accounts.models import Credential
from kpa_core.errors import Refused

PHONE, GOOD = "06 12 34 56 78", "couscous vélo lundi"


@pytest.fixture
def awa(kpa, door, card_of):
    person = kpa.person("Awa", phone=PHONE)
    door.enter(card_of(person))
    answer = door.post("/moi/mot-de-passe", password=GOOD)
    assert answer.location == "/moi"
    return person


def test_it_lets_its_person_in(awa, another_door):
    visitor = another_door()
    assert visitor.post("/entrer/mot-de-passe", who=PHONE, password=GOOD).status_code == 303
    assert visitor.is_in()


@pytest.mark.parametrize(
    ("who", "password"),
    [(PHONE, GOOD + "x"), (PHONE, GOOD.upper()), ("06 99 99 99 99", GOOD)],
    ids=["another word", "other letters", "nobody"],
)
def test_anything_else_gets_one_and_the_same_sentence(awa, another_door, who, password):
    visitor = another_door()
    refused = visitor.post("/entrer/mot-de-passe", who=who, password=password)
    assert refused.status_code == 422
    assert "Ce n&#39;est pas le bon mot de passe" in refused.text
    assert password not in refused.text
    assert not visitor.is_in()


def test_it_is_kept_as_argon2id(kpa, awa):
    with kpa.work() as work:
        query = sa.select(Credential.hash).where(Credential.kind == "password")
        kept = work.session.scalars(query).one()
    assert kept.startswith("$argon2id$")
    assert GOOD not in kept


def test_choosing_one_ends_ones_other_sessions(kpa, awa, door, another_door, card_of):
    other = another_door()
    other.post("/entrer/mot-de-passe", who=PHONE, password=GOOD)
    door.post("/moi/mot-de-passe", password="buffet pour quarante")
    assert door.is_in()
    assert not other.is_in()
    assert other.post("/entrer/mot-de-passe", who=PHONE, password=GOOD).status_code == 422


def test_it_can_be_taken_off(awa, door, another_door):
    door.post("/moi/mot-de-passe/enlever", page="/moi")
    refused = another_door().post("/entrer/mot-de-passe", who=PHONE, password=GOOD)
    assert refused.status_code == 422


@pytest.mark.parametrize("weak", ["court", "a" * 40, "abababababababab", "x" * 201])
def test_a_weak_one_is_refused_beside_its_field(kpa, weak):
    with kpa.work(kpa.person("Awa")) as work, pytest.raises(Refused) as refused:
        passwords.choose(work, weak)
    assert refused.value.field == "password"
