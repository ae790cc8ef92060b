"""Who has only a phone is told too: by a plugin's channel, or by someone's own phone."""

from __future__ import annotations

from datetime import date
from urllib.parse import unquote
from uuid import uuid4

import pytest

from kpa_core import jobs
from kpa_core.accounts import links, messages
from kpa_core.accounts.models import Message
from kpa_core.contracts import NotifyChannel
from kpa_core.errors import NotFound, Refused
from kpa_core.hookspecs import hookimpl
from kpa_core.members.models import Party
from kpa_core.plugins import Plugin

PHONE = "06 12 34 56 78"


class Gateway(Plugin):
    """A gateway to phones."""

    name = "gateway"
    api_version = 1

    def __init__(self, settings=None):
        super().__init__(settings)
        self.taken, self.works = [], True

    def _send(self, work, message, key):
        if not self.works:
            raise OSError("no line")
        self.taken.append((message.phone, message.text, key))
        return True

    @hookimpl
    def notify_channels(self):
        return [NotifyChannel("sms", "SMS", lambda message: bool(message.phone), self._send)]


def tell(kpa, person, **more):
    with kpa.work() as work:
        return messages.send(work, person.party_id, "test", "Bonjour", "Salut {name} !", **more).id


def to_tell(kpa, reader):
    with kpa.work(reader) as work:
        return messages.to_tell(work)


def test_a_person_with_only_a_phone_is_told_from_someones_own(kpa, door, card_of):
    awa, ali = kpa.person("Awa", phone=PHONE), kpa.person("Ali", "animator")
    tell(kpa, awa)
    door.enter(card_of(ali))
    page = door.client.get("/a-prevenir").text
    assert 'href="sms:+33612345678?body=Salut%20Awa%20%21"' in page
    (one,) = to_tell(kpa, ali)
    assert unquote(one.sms) == "sms:+33612345678?body=Salut Awa !"
    place = f"/a-prevenir/{one.message.id}/fait"
    assert door.post(place, page="/a-prevenir").status_code == 303
    assert to_tell(kpa, ali) == []
    with kpa.work() as work:
        kept = work.session.get_one(Message, one.message.id)
        assert (kept.state, kept.told_by) == ("told_by_hand", ali.party_id)


def test_a_person_is_told_once(kpa):
    awa, ali = kpa.person("Awa"), kpa.person("Ali", "animator")
    message = tell(kpa, awa)
    with kpa.work(ali) as work:
        messages.told(work, message)
        with pytest.raises(Refused):
            messages.told(work, message)


def test_a_message_speaks_the_persons_language(kpa, monkeypatch):
    awa = kpa.person("Awa")
    with kpa.work() as work, work.transaction() as session:
        session.get_one(Party, awa.party_id).language = "en"
    seen = []
    monkeypatch.setattr(
        type(kpa.instance.texts), "gettext", lambda _self, text: seen.append(current()) or text
    )
    from kpa_core.i18n import current_locale as current

    tell(kpa, awa)
    assert seen == ["en", "en"]


# --- who may read what ----------------------------------------------------------------------------


def test_a_referent_sees_only_the_people_of_their_activities(kpa):
    here, there = uuid4(), uuid4()
    sam = kpa.person("Sam", ("referent", {"activity_id": here}))
    near = kpa.person("Nour", ("participant", {"activity_id": here}))
    far = kpa.person("Farid", ("participant", {"activity_id": there}))
    for person in (near, far):
        message = tell(kpa, person)
    assert [one.person.display_name for one in to_tell(kpa, sam)] == ["Nour"]
    with kpa.work(sam) as work, pytest.raises(NotFound):
        messages.told(work, message)


def test_a_member_sees_no_list(kpa, door, card_of):
    awa = kpa.person("Awa")
    tell(kpa, awa)
    assert to_tell(kpa, awa) == []
    door.enter(card_of(awa))
    assert door.client.get("/a-prevenir").status_code == 404


def test_a_way_in_is_read_only_by_who_could_give_all_of_the_persons_roles(kpa):
    activity = uuid4()
    sam = kpa.person("Sam", ("referent", {"activity_id": activity}))
    nour = kpa.person("Nour", ("participant", {"activity_id": activity}))
    tao = kpa.person("Tao", ("treasurer", {"activity_id": activity}), phone=PHONE)
    for person in (nour, tao):
        with kpa.work() as work:
            links.send(work, work.session.get_one(Party, person.party_id))
    shown = {one.person.display_name: one for one in to_tell(kpa, sam)}
    assert "/lien/" in shown["Nour"].text
    assert shown["Tao"].text == ""
    assert shown["Tao"].sms == ""


def test_the_number_of_a_minor_is_shown_only_to_who_looks_after_minors(kpa):
    activity = uuid4()
    sam = kpa.person("Sam", ("referent", {"activity_id": activity}))
    ali = kpa.person("Ali", "animator")
    with kpa.work() as work:
        born = date(work.today.year - 16, 1, 1)
    lou = kpa.person("Lou", ("participant", {"activity_id": activity}), birth=born, phone=PHONE)
    tell(kpa, lou)
    (seen,) = to_tell(kpa, sam)
    assert (seen.phone, seen.text, seen.sms) == ("", "", "")
    (seen,) = to_tell(kpa, ali)
    assert seen.shown_phone == "06 12 34 56 78"


# --- a plugin's channel ---------------------------------------------------------------------------


def test_a_channel_tells_who_has_no_mail_with_the_same_key_each_time(make_kpa):
    kpa = make_kpa(plugins=[Gateway])
    awa = kpa.person("Awa", phone=PHONE)
    message = tell(kpa, awa)
    gateway = kpa.instance.plugins.get("gateway")
    jobs.run_due(kpa.instance)
    assert gateway.taken == [("+33612345678", "Salut Awa !", str(message))]
    assert to_tell(kpa, kpa.person("Ali", "animator")) == []


def test_a_broken_channel_leaves_the_message_to_a_person(make_kpa):
    kpa = make_kpa(plugins=[Gateway])
    awa, ali = kpa.person("Awa", phone=PHONE), kpa.person("Ali", "animator")
    kpa.instance.plugins.get("gateway").works = False
    tell(kpa, awa)
    jobs.run_due(kpa.instance)
    (one,) = to_tell(kpa, ali)
    assert not one.maybe_sent
    assert one.sms


def test_old_words_are_forgotten(kpa):
    from datetime import timedelta

    import time_machine

    from kpa_core import clock

    awa = kpa.person("Awa")
    tell(kpa, awa)
    with time_machine.travel(clock.now() + timedelta(days=91)):
        with kpa.work() as work, work.transaction():
            messages.sweep(work)
        with kpa.work() as work:
            kept = work.session.scalars(messages.sa.select(Message)).one()
            assert kept.text_sealed is None
