"""What a KPA collects from its guardians, and what it answers when something is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from collecting import (
    NAMES,
    answer_of,
    asked_by,
    began,
    drilled,
    identity_of,
    place_of,
    promised,
    step,
    take,
    write,
)
from log_writer import DAY, Writer, guardians, private_of, public_of

from kpa_core.api import KpaError, Refused
from kpa_federation.guardians import ceremony as ceremonies
from kpa_federation.guardians import exchange, kept, walks
from kpa_federation.guardians.ceremony import Place
from kpa_federation.guardians.sheet import Secret
from kpa_federation.protocol import keys
from kpa_federation.protocol.entries import read_entry

# --- from nothing to guardians, to another key ----------------------------------------------------


def test_the_first_guardians_step_by_step(bare):
    one = began(bare, "first", key=None, guardians=NAMES, today={})
    assert step(one, bare).what == "promises"
    assert step(one, bare).waiting == NAMES
    one = promised(one, bare, *NAMES[:2])
    assert step(one, bare).waiting == NAMES[2:]
    one = promised(one, bare, NAMES[2])
    assert step(one, bare).what == "drills"
    with pytest.raises(Refused, match="Optéos, Anis"):
        ceremonies.ask(one, identity_of(bare), place_of(bare), DAY)
    one = drilled(one, bare, *NAMES)
    assert step(one, bare).what == "ask"
    one = ceremonies.ask(one, identity_of(bare), place_of(bare), DAY)
    assert step(one, bare).what == "write"
    write(one, bare)
    assert identity_of(bare).commitment == guardians(*NAMES)
    assert step(one, bare).what == "done"


def test_a_new_key_step_by_step_in_any_order(writer):
    one = asked_by(writer)
    assert step(one, writer).waiting == NAMES
    assert "2" in step(one, writer).sentence
    for name in ("La Condition Publique", "Optéos"):
        one = take(one, writer, answer_of(name, ceremonies.request_of(one)))
    assert step(one, writer).what == "write"
    write(one, writer, "roubaix 2")
    assert identity_of(writer).key == public_of("roubaix 2")
    assert step(one, writer).what == "done"


def test_a_guardian_leaves_and_another_comes(writer):
    after = ("Optéos", "Anis", "Moulins")
    one = began(writer, "guardians", key=None, guardians=after)
    assert step(one, writer).waiting == ("Moulins",)
    one = drilled(promised(one, writer, "Moulins"), writer, "Moulins")
    one = ceremonies.ask(one, identity_of(writer), place_of(writer), DAY)
    asked = ceremonies.request_of(one)
    with pytest.raises(Refused, match="Moulins sera gardien après"):
        take(one, writer, answer_of("Moulins", asked))
    for name in ("La Condition Publique", "Anis"):  # who leaves may still sign this one
        one = take(one, writer, answer_of(name, asked))
    write(one, writer)
    assert identity_of(writer).commitment == guardians(*after)


def test_a_guardian_makes_a_new_sheet(writer):
    one = began(writer, "guardians", key=None, guardians=NAMES)
    assert not [guardian for guardian in one.guardians if not guardian.is_ready]
    line = Secret(private_of("Optéos, deux")).line
    one = ceremonies.promise(one, identity_of(writer), "Optéos", line)
    assert step(one, writer).waiting == ("Optéos",)
    asked = ceremonies.drill(one, identity_of(writer), DAY)
    with pytest.raises(Refused, match="autre feuille que celle de sa ligne"):
        ceremonies.take_drill(one, asked, "Optéos", answer_of("Optéos", asked))
    one = ceremonies.take_drill(one, asked, "Optéos", answer_of("Optéos, deux", asked))
    assert step(one, writer).what == "ask"


def test_a_ceremony_is_kept_between_two_steps_without_a_drilled_key(bare, writer):
    one = promised(began(bare, "first", key=None, guardians=NAMES, today={}), bare, *NAMES)
    before, one = one, drilled(one, bare, *NAMES)
    days = tuple(replace(guardian, drilled_on=DAY) for guardian in before.guardians)
    assert one == replace(before, guardians=days), "a drill leaves more than its day"
    text = json.dumps(kept.to_values(one))
    assert kept.from_values(json.loads(text)) == one
    for name in NAMES:
        assert keys.text_of(public_of(name)) not in text
        assert repr(public_of(name)) not in repr(one)
    two = asked_by(writer)
    two = take(two, writer, answer_of("Anis", ceremonies.request_of(two)))
    two = ceremonies.ask(two, identity_of(writer), place_of(writer), DAY + timedelta(1))
    two = take(two, writer, answer_of("Anis", ceremonies.request_of(two)))
    assert kept.from_values(json.loads(json.dumps(kept.to_values(two)))) == two


def test_the_usual_guardians_are_three_of_whom_two_agree(bare):
    one = began(bare, "first", key=None, today={})
    assert [guardian.name for guardian in one.guardians] == [
        "La structure porteuse",
        "La CAE",
        "Le lieu",
    ]
    assert one.threshold == 2


# --- what cannot begin ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "threshold"),
    [
        (NAMES[:1], 1),
        (NAMES[:2], 1),
        (NAMES, 0),
        (NAMES, 4),
        (tuple("abcdefgh"), 2),
        (("Optéos", "Optéos", "Anis"), 2),
        (("Optéos", ""), 2),
        (("Optéos", "An\x1bis"), 2),
        (("Optéos", "x" * 81), 2),
    ],
)
def test_guardians_that_cannot_be(bare, names, threshold):
    with pytest.raises(Refused):
        began(bare, "first", key=None, guardians=names, threshold=threshold, today={})


@pytest.mark.parametrize("why", [why for why in walks.WALKS if why != "first"])
def test_without_guardians_nobody_gives_a_key(bare, why):
    with pytest.raises(Refused, match="pas de gardiens"):
        began(bare, why)


def test_the_first_guardians_are_chosen_once(writer):
    with pytest.raises(Refused, match="déjà des gardiens"):
        began(writer, "first", key=None, guardians=NAMES)


@pytest.mark.parametrize("why", walks.WALKS)
def test_a_new_key_is_new_and_the_same_key_the_same(bare, writer, why):
    log = bare if why == "first" else writer
    wrong = None if walks.WALKS[why].new_key else "roubaix 2"
    with pytest.raises(Refused, match="clé"):
        began(log, why, key=wrong, guardians=NAMES)
    right = "roubaix 2" if walks.WALKS[why].new_key else None
    assert began(log, why, key=right, guardians=NAMES).why == why


def test_what_peers_verified_long_ago_is_not_left():
    assert walks.size_after_theft(12, 12) == 12
    with pytest.raises(Refused, match="30 jours"):
        walks.size_after_theft(11, 12)
    with pytest.raises(Refused):
        walks.size_after_theft(0, 0)


# --- answers --------------------------------------------------------------------------------------


def test_the_same_guardian_counts_once(writer):
    one = asked_by(writer)
    text = answer_of("Optéos", ceremonies.request_of(one))
    one = take(one, writer, text)
    with pytest.raises(Refused, match="Optéos a déjà répondu"):
        take(one, writer, text)
    doubled = replace(one, answers=one.answers * 2)  # were it counted twice all the same
    with pytest.raises(Refused, match="ne suffisent pas"):
        ceremonies.entry_line(doubled, identity_of(writer), place_of(writer))


def test_a_request_altered_on_the_way_is_not_what_was_asked(writer):
    one = asked_by(writer)
    asked = ceremonies.request_of(one)
    thief = keys.text_of(public_of("thief"))
    altered = replace(asked, request={**asked.request, "key": thief})
    with pytest.raises(Refused, match="changée en route"):
        take(one, writer, answer_of("Optéos", altered))
    hidden = replace(exchange.answer(altered, private_of("Optéos")), about=asked.code)
    with pytest.raises(Refused, match="signature est fausse"):
        take(one, writer, hidden.text())


def test_when_the_log_grew_the_request_is_made_again(writer):
    one = asked_by(writer)
    old = answer_of("Optéos", ceremonies.request_of(one))
    for name in NAMES[:2]:
        one = take(one, writer, answer_of(name, ceremonies.request_of(one)))
    writer.put("Une fiche de plus")
    assert step(one, writer).what == "ask_again"
    with pytest.raises(Refused, match="Le journal a changé"):
        ceremonies.entry_line(one, identity_of(writer), place_of(writer))
    one = ceremonies.ask(one, identity_of(writer), place_of(writer), DAY)
    assert one.answers == ()
    with pytest.raises(Refused, match="plus ancienne"):
        take(one, writer, old)
    assert step(one, writer).what == "answers"


def test_another_root_at_the_same_size_is_another_place(writer):
    one = asked_by(writer)
    assert not ceremonies.is_stale(one, place_of(writer))
    assert ceremonies.is_stale(one, Place(len(writer.entries), bytes(32)))


@pytest.mark.parametrize("name", ["stranger", "roubaix", "roubaix 2"])
def test_who_is_no_guardian_does_not_count(writer, name):
    """A stranger, the old key and the new one."""
    one = asked_by(writer)
    with pytest.raises(Refused, match="pas celle d'un gardien"):
        take(one, writer, answer_of(name, ceremonies.request_of(one)))


def test_the_answer_for_another_kpa_is_told(writer):
    other = Writer("lille", guardians(*NAMES))
    one, two = asked_by(writer), asked_by(other)
    with pytest.raises(Refused, match="autre KPA"):
        take(one, writer, answer_of("Optéos", ceremonies.request_of(two)))


def test_a_retired_guardian_counts_no_more(writer):
    writer.rotate("roubaix 2", NAMES[:2], guardians("Anis", "Moulins", "Lieu"))
    today = {keys.hash_of(public_of(one)): one for one in ("Anis", "Moulins", "Lieu")}
    one = asked_by(writer, key="roubaix 3", today=today)
    with pytest.raises(Refused, match="Une ancienne ne sert plus"):
        take(one, writer, answer_of("Optéos", ceremonies.request_of(one)))


def test_an_answer_before_the_request_is_told(writer):
    one = began(writer)
    with pytest.raises(Refused, match="pas encore faite"):
        take(one, writer, answer_of("Optéos", exchange.DrillRequest("x", writer.origin, DAY)))


@pytest.mark.parametrize("text", ["", "oui, d'accord", Secret(private_of("Optéos")).code])
def test_what_is_no_answer_is_told(writer, text):
    with pytest.raises(KpaError):
        take(asked_by(writer), writer, text)


@pytest.mark.parametrize(("count", "threshold"), [(2, 2), (3, 2), (5, 3), (7, 7)])
def test_k_of_n(count, threshold):
    names = tuple(f"gardien {one}" for one in range(count))
    log = Writer("tourcoing", guardians(*names, threshold=threshold))
    one = asked_by(log, today={keys.hash_of(public_of(name)): name for name in names})
    for name in names[: threshold - 1]:
        one = take(one, log, answer_of(name, ceremonies.request_of(one)))
    with pytest.raises(Refused, match="manquent : 1"):
        ceremonies.entry_line(one, identity_of(log), place_of(log))
    one = take(one, log, answer_of(names[-1], ceremonies.request_of(one)))
    write(one, log, "roubaix 2")
    assert identity_of(log).key == public_of("roubaix 2")
    assert not read_entry(log.entries[-1].line).void
