"""A group says who it is, because a person said so; its neighbours read it as text."""

from __future__ import annotations

import json
from html import unescape

import pytest
import sqlalchemy as sa
from speaking_to import run, words

from kpa_core import jobs as work_list
from kpa_core.demo.browser import PlainBrowser
from kpa_core.errors import Refused
from kpa_core.outbox import JobRow
from kpa_core.work import KPA
from kpa_federation import jobs
from kpa_federation.network import profile
from kpa_federation.own import leaving, mark
from kpa_federation.records import publishing, reading, taking
from kpa_federation.records.kinds import kinds

PAGE = "/federation/notre-kpa"
TYPED = {
    "title": "La Cape",
    "place": "Roubaix",
    "contact": "https://lacape.example/",
    "languages": "français\narabe",
}
HOSTILE = "<script>alert(1)</script>"


def publish(town, **said):
    with town.work(KPA) as work:
        return profile.publish(work, said)


def profiles(town):
    with town.work(KPA) as work:
        return profile.profiles(work)


def test_what_a_profile_says_has_no_sign_that_is_not_seen():
    assert profile._line("Arr\u200bas \u202eici") == "Arr as ici"


@pytest.fixture
def roubaix(town):
    return town("Roubaix")


@pytest.fixture
def lille(town, roubaix):
    lille = town("Lille")
    lille.follow(roubaix)
    return lille


def test_a_person_publishes_it_and_the_neighbour_shows_it(roubaix, lille):
    with roubaix.kpa.client_for("animator") as browser:
        assert "Notre groupe, pour les autres" in words(browser.get("/federation/voisins"))
        assert 'value="Roubaix"' in browser.get(PAGE).text  # the settings know the name
        shown = browser.submit(PAGE, **TYPED)
        assert "C'est publié" in words(shown)
        assert "Rien n'a changé" in words(browser.submit(PAGE, **TYPED))
        changed = browser.submit(PAGE, **{**TYPED, "place": "Roubaix, quartier du Pile"})
        assert "C'est publié" in words(changed)
    lille.pull()
    (said,) = profiles(lille).values()
    assert (said.name, said.territory, said.contact) == (
        "La Cape",
        "Roubaix, quartier du Pile",
        "https://lacape.example/",
    )
    assert said.languages == ("français", "arabe")
    assert said.version == profile.kpa_version()
    with lille.kpa.client_for("member") as reader:
        seen = words(reader.get("/federation/voisins"))
        assert "quartier du Pile" in seen
        assert "Ce groupe s'appelle : La Cape" in seen


def test_it_is_not_among_what_there_is_to_read_nor_taken_over(roubaix, lille):
    name = publish(roubaix, title="La Cape")
    lille.pull()
    with lille.work(lille.kpa.person("Ali", "animator")) as work:
        assert reading.records(work, kinds(work)) == []
        assert not taking.may_take(work, reading.record(work, kinds(work), name))
        with pytest.raises(Refused, match="ne se reprend pas"):
            taking.take(work, name)
    with lille.kpa.client_for("animator") as browser:
        assert "Un groupe du réseau" not in words(browser.get("/federation/fiches/nos"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"place": "Roubaix, 06 12 34 56 78"}, "téléphone"),
        ({"contact": "sacha@lacape.example"}, "e-mail"),
        ({"contact": "javascript:alert(1)"}, "adresse d'une page"),
        ({"contact": ""}, ""),
        ({"title": "Chez Nadia Benali"}, "nom d'une personne"),
        ({"place": "au 12 rue de Lille, chez Nadia Benali"}, "nom d'une personne"),
    ],
)
def test_nothing_personal_goes(roubaix, wrong, said):
    roubaix.kpa.person("Nadia Benali", "member")
    with roubaix.kpa.client_for("animator") as browser:
        shown = browser.submit(PAGE, **{**TYPED, **wrong})
    assert shown.status in (409, 422), words(shown)
    assert said in words(shown)
    assert profiles(roubaix) == {}


def test_what_a_neighbour_says_of_itself_is_text(roubaix, lille):
    publish(roubaix, title=HOSTILE, place=f"{HOSTILE}{{{{7*7}}}}")
    lille.pull()
    with lille.kpa.client_for("admin") as browser:
        shown = browser.get("/federation/voisins")
    assert HOSTILE not in shown.text
    assert f"{HOSTILE}{{{{7*7}}}}" in unescape(shown.text)


def test_the_version_is_kept_up_only_for_who_published(roubaix, lille, monkeypatch):
    def daily():
        with roubaix.work(KPA) as work:
            jobs.keep_profile(work, {})

    monkeypatch.setattr(profile, "kpa_version", lambda: "7.0")
    daily()
    assert profiles(roubaix) == {}
    publish(roubaix, **{**TYPED, "languages": ["français"]})
    monkeypatch.setattr(profile, "kpa_version", lambda: "8.0")
    daily()
    daily()
    with roubaix.work(KPA) as work:
        row = profile.published(work.session)
        assert (row.revision, row.body["version"], row.body["title"]) == (2, "8.0", "La Cape")
    lille.pull()
    assert [one.version for one in profiles(lille).values()] == ["8.0"]
    monkeypatch.setattr(profile, "kpa_version", lambda: "9.0")
    with roubaix.work(KPA) as work:
        publishing.retract(work, publishing.name_of(work.session, row.record), "outdated")
    daily()
    assert profiles(roubaix) == {}


def test_a_version_that_cannot_be_published_now_waits_and_breaks_no_job(roubaix, monkeypatch):
    publish(roubaix, title="La Cape")
    monkeypatch.setattr(profile, "kpa_version", lambda: "8.0")
    with roubaix.work(KPA) as work:
        mark.put(work, "")  # the neighbours did not say yet where the log stood
        with work.transaction():
            work.ask("federation.profile", {}, key="today")
    instance = roubaix.kpa.instance
    only = {"federation.profile": instance.registered.jobs["federation.profile"]}
    monkeypatch.setattr(instance.registered, "jobs", only)
    work_list.run_due(instance)
    with roubaix.work(KPA) as work:
        row = work.session.scalar(sa.select(JobRow).where(JobRow.kind == "federation.profile"))
        assert (row.state, row.last_error) == ("sent", "")


def test_a_start_keeps_it_up_and_who_left_says_nothing(roubaix, monkeypatch):
    publish(roubaix, title="La Cape")
    monkeypatch.setattr(profile, "kpa_version", lambda: "8.0")
    with roubaix.work(KPA) as work:
        leaving.leave(work)
        assert not profile.keep_up(work)
        leaving.come_back(work)
    with roubaix.work(KPA) as work:
        jobs.start(work, {})
    assert [one.version for one in profiles(roubaix).values()] == ["8.0"]


def test_a_visitor_and_a_member_do_not_publish_it(roubaix):
    assert PlainBrowser(roubaix.kpa.app.test_client()).get(PAGE).status in (302, 303, 404)
    with roubaix.kpa.client_for("member") as browser:
        assert browser.get(PAGE).status == 404


def test_the_command_shows_and_publishes(roubaix):
    shown = run(roubaix, "profile", "--territory", "Roubaix", "--language", "dari")
    said, _, note = shown.partition("}")
    assert json.loads(said + "}")["languages"] == ["dari"]
    assert "Rien n'est publié" in note
    assert profiles(roubaix) == {}
    run(roubaix, "profile", "--territory", "Roubaix", "--language", "dari", "--publish")
    assert [(one.territory, one.languages) for one in profiles(roubaix).values()] == [
        ("Roubaix", ("dari",))
    ]
