"""Contracts on a phone: prepared, answered, signed with a photo, insured; read by few."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

from kpa_core.contracts import EngagementKind, Problem, Question
from kpa_core.hookspecs import hookimpl
from kpa_core.members import engagements
from kpa_core.members.models import Engagement
from kpa_core.plugins import Plugin


class Rules(Plugin):
    """Rules for one kind of contract."""

    name = "rules"
    api_version = 1

    @hookimpl
    def register_engagement_kinds(self):
        def check(work, person, engagement, day):
            asked = "job" in engagement.terms
            return [] if asked else [Problem("On ne sait pas.", todo="Pose la question.")]

        job = Question("job", "Un autre emploi ?")
        return [EngagementKind("test", "Essai", "Pour essayer.", True, check, questions=(job,))]


@pytest.fixture
def kpa(make_kpa):
    return make_kpa(plugins=[Rules])


def photo():
    out = BytesIO()
    Image.new("RGB", (30, 30), "teal").save(out, "JPEG")
    return out.getvalue()


def prepared(kpa, person):
    with kpa.work() as work:
        new = engagements.NewEngagement(
            person.party_id, "test", work.today, work.today + timedelta(days=30)
        )
        return engagements.draft(work, new).id


def test_from_nothing_to_the_green_light(kpa):
    awa = kpa.person("Awa")
    with kpa.client_for("animator") as browser, kpa.work() as work:
        first, last = work.today, work.today + timedelta(days=30)
        made = browser.submit(
            "/contrats/nouveau",
            person_id=str(awa.party_id),
            kind="test",
            carrier_id="",
            starts_on=first.isoformat(),
            ends_on=last.isoformat(),
        )
        assert "Un autre emploi ?" in made.text
        place = made.url
        browser.submit(f"{place}/reponse", page=place, question="job", answer="no")
        signed = browser.submit(
            f"{place}/signer",
            signed_on=first.isoformat(),
            paper=(BytesIO(photo()), "contrat.jpg"),
        )
        assert "signé" in signed.text
        assert "Voir la photo" in signed.text
        insured = browser.submit(
            f"{place}/assurer", insured_from=first.isoformat(), insured_until=""
        )
    assert "Feu vert. Awa peut travailler pour un client." in insured.text


def test_the_signed_paper_is_sealed_and_for_few(kpa):
    activity = uuid4()
    here = {"activity_id": activity}
    awa = kpa.person("Awa", ("participant", here))
    made = prepared(kpa, awa)
    with kpa.work() as work:
        engagements.sign(work, made, work.today, photo=photo())
    kept = kpa.instance.settings.root / "data" / "files"
    (stored,) = [path for path in kept.rglob("*") if path.is_file()]
    assert not stored.read_bytes().startswith(b"\xff\xd8")
    place = f"/contrats/{made}/papier"
    for reader, status in (
        (awa, 200),
        (kpa.person("Ali", "animator"), 200),
        (kpa.person("Sam", ("referent", here)), 404),
        (kpa.person("Zoé", ("participant", here)), 404),
    ):
        with kpa.client_for(reader) as browser:
            answer = browser.client.get(place)
            assert answer.status_code == status, reader.name
            if status == 200:
                assert answer.data.startswith(b"\xff\xd8")
                assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_contract_is_read_by_the_person_the_referent_and_who_prepares_it(kpa):
    here = {"activity_id": uuid4()}
    awa = kpa.person("Awa", ("participant", here))
    place = f"/contrats/{prepared(kpa, awa)}"
    for reader, status in (
        (awa, 200),
        (kpa.person("Ali", "animator"), 200),
        (kpa.person("Sam", ("referent", here)), 200),
        (kpa.person("Zoé", ("participant", here)), 404),
        (kpa.person("Max", ("referent", {"activity_id": uuid4()})), 404),
        (kpa.person("Ada", "admin"), 404),
        (kpa.person("Hal", ("host", {"carrier_id": uuid4()})), 404),
    ):
        with kpa.client_for(reader) as browser:
            assert browser.get(place).status == status, reader.name


def test_nobody_signs_their_own_contract(kpa):
    awa = kpa.person("Awa")
    place = f"/contrats/{prepared(kpa, awa)}"
    with kpa.client_for(awa) as browser:
        for act in ("signer", "assurer", "renouveler", "finir", "refuser"):
            assert browser.get(f"{place}/{act}").status == 404


def test_a_question_nobody_asked_is_not_kept(kpa):
    made = prepared(kpa, kpa.person("Awa"))
    place = f"/contrats/{made}"
    with kpa.client_for("animator") as browser:
        for fields in (
            {"question": "insured", "answer": "yes"},
            {"question": "job", "answer": "maybe"},
        ):
            assert browser.submit(f"{place}/reponse", page=place, **fields).status == 422
    with kpa.work() as work:
        assert work.session.get_one(Engagement, made).terms == {}


def test_a_refusal_needs_a_reason_that_the_person_reads(kpa):
    awa = kpa.person("Awa")
    place = f"/contrats/{prepared(kpa, awa)}"
    with kpa.client_for("animator") as browser:
        assert browser.submit(f"{place}/refuser", reason="").status == 422
        browser.submit(f"{place}/refuser", reason="trop loin")
    with kpa.client_for(awa) as browser:
        assert "trop loin" in browser.get(place).text


def test_without_any_module_the_page_says_so(make_kpa):
    kpa = make_kpa()
    with kpa.client_for("animator") as browser:
        page = browser.get("/contrats/nouveau")
    assert "Aucun module ne connaît les contrats." in page.text


def test_what_waits_is_said_at_home(kpa):
    awa, ali = kpa.person("Awa"), kpa.person("Ali", "animator")
    prepared(kpa, awa)
    with kpa.client_for(ali) as browser:
        assert "1 contrat attend" in browser.get("/aujourdhui").text
    with kpa.client_for(awa) as browser:
        assert "Regarde tes papiers" in browser.get("/aujourdhui").text
