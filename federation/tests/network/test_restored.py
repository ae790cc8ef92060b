"""``kpa backup``, then ``kpa restore`` into another folder: nothing that was published is lost."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from backups import ask, backup, publish, put_back, size, start_again
from click.testing import CliRunner
from towns import Town, free_port, served

from kpa_core.cli import backup as commands
from kpa_core.commands import Session
from kpa_core.errors import Refused
from kpa_core.features import open_instance
from kpa_core.testing import TestKpa
from kpa_core.work import KPA, OPERATOR
from kpa_federation.log.models import EvidenceRow
from kpa_federation.own import cursors
from kpa_federation.peers import asking
from kpa_federation.peers.over_http import HttpPeer

SETTINGS = """
plugins = ["federation"]
[instance]
name = "{name}"
base_url = "{address}"
[network]
allow = ["127.0.0.1"]
"""


class Lent:
    """An instance that a command does not close."""

    def __init__(self, instance):
        self.instance = instance

    def __getattr__(self, name):
        return getattr(self.instance, name)

    def close(self):
        pass


def run(town, *words):
    session = Session(lambda: Lent(town.kpa.instance), lambda *_: OPERATOR)
    done = CliRunner().invoke(commands.house, [str(one) for one in words], obj=session)
    assert done.exit_code == 0, done.output


@pytest.fixture
def villages(town, tmp_path):
    """Three neighbours who follow each other, and the backup of the first, some days old."""
    made = [town(name) for name in ("Roubaix", "Lille", "Arras")]
    for one in made:
        for other in made:
            if one is not other:
                one.follow(other)
    publish(made[0], "Une")
    for one in made:
        one.pull()
    root = made[0].kpa.instance.settings.root
    text = SETTINGS.format(name="Roubaix", address=made[0].address)
    (root / "kpa.toml").write_text(text)
    run(made[0], "backup", "--to", tmp_path / "kept.zip")
    return made


@pytest.fixture
def restored(villages, tmp_path):
    """The first as it comes back on another machine, after it published more."""
    roubaix, *others = villages
    for words in ("Deux", "Trois"):
        publish(roubaix, words)
    for one in others:
        one.pull()
    folder, port = tmp_path / "another machine", free_port()
    run(roubaix, "restore", tmp_path / "kept.zip", folder)
    address = f"http://127.0.0.1:{port}"
    (folder / "kpa.toml").write_text(SETTINGS.format(name="Roubaix", address=address))
    kpa = TestKpa(open_instance(folder))
    with served(kpa.app, port):
        made = Town(kpa, address)
        assert made.origin == roubaix.origin
        yield made
    kpa.close()


def heads(town, since):
    return HttpPeer(town.kpa.instance.http, town.address).heads(since)


def test_what_was_published_since_comes_home_before_anything_is_added(villages, restored):
    _, lille, arras = villages
    assert size(restored, restored.origin) == 2
    with pytest.raises(Refused, match="voisins"):
        publish(restored, "Autre deux")
    with pytest.raises(Refused, match="vieille sauvegarde"):
        ask(restored)
    with pytest.raises(Refused, match="vieille sauvegarde"):
        publish(restored, "Autre deux")
    with restored.work(OPERATOR) as work:
        assert asking.recover(work) == 2
    publish(restored, "Quatre")
    for one in (lille, arras):
        one.follow(restored)
        one.pull()
        assert size(one, restored.origin) == size(restored, restored.origin) == 5
    with lille.work(KPA) as work:
        assert list(work.session.scalars(sa.select(EvidenceRow))) == []


def test_an_old_cursor_gets_everything_from_the_restored_one(villages, restored):
    roubaix = villages[0]
    old = heads(roubaix, "")[0]
    assert heads(roubaix, old)[1] == {}
    cursor, told = heads(restored, old)
    assert cursor.partition(".")[0] != old.partition(".")[0]
    assert restored.origin in told
    assert heads(restored, cursor)[1] == {}


def test_a_database_put_back_in_its_own_folder_gives_other_cursors(villages, tmp_path):
    """The count alone would lie: it goes on from an older number to what it was, and beyond."""
    roubaix, lille, _ = villages
    kept = backup(roubaix, tmp_path / "kept.sqlite3")
    for _ in range(4):
        publish(lille, "À Lille")
        roubaix.pull()
    old = heads(roubaix, "")[0]
    put_back(roubaix, kept)
    publish(roubaix, "Nouvelle")
    for _ in range(8):
        publish(lille, "Encore à Lille")
        roubaix.pull()
    assert roubaix.origin in heads(roubaix, old)[1]


def test_cursors_that_were_given_stay_good_after_a_start(villages):
    roubaix = villages[0]
    old = heads(roubaix, "")[0]
    start_again(roubaix)
    assert heads(roubaix, old) == (old, {})
    root = roubaix.kpa.instance.settings.root
    assert (root / cursors.GIVEN).stat().st_mode & 0o777 == 0o600
