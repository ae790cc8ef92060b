"""Once a month, agreed parts are asked from the carrier, each one time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kpa_core.errors import NotFound, Refused
from kpa_core.members.models import Party
from kpa_core.sharing import answers, ledger, payrequests


@pytest.fixture
def share_out_id(numbered):
    share_out_id = numbered.propose(numbered.paid_order())
    numbered.say(share_out_id, "agreed", *numbered.cooks)
    numbered.say(share_out_id, "to_pot", "Elif")
    return share_out_id


def collect(house, by: str = "Gaëlle"):
    with house.work(by) as work:
        [batch] = payrequests.collect(work)
        return batch.id


def asked(house, batch_id) -> dict[str, int]:
    with house.work() as work:
        rows = payrequests.asked(work.session, batch_id)
        return {one.person.display_name: one.cents for one in rows}


def test_only_agreed_parts_of_closed_share_outs_are_asked(numbered, share_out_id) -> None:
    with numbered.work("Gaëlle") as work, pytest.raises(Refused, match="accord"):
        payrequests.collect(work)
    numbered.close(share_out_id)
    assert asked(numbered, collect(numbered)) == dict.fromkeys(numbered.cooks, 60_48)


def test_a_part_is_asked_once(numbered, share_out_id) -> None:
    numbered.close(share_out_id)
    batch_id = collect(numbered)
    with numbered.work("Gaëlle") as work, pytest.raises(Refused):
        payrequests.collect(work)
    numbered.say(share_out_id, "agreed", "Farid")
    assert collect(numbered) == batch_id
    assert sum(asked(numbered, batch_id).values()) == 4 * 60_48 + 30_24


def test_a_batch_that_left_takes_no_more(numbered, share_out_id) -> None:
    numbered.close(share_out_id)
    first = collect(numbered)
    with numbered.work("Trésor") as work:
        payrequests.send(work, first)
        with pytest.raises(Refused, match="déjà partie"):
            payrequests.send(work, first)
    numbered.say(share_out_id, "agreed", "Farid")
    second = collect(numbered)
    with numbered.work() as work:
        one, other = (payrequests.find_request(work, each) for each in (first, second))
        assert other.month > one.month
        assert other.cut_off > one.cut_off
    assert asked(numbered, second) == {"Farid": 30_24}


def test_the_carrier_says_that_it_paid(numbered, share_out_id) -> None:
    numbered.close(share_out_id)
    batch_id = collect(numbered)
    with numbered.work("Hôte") as work:
        with pytest.raises(Refused, match="n'attend pas"):
            payrequests.mark_paid(work, batch_id)
        payrequests.send(work, batch_id)
        payrequests.mark_paid(work, batch_id)
        shares = ledger.account(work.session, numbered.carrier_id, "shares")
        assert ledger.balance(work.session, shares.id) == 30_24  # Farid has not answered
        assert list(ledger.faults(work.session)) == []


@pytest.mark.parametrize("by", ["Gaëlle", "Trésor", "Animatrice"])
def test_only_the_carrier_says_it(numbered, share_out_id, by: str) -> None:
    numbered.close(share_out_id)
    batch_id = collect(numbered)
    with numbered.work(by) as work:
        payrequests.send(work, batch_id)
        with pytest.raises(NotFound):
            payrequests.mark_paid(work, batch_id)


@pytest.mark.parametrize("by", ["Amina", "Farid"])
def test_participants_ask_for_nobody(numbered, share_out_id, by: str) -> None:
    numbered.close(share_out_id)
    batch_id = collect(numbered)
    with numbered.work(by) as work:
        assert payrequests.waiting(work) == payrequests.batches(work) == []
        with pytest.raises(NotFound):
            payrequests.export(work, batch_id)


def test_the_file_for_the_carrier(numbered, share_out_id) -> None:
    numbered.close(share_out_id)
    batch_id = collect(numbered)
    with numbered.work() as work, work.transaction() as session:
        session.get_one(Party, numbered.people["Amina"]).display_name = "=HYPERLINK(1)"
    with numbered.work("Hôte") as work:
        data = payrequests.export(work, batch_id)
    assert data.startswith(b"\xef\xbb\xbf")
    header, *lines = data.decode("utf-8-sig").splitlines()
    assert header.startswith("Mois;Activité;Personne;Commande;")
    assert len(lines) == 4
    assert all(";60,48;" in line for line in lines)
    assert sum(";'=HYPERLINK(1);" in line for line in lines) == 1


def test_who_waits_and_until_when(numbered, share_out_id) -> None:
    numbered.close(share_out_id)
    with numbered.work("Gaëlle") as work:
        [one] = payrequests.waiting(work)
        assert (one.cents, one.people) == (4 * 60_48, 4)
        assert one.cut_off.day == 5
        assert timedelta() <= one.cut_off - work.today <= timedelta(days=31)
    with numbered.work("Amina") as work:
        [mine] = answers.mine(work)
        assert mine.requested_for is None
