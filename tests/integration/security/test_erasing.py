"""R42: with the core and both plugins, a copy is whole, and erasing leaves no word of a person.

What the law needs stays: the papers, the amounts, the time behind them, under an id that names
nobody. The note of a time given stays with it: such a row is never changed, and the copy says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from stored import Stored, stored
from world import World, asking, canaries
from world.photos import photo

from kpa_core import jobs
from kpa_core.invoices.proof import verification
from kpa_core.members import engagements
from kpa_core.members.models import Engagement, Role

OF_THE_MACHINE = {
    *("audit_entry", "audit_head", "credential", "job", "once", "sign_in", "throttle"),
    *("federation_peer", "federation_log", "federation_counter"),
}
"""Tables without words about a person: acts, jobs, and what is kept of secrets."""
NO_WORD = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{64}|(\S*:)?[0-9a-f-]{36}(:\S*)?|letter-\w"
    r"|\d{4}-\d\d-\d\d[\d :.]*|[a-z_.-]{0,24}"
)
"""Ids, digests, keys, moments, and states of things: the copy says those in French."""
KEPT_BY_LAW = ("document", "payment", "share_out", "allocation", "expense", "contribution")


@pytest.fixture
def leaving(without_csrf: World) -> World:
    """The world, after somebody wrote about the participant of A wherever that is possible."""
    world, person = without_csrf, without_csrf.a.ids["person_id"]
    with world.work() as work:
        for role in work.session.scalars(sa.select(Role).where(Role.party_id == person)):
            role.note = "CanariNote du rôle"
        contract = work.session.get_one(Engagement, world.a.more["engagement_id:draft"])
        contract.terms = {"full_time_employee": False, "hours": "CanariReponse au contrat"}
        engagements.sign(work, contract.id, contract.starts_on, photo=photo("red"))
        engagements.end(work, contract.id, work.today, "CanariRaison de la fin")
    return world


def test_what_erasing_takes_away_was_all_in_the_copy(leaving: World) -> None:
    copy = asking.ask(leaving, "participant_a", "GET", "/moi/copie", {}).text
    told = json.dumps(json.loads(copy), ensure_ascii=False)
    digits = re.sub(r"\D", "", told)
    before = set(texts(stored(leaving)))
    erase(leaving)
    gone = before - set(texts(stored(leaving)))
    assert {"Amina", "CanariNote du rôle", "CanariReponse au contrat", "CanariLettreTexteA"} <= gone
    untold = {
        one for one in gone if one not in told and not (one[1:].isdigit() and one[3:] in digits)
    }
    assert untold == set()


def test_no_byte_of_an_erased_person_is_left(leaving: World) -> None:
    words = words_of(leaving)
    before = bytes_of(leaving)
    seen = {word for word in words if word.encode() in b"".join(before.values())}
    assert words - seen == {"CanariMessageA", "06 11 00 00 01"}  # sealed, and shown otherwise
    erase(leaving)
    after = bytes_of(leaving)
    left = {(word, name) for word in words for name, data in after.items() if word.encode() in data}
    assert left == set()
    papers = [name for name in before if name not in after and "/files/" in name]
    assert len(papers) == 2, "each of the two contracts has its signed paper"


def test_what_the_law_needs_stays_as_it_was(leaving: World) -> None:
    before = stored(leaving)
    erase(leaving)
    after = stored(leaving)
    for name in KEPT_BY_LAW:
        assert before[name]
        assert after[name] == before[name], name
    with leaving.kpa.work() as work:
        assert not [one.bad for one in verification.verify(work.session) if one.bad]


def test_planted_a_room_that_forgets_to_erase_is_seen(
    leaving: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kpa_core.members import personal

    monkeypatch.setattr(personal, "EMPTIED", personal.EMPTIED[:-1])  # what one likes and can do
    with pytest.raises(AssertionError, match="talent"):
        test_no_byte_of_an_erased_person_is_left(leaving)


def test_planted_a_copy_that_lacks_a_fact_is_seen(
    leaving: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kpa_core.members import personal

    monkeypatch.delitem(personal.FIELDS, "skills")
    with pytest.raises(AssertionError, match="talent"):
        test_what_erasing_takes_away_was_all_in_the_copy(leaving)


def erase(world: World) -> None:
    """Have the person erase themself, and the machine do what that asks for."""
    answer = asking.ask(world, "participant_a", "POST", "/moi/effacer", {"sure": "y"})
    assert answer.status_code == 303
    # Connections stay open, as in a site that runs: closing the last one would empty the journal.
    jobs.run_due(world.kpa.instance)


def words_of(world: World) -> set[str]:
    """Return what stands in one place only and is about the person or theirs alone."""
    person = world.a.ids["person_id"]
    about = {"phone", "mail", "skills", "address", "family", "Message", "Lettre"}
    known = {
        one.word for one in canaries.canaries(world) if one.owner == person and one.kind in about
    }
    return {*known, "Amina", "CanariNote", "CanariReponse", "CanariRaison"}


def bytes_of(world: World) -> dict[str, bytes]:
    """Return every file of the instance."""
    root = world.kpa.instance.settings.root
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def texts(found: Stored) -> Iterator[str]:
    """Yield every text a person can have typed, those inside facts too."""
    for name, rows in found.items():
        if name not in OF_THE_MACHINE:
            for row in rows.values():
                for value in row[1:]:
                    yield from (one for one in _words(value) if not NO_WORD.fullmatch(one))


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _words(one)
    elif isinstance(value, str) and value[:1] in ("{", "["):
        try:
            yield from _words(json.loads(value))
        except ValueError:
            yield value
    elif isinstance(value, str):
        yield value
