"""``kpa new`` and ``kpa plugin new``: a whole folder, or nothing and a sentence."""

from __future__ import annotations

import stat
import subprocess
import sys
import tomllib

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from cryptography.fernet import Fernet

from kpa_core.cli import root
from kpa_core.errors import KpaError, Misuse, Unavailable
from kpa_core.features import open_instance
from kpa_core.members.models import Party
from kpa_core.scaffold.copying import PLACE, write_tree
from kpa_core.scaffold.newborn import Birth, make_instance
from kpa_core.work import KPA

PLAIN = Birth(name="La Cape", plugins=(), first_name="Awa", first_contact="0612345678")


def left(folder):
    """Return everything under a folder, hidden or not."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_an_instance_has_all_it_needs_and_its_first_person(tmp_path):
    code = make_instance(tmp_path / "kpa", PLAIN)
    assert len(code.replace(" ", "")) >= 12
    instance = open_instance(tmp_path / "kpa")
    with instance.work(KPA) as work:
        assert [one.display_name for one in work.session.scalars(sa.select(Party))] == ["Awa"]
    with instance.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    instance.close()
    found = set(left(tmp_path / "kpa"))
    expected = {"kpa.toml", "wsgi.py", ".env.example", ".gitignore", "README.md"}
    assert expected | {"deploy/kpa.service", "data/kpa.sqlite3", "backups", "secrets"} <= found
    assert not [name for name in found if "@" in name]
    texts = (tmp_path / "kpa" / name for name in ("kpa.toml", "README.md", "deploy/kpa.service"))
    assert not [text for text in texts if PLACE.search(text.read_text())]


def test_the_code_of_the_card_is_written_nowhere(tmp_path):
    """Nor are the keys, but in their own two files."""
    code = make_instance(tmp_path / "kpa", PLAIN)
    secrets = [code.encode(), code.replace(" ", "").encode()]
    for key in (tmp_path / "kpa" / "secrets").iterdir():
        secrets.append(key.read_bytes().strip())
    for path in (tmp_path / "kpa").rglob("*"):
        if path.is_file() and path.parent.name != "secrets":
            data = path.read_bytes()
            assert not [secret for secret in secrets if secret in data], path


def test_keys_are_new_strong_and_closed(tmp_path):
    seen = set()
    for name in ("one", "two"):
        make_instance(tmp_path / name, PLAIN)
        place = tmp_path / name / "secrets"
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        for key in place.iterdir():
            assert stat.S_IMODE(key.stat().st_mode) == 0o600
            seen.add(key.read_bytes())
        Fernet((place / "data.key").read_bytes().strip())
        assert len((place / "session.key").read_bytes().strip()) >= 64
        assert stat.S_IMODE((tmp_path / name / "data").stat().st_mode) == 0o700
    assert len(seen) == 4


AWKWARD = [
    'Les "Coopains"',
    "l'atelier \\ n",
    "à Bord ! – ça, c’est nous",
    "كوبان",
    "#[server] = {port}",
    "@database@ {name} %s ${HOME} `id`",
    "🍞",
]


@pytest.mark.parametrize("text", AWKWARD)
def test_whatever_is_typed_stays_one_value(text, tmp_path):
    make_instance(tmp_path / "kpa", Birth(name=text, territory=text, pitch=text, plugins=()))
    table = tomllib.loads((tmp_path / "kpa" / "kpa.toml").read_text("utf-8"))
    told = table["instance"]
    assert (told["name"], told["territory"], told["pitch"]) == (text, text, text)
    assert table["database"]["url"] == "sqlite:///data/kpa.sqlite3"
    assert text in (tmp_path / "kpa" / "README.md").read_text("utf-8")


NOT_A_LINE = ["two\nlines", "a\rb", "a\x00b", "\x1b[31mred", "\u202eback", "\ud800", "a\x7f"]


@pytest.mark.parametrize("text", NOT_A_LINE, ids=ascii)
@pytest.mark.parametrize("where", ["name", "territory", "pitch", "first_name", "base_url"])
def test_what_is_not_one_line_is_refused_and_leaves_nothing(where, text, tmp_path):
    with pytest.raises(Misuse):
        make_instance(tmp_path / "kpa", Birth(**{"name": "La Cape", "plugins": (), where: text}))
    assert left(tmp_path) == []


BAD_BIRTHS = {
    "a long name": {"name": "x" * 81},
    "no name": {"name": ""},
    "an address in clear": {"base_url": "http://kpa.example"},
    "a database nobody knows": {"database": "mysql://localhost/kpa"},
    "a database written wrongly": {"database": "sqlite://kpa"},
    "a plugin nobody knows": {"plugins": ("catring",)},
    "a port nobody has": {"port": 70_000},
    "a contact that is none": {"first_name": "Awa", "first_contact": "call me"},
}


@pytest.mark.parametrize("wrong", BAD_BIRTHS.values(), ids=BAD_BIRTHS)
@pytest.mark.parametrize("place", ["kpa", "deep/er/kpa", "there"])
def test_a_birth_that_fails_leaves_no_trace(place, wrong, tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(KpaError):
        make_instance(tmp_path / place, Birth(**{"name": "La Cape", "plugins": (), **wrong}))
    assert left(tmp_path) == ["there"]


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "kpa.toml").write_text("mine")
    for target in (tmp_path, tmp_path / "kpa.toml"):
        with pytest.raises(Misuse, match="pas vide"):
            make_instance(target, PLAIN)
    assert (tmp_path / "kpa.toml").read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    """Root may write nearly anywhere; /proc refuses everyone."""
    (tmp_path / "file").write_text("")
    for target in (tmp_path / "file" / "kpa", "/proc/kpa", "/proc/self/fd/deep/kpa"):
        with pytest.raises(Unavailable, match="Rien n'a été créé"):
            write_tree(tmp_path / "file", type(tmp_path)(target), {})


def test_the_database_of_another_kpa_is_not_taken_over(tmp_path):
    make_instance(tmp_path / "first", PLAIN)
    database = f"sqlite:///{tmp_path}/first/data/kpa.sqlite3"
    with pytest.raises(Misuse, match="pas vide"):
        make_instance(tmp_path / "second", Birth(name="Voisins", plugins=(), database=database))
    assert "second" not in left(tmp_path)
    instance = open_instance(tmp_path / "first")
    with instance.work(KPA) as work:
        assert len(work.session.scalars(sa.select(Party)).all()) == 1
    instance.close()


def test_an_error_of_the_machine_in_the_middle_leaves_nothing(tmp_path, monkeypatch):
    def broken(*_args, **_options):
        raise KeyboardInterrupt

    for step in ("_make_secrets", "migrate.upgrade", "accounts.first_account"):
        with monkeypatch.context() as patch:
            patch.setattr(f"kpa_core.scaffold.newborn.{step}", broken)
            with pytest.raises(KeyboardInterrupt):
                make_instance(tmp_path / "deep" / "kpa", PLAIN)
        assert left(tmp_path) == []


# --- the commands ---------------------------------------------------------------------------------


def test_kpa_new_says_the_card_and_what_comes_next(tmp_path, kpa_command):
    names = ["--name", "La Cape", "--first-name", "Awa", "--contact", "0612345678"]
    done = kpa_command(tmp_path, "new", "ici", "--no-plugins", *names)
    assert (done.code, done.err) == (0, "")
    assert "La Cape" in done.out
    assert "kpa --dir ici serve" in done.out
    again = kpa_command(tmp_path, "new", "ici", "--no-plugins", *names)
    assert again.code == 2
    assert "n'est pas vide" in again.err
    both = kpa_command(tmp_path, "new", "la", "--no-plugins", "--plugin", "cape", *names)
    assert (both.code, left(tmp_path / "la")) == (2, [])


BAD_NAMES = ["Sewing", "9lives", "se-wing", "", "x", "class", "../up", "cape", "people", "order"]
BAD_NAMES += ["activity", "share", "house", "members", "a" * 40, "sew ing", "é"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_cannot_be_a_plugin_s_is_refused(name, tmp_path, kpa_command):
    done = kpa_command(tmp_path, "plugin", "new", "--", name)
    assert done.code == 2
    assert left(tmp_path) == []


def test_a_new_plugin_is_whole_and_clean(tmp_path, kpa_command):
    done = kpa_command(tmp_path, "plugin", "new", "sewing_club")
    assert (done.code, done.err) == (0, "")
    folder = tmp_path / "kpa-sewing-club"
    found = left(folder)
    assert "kpa_sewing_club/migrations/versions/sewing_club_0001_notes.py" in found
    assert not [name for name in found if "@" in name or name.endswith(".tmpl")]
    for path in folder.rglob("*.*"):
        assert "@name@" not in path.read_text()
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", *("--line-length", "100"), "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    again = kpa_command(tmp_path, "plugin", "new", "sewing_club")
    assert again.code == 2


def test_a_network_node_has_one_plugin_and_no_commands_for_activities(tmp_path, monkeypatch):
    def kpa(*said):
        return CliRunner().invoke(root, said)

    folder = tmp_path / "node"
    who = ("--name", "Le nœud", "--first-name", "Awa", "--contact", "0612345678")
    new = ("new", str(folder), "--kind", "network")
    assert isinstance(kpa(*new, "--plugin", "catering", *who).exception, Misuse)
    assert kpa(*new, *who).exit_code == 0
    settings = tomllib.loads((folder / "kpa.toml").read_text("utf-8"))
    assert (settings["instance"]["kind"], settings["plugins"]) == ("network", ["federation"])
    monkeypatch.setenv("KPA_DIR", str(folder))
    helped = kpa("--help").output
    assert " federation " in helped
    assert not [name for name in ("orders", "invoices", "shares") if f" {name} " in helped]
    assert kpa("orders", "--help").exit_code == 2
    monkeypatch.delenv("KPA_DIR")
    assert kpa("orders", "--help").exit_code == 0
