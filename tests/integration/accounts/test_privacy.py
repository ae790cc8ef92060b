"""R42: a copy is whole, and erasing leaves no byte of a person in tables, log and files."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

from kpa_core import clock, jobs
from kpa_core.accounts import cards, messages, privacy
from kpa_core.accounts.models import Account, Credential, Message, SignIn
from kpa_core.activities.models import Activity, Contribution
from kpa_core.audit import AuditEntry
from kpa_core.contracts import PersonalItem
from kpa_core.errors import PluginError, Refused
from kpa_core.hookspecs import hookimpl
from kpa_core.members import cohorts, engagements, merging, roles, service
from kpa_core.members.models import Engagement, Party, Role
from kpa_core.outbox import JobRow
from kpa_core.plugins import Plugin
from kpa_core.work import Denied

CANARIES = {
    "display_name": "Canarisette",
    "family_name": "Zyxwvuts",
    "email": "canari.zyx@exemple.fr",
    "phone": "+33698765432",
    "address": "99 rue du Canari",
    "town": "Canariville",
    "skills": "dresser les canaris",
}


class Diary(Plugin):
    """A diary of people."""

    name = "diary"
    api_version = 1
    kept: dict[object, str] = {}  # noqa: RUF012 - one test's memory

    @hookimpl
    def personal_data(self, person_id):
        words = self.kept.get(person_id)
        return [PersonalItem("Journal", words, "Pour se souvenir.")] if words else None

    @hookimpl
    def erase_personal_data(self, person_id):
        self.kept.pop(person_id, None)


def photo():
    out = BytesIO()
    Image.new("RGB", (20, 20), "teal").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def canary(kpa):
    """A person who left something everywhere."""
    with kpa.work() as work, work.transaction() as session:
        party = service.add_person(
            work,
            service.NewPerson(
                CANARIES["display_name"],
                family_name=CANARIES["family_name"],
                email=CANARIES["email"],
                phone=CANARIES["phone"],
                birth_date=work.today.replace(year=work.today.year - 16, day=1),
            ),
        )
        for name in ("address", "town", "skills"):
            setattr(party, name, CANARIES[name])
        service.record_consent(
            work,
            party.id,
            guardian_name="Maman Canarienne",
            guardian_phone="06 55 44 33 22",
            on=work.today,
        )
        roles.give_role(work, party.id, "supporter", starts_on=work.today, note="note du canari")
        group = cohorts.add_cohort(work, "Été", work.today)
        cohorts.place_person(work, group.id, party.id)
        contract = Engagement(
            person_id=party.id,
            kind="cape",
            starts_on=work.today,
            ends_on=work.today + timedelta(days=30),
            terms={"answer": "reponse du canari"},
            end_reason="raison du canari",
        )
        session.add(contract)
        session.flush()
        engagements.sign(work, contract.id, work.today, photo=photo())
        messages.send(work, party.id, "test", "Sujet canari", "Texte canari")
        cards.issue(work, party.id)
    return party.id


WORDS = (
    *CANARIES.values(),
    "98765432",
    "Canarienne",
    "55443322",
    "note du canari",
    "reponse du canari",
    "raison du canari",
)


def bytes_of(kpa):
    """Every byte the instance keeps, the database's log too."""
    folder = kpa.instance.settings.root / "data"
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def is_sqlite(kpa):
    return kpa.instance.engine.dialect.name == "sqlite"


def joined(kpa):
    """The ids of a person's card and of an older one joined into it, with an hour and a quarter."""
    with kpa.work() as work, work.transaction() as session:
        new = service.NewPerson("Zoé", phone="06 11 22 33 44")
        kept = service.add_person(work, new).id
        old = Party(kind="person", birth_sealed=service.seal_birth(work, date(2000, 1, 2)))
        for name, value in CANARIES.items():
            setattr(old, name, value)
        session.add(old)
        activity = Activity(title="Buffet")
        session.add(activity)
        session.flush()
        session.add(
            Contribution(
                person=old, activity=activity, day=work.today, minutes=75, kind="volunteer"
            )
        )
        # The kept card has an address of its own: it is not filled from the one that goes.
        session.get_one(Party, kept).address = "1 place Neuve"
        merging.merge(work, kept, old.id)
        return kept, old.id


def erase(kpa, person_id):
    with kpa.work() as work:
        privacy.erase(work, person_id)
    # Connections stay open, as in a site that runs: closing the last one would empty the log.
    jobs.run_due(kpa.instance)


def test_nothing_of_an_erased_person_is_left_in_any_byte(kpa, canary):
    if is_sqlite(kpa):
        before = bytes_of(kpa)
        assert all(word.encode() in before for word in WORDS)  # the search sees what is there
    erase(kpa, canary)
    if is_sqlite(kpa):
        after = bytes_of(kpa)
        assert [word for word in WORDS if word.encode() in after] == []


def test_nothing_of_an_erased_person_is_left_in_any_column(kpa, canary):
    erase(kpa, canary)
    with kpa.work() as work:
        for table in sa.inspect(kpa.instance.engine).get_table_names():
            rows = work.session.execute(sa.text(f'SELECT * FROM "{table}"')).all()
            said = repr(rows)
            assert [word for word in WORDS if word in said] == [], table


def test_erasing_reaches_a_card_that_was_joined_and_what_plugins_keep_on_it(make_kpa):
    kpa = make_kpa(plugins=[Diary])
    kept, gone = joined(kpa)
    Diary.kept = {kept: "cher journal", gone: "vieux journal"}
    erase(kpa, kept)
    with kpa.work() as work:
        said = repr(work.session.execute(sa.select(Party.__table__)).all())
        assert [word for word in CANARIES.values() if word in said] == []
        assert work.session.get_one(Party, gone).birth_sealed is None
    assert Diary.kept == {}


def test_what_the_law_needs_stays_without_a_name(kpa, canary):
    erase(kpa, canary)
    with kpa.work() as work:
        party = work.session.get_one(Party, canary)
        assert party.display_name == "Personne partie"
        assert party.erased_at is not None
        contract = work.session.scalars(sa.select(Engagement)).one()
        assert (contract.person_id, contract.kind, contract.terms) == (canary, "cape", {})
        assert contract.paper_id is None
        for table in (Account, Credential, SignIn, Message):
            assert work.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
        ends = work.session.scalars(sa.select(Role.ends_on).where(Role.party_id == canary))
        assert all(ends)


def test_files_of_an_erased_person_are_gone(kpa, canary):
    folder = kpa.instance.settings.root / "data" / "files"
    assert any(path.is_file() for path in folder.rglob("*"))
    erase(kpa, canary)
    assert not any(path.is_file() for path in folder.rglob("*"))


def test_erasing_leaves_one_trace_with_no_word_about_the_person(kpa, canary):
    erase(kpa, canary)
    with kpa.work() as work:
        query = sa.select(AuditEntry).where(AuditEntry.capability == "member.erase")
        entry = work.session.scalars(query).one()
    assert (entry.person_id, entry.after, entry.subject) == (canary, {}, f"party:{canary}")


def test_the_log_of_every_act_holds_no_word_about_a_person(kpa, canary):
    with kpa.work() as work:
        said = repr(
            [
                (one.subject, one.before, one.after)
                for one in work.session.scalars(sa.select(AuditEntry))
            ]
        )
    assert [word for word in WORDS if word in said] == []


def test_one_erases_oneself_and_is_out(kpa, door, card_of):
    awa = kpa.person("Awa")
    code = card_of(awa)
    door.enter(code)
    assert door.post("/moi/effacer").status_code == 422  # nothing without the tick
    assert door.is_in()
    assert door.post("/moi/effacer", sure="y").location == "/entrer"
    assert not door.is_in()
    assert door.enter(code).status_code == 422
    with kpa.work() as work:
        assert work.session.get_one(Party, awa.party_id).display_name == "Personne partie"


def test_a_member_erases_nobody_else(kpa, door, card_of):
    awa, zoe = kpa.person("Awa"), kpa.person("Zoé")
    with kpa.work(awa) as work, pytest.raises(Denied):
        privacy.erase(work, zoe.party_id)
    door.enter(card_of(awa))
    assert door.client.get(f"/membres/{zoe.party_id}/effacer").status_code == 404


def test_the_last_referent_is_not_erased(kpa):
    from uuid import uuid4

    sam = kpa.person("Sam", ("referent", {"activity_id": uuid4()}))
    with kpa.work(sam) as work, pytest.raises(Refused, match="dernière personne référente"):
        privacy.erase(work, sam.party_id)
    with kpa.work() as work:
        assert work.session.get_one(Party, sam.party_id).display_name == "Sam"


def test_a_parent_who_was_here_for_the_child_goes_too(kpa, canary):
    erase(kpa, canary)
    with kpa.work() as work:
        names = set(work.session.scalars(sa.select(Party.display_name)))
    assert "Maman Canarienne" not in names


def test_what_was_typed_into_forms_is_gone_too(kpa, door, another_door, card_of):
    door.enter(card_of(kpa.person("Ali", "animator")))
    fields = {key: CANARIES[key] for key in ("display_name", "family_name", "email", "phone")}
    made = door.post("/membres/nouveau", birth_date="", language="fr", **fields)
    place = made.location
    visitor = another_door()
    visitor.post("/entrer", who=CANARIES["phone"])
    visitor.post("/entrer/mot-de-passe", who=CANARIES["email"], password="mot du canari")
    door.post(f"{place}/carte")
    door.post(f"{place}/effacer", sure="y")
    jobs.run_due(kpa.instance)
    if is_sqlite(kpa):
        kept = bytes_of(kpa)
        assert [word for word in (*fields.values(), "98765432") if word.encode() in kept] == []


# --- the copy -------------------------------------------------------------------------------------


def test_the_copy_tells_everything(kpa, door, canary, card_of):
    person = kpa.actor(canary)
    door.enter(card_of(person))
    answer = door.client.get("/moi/copie")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    table = json.loads(answer.text)
    said = json.dumps(table, ensure_ascii=False)
    shown = {**CANARIES, "phone": "06 98 76 54 32"}
    for word in (*shown.values(), "Maman Canarienne", "reponse du canari", "Texte canari", "Été"):
        assert word in said, word
    assert {"members", "accounts"} <= set(table)
    assert all(item["why"] for items in table.values() for item in items)


def test_the_copy_tells_what_was_written_on_a_card_that_was_joined(make_kpa):
    kpa = make_kpa(plugins=[Diary])
    kept, gone = joined(kpa)
    Diary.kept = {kept: "cher journal", gone: "vieux journal"}
    with kpa.work(kpa.actor(kept)) as work:
        copy = privacy.export(work, kept)
    known = {one.source: " ".join(item.value for item in one.items) for one in copy}
    assert known["diary"] == "cher journal vieux journal"
    assert CANARIES["address"] in known["members"]
    assert "1 h 15" in known["activities"].replace("\N{NO-BREAK SPACE}", " ")


def test_only_the_person_gets_the_copy(kpa, canary):
    ali = kpa.person("Ali", "animator", "admin")
    with kpa.work(ali) as work, pytest.raises(Denied):
        privacy.export(work, canary)


def test_the_copy_holds_no_way_in(kpa, door, card_of):
    awa = kpa.person("Awa")
    code = card_of(awa)
    door.enter(code)
    with kpa.work() as work:
        from kpa_core.accounts import links

        links.send(work, work.session.get_one(Party, awa.party_id))
    said = door.client.get("/moi/copie").text
    assert "/lien/" not in said
    assert code[:4] not in said


def test_plugins_tell_and_erase_too(make_kpa):
    kpa = make_kpa(plugins=[Diary])
    awa = kpa.person("Awa")
    Diary.kept = {awa.party_id: "cher journal"}
    with kpa.work(awa) as work:
        known = {one.source: one.items for one in privacy.export(work, awa.party_id)}
        assert known["diary"][0].value == "cher journal"
        privacy.erase(work, awa.party_id)
    assert Diary.kept == {}


def test_a_plugin_that_cannot_erase_stops_the_whole_erasure(make_kpa, monkeypatch):
    kpa = make_kpa(plugins=[Diary])
    awa = kpa.person("Awa")

    def fails(self, person_id):
        raise OSError("disk")

    monkeypatch.setattr(Diary, "erase_personal_data", hookimpl(fails))
    kpa2 = make_kpa(plugins=[Diary])
    awa = kpa2.person("Awa")
    with kpa2.work(awa) as work, pytest.raises(PluginError, match="diary"):
        privacy.erase(work, awa.party_id)
    with kpa2.work() as work:
        assert work.session.get_one(Party, awa.party_id).display_name == "Awa"


def test_erasing_asks_for_a_scrub_of_the_database(kpa, canary):
    with kpa.work() as work:
        privacy.erase(work, canary)
        kinds = list(work.session.scalars(sa.select(JobRow.kind).where(JobRow.state == "pending")))
    assert "house.scrub" in kinds


def test_who_looked_is_shown_to_the_person(kpa, door, another_door, card_of):
    born = clock.today("Europe/Paris") - timedelta(days=365 * 17)
    lou, ali = kpa.person("Lou", birth=born), kpa.person("Ali", "animator")
    visitor = another_door()
    visitor.enter(card_of(ali))
    visitor.client.get(f"/membres/{lou.party_id}")
    door.enter(card_of(lou))
    page = door.client.get("/moi").text
    assert "Ali" in page
    assert "Voir la fiche d'une personne mineure." in page
