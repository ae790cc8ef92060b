"""R17 over real instances: after the guardians spoke, nothing of the old key is accepted."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager

import pytest
import sqlalchemy as sa
from halls import NAMES, SHEETS, sheet
from towns import free_port, served

from kpa_core.api import KpaError, Refused, now
from kpa_core.testing import TestKpa
from kpa_core.work import KPA
from kpa_federation.ceremonies import service
from kpa_federation.guardians import exchange
from kpa_federation.log import keeping, models, pulling
from kpa_federation.own import head, keyring, mark, rekeying
from kpa_federation.peers import asking
from kpa_federation.peers.visiting import WorkStore, peer_at
from kpa_federation.protocol import keys
from kpa_federation.protocol.identity import key_line
from kpa_federation.protocol.notes import Checkpoint, read_checkpoint

TWO = NAMES[1:]
DATABASE = "data/kpa.sqlite3"
TOO_FEW = {
    "nobody": (),
    "one of three": ("Le lieu",),
    "one of them twice": ("Le lieu", "Le lieu"),
    "one and a stranger": ("Le lieu", "stranger"),
    "one and the old key": ("Le lieu", "the old key"),
    "one and who comes after": ("Le lieu", "La mairie"),
}


class Thief:
    """Somebody who copied the machine: its database and its key, elsewhere on the network."""

    def __init__(self, kpa, address, origin):
        self.kpa, self.address, self.origin = kpa, address, origin

    def work(self, actor=KPA):
        return self.kpa.instance.work(actor)


@pytest.fixture
def steal(tmp_path):
    """Return a context that copies a KPA's machine and serves the copy."""

    @contextmanager
    def copy(town):
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        kpa = TestKpa.make(
            tmp_path / "thief",
            plugins=["federation"],
            instance={"base_url": address},
            network={"allow": ["127.0.0.1"]},
        )
        root, source = kpa.instance.settings.root, town.kpa.instance.settings.root
        kpa.instance.engine.dispose()
        for old in (root / "data").glob("kpa.sqlite3*"):
            old.unlink()
        with (
            closing(sqlite3.connect(source / DATABASE)) as read,
            closing(sqlite3.connect(root / DATABASE)) as written,
        ):
            read.backup(written)
        for path in (head.KEY, head.HEAD):
            shutil.copy(source / path, root / path)
        try:
            with served(kpa.app, port):
                made = Thief(kpa, address, town.origin)
                with made.work() as work:
                    mark.put(work, "open")
                yield made
        finally:
            kpa.close()

    return copy


def ask_thief(hall, thief):
    """Have the neighbour ask the thief's machine for the log."""
    with hall.there.work(KPA) as work:
        return pulling.pull(
            WorkStore(work),
            peer_at(work, thief.address),
            "",
            follows=lambda one: one == thief.origin,
            now=now(),
        )


@pytest.mark.parametrize("why", ["rotation", "lost_key", "stolen"])
def test_after_it_the_old_key_adds_nothing_anywhere(hall, steal, why):
    hall.first()
    hall.publish("Une étagère")
    hall.pull()
    ours, titles = hall.lines(), hall.titles()
    with steal(hall.here) as thief:
        if why == "stolen":  # nobody can know yet: it is signed by the log's own key
            hall.publish("Donnez-moi de l'argent", town=thief)
            hall.withdraw(2, town=thief)
            ask_thief(hall, thief)
            assert len(hall.lines(hall.there)) == len(ours) + 2
        hall.change(why, *TWO, **({"cut": len(ours)} if why == "stolen" else {}))
        hall.pull()
        assert hall.both_agree()
        kept = hall.lines(hall.there)
        assert kept[: len(ours)] == ours
        accepted = 0
        for words in ("encore moi", "et encore", "toujours"):
            hall.publish(words, town=thief)
            done = ask_thief(hall, thief)
            accepted += done.entries
            assert done.refused or done.forked == {thief.origin: "keep"}
            assert hall.lines(hall.there) == kept
        assert accepted == 0
        assert hall.titles(hall.there) == titles
        hall.publish("Un banc")
        hall.pull()
        assert hall.both_agree()
    with hall.there.work() as work:
        notes = list(work.session.scalars(sa.select(models.EvidenceRow)))
        assert notes  # both heads are kept for people to see
        assert {one.verdict for one in notes} <= {"keep", "replace"}


def test_a_thief_heard_of_stops_the_publishing_until_the_guardians_gave_another_key(hall, steal):
    hall.first()
    hall.publish("Une étagère")
    hall.pull()
    size = len(hall.lines())
    with steal(hall.here) as thief:
        for _ in range(3):
            hall.publish("Donnez-moi de l'argent", town=thief)
        ask_thief(hall, thief)
    hall.pull(hall.here)
    with pytest.raises(Refused, match="avec notre clé"):
        hall.publish("Un banc")
    hall.change("stolen", *TWO, cut=size)
    hall.publish("Un banc")
    hall.pull()
    assert hall.both_agree()


def test_a_lost_machine_that_is_found_again_writes_nothing(hall, steal):
    """The guardians gave the log another key: it neither goes on, nor takes their branch itself."""
    hall.first()
    hall.publish("Une étagère")
    with steal(hall.here) as found:
        hall.publish("D'avant la perte", town=found)
        hall.change("lost_key", *TWO)
        hall.pull()
        before = hall.lines(found)
        hall.pull(found)
        with pytest.raises(Refused, match="Deux suites"):
            hall.publish("Encore", town=found)
        assert hall.lines(found) == before


@pytest.mark.parametrize("why", ["rotation", "lost_key", "stolen"])
def test_too_few_answers_give_no_key(hall, why):
    hall.first()
    hall.publish("Une étagère")
    before, key = hall.lines(), (hall.root() / head.KEY).read_bytes()
    size = len(before) if why == "stolen" else None
    for who in TOO_FEW.values():
        hall.do(service.begin, why, cut=size)
        asked = hall.do(service.ask)
        for name in who:
            secret = SHEETS.get(name) or sheet(name)
            private = secret.private if name != "the old key" else head.read_key(hall.root())
            with_answer(hall, exchange.answer(asked, private).text())
        with pytest.raises(Refused, match="manquent"):
            hall.do(service.write)
        hall.do(service.stop)
        assert (hall.lines(), (hall.root() / head.KEY).read_bytes()) == (before, key)


def with_answer(hall, text):
    try:
        hall.do(service.take, text)
    except KpaError:
        return  # the page shows the sentence, and waits for the next one


def test_the_old_key_signs_no_head_after_the_entry(hall):
    """The old key's own checkpoint over the new log is refused by the neighbour."""
    hall.first()
    hall.pull()
    old = head.read_key(hall.root())
    hall.change("rotation", *TWO)
    assert keyring.old(hall.root()) == old
    with hall.here.work(KPA) as work, work.transaction() as session:
        row = keeping.log_row(session, hall.here.origin)
        said = read_checkpoint(row.note)
        row.note = Checkpoint(said.origin, said.size, said.root).signed(old).note()
    before = hall.state(hall.there)
    with hall.there.work(KPA) as work:
        peer = peer_at(work, hall.here.address)
        done = pulling.pull(WorkStore(work), peer, "", follows=lambda _: True, now=now())
    assert done.refused == {hall.here.origin: "bad_signature"}
    assert hall.state(hall.there) == before


def test_an_entry_forged_with_one_answer_is_not_even_appended(hall):
    hall.first()
    hall.do(service.begin, "rotation")
    asked = hall.do(service.ask)
    private, before = SHEETS["Le lieu"].private, hall.lines()
    line = key_line(dict(asked.request), {SHEETS["Le lieu"].key: keys.sign(private, asked.message)})
    for act, more in ((rekeying.append, ()), (rekeying.leave, (len(before),))):
        with hall.here.work(KPA) as work, pytest.raises(Refused, match="not_signed"):
            act(work, line, *more)
    assert hall.lines() == before


def test_after_a_theft_the_kpa_publishes_again_once_neighbours_followed(hall, steal):
    """Its neighbours hold a longer log than its own: that must not look like an old backup."""
    hall.first()
    hall.publish("Une étagère")
    hall.pull()
    with steal(hall.here) as thief:
        hall.publish("Donnez-moi de l'argent", town=thief)
        ask_thief(hall, thief)
        hall.here.kpa.instance.started += "'"
        with hall.here.work(KPA) as work, pytest.raises(Refused, match="avec notre clé"):
            asking.ask(work)
        hall.change("stolen", *TWO, cut=len(hall.lines()))
        with pytest.raises(Refused):
            hall.publish("Trop tôt")
        hall.pull()
        with hall.here.work(KPA) as work:
            assert asking.ask(work)
    hall.publish("Un banc")
    hall.pull()
    assert hall.both_agree()
