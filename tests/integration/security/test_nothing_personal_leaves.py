"""R41: no word about a person of the KPA reaches another one, whatever is asked or typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner
from world import World, asking, calling, canaries, network
from world.people import years_ago

from kpa_core import jobs
from kpa_core.accounts.tokens import actor_of_token
from kpa_core.commands import Session
from kpa_core.members import service as members
from kpa_core.work import KPA
from kpa_federation.carrying.container import Reader
from kpa_federation.catalogue.kinds.resource import RESOURCE
from kpa_federation.peers import visiting
from kpa_federation.records import drafts, publishing

KNOWN_BY_SIGHT = ("phone", "mail", "family", "minor's")
"""What is refused wherever it is typed; other words of a card are known to nobody as such."""


@pytest.fixture
def crowd(without_csrf: World) -> World:
    """The world with many more members, five of whom are 16 or 17."""
    with without_csrf.work() as work:
        for number in range(32):
            new = members.NewPerson(
                f"Prenom{_letters(number)}",
                family_name=f"Lignee{_letters(number)}",
                phone=f"06440000{number:02d}",
                email=f"personne{number}@exemple.fr",
                birth_date=years_ago(16 + number % 2 if number < 5 else 30),
            )
            members.add_person(work, new)
    return without_csrf


def test_nothing_that_leaves_has_a_word_about_a_person(
    crowd: World, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    words = about_people(crowd)
    assert len(words) > 100
    leaving = everything(crowd, tmp_path)
    assert "Une étagère".encode() in leaving["bundle"]
    assert "Une étagère".encode() in leaving["at the neighbour's"]
    leaving["machines"] = to_machines(crowd)
    assert "Une étagère".encode() in leaving["machines"]
    leaving["log"] = caplog.text.encode()
    found = {(word, what) for word in words for what, data in leaving.items() if word in data}
    assert found == set()


def test_what_is_known_of_people_cannot_be_published(crowd: World) -> None:
    words = list(known_by_sight(crowd))
    assert len(words) > 100
    let_out = [word for word in words if published(crowd, word)]
    assert let_out == []


def test_planted_a_linter_that_looks_away_is_seen(
    crowd: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "check_draft", lambda *_: [])
    word = next(known_by_sight(crowd))
    assert published(crowd, word)
    assert word.encode() in network.bundle(crowd, crowd.kpa)  # the neighbour is not to keep it


def test_the_audit_log_quotes_nothing_that_was_refused(
    crowd: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    word = next(known_by_sight(crowd))
    draft = write(crowd, f"Avec {word} !")
    page = asking.ask(crowd, "referent_a", "POST", f"/federation/fiches/nos/{draft}/publier", {})
    assert page.status_code in (400, 409, 422)
    with crowd.kpa.instance.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM audit_entry").all()
    assert word not in str(kept)
    assert word not in caplog.text


def everything(world: World, folder: Path) -> dict[str, bytes]:
    """Return all that another KPA, or a USB key, gets of this one."""
    assert world.neighbour is not None
    jobs.run_due(world.kpa.instance)
    with world.neighbour.work(KPA) as work:
        visiting.pull_all(work)
    jobs.run_due(world.neighbour.instance)
    world.neighbour.instance.engine.dispose()
    root = world.neighbour.instance.settings.root
    return {
        "bundle": network.bundle(world, world.kpa),
        "file": exported(world, folder / "all.kpa"),
        "at the neighbour's": b"".join(
            path.read_bytes() for path in root.rglob("*") if path.is_file()
        ),
    }


def to_machines(world: World) -> bytes:
    """Return all that is answered to other instances."""
    app, found = world.kpa.app, []
    for rule in asking.rules(app):
        door = app.view_functions[rule.endpoint].kpa_door  # type: ignore[attr-defined]
        if door.for_machines and "GET" in (rule.methods or ()):
            for one in asking.addresses(world, rule, world.cast["visitor"]):
                found.append(asking.ask(world, "visitor", "GET", one.url, {}).data)
    assert len(found) >= 5
    return b"".join(found)


def exported(world: World, file: Path) -> bytes:
    """Return what ``kpa federation export`` writes."""
    keep = world.kpa.instance.close
    world.kpa.instance.close = lambda: None  # type: ignore[method-assign]  # the command closes
    try:
        command = calling.commands(world)["federation export"]
        session = Session(lambda: world.kpa.instance, actor_of_token)
        done = CliRunner().invoke(command, [str(file)], obj=session)
        assert done.exit_code == 0, done.output
    finally:
        world.kpa.instance.close = keep  # type: ignore[method-assign]
    with file.open("rb") as carried:
        reader = Reader(carried)
        lines = b"".join(reader.bundle())
        return lines + b"".join(one.data for one in reader.files(2**30))


def about_people(world: World) -> set[bytes]:
    """Return every word that stands on one person's card only."""
    told = {one.word for one in _of_cards(world)} | set(_of_crowd())
    return {spelling for word in told for spelling in (word.encode(), _escaped(word))}


def known_by_sight(world: World) -> Iterator[str]:
    """Yield names, telephones and addresses of members: what a linter can know."""
    for one in _of_cards(world):
        if one.kind.startswith(KNOWN_BY_SIGHT):
            yield one.word
    yield from _of_crowd()
    yield from ("YanisA", "YanisB", *(f"Prenom{_letters(number)}" for number in range(5)))


def published(world: World, word: str) -> bool:
    """Try to publish a record with a word in it; tell whether it went out."""
    draft = write(world, f"On travaille avec {word} le matin.")
    try:
        with world.work("referent_a") as work:
            publishing.publish(work, draft, drafts.find_draft(work, draft).version)
    except publishing.NotReady:
        return False
    return True


def write(world: World, words: str) -> UUID:
    with world.work("participant_a") as work:
        return drafts.write_draft(work, RESOURCE.key, {**RESOURCE.example, "text": words}).id


def _of_cards(world: World) -> list[canaries.Canary]:
    about = ("phone", "mail", "skills", "address", "family", "minor's", "parent")
    return [one for one in canaries.canaries(world) if one.kind.startswith(about)]


def _of_crowd() -> Iterator[str]:
    for number in range(32):
        yield f"Lignee{_letters(number)}"
        yield f"06440000{number:02d}"
        yield f"personne{number}@exemple.fr"


def _letters(number: int) -> str:
    """Return a number in letters: a name has no digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:02d}")


def _escaped(word: str) -> bytes:
    return json.dumps(word)[1:-1].encode()
