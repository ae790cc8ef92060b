"""Two cards of one person become one; nothing written for the other is lost or rewritten."""

from __future__ import annotations

from uuid import uuid4

import pytest
import sqlalchemy as sa

from kpa_core.errors import NotFound, Refused
from kpa_core.members import cohorts, merging, roles, service
from kpa_core.members.models import CohortMember, Engagement, Party, Role
from kpa_core.work import Denied

HERE = uuid4()


@pytest.fixture
def ali(kpa):
    return kpa.person("Ali", "animator")


@pytest.fixture
def twins(kpa):
    """The same person twice: the second card has a number, a role, a group, a contract."""
    kept = kpa.person("Awa", phone="06 11 11 11 11")
    gone = kpa.person("Awa D.", ("participant", {"activity_id": HERE}), phone="06 22 22 22 22")
    with kpa.work() as work, work.transaction() as session:
        session.get_one(Party, kept.party_id).phone = ""
        session.get_one(Party, gone.party_id).skills = "coudre"
        group = cohorts.add_cohort(work, "Été", work.today)
        for person in (kept, gone):
            cohorts.place_person(work, group.id, person.party_id)
        session.add(
            Engagement(
                person_id=gone.party_id, kind="cape", starts_on=work.today, ends_on=work.today
            )
        )
    return kept.party_id, gone.party_id


def test_roles_groups_and_contracts_move_and_gaps_are_filled(kpa, ali, twins):
    kept, gone = twins
    with kpa.work(ali) as work:
        merging.merge(work, kept, gone)
        session = work.session
        held = [one.kind for one in roles.roles_of(session, kept, work.today)]
        assert held == ["member", "participant"]  # the role both had is there once
        assert session.scalars(sa.select(Engagement.person_id)).all() == [kept]
        assert session.scalars(sa.select(CohortMember.party_id)).all() == [kept]
        party = session.get_one(Party, kept)
        assert (party.phone, party.skills) == ("+33622222222", "coudre")
        assert session.scalars(sa.select(Role.id).where(Role.party_id == gone)).all() == []


def test_the_card_that_went_leads_to_the_one_that_stayed(kpa, ali, twins):
    kept, gone = twins
    with kpa.work(ali) as work:
        merging.merge(work, kept, gone)
        assert merging.current(work.session, gone).id == kept
        assert service.scope_of_party(work.session, gone) is None
        assert gone not in {one.id for one in service.people(work)}
    with kpa.client_for(ali) as browser:
        assert browser.get(f"/membres/{gone}").status == 404


def test_the_number_of_the_card_that_went_leads_to_the_one_that_stayed(kpa, ali, twins):
    kept, gone = twins
    with kpa.work(ali) as work:
        merging.merge(work, kept, gone)
        assert service.with_contact(work.session, "06 22 22 22 22").id == kept


def test_a_card_joined_twice_leads_to_the_last(kpa, ali, twins):
    kept, gone = twins
    last = kpa.person("Awa Diallo").party_id
    with kpa.work(ali) as work:
        merging.merge(work, kept, gone)
        merging.merge(work, last, kept)
        assert merging.current(work.session, gone).id == last


def test_a_session_of_the_card_that_went_is_dead(kpa, ali, twins):
    kept, gone = twins
    with kpa.client_for(kpa.actor(gone)) as browser:
        assert browser.get("/moi").status == 200
        with kpa.work(ali) as work:
            merging.merge(work, kept, gone)
        assert browser.get("/moi").status == 404


def test_joining_cards_is_no_way_to_take_rights(kpa, ali):
    tao = kpa.person("Tao", ("treasurer", {"activity_id": HERE}))
    awa = kpa.person("Awa")
    with kpa.work(ali) as work:
        for kept, gone in ((awa, tao), (tao, awa)):
            with pytest.raises(Refused, match="un rôle que tu ne donnes pas"):
                merging.merge(work, kept.party_id, gone.party_id)
        for kept, gone in ((ali, awa), (awa, ali)):
            with pytest.raises(Refused, match="sa propre fiche"):
                merging.merge(work, kept.party_id, gone.party_id)


def test_what_cannot_be_joined_is_refused(kpa, ali, twins):
    kept, gone = twins
    with kpa.work(ali) as work:
        with pytest.raises(Refused):
            merging.merge(work, kept, kept)
        with pytest.raises(NotFound):
            merging.merge(work, kept, uuid4())
        merging.merge(work, kept, gone)
        with pytest.raises(NotFound):
            merging.merge(work, kept, gone)


def test_a_member_joins_nothing(kpa, twins):
    with kpa.work(kpa.person("Zoé")) as work, pytest.raises(Denied):
        merging.merge(work, *twins)


def test_cards_are_joined_on_the_page(kpa, ali, twins):
    kept, gone = twins
    with kpa.client_for(ali) as browser:
        done = browser.submit(f"/membres/{kept}/reunir", gone_id=str(gone))
    assert done.url == f"/membres/{kept}"
