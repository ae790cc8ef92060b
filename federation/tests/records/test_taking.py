"""What is taken over keeps its credit and its licence; a licence that forbids it is obeyed."""

from __future__ import annotations

from html import unescape

import pytest

from kpa_core.api import Refused
from kpa_federation.catalogue.kinds import RESOURCE
from kpa_federation.catalogue.licences import LICENCES, allowed_licences
from kpa_federation.own import writing
from kpa_federation.peers import service
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.entries import put
from kpa_federation.records import drafts, publishing, reading, taking
from kpa_federation.records.kinds import kinds

BODY = dict(RESOURCE.example)


@pytest.fixture
def pair(town):
    roubaix, lille = town("Roubaix"), town("Lille")
    lille.follow(roubaix)
    return roubaix, lille


def animator(town):
    return town.work(town.kpa.person("Nadia", "animator"))


def publish(town, licence="CC-BY-SA-4.0", body=BODY):
    with animator(town) as work:
        row = drafts.write_draft(work, RESOURCE.key, body, licence)
        return publishing.publish(work, row.id, row.version)


@pytest.mark.parametrize("licence", [one.spdx for one in LICENCES])
def test_a_record_is_taken_under_what_its_licence_allows(pair, licence):
    roubaix, lille = pair
    name = publish(roubaix, licence)
    lille.pull()
    allowed = allowed_licences([licence])
    with animator(lille) as work:
        if not allowed:
            with pytest.raises(Refused, match="pas de changer"):
                taking.take(work, name)
            assert drafts.drafts(work) == []
            return
        taking.take(work, name)
        (draft,) = drafts.drafts(work)
        assert draft.licence in allowed
        assert draft.body == BODY
        (source,) = draft.derived_from
        assert (source["record"], source["revision"]) == (name, 1)
        assert source["licence"] == licence
        assert "par Roubaix" in source["credit"]
        for other in LICENCES:
            draft = drafts.change_draft(work, draft.id, draft.version, BODY, other.spdx)
            refused = [one for one in drafts.check_draft(work, draft) if one.field == "licence"]
            assert bool(refused) is (other.spdx not in allowed)


def test_a_licence_of_nobody_s_list_is_read_and_not_taken(pair):
    roubaix, lille = pair
    body = write_body(BODY)
    with animator(roubaix) as work:
        line = put(body, at=work.today, kind=RESOURCE.key, licence="LicenseRef-own")
        name = publishing.name_of(work.session, writing.append(work, [line], {0: body}))
    lille.pull()
    with lille.kpa.client_for("animator") as reader:
        shown = reader.get(f"/federation/fiches/lire/{name}")
        assert "on peut lire, pas reprendre" in unescape(shown.text)
        assert "/reprendre" not in shown.text
    with animator(lille) as work, pytest.raises(Refused, match="pas dans notre liste"):
        taking.take(work, name)


def test_what_was_taken_and_published_names_its_source_on_every_page(town, pair):
    roubaix, lille = pair
    name = publish(roubaix)
    lille.pull()
    with animator(lille) as work:
        taking.take(work, name)
        (draft,) = drafts.drafts(work)
        changed = {**BODY, "title": "Buffet de Lille"}
        draft = drafts.change_draft(work, draft.id, draft.version, changed, draft.licence)
        ours = publishing.publish(work, draft.id, draft.version)
    roubaix.follow(lille)
    roubaix.pull()
    with animator(roubaix) as work:
        known = kinds(work)
        found = reading.record(work, known, ours)
        assert [(depth, step) for depth, step, _ in reading.chain(work, known, found)] == [
            (1, name)
        ]
        credit = taking.credit_of(work, known, found)
        assert "« Buffet de Lille », par Lille" in credit
        assert "D'après « Buffet oriental pour 40 personnes », par Roubaix" in credit
    with roubaix.kpa.client_for("member") as reader:
        shown = reader.get(f"/federation/fiches/lire/{ours}")
        assert f"/federation/fiches/lire/{name}" in shown.text


def test_the_credit_stays_when_the_source_is_gone(pair):
    roubaix, lille = pair
    name = publish(roubaix)
    lille.pull()
    with animator(lille) as work:
        taking.take(work, name)
        (draft,) = drafts.drafts(work)
        ours = publishing.publish(work, draft.id, draft.version)
    with animator(roubaix) as work:
        publishing.retract(work, name, "rights", erase=True)
    lille.pull()
    with animator(lille) as work:
        known = kinds(work)
        found = reading.record(work, known, ours)
        assert reading.chain(work, known, found) == [(1, name, None)]
        assert "par Roubaix" in taking.credit_of(work, known, found)
        (row,) = taking.taken(work)
        assert "par Roubaix" in row.credit
    with lille.kpa.client_for("member") as reader:
        assert "par Roubaix" in reader.get("/federation/fiches/reprises").text


def test_leaving_the_network_keeps_what_was_taken(pair):
    roubaix, lille = pair
    name = publish(roubaix)
    lille.pull()
    with animator(lille) as work:
        taking.take(work, name)
    with lille.work() as work:
        service.set_trust(work, roubaix.origin, "blocked")
    with animator(lille) as work:
        assert len(drafts.drafts(work)) == 1
        assert len(taking.taken(work)) == 1


def test_one_s_own_record_is_not_taken(pair):
    roubaix, _ = pair
    name = publish(roubaix)
    with animator(roubaix) as work, pytest.raises(Refused, match="déjà à nous"):
        taking.take(work, name)


def test_what_others_wrote_is_checked_before_it_goes_on_in_a_credit(pair):
    _, lille = pair
    source = {"record": f"{'a' * 32}/1/{'0' * 16}", "revision": 1, "licence": "CC0-1.0"}
    with animator(lille) as work:
        credit = "« Vélos », par Roubaix. Tél 06 12 34 56 78."
        row = drafts.write_draft(
            work, RESOURCE.key, BODY, "CC0-1.0", [{**source, "credit": credit}]
        )
        assert [one.field for one in drafts.check_draft(work, row)] == ["credit"]
