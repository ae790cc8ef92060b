"""A card made before a role opens nothing after it, when its maker could not give that role."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from kpa_core.accounts import cards, links, messages, passwords, sessions
from kpa_core.accounts.models import Credential, Message
from kpa_core.audit import AuditEntry
from kpa_core.contracts import Actor
from kpa_core.errors import Refused
from kpa_core.members import merging, roles
from kpa_core.members.models import Party

HERE = "127.0.0.1"


@pytest.fixture
def team(kpa):
    """An animator, who runs the machine, and a plain member with a card the animator made."""
    people = {
        "ali": kpa.person("Ali", "animator"),
        "root": kpa.person("Root", "admin"),
        "zoe": kpa.person("Zoé"),
    }
    with kpa.work(people["ali"]) as work:
        made = cards.issue(work, people["zoe"].party_id)
        assert not made.needs_second
    return {**people, "code": made.code}


def raise_up(kpa, team, **place):
    with kpa.work(team["root"]) as work:
        roles.grant(work, team["zoe"].party_id, "host", carrier_id=uuid4(), **place)


def enter(kpa, code):
    with kpa.work() as work:
        return cards.open_by_card(work, code, address=HERE)


def is_in(kpa, token):
    with kpa.work() as work:
        return sessions.find(work, token) is not None


def as_who(kpa, token) -> Actor:
    """Whoever holds the token of a session, as the pages see them."""
    with kpa.work() as work:
        return sessions.find(work, token).actor


def test_a_card_made_for_a_plain_member_opens_nothing_once_they_are_host(kpa, team, texts_for):
    token = enter(kpa, team["code"])
    raise_up(kpa, team)
    assert not is_in(kpa, token)
    with pytest.raises(Refused):
        enter(kpa, team["code"])
    assert "Demande une nouvelle carte" in texts_for(team["zoe"])[-1]
    with kpa.work() as work:
        query = sa.select(AuditEntry).where(AuditEntry.capability == "member.card")
        (entry,) = [one for one in work.session.scalars(query) if "asleep" in one.after]
    assert entry.after == {"asleep": 1, "role": "host"}
    assert entry.actor_id == team["root"].party_id
    with kpa.work(team["ali"]) as work:
        assert cards.issue(work, team["zoe"].party_id).needs_second


def test_what_was_made_inside_by_that_card_falls_asleep_with_it(kpa, team):
    thief = as_who(kpa, enter(kpa, team["code"]))
    with kpa.work(thief) as work:
        own = cards.issue(work, thief.party_id).code
        passwords.choose(work, "trois mots au hasard")
    inside = enter(kpa, own)
    raise_up(kpa, team)
    assert not is_in(kpa, inside)
    with kpa.work() as work:
        standing = sa.select(Credential.kind).where(Credential.revoked_at.is_(None))
        assert work.session.scalars(standing).all() == []


def test_a_link_read_out_by_hand_is_a_way_in_for_who_read_it(kpa, team):
    zoe, ali = team["zoe"], team["ali"]
    with kpa.work() as work:
        links.send(work, work.session.get_one(Party, zoe.party_id))
        message = work.session.scalars(sa.select(Message).where(Message.secret)).one()
        link = re.findall(r"/lien/(\S+)", messages.opened(work, message)[1])[-1]
    with kpa.work(ali) as work:
        messages.told(work, message.id)
    with kpa.work() as work:
        token = links.open_link(work, link, address=HERE)
    raise_up(kpa, team)
    assert not is_in(kpa, token)


def test_a_card_whose_maker_gives_the_role_stays(kpa, team):
    with kpa.work(team["ali"]) as work:
        roles.grant(work, team["zoe"].party_id, "referent", activity_id=uuid4())
    assert is_in(kpa, enter(kpa, team["code"]))


def test_a_card_that_a_second_person_said_yes_to_stays(kpa, team):
    zoe, sam = team["zoe"].party_id, kpa.person("Sam", "animator")
    raise_up(kpa, team)
    with kpa.work(team["ali"]) as work:
        code = cards.issue(work, zoe).code
    with kpa.work(sam) as work:
        cards.approve(work, zoe)
    raise_up(kpa, team)
    assert is_in(kpa, enter(kpa, code))


def test_a_way_in_of_ones_own_stays(kpa):
    zoe, root = kpa.person("Zoé"), kpa.person("Root", "admin")
    with kpa.work(zoe) as work:
        code = cards.issue(work, zoe.party_id).code
    raise_up(kpa, {"zoe": zoe, "root": root})
    assert is_in(kpa, enter(kpa, code))


def test_a_role_that_starts_tomorrow_asks_a_second_person_today(kpa, team):
    with kpa.work() as work:
        tomorrow = work.today + timedelta(days=1)
    raise_up(kpa, team, starts_on=tomorrow)
    with kpa.work(team["ali"]) as work:
        assert cards.issue(work, team["zoe"].party_id).needs_second


def test_joining_cards_puts_a_card_to_sleep_too(kpa):
    here = {"activity_id": uuid4()}
    sam = kpa.person("Sam", ("referent", here))
    lou = kpa.person("Lou", ("participant", here))
    twin = kpa.person("Lou bis", ("referent", {"activity_id": uuid4()}))
    with kpa.work(sam) as work:
        code = cards.issue(work, lou.party_id).code
    with kpa.work(kpa.person("Ali", "animator")) as work:
        merging.merge(work, lou.party_id, twin.party_id)
    with pytest.raises(Refused):
        enter(kpa, code)
