"""Nobody of the KPA is named in what is published, but for adults who said yes themselves."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from kpa_core.api import NotFound, Refused
from kpa_core.clock import now
from kpa_core.members import service as members
from kpa_federation.catalogue.kinds import RESOURCE
from kpa_federation.log.models import EntryRow
from kpa_federation.protocol.bodies import read_body
from kpa_federation.records import drafts, naming, publishing
from kpa_federation.records.models import ConsentRow

BODY = {**RESOURCE.example, "text": "On cuisine.\nAmina Benali sert avec nous."}


@pytest.fixture
def roubaix(town):
    return town("Roubaix")


def years_ago(years):
    today = now().date()
    return date(today.year - years, 1, 1)


def welcome(roubaix, first, family, age):
    with roubaix.kpa.work() as work:
        new = members.NewPerson(
            first, family_name=family, phone="0612345678", birth_date=age and years_ago(age)
        )
        return roubaix.kpa.actor(members.add_person(work, new).id)


def troubles(roubaix, body=BODY):
    with roubaix.work(roubaix.kpa.person("Nadia", "animator")) as work:
        row = drafts.write_draft(work, RESOURCE.key, body)
        return [(one.field, one.line) for one in drafts.check_draft(work, row)]


def consent(roubaix, person, yes=True):
    person = roubaix.kpa.actor(person.party_id)
    with roubaix.work(person) as work:
        naming.agree(work, yes)


def test_a_name_is_refused_until_the_person_says_yes_and_again_after_a_no(roubaix):
    assert troubles(roubaix) == []
    amina = welcome(roubaix, "Amina", "Benali", 34)
    assert troubles(roubaix) == [("text", 2)]
    consent(roubaix, amina)
    assert troubles(roubaix) == []
    consent(roubaix, amina, yes=False)
    assert troubles(roubaix) == [("text", 2)]


@pytest.mark.parametrize("age", [17, None])
def test_nobody_says_yes_who_is_not_known_to_be_an_adult(roubaix, age):
    amina = welcome(roubaix, "Amina", "Benali", age)
    with pytest.raises(Refused):
        consent(roubaix, amina)
    assert troubles(roubaix) == [("text", 2)]


def test_a_minor_is_never_named_whatever_the_table_says(roubaix):
    amina = welcome(roubaix, "Amina", "Benali", 17)
    with roubaix.kpa.work() as work, work.transaction() as session:
        session.add(ConsentRow(person_id=amina.party_id, said_on=work.today))
    assert troubles(roubaix) == [("text", 2)]
    alone = {**BODY, "text": "On cuisine. Merci à Amina."}
    assert troubles(roubaix, alone) == [("text", 1)]


def test_a_whole_name_in_one_box_counts_too(roubaix):
    welcome(roubaix, "Amina Benali", "", 34)
    assert troubles(roubaix) == [("text", 2)]
    assert troubles(roubaix, {**BODY, "text": "Chez Benali."}) == [("text", 1)]


def test_nobody_says_it_for_another(roubaix):
    with roubaix.work() as work, pytest.raises(NotFound):
        naming.agree(work, True)


def test_an_agreement_is_shown_to_the_person_and_erased_with_them(roubaix):
    amina = welcome(roubaix, "Amina", "Benali", 34)
    consent(roubaix, amina)
    plugin = roubaix.kpa.instance.plugins
    with roubaix.kpa.work() as work, work.transaction(), work.for_plugin("federation") as lent:
        told = plugin.ask_or_skip(
            "federation", "personal_data", work=lent, person_id=amina.party_id
        )
        assert len(told) == 1
        plugin.ask_or_skip("federation", "erase_personal_data", work=lent, person_id=amina.party_id)
    with roubaix.kpa.work() as work:
        assert work.session.scalars(select(ConsentRow)).all() == []


def test_authors_appear_as_the_collective(roubaix):
    author = roubaix.kpa.person("Zélie Vandamme", "animator")
    with roubaix.work(author) as work:
        body = {**RESOURCE.example}
        row = drafts.write_draft(work, RESOURCE.key, body)
        publishing.publish(work, row.id, row.version)
        query = select(EntryRow.line, EntryRow.body).where(EntryRow.body.is_not(None))
        line, kept = work.session.execute(query).one()
    assert read_body(kept) == (body, ())
    for name in ("Vandamme", "Zélie", str(author.party_id)):
        assert name.encode() not in line + kept
