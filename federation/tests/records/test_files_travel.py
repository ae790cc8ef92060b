"""A file beside a record is fetched by its hash, in pieces, from whoever has it."""

from __future__ import annotations

import hashlib
import random
from contextlib import suppress

import pytest
import sqlalchemy as sa

from kpa_core.errors import NotFound, Refused, TryAgain
from kpa_core.work import KPA
from kpa_federation.blobs import fetching
from kpa_federation.blobs.models import BlobRow
from kpa_federation.catalogue.kinds import RESOURCE
from kpa_federation.log import quotas
from kpa_federation.peers.models import PeerRow
from kpa_federation.peers.over_http import HttpPeer
from kpa_federation.protocol.bodies import Attachment
from kpa_federation.records import drafts, publishing, reading
from kpa_federation.records.kinds import kinds

BODY = {
    "title": "Un plan",
    "summary": "Un plan d'étagère.",
    "text": "On coupe. On visse.",
    "place": "Roubaix",
    "state": "tested",
    "lang": "fr",
}
WORDS = ["bois", "vis", "planche", "scie", "colle", "équerre", "mètre", "crayon"]


@pytest.fixture
def text():
    rng = random.Random(3)
    lines = (" ".join(rng.choices(WORDS, k=12)) for _ in range(20_000))
    return "\n".join(lines).encode()


@pytest.fixture
def pair(town, text):
    roubaix, lille = town("Roubaix"), town("Lille")
    with roubaix.work(roubaix.kpa.person("Nadia", "animator")) as work, work.transaction():
        row = drafts.write_draft(work, RESOURCE.key, BODY, "CC-BY-SA-4.0")
        drafts.add_file(work, row.id, "plan.txt", text)
        publishing.publish(work, row.id, row.version)
    lille.follow(roubaix)
    lille.pull()
    return roubaix, lille


def file_of(town):
    with town.work(town.kpa.person("Ali", "member")) as work:
        (found,) = reading.records(work, kinds(work))
        (file,) = found.content.files
        return file


def want(town, origin, file):
    with town.work(KPA) as work:
        fetching.want(work, origin, file)


def fetch(town, file):
    with town.work(KPA) as work:
        fetching.fetch(work, file.sha256)


def read(town, file):
    with town.work(KPA) as work:
        return fetching.read(work, file.sha256)


def test_it_comes_in_pieces_and_goes_on_after_a_cut(pair, monkeypatch):
    roubaix, lille = pair
    file, asked, piece = file_of(lille), [], HttpPeer.piece

    def cut(self, sha256, start, end):
        asked.append(start)
        return b"" if len(asked) == 2 else piece(self, sha256, start, end)

    monkeypatch.setattr(HttpPeer, "piece", cut)
    want(lille, roubaix.origin, file)
    with pytest.raises(TryAgain):
        fetch(lille, file)
    fetch(lille, file)
    data = read(lille, file)
    assert (len(data), hashlib.sha256(data).hexdigest()) == (file.size, file.sha256)
    assert asked == sorted({*asked})[:1] + sorted(asked)[1:]
    assert asked.count(0) == 1  # what came before the cut did not come again


def test_it_is_passed_on_by_who_has_it(pair, town):
    roubaix, lille = pair
    file = file_of(lille)
    want(lille, roubaix.origin, file)
    fetch(lille, file)
    arras = town("Arras")
    arras.follow(lille)
    want(arras, roubaix.origin, file)
    fetch(arras, file)
    assert read(arras, file) == read(lille, file)


def test_other_bytes_are_thrown_away(pair, monkeypatch):
    roubaix, lille = pair
    file = file_of(lille)
    monkeypatch.setattr(HttpPeer, "piece", lambda *_: b"x" * file.size)
    want(lille, roubaix.origin, file)
    with pytest.raises(TryAgain):
        fetch(lille, file)
    with pytest.raises(NotFound):
        read(lille, file)
    assert list((lille.kpa.instance.settings.root / fetching.PARTS).iterdir()) == []


def test_an_origin_has_its_room_and_no_more(pair, monkeypatch):
    roubaix, lille = pair
    file = file_of(lille)
    monkeypatch.setattr(quotas, "BY_STEP", [quotas.Quota(1, 1, files=file.size + 100)])
    want(lille, roubaix.origin, Attachment("a" * 64, 900, "pas encore ici"))
    want(lille, roubaix.origin, file)
    fetch(lille, file)
    with pytest.raises(Refused, match="trop gros"):
        want(lille, roubaix.origin, Attachment("b" * 64, 101, "deux"))
    want(lille, "z" * 32, Attachment("c" * 64, 101, "trois"))


def test_what_was_wanted_together_is_not_fetched_beyond_the_room(pair, monkeypatch):
    roubaix, lille = pair
    file = file_of(lille)
    want(lille, roubaix.origin, file)
    monkeypatch.setattr(quotas, "BY_STEP", [quotas.Quota(1, 1, files=file.size - 1)])
    fetch(lille, file)
    with pytest.raises(NotFound):
        read(lille, file)


def test_who_is_recommended_has_less_room(pair, monkeypatch):
    roubaix, lille = pair
    file = file_of(lille)
    want(lille, roubaix.origin, file)
    fetch(lille, file)
    rooms = [quotas.Quota(1, 1, files=one) for one in (2 * file.size, 2 * file.size, file.size)]
    monkeypatch.setattr(quotas, "BY_STEP", rooms)
    want(lille, roubaix.origin, Attachment("a" * 64, 1, "un"))
    with lille.work(KPA) as work, work.transaction() as session:
        session.get(PeerRow, roubaix.origin).step = 2
    with pytest.raises(Refused, match="trop gros"):
        want(lille, roubaix.origin, Attachment("b" * 64, 1, "deux"))


@pytest.mark.parametrize("said", [5, 2**24])
def test_a_lie_about_its_size_blocks_no_file(pair, said):
    roubaix, lille = pair
    file = file_of(lille)
    lie = Attachment(file.sha256, said, "x")
    want(lille, "z" * 32, lie)
    part = lille.kpa.instance.settings.root / fetching.PARTS / f"{file.sha256}.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(b"x" * (file.size + 1))
    with suppress(TryAgain):
        fetch(lille, lie)
    want(lille, roubaix.origin, file)
    fetch(lille, file)
    assert len(read(lille, file)) == file.size
    assert not part.exists()


def test_a_part_that_is_too_long_is_begun_anew(pair):
    roubaix, lille = pair
    file = file_of(lille)
    want(lille, roubaix.origin, file)
    part = lille.kpa.instance.settings.root / fetching.PARTS / f"{file.sha256}.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(b"x" * (file.size + 1))
    fetch(lille, file)
    assert len(read(lille, file)) == file.size


def test_the_file_used_longest_ago_gives_way(pair, monkeypatch):
    roubaix, lille = pair
    file = file_of(lille)
    want(lille, roubaix.origin, file)
    fetch(lille, file)
    monkeypatch.setattr(fetching, "ALL", file.size + 10)
    want(lille, roubaix.origin, Attachment("d" * 64, 11, "autre"))
    with lille.work(KPA) as work:
        assert list(work.session.scalars(sa.select(BlobRow.sha256))) == ["d" * 64]
        assert list(work.instance.files.folder.glob("??/*")) == []


@pytest.mark.parametrize("name", ["..%2f..%2fkpa.toml", "A" * 64, "a" * 63, "a" * 64])
def test_what_is_no_hash_or_not_here_is_not_found(pair, name):
    roubaix, _ = pair
    assert roubaix.kpa.app.test_client().get(f"/federation/v1/blob/{name}").status_code == 404
