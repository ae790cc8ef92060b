"""Each person speaks for their own part, and only theirs."""

from __future__ import annotations

import pytest

from kpa_core.accounts import messages
from kpa_core.accounts.models import Message
from kpa_core.errors import NotFound, Refused
from kpa_core.sharing import answers, closing, ledger, payrequests, pots


@pytest.fixture
def share_out_id(numbered):
    return numbered.propose(numbered.paid_order())


def common(house) -> int:
    with house.work("Amina") as work:
        return next((held.cents for held in pots.pots(work) if held.pot.kind == "common"), 0)


def test_nobody_answers_for_another(numbered, share_out_id) -> None:
    part = numbered.part(share_out_id, "Elif")
    for name in ("Amina", "Gaëlle", "Trésor"):
        with numbered.work(name) as work, pytest.raises(Refused, match="pour sa part"):
            answers.answer(work, part.id, "agreed")
    for name in ("Animatrice", "Hôte"):
        with numbered.work(name) as work, pytest.raises(NotFound):
            answers.answer(work, part.id, "agreed")
    assert numbered.part(share_out_id, "Elif").answer == "waiting"


@pytest.mark.parametrize("said", ["", "waiting", "yes", "AGREED"])
def test_only_known_answers(numbered, share_out_id, said: str) -> None:
    with pytest.raises(Refused, match="Choisis"):
        numbered.say(share_out_id, said, "Elif")


def test_a_question_says_something(numbered, share_out_id) -> None:
    with pytest.raises(Refused, match="Écris ta question"):
        numbered.say(share_out_id, "questioned", "Elif", note="  ")


def test_a_part_given_away_goes_to_the_common_pot(numbered, share_out_id) -> None:
    numbered.say(share_out_id, "to_pot", "Elif")
    numbered.close(share_out_id)

    assert common(numbered) == 53_37 + 30_24
    with numbered.work() as work:
        shares = ledger.account(work.session, numbered.carrier_id, "shares")
        assert ledger.balance(work.session, shares.id) == 302_40 - 30_24
        assert ledger.balance(work.session, shares.id, numbered.people["Elif"]) == 0
        assert list(ledger.faults(work.session)) == []
    with pytest.raises(Refused, match="déjà dans la cagnotte"):
        numbered.say(share_out_id, "agreed", "Elif")


def test_one_may_give_after_the_close_too_but_once(numbered, share_out_id) -> None:
    numbered.close(share_out_id)
    numbered.say(share_out_id, "agreed", "Elif")
    numbered.say(share_out_id, "to_pot", "Elif")
    assert common(numbered) == 53_37 + 30_24
    with pytest.raises(Refused, match="déjà dans la cagnotte"):
        numbered.say(share_out_id, "to_pot", "Elif")


def test_a_part_given_while_the_share_out_closes_is_not_lost(
    numbered, share_out_id, meanwhile
) -> None:
    given = meanwhile(closing, "_close", lambda: numbered.say(share_out_id, "to_pot", "Elif"))

    numbered.close(share_out_id)

    assert given() is None
    assert common(numbered) == 53_37 + 30_24


def test_a_part_asked_as_pay_is_settled(numbered, share_out_id) -> None:
    numbered.say(share_out_id, "agreed", "Elif")
    numbered.close(share_out_id)
    with numbered.work("Gaëlle") as work:
        payrequests.collect(work)
    with pytest.raises(Refused, match="demande de paie"):
        numbered.say(share_out_id, "to_pot", "Elif")


def test_people_find_their_own_parts(numbered, share_out_id) -> None:
    with numbered.work("Elif") as work:
        [one] = answers.mine(work)
    assert (one.allocation.cents, one.carrier.name) == (30_24, "Optéos")
    with numbered.work("Animatrice") as work:
        assert answers.mine(work) == []


def test_everyone_is_told_once_and_without_an_amount(numbered, share_out_id) -> None:
    with numbered.work() as work:
        told = {
            message.party_id: messages.opened(work, message)
            for message in work.session.query(Message).filter_by(kind="share.proposed")
        }
    assert set(told) == {numbered.people[name] for name in (*numbered.cooks, *numbered.riders)}
    subject, text = told[numbered.people["Elif"]]
    assert subject == "Un partage attend ta réponse"
    assert text.endswith("/mes-parts")
    assert "€" not in text
