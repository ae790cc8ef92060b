"""A volunteer, a USB key, no network: everything is carried, verified, read, and carried on."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zipfile

import pytest
import sqlalchemy as sa
from speaking_to import run

from kpa_catering.cookbook import example
from kpa_catering.menu_fields import KEY as MENU
from kpa_catering.menu_record import write_body as write_menu
from kpa_catering.models import MenuRow
from kpa_core.activities.activities import NewActivity, propose_activity
from kpa_core.errors import Misuse, Unavailable
from kpa_core.work import KPA
from kpa_federation.blobs import fetching
from kpa_federation.carrying import container, looking, taking_in, writing_out
from kpa_federation.catalogue.kinds import RESOURCE
from kpa_federation.log.models import LogRow
from kpa_federation.network import profile
from kpa_federation.own import leaving
from kpa_federation.peers import service
from kpa_federation.protocol.words import words_of
from kpa_federation.records import drafts, publishing, reading, taking
from kpa_federation.records.kinds import kinds

PLAN = b"taille,prix\nM,3\n" + b"L,4\n" * 200
BODY = {
    "title": "La friperie",
    "summary": "On trie, on lave, on vend au poids.",
    "text": "On trie. On lave. On vend.",
    "state": "tested",
    "lang": "fr",
}


def publish(town, kind=RESOURCE.key, files=(), **said):
    with town.work(KPA) as work, work.transaction():
        row = drafts.write_draft(work, kind, said or BODY)
        for name, data in files:
            drafts.add_file(work, row.id, name, data)
        return publishing.publish(work, row.id, row.version)


def introduce(town, place):
    with town.work(KPA) as work:
        profile.publish(work, {"place": place, "contact": "https://kpa.example/"})


def export(town, file):
    return run(town, "export", file)


def titles(town):
    with town.work(KPA) as work:
        return {one.title for one in reading.records(work, kinds(work))}


def logs(town):
    with town.work(KPA) as work:
        rows = work.session.scalars(sa.select(LogRow))
        return {row.origin: (row.size, row.frontier, row.note) for row in rows}


def look_into(town, file):
    with town.work(KPA) as work, file.open("rb") as opened:
        return looking.look(work, opened)


def take(town, file):
    with town.work() as work:
        with file.open("rb") as opened:
            look = looking.look(work, opened)
        with file.open("rb") as opened:
            chosen = {one.origin for one in look.waiting}
            return taking_in.take(work, opened, look, chosen)


def plan_at(town):
    with town.work(KPA) as work:
        return fetching.read(work, hashlib.sha256(PLAN).hexdigest())


def make_cape(make):
    made = make("La Cape")
    introduce(made, "Roubaix")
    publish(made, files=[("prix.csv", PLAN)])
    return made


@pytest.fixture(scope="module")
def cape(alone_for_all):
    return make_cape(alone_for_all)


@pytest.fixture(scope="module")
def moulins(alone_for_all, cape, tmp_path_factory):
    """Return a KPA with a menu, which was brought what La Cape knows."""
    made, key = alone_for_all("Moulins Coop", plugins=["catering"]), tmp_path_factory.mktemp("clé")
    introduce(made, "Lille, quartier de Moulins")
    publish(made, MENU, **write_menu(next(iter(example().menus.values()))))
    export(cape, key / "cape.kpa")
    take(made, key / "cape.kpa")
    return made


@pytest.fixture(scope="module")
def carried(moulins, tmp_path_factory):
    """Return the bytes that Moulins wrote on a key."""
    made = tmp_path_factory.mktemp("moulins") / "réseau.kpa"
    export(moulins, made)
    return made.read_bytes()


@pytest.fixture
def file(carried, key):
    """Return a copy of that file on the key."""
    made = key / "réseau.kpa"
    made.write_bytes(carried)
    return made


def test_the_whole_story(alone, cape, moulins, key):
    said = export(moulins, key / "réseau.kpa")
    assert "C'est écrit. KPA : 2. Fiches : 4. Fichiers : 1." in said
    assert "Tu peux retirer la clé" in said
    arras = alone("Arras", plugins=["catering"])
    first = run(arras, "import", key / "réseau.kpa")
    for town, name in ((cape, "La Cape (Roubaix)"), (moulins, "Moulins Coop (Lille,")):
        assert name in first
        assert f"six mots : {words_of(town.origin)} · fiches : 2 · à accueillir" in first
    assert "dit venir de : Moulins Coop" in first
    assert "Voisins à accueillir : 2" in first
    assert "--all" in first
    assert titles(arras) == set()
    assert set(logs(arras)) == {arras.origin}  # nobody said yes: nothing is kept
    second = run(arras, "import", key / "réseau.kpa", "--all")
    assert "Arrivé : La Cape · fiches à lire : 2" in second
    assert "Fichiers arrivés : 1" in second
    assert "qui manquent" not in second
    assert titles(arras) == {"La friperie", "Buffet oriental"}
    assert plan_at(arras) == PLAN
    with arras.work(KPA) as work:
        propose_activity(work, NewActivity("Cuisine"))
        (menu,) = [one for one in reading.records(work, kinds(work)) if one.kind == MENU]
    with arras.work(KPA) as work:
        assert taking.take(work, menu.name).startswith("/catering/menus/")
        assert [row.state for row in work.session.scalars(sa.select(MenuRow))] == [
            "archived"
        ]  # not on any list before the group says so
    introduce(arras, "Arras")
    export(arras, key / "encore.kpa")
    maubeuge = alone("Maubeuge")
    third = run(maubeuge, "import", key / "encore.kpa", "--all")
    assert "On a tout vérifié. KPA : 3. Fiches : 5. Fichiers : 1." in third
    assert plan_at(maubeuge) == PLAN
    for town in (cape, moulins, arras):
        assert logs(maubeuge)[town.origin] == logs(town)[town.origin]


def test_the_second_time_nothing_comes_twice(alone, key):
    arras, cape = alone("Arras"), make_cape(alone)
    export(cape, key / "cape.kpa")
    run(arras, "import", key / "cape.kpa", "--all")
    before = logs(arras)
    again = run(arras, "import", key / "cape.kpa")
    assert "Rien de nouveau" in again
    assert "· voisin" in again
    assert logs(arras) == before
    publish(cape)
    export(cape, key / "cape.kpa")
    assert "Arrivé : La Cape" in run(arras, "import", key / "cape.kpa")


@pytest.mark.parametrize("by", ["name", "words"])
def test_one_is_welcomed_and_not_the_other(alone, cape, file, by):
    arras = alone("Arras")
    said = {"name": "la cape", "words": words_of(cape.origin)}[by]
    done = run(arras, "import", file, "--welcome", said)
    assert "Voisins à accueillir : 1" in done
    assert titles(arras) == {"La friperie"}
    with pytest.raises(Misuse, match="six mots"):
        run(arras, "import", file, "--welcome", "Personne")


def test_a_copy_that_was_cut_anywhere_goes_on_from_there(alone, cape, moulins, file, key):
    whole, cut, arras = file.read_bytes(), key / "coupé.kpa", alone("Arras")
    wanted, size = {**logs(moulins)}, 0
    steps = [*range(200, len(whole), len(whole) // 9), len(whole) - 1, len(whole)]
    for end in steps:
        cut.write_bytes(whole[:end])
        try:
            done = take(arras, cut)
        except Misuse as error:
            assert "tout au début" in str(error)  # noqa: PT017
            continue
        assert done.is_whole is (end == len(whole))
        assert done.refused == {}
        now = sum(one[0] for one in logs(arras).values())
        assert now >= size
        size = now
    held = logs(arras)
    assert {one: held[one] for one in wanted} == wanted
    assert plan_at(arras) == PLAN


def test_a_cut_copy_is_told_with_what_to_do(alone, file, key):
    (key / "coupé.kpa").write_bytes(file.read_bytes()[:-300])
    said = run(alone("Arras"), "import", key / "coupé.kpa", "--all")
    assert "Le fichier est coupé" in said
    assert "rien ne sera pris deux fois" in said
    assert "Fichiers qui manquent : 1" in said


def test_who_changed_a_word_is_refused_and_the_others_come(alone, cape, moulins, file, key):
    data = file.read_bytes()
    reader = container.Reader(io.BytesIO(data))
    bundle = b"".join(reader.bundle())
    forged = bundle.replace(b"On trie. On lave.", b"On vole. On rit..")
    assert len(forged) == len(bundle) != 0
    assert forged != bundle
    (key / "faux.kpa").write_bytes(gzip.compress(forged))
    arras = alone("Arras")
    said = run(arras, "import", key / "faux.kpa", "--all")
    assert f"REFUSÉ · ?, six mots : {words_of(cape.origin)} : le texte n'est pas" in said
    assert titles(arras) == {"Buffet oriental"}
    assert cape.origin not in logs(arras)


def test_damage_in_the_middle_keeps_what_is_before(alone, cape, moulins, file, key):
    data = bytearray(file.read_bytes())
    reader = container.Reader(io.BytesIO(bytes(data)))
    lines = b"".join(reader.bundle()).split(b"\n")
    at = [place for place, line in enumerate(lines) if line[:1] == b"L"][1] + 2
    lines[at] = b"X" + lines[at][1:]
    (key / "abîmé.kpa").write_bytes(gzip.compress(b"\n".join(lines)))
    arras = alone("Arras")
    said = run(arras, "import", key / "abîmé.kpa", "--all")
    assert "abîmé au milieu" in said
    assert len(titles(arras)) == 1


WRONG = {
    "vide": (b"", "vide"),
    "photo": (b"\xff\xd8\xff\xe0 JFIF", "photo"),
    "page": (b"<!doctype html><html>", "page web"),
    "pdf": (b"%PDF-1.7 ...", "PDF"),
    "texte": (b"Coucou", "ne vient pas du réseau"),
    "gz": (gzip.compress(b"Coucou\n" * 50), "ne vient pas du réseau"),
    "gz d'une ligne": (gzip.compress(b"C" * 5), "tout au début"),
    "json": (b'K{"peer":1}\n', "ne vient pas du réseau"),
}


@pytest.fixture(scope="module")
def zipped():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("manifest.json", "{}")
    return made.getvalue()


def test_a_wrong_file_is_told_in_one_sentence(alone, key, zipped):
    arras, before = alone("Arras"), None
    for name, (data, said) in {**WRONG, "zip": (zipped, "sauvegarde")}.items():
        before = before or logs(arras)
        (key / name).write_bytes(data)
        with pytest.raises(Misuse, match=said):
            run(arras, "import", key / name, "--all")
        assert logs(arras) == before


def test_a_bundle_alone_pressed_or_not_is_such_a_file(alone, file, key):
    bundle = b"".join(container.Reader(io.BytesIO(file.read_bytes())).bundle())
    for name, data in (("plain", bundle), ("pressed", gzip.compress(bundle))):
        (key / name).write_bytes(data)
        done = take(alone(name), key / name)
        assert (done.is_whole, len(done.grown), done.files_missing) == (True, 2, 1)


def beside(file, *files):
    """Return the same bundle with other files beside it."""
    bundle = b"".join(container.Reader(io.BytesIO(file.read_bytes())).bundle())
    out = io.BytesIO()
    container.write(out, [bundle], files, len(files))
    return out.getvalue()


def test_files_are_kept_by_their_hash_and_only_when_somebody_names_them(alone, file, key):
    name, other = hashlib.sha256(PLAN).hexdigest(), hashlib.sha256(b"x").hexdigest()
    (key / "faux.kpa").write_bytes(beside(file, (name, b"y" * len(PLAN)), (other, b"x")))
    arras = alone("Arras")
    done = take(arras, key / "faux.kpa")
    assert (done.files, done.files_refused, done.files_missing) == (0, 1, 1)
    assert done.is_whole
    with arras.work(KPA) as work:
        assert fetching.stored(work.session, other) is None
        assert list(work.instance.files.folder.glob("??/*")) == []
    done = take(arras, file)
    assert (done.files, done.files_missing, plan_at(arras)) == (1, 0, PLAN)


def test_a_file_that_says_it_is_huge_takes_no_memory_and_is_refused(alone, file, key, monkeypatch):
    monkeypatch.setattr(fetching, "LARGEST", 100)
    done = take(alone("Arras"), file)
    assert (done.files, done.files_refused, done.is_whole) == (0, 1, True)
    data = file.read_bytes().replace(b'"size":%d}' % len(PLAN), b'"size":999999999999}')
    (key / "énorme.kpa").write_bytes(data)
    done = take(alone("Lens"), key / "énorme.kpa")
    assert (done.files, done.is_whole, len(done.grown)) == (0, False, 2)


def test_whom_we_blocked_is_neither_taken_nor_carried_on(alone, key):
    arras, cape = alone("Arras"), make_cape(alone)
    export(cape, key / "cape.kpa")
    take(arras, key / "cape.kpa")
    with arras.work() as work:
        service.set_trust(work, cape.origin, "blocked")
    publish(cape)
    export(cape, key / "cape.kpa")
    before = logs(arras)
    said = run(arras, "import", key / "cape.kpa", "--all")
    assert "· bloqué" in said
    assert logs(arras) == before
    assert "C'est écrit. KPA : 1" in export(arras, key / "arras.kpa")
    assert set(look_into(cape, key / "arras.kpa").logs) == {arras.origin}


def test_a_key_that_is_full_leaves_nothing_half_written(moulins, key, monkeypatch):
    (key / "réseau.kpa").write_bytes(b"avant")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="pleine"), moulins.work() as work:
        writing_out.write(work, key / "réseau.kpa")
    assert [one.name for one in key.iterdir() if "réseau" in one.name] == ["réseau.kpa"]
    assert (key / "réseau.kpa").read_bytes() == b"avant"


def test_only_a_file_is_written(moulins, key):
    os.mkfifo(key / "tuyau")
    with pytest.raises(Misuse, match="pas un fichier"), moulins.work() as work:
        writing_out.write(work, key / "tuyau")
    assert (key / "tuyau").is_fifo()


def test_who_left_the_network_still_carries_everything(alone, moulins, file, key):
    arras = alone("Arras")
    with arras.work() as work:
        leaving.leave(work)
    assert "Arrivé : La Cape" in run(arras, "import", file, "--all")
    assert "C'est écrit. KPA : 3" in export(arras, key / "arras.kpa")


def test_progress_is_told_up_to_the_end(moulins, file, key):
    told = []
    with moulins.work() as work:
        writing_out.write(work, key / "x.kpa", lambda done, most: told.append((done, most)))
        assert told[-1][0] == told[-1][1] == len(told) > 4
        seen = []
        with file.open("rb") as opened:
            looking.look(work, opened, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == file.stat().st_size


def test_our_own_log_in_a_file_is_told_as_ours(cape, moulins, file):
    before = logs(cape)
    said = run(cape, "import", file, "--all")
    assert f"{words_of(cape.origin)} · fiches : 2 · c'est nous" in said
    assert logs(cape)[cape.origin] == before[cape.origin]
