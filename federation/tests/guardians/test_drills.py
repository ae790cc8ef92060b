"""What a KPA takes as a guardian's line, and as a sign that its sheet works."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from collecting import (
    NAMES,
    TODAY,
    answer_of,
    asked_by,
    began,
    identity_of,
    promised,
    take,
)
from log_writer import DAY, private_of

from kpa_core.api import Refused
from kpa_federation.guardians import ceremony as ceremonies
from kpa_federation.guardians import exchange
from kpa_federation.guardians.drills import day_it_worked
from kpa_federation.guardians.sheet import Secret, line_of
from kpa_federation.protocol import keys


def test_two_guardians_do_not_give_one_line(bare):
    one = promised(began(bare, "first", key=None, guardians=NAMES, today={}), bare, "Optéos")
    with pytest.raises(Refused, match="Anis a donné la ligne de Optéos"):
        ceremonies.promise(one, identity_of(bare), "Anis", Secret(private_of("Optéos")).line)


def test_a_kpa_is_not_its_own_guardian(bare, writer):
    one = began(bare, "first", key=None, guardians=NAMES, today={})
    with pytest.raises(Refused, match="KPA lui-même"):
        ceremonies.promise(one, identity_of(bare), "Anis", Secret(private_of("roubaix")).line)
    two = began(writer, guardians=("Optéos", "Moulins"))
    with pytest.raises(Refused, match="KPA lui-même"):
        ceremonies.promise(two, identity_of(writer), "Moulins", line_of(keys.hash_of(two.key)))


def test_guardians_do_not_change_under_a_request(writer):
    with pytest.raises(Refused, match="Recommence"):
        promised(asked_by(writer), writer, "Optéos")


def test_a_stranger_has_no_place(bare):
    one = began(bare, "first", key=None, guardians=NAMES, today={})
    with pytest.raises(Refused, match="n'est pas dans"):
        promised(one, bare, "Inconnu")


@pytest.fixture
def waiting(bare):
    """A ceremony that waits for drills, and the drill that was asked."""
    one = promised(began(bare, "first", key=None, guardians=NAMES, today={}), bare, *NAMES)
    return one, ceremonies.drill(one, identity_of(bare), DAY)


DRILLS = {
    "of another day": (lambda d: replace(d, at=d.at - timedelta(1)), "Optéos", "autre jour"),
    "of another KPA": (lambda d: replace(d, origin="a" * 32), "Optéos", "autre KPA"),
    "with another guardian's sheet": (lambda d: d, "Anis", "feuille de Anis, pas celle de Optéos"),
    "with a stranger's sheet": (lambda d: d, "stranger", "autre feuille"),
}


@pytest.mark.parametrize("what", DRILLS)
def test_a_drill_shows_nothing_when_it_is(waiting, what):
    one, asked = waiting
    change, name, words = DRILLS[what]
    with pytest.raises(Refused, match=words):
        ceremonies.take_drill(one, asked, "Optéos", answer_of(name, change(asked)))


@pytest.mark.parametrize("field", ["at", "origin"])
def test_a_drill_replayed_under_another_name_is_not_signed(waiting, field):
    one, asked = waiting
    value = {"at": DAY - timedelta(1), "origin": "a" * 32}[field]
    old = exchange.answer(replace(asked, **{field: value}), private_of("Optéos"))
    told = replace(old, origin=asked.origin, about=asked.at.isoformat())
    with pytest.raises(Refused, match="signature est fausse"):
        ceremonies.take_drill(one, asked, "Optéos", told.text())


def test_a_drill_signs_no_key_and_a_key_no_drill(waiting, writer):
    one, asked = waiting
    two = asked_by(writer)
    request = ceremonies.request_of(two)
    with pytest.raises(Refused, match="pas la réponse à un exercice"):
        ceremonies.take_drill(one, asked, "Optéos", answer_of("Optéos", request))
    with pytest.raises(Refused, match="réponse à un exercice"):
        take(two, writer, answer_of("Optéos", asked))
    disguised = replace(
        exchange.answer(replace(asked, origin=writer.origin), private_of("Optéos")),
        kind="key",
        about=request.code,
    )
    with pytest.raises(Refused, match="signature est fausse"):
        take(two, writer, disguised.text())


def test_a_drill_needs_no_ceremony(writer):
    asked = exchange.DrillRequest("La Cape", writer.origin, DAY)
    by_name = {name: promised for promised, name in TODAY.items()}
    assert day_it_worked(asked, by_name, "Anis", answer_of("Anis", asked)) == DAY
    with pytest.raises(Refused, match="autre feuille"):
        day_it_worked(asked, by_name, "Inconnu", answer_of("Inconnu", asked))
