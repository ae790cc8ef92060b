"""Two people for money: never one's own proposal; a small group asks someone outside."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kpa_core.errors import NotFound, Refused
from kpa_core.sharing import closing, group_rules


def proposal(house, by: str = "Gaëlle"):
    return house.propose(house.paid_order(), by)


def group_of(house, size: int) -> None:
    """Bring the activity to ``size`` adults, its referent and its treasurer among them."""
    there = 8
    for name in (*house.riders, *house.cooks)[: there - size]:
        house.leave(name)
    for number in range(size - there):
        house.welcome(f"Membre {number}", "participant")


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("by", ["Animatrice", "Hôte"])
def test_in_a_small_group_someone_outside_closes(numbered, size: int, by: str) -> None:
    share_out_id = proposal(numbered)
    group_of(numbered, size)

    with pytest.raises(Refused, match="moins de 4 adultes"):
        numbered.close(share_out_id, "Trésor")
    assert numbered.close(share_out_id, by).state == "closed"


@pytest.mark.parametrize("size", [4, 40])
@pytest.mark.parametrize("by", ["Trésor", "Animatrice", "Hôte"])
def test_in_a_larger_group_any_second_person_closes(numbered, size: int, by: str) -> None:
    share_out_id = proposal(numbered)
    group_of(numbered, size)
    assert numbered.close(share_out_id, by).state == "closed"


@pytest.mark.parametrize("size", [2, 3, 40])
def test_nobody_closes_their_own_proposal(numbered, size: int) -> None:
    share_out_id = proposal(numbered, by="Trésor")
    group_of(numbered, size)
    with pytest.raises(Refused, match="Tu as proposé ce partage"):
        numbered.close(share_out_id, "Trésor")


def test_minors_are_not_counted_as_adults(numbered) -> None:
    share_out_id = proposal(numbered)
    group_of(numbered, 3)
    with numbered.work() as work:
        young = work.today - timedelta(days=17 * 365)
    numbered.welcome("Ines", "participant", birth=young)
    with pytest.raises(Refused, match="moins de 4 adultes"):
        numbered.close(share_out_id, "Trésor")
    numbered.welcome("Jo", "participant", birth=young - timedelta(days=3 * 365))
    assert numbered.close(share_out_id, "Trésor").state == "closed"


@pytest.mark.parametrize("by", ["Amina", "Farid", "Gaëlle"])
def test_participants_and_referents_close_nothing(numbered, by: str) -> None:
    share_out_id = proposal(numbered, by="Trésor")
    with pytest.raises(NotFound):
        numbered.close(share_out_id, by)


def trust_under(house, cents: int, by: str = "Animatrice") -> None:
    with house.work(by) as work:
        value = {"from_cents": cents}
        key = "share.second_person"
        group_rules.change(work, key, value, starts_on=work.today, source="Conseil")


def test_under_its_threshold_a_group_trusts_one_person(numbered) -> None:
    trust_under(numbered, 660_01)
    assert numbered.close(proposal(numbered, by="Trésor"), "Trésor").state == "closed"


def test_from_its_threshold_on_a_group_asks_a_second_person(numbered) -> None:
    trust_under(numbered, 660_00)
    with pytest.raises(Refused, match="Une autre personne"):
        numbered.close(proposal(numbered, by="Trésor"), "Trésor")


def test_a_rule_made_after_a_proposal_does_not_close_it(numbered) -> None:
    share_out_id = proposal(numbered, by="Trésor")
    trust_under(numbered, 10**9)
    with pytest.raises(Refused, match="Une autre personne"):
        numbered.close(share_out_id, "Trésor")


def test_nobody_closes_alone_by_a_rule_of_their_own(numbered) -> None:
    numbered.welcome("Bati", "treasurer", "referent")
    trust_under(numbered, 10**9, by="Bati")
    share_out_id = proposal(numbered, by="Bati")
    with pytest.raises(Refused, match="Une autre personne"):
        numbered.close(share_out_id, "Bati")
    assert numbered.close(share_out_id, "Trésor").state == "closed"


def test_kpa_itself_closes_nothing(numbered) -> None:
    share_out_id = proposal(numbered)
    with numbered.work() as work, pytest.raises(Refused, match="Connecte-toi"):
        closing.close(work, share_out_id)


def test_a_question_waits_for_an_answer(numbered) -> None:
    share_out_id = proposal(numbered)
    numbered.say(share_out_id, "questioned", "Elif", note="J'ai fait 4 heures.")

    with pytest.raises(Refused, match="attend : Elif") as refused:
        numbered.close(share_out_id)
    assert refused.value.field == "note"

    closed = numbered.close(share_out_id, note="Vu ensemble : 3 heures, le reste est du trajet.")
    assert closed.closing_note.startswith("Vu ensemble")


def test_a_question_taken_back_no_longer_waits(numbered) -> None:
    share_out_id = proposal(numbered)
    numbered.say(share_out_id, "questioned", "Elif", note="Pourquoi ?")
    numbered.say(share_out_id, "agreed", "Elif")
    assert numbered.close(share_out_id).state == "closed"


def test_it_closes_once(numbered) -> None:
    share_out_id = proposal(numbered)
    numbered.close(share_out_id)
    with pytest.raises(Refused, match="n'attend plus"):
        numbered.close(share_out_id, "Animatrice")
