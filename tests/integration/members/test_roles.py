"""Roles: who may give which where, nobody to themself, and never without a referent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
import sqlalchemy as sa

from kpa_core.activities.models import Activity
from kpa_core.audit import AuditEntry
from kpa_core.errors import KpaError, NotFound, Refused
from kpa_core.invoices.models import Carrier
from kpa_core.members import partners, roles
from kpa_core.members.models import Party, Role
from kpa_core.work import OPERATOR, Denied

HERE, THERE, HOUSE = uuid4(), uuid4(), uuid4()

GIVERS = {
    "referent": ("referent", {"activity_id": HERE}),
    "animator": "animator",
    "animator here": ("animator", {"activity_id": HERE}),
    "treasurer": ("treasurer", {"activity_id": HERE}),
    "host": ("host", {"carrier_id": HOUSE}),
    "supporter": "supporter",
    "admin": "admin",
    "participant": ("participant", {"activity_id": HERE}),
    "member": "member",
}
GIVEN = {
    "participant here": ("participant", {"activity_id": HERE}),
    "participant there": ("participant", {"activity_id": THERE}),
    "member": ("member", {}),
    "referent here": ("referent", {"activity_id": HERE}),
    "referent there": ("referent", {"activity_id": THERE}),
    "referent everywhere": ("referent", {}),
    "treasurer here": ("treasurer", {"activity_id": HERE}),
    "treasurer there": ("treasurer", {"activity_id": THERE}),
    "animator": ("animator", {}),
    "host": ("host", {"carrier_id": HOUSE}),
    "supporter": ("supporter", {}),
    "admin": ("admin", {}),
}
MAY = {
    "referent": {"participant here", "member"},
    "animator": {
        "participant here",
        "participant there",
        "member",
        "referent here",
        "referent there",
        "referent everywhere",
    },
    "animator here": {"participant here", "member", "referent here"},
    "host": {"treasurer here"},
    "admin": {"animator", "host", "supporter", "admin"},
}


@pytest.fixture
def housed(kpa):
    """The activity here, invoiced for by the house."""
    with kpa.work() as work, work.transaction() as session:
        body = Party(kind="body", display_name="Optéos")
        session.add(body)
        session.flush()
        session.add(Carrier(id=HOUSE, party_id=body.id, name="Optéos"))
        session.flush()
        session.add(Activity(id=HERE, title="Traiteur", carrier_id=HOUSE))


@pytest.mark.parametrize("giver", GIVERS)
def test_who_gives_what_where(kpa, housed, giver):
    actor = kpa.person("Sam", GIVERS[giver])
    done = set()
    for name, (kind, place) in GIVEN.items():
        someone = kpa.person("Awa")
        with kpa.work() as work, work.transaction() as session:
            session.execute(sa.delete(Role).where(Role.party_id == someone.party_id))
        with kpa.work(actor) as work:
            try:
                roles.grant(work, someone.party_id, kind, **place)
            except Denied:
                continue
        done.add(name)
    assert done == MAY.get(giver, set())


def test_the_operator_gives_only_roles_for_the_whole_kpa(kpa):
    awa = kpa.person("Awa")
    with kpa.work(OPERATOR) as work:
        roles.grant(work, awa.party_id, "animator")
        for kind in ("member", "referent", "treasurer"):
            with pytest.raises(Denied):
                roles.grant(work, awa.party_id, kind)


@pytest.mark.parametrize("kind", roles.GRANTED_BY)
def test_nobody_raises_themself(kpa, housed, kind):
    ali = kpa.person("Ali", "animator", "admin", ("host", {"carrier_id": HOUSE}))
    with kpa.work(ali) as work, pytest.raises(Refused, match="pas un rôle à soi-même"):
        roles.grant(work, ali.party_id, kind, activity_id=HERE, carrier_id=HOUSE)


@pytest.mark.parametrize("kind", ["visitor", "person", "operator", "service", "root", ""])
def test_a_role_that_is_nobodys_to_give_is_refused(kpa, kind):
    awa = kpa.person("Awa")
    with kpa.work() as work, pytest.raises(Refused, match="n'existe pas"):
        roles.grant(work, awa.party_id, kind)


WRONG = {
    "participant of nothing": ("participant", {}, "activity_id"),
    "host of nothing": ("host", {}, "carrier_id"),
    "referent for a time": ("referent", {"activity_id": HERE, "ends_on": 30}, "ends_on"),
    "dates swapped": ("member", {"ends_on": -1}, "ends_on"),
}


@pytest.mark.parametrize(("kind", "more", "field"), WRONG.values(), ids=WRONG)
def test_a_role_without_its_place_or_dates_is_refused(kpa, kind, more, field):
    awa = kpa.person("Awa")
    with kpa.work() as work:
        if "ends_on" in more:
            more = {**more, "ends_on": work.today + timedelta(days=more["ends_on"])}
        with pytest.raises(Refused) as refused:
            roles.grant(work, awa.party_id, kind, **more)
    assert refused.value.field == field


def test_a_body_holds_no_role_of_a_person(kpa):
    with kpa.work() as work:
        body = partners.add_partner(work, partners.NewPartner("La CAE", "économique"))
        with pytest.raises(Refused, match="pour une personne"):
            roles.grant(work, body.id, "admin")


def test_a_partners_role_gives_no_right_whatever_its_word(kpa):
    awa = kpa.person("Awa")
    with kpa.work() as work:
        roles.give_role(work, awa.party_id, "partner.admin", starts_on=work.today)
        assert [one.role for one in roles.grants_of(work.session, awa.party_id, work.today)] == [
            "member"
        ]


def test_giving_the_same_role_twice_gives_it_once(kpa):
    awa = kpa.person("Awa")
    with kpa.work() as work:
        first = roles.grant(work, awa.party_id, "animator")
        assert roles.grant(work, awa.party_id, "animator").id == first.id
        query = sa.select(AuditEntry).where(AuditEntry.capability == "role.grant.instance")
        assert len(list(work.session.scalars(query))) == 1


def test_a_role_given_and_ended_leaves_two_traces(kpa):
    ali, awa = kpa.person("Ali", "animator"), kpa.person("Awa")
    with kpa.work(ali) as work:
        role = roles.grant(work, awa.party_id, "referent", activity_id=HERE)
        roles.grant(work, kpa.person("Zoé").party_id, "referent", activity_id=HERE)
        roles.end_role(work, role.id)
        query = sa.select(AuditEntry).where(AuditEntry.person_id == awa.party_id)
        found = [
            one
            for one in work.session.scalars(query.order_by(AuditEntry.seq))
            if one.capability == "role.grant.referent"
        ]
    assert [one.actor_id for one in found] == [ali.party_id] * 2
    assert [sorted(one.after) for one in found] == [
        ["ends_on", "role", "starts_on"],
        ["ended", "role"],
    ]
    assert {one.activity_id for one in found} == {HERE}


# --- ends -----------------------------------------------------------------------------------------


def held(kpa, person, kind):
    with kpa.work() as work:
        query = sa.select(Role.id).where(Role.party_id == person.party_id, Role.kind == kind)
        return work.session.scalars(query).one()


def test_a_role_that_ends_today_is_gone_today(kpa):
    awa, ali = kpa.person("Awa", "referent"), kpa.person("Ali", "referent", "animator")
    with kpa.work(ali) as work:
        roles.end_role(work, held(kpa, awa, "referent"))
    assert not kpa.actor(awa.party_id).has_role("referent")


def test_the_last_referent_cannot_vanish(kpa):
    here = ("referent", {"activity_id": HERE})
    awa, zoe = kpa.person("Awa", here), kpa.person("Zoé", here)
    kpa.person("Lou", ("referent", {"activity_id": THERE}))
    with kpa.work(awa) as work:
        roles.end_role(work, held(kpa, awa, "referent"))
    with kpa.work(zoe) as work, pytest.raises(Refused, match="dernière personne référente"):
        roles.end_role(work, held(kpa, zoe, "referent"))
    assert kpa.actor(zoe.party_id).has_role("referent")


def test_two_referents_who_leave_at_once_do_not_both_go(kpa):
    for _ in range(5):
        here = ("referent", {"activity_id": uuid4()})
        pair = [kpa.person(name, here) for name in ("Awa", "Zoé")]
        owned = [(person, held(kpa, person, "referent")) for person in pair]
        together = Barrier(2)

        def leave(owner, together=together):
            person, role = owner
            with kpa.work(person) as work:
                together.wait()
                try:
                    roles.end_role(work, role)
                except KpaError:
                    return False
                return True

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(leave, owned)) == [False, True]


def test_a_referent_of_later_does_not_count_today(kpa):
    awa, zoe = kpa.person("Awa", ("referent", {"activity_id": HERE})), kpa.person("Zoé")
    with kpa.work() as work:
        later = work.today + timedelta(days=1)
        roles.give_role(work, zoe.party_id, "referent", starts_on=later, activity_id=HERE)
        with pytest.raises(Refused):
            roles.end_role(work, held(kpa, awa, "referent"))


def test_everyone_lays_down_their_own_role(kpa):
    awa = kpa.person("Awa", "admin")
    with kpa.work(awa) as work:
        roles.end_role(work, held(kpa, awa, "admin"))
    assert not kpa.actor(awa.party_id).has_role("admin")


def test_who_cannot_give_a_role_cannot_take_it(kpa):
    tao = kpa.person("Tao", ("treasurer", {"activity_id": HERE}))
    ali = kpa.person("Ali", "animator", "admin")
    with kpa.work(ali) as work, pytest.raises(Denied):
        roles.end_role(work, held(kpa, tao, "treasurer"))


def test_no_role_for_who_is_not_there(kpa):
    with kpa.work() as work, pytest.raises(NotFound):
        roles.grant(work, uuid4(), "member")


# --- the pages ------------------------------------------------------------------------------------


def test_each_door_gives_only_its_own_roles(kpa):
    ali, awa = kpa.person("Ali", "animator", "admin"), kpa.person("Awa")
    with kpa.client_for(ali) as browser, kpa.work() as work:
        fields = {"person_id": awa.party_id, "starts_on": work.today.isoformat(), "note": ""}
        done = browser.submit("/roles/groupe", kind="referent", **fields)
        assert done.url == f"/membres/{awa.party_id}"
        refused = browser.submit("/roles/groupe", kind="admin", **fields)
        assert refused.status == 422
        assert browser.submit("/roles/kpa", kind="admin", **fields).status == 200
    assert kpa.actor(awa.party_id).has_role("referent")
    assert kpa.actor(awa.party_id).has_role("admin")


def test_a_role_is_ended_from_the_card(kpa):
    ali, awa = kpa.person("Ali", "animator", "referent"), kpa.person("Awa", "referent")
    place = f"/membres/{awa.party_id}"
    with kpa.client_for(ali) as browser:
        browser.submit(f"/roles/groupe/{held(kpa, awa, 'referent')}/fin", page=place)
    assert not kpa.actor(awa.party_id).has_role("referent")


def test_the_wrong_door_ends_nothing(kpa):
    tao = kpa.person("Tao", "treasurer")
    role = held(kpa, tao, "treasurer")
    with kpa.client_for(kpa.person("Ali", "animator", "admin")) as browser:
        for door in ("groupe", "kpa"):
            answer = browser.submit(f"/roles/{door}/{role}/fin", page="/membres")
            assert answer.status == 404
    assert kpa.actor(tao.party_id).has_role("treasurer")


def test_nobody_is_chosen_by_default(kpa):
    with kpa.client_for(kpa.person("Ali", "animator", "admin")) as browser, kpa.work() as work:
        day = work.today.isoformat()
        refused = browser.submit("/roles/kpa", person_id="", kind="admin", starts_on=day)
    assert refused.status == 422
    assert "Il manque une réponse ici." in refused.text
