"""``kpa.toml`` and the environment: a fault is one sentence that names the key; secrets stay in."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from kpa_core.config import Secret, find_root, read_settings, shown
from kpa_core.errors import Misuse
from kpa_core.i18n import locale_set, sentence

GOOD = '[instance]\nname = "La Cape"\n'

FAULTS = {
    "not TOML": ("[instance]\nname = = 3\n", "mal écrit", "line 2"),
    "not text": (b"\xff\xfe\x00", "mal écrit", "utf-8"),
    "nothing": ("", "instance", "il manque"),
    "no name": ("[instance]\n", "instance.name", "il manque"),
    "an empty name": ('[instance]\nname = ""\n', "instance.name", "au moins une lettre"),
    "a long name": (f'[instance]\nname = "{"x" * 81}"\n', "instance.name", "au plus 80"),
    "a name in numbers": ("[instance]\nname = 3\n", "instance.name", "entre guillemets"),
    "an unknown key": (GOOD + 'colour = "red"\n', "instance.colour", "n'existe pas"),
    "an unknown table": (GOOD + "[servers]\n", "servers", "n'existe pas"),
    "a table that is a word": ('instance = "La Cape"\n', "instance", "écris une table"),
    "a port in letters": (GOOD + '[server]\nport = "http"\n', "server.port", "un nombre entier"),
    "half a port": (GOOD + "[server]\nport = 80.5\n", "server.port", "un nombre entier"),
    "port 0": (GOOD + "[server]\nport = 0\n", "server.port", "1 ou plus"),
    "port 65536": (GOOD + "[server]\nport = 65536\n", "server.port", "65535 ou moins"),
    "2^63 workers": (GOOD + f"[server]\nworkers = {2**63}\n", "server.workers", "64 ou moins"),
    "a demo perhaps": (GOOD + 'demo = "perhaps"\n', "instance.demo", "true ou false"),
    "an unknown zone": (GOOD + 'timezone = "Europe/Pari"\n', "instance.timezone", "fuseau"),
    "a zone outside": (GOOD + 'timezone = "../../etc/passwd"\n', "instance.timezone", "fuseau"),
    "an unknown language": (GOOD + 'locale = "de"\n', "instance.locale", "forme"),
    "a colour in words": (GOOD + 'accent = "red"\n', "instance.accent", "forme"),
    "an address in clear": (GOOD + 'base_url = "http://kpa.fr"\n', "instance.base_url", "https"),
    "not an address": (GOOD + 'base_url = "kpa.fr"\n', "instance.base_url", "https"),
    "plugins in one word": ('plugins = "cape"\n' + GOOD, "plugins", "entre crochets"),
    "a written secret": (GOOD + '[secrets]\nsession = "hunter2"\n', "secrets.session", "une table"),
    "a written password": (GOOD + '[mail]\npassword = "hunter2"\n', "mail.password", "une table"),
}


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in [name for name in os.environ if name.startswith("KPA_")]:
        monkeypatch.delenv(name)


def write(folder, text):
    path = folder / "kpa.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(("text", "key", "words"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_one_sentence_that_names_the_key(text, key, words, tmp_path):
    write(tmp_path, text)
    with pytest.raises(Misuse) as caught:
        read_settings(tmp_path)
    told = str(caught.value)
    assert told.startswith("kpa.toml")
    assert key in told
    assert words in told
    assert "hunter2" not in told
    assert len(told.splitlines()) == 1


def test_a_missing_file_says_where_it_was_looked_for(tmp_path):
    for look in (lambda: read_settings(tmp_path), lambda: find_root(tmp_path)):
        with pytest.raises(Misuse, match=str(tmp_path)):
            look()


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    (tmp_path / "kpa.toml").mkdir()
    with pytest.raises(Misuse, match="ne peut pas être lu"):
        read_settings(tmp_path)


def test_the_nearest_folder_upward_is_the_instance(tmp_path, monkeypatch):
    write(tmp_path, GOOD)
    deep = tmp_path / "pages" / "deep"
    deep.mkdir(parents=True)
    assert find_root(deep) == tmp_path.resolve()
    monkeypatch.setenv("KPA_DIR", str(deep))
    with pytest.raises(Misuse):  # named on purpose: nothing else is taken instead
        find_root()


# --- the environment ------------------------------------------------------------------------------


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    write(tmp_path, GOOD + "[server]\nport = 8001\n")
    monkeypatch.setenv("KPA_SERVER__PORT", "8002")
    monkeypatch.setenv("KPA_PLUGINS", '["cape"]')
    monkeypatch.setenv("KPA_DATABASE__URL", "postgresql://kpa@/kpa")
    settings = read_settings(tmp_path)
    assert (settings.server.port, settings.plugins) == (8002, ("cape",))
    assert settings.database.url == "postgresql://kpa@/kpa"
    assert settings.instance.name == "La Cape"


def test_the_environment_does_not_say_where_the_instance_is(tmp_path, monkeypatch):
    write(tmp_path, GOOD)
    monkeypatch.setenv("KPA_ROOT", "/elsewhere")
    assert read_settings(tmp_path).root == tmp_path


def test_other_variables_of_ours_are_left_alone(tmp_path, monkeypatch):
    write(tmp_path, GOOD)
    for name in ("KPA_DIR", "KPA_TOKEN", "KPA_MAIL_PASSWORD", "KPA_ALLOW_SKIP"):
        monkeypatch.setenv(name, "x")
    assert read_settings(tmp_path).instance.name == "La Cape"


BAD_VARIABLES = {
    "KPA_SERVER__PORT": ("http", "KPA_SERVER__PORT, server.port", "un nombre entier"),
    "KPA_SERVER__PROT": ("1", "KPA_SERVER__PROT, server.prot", "n'existe pas"),
    "KPA_PLUGINS": ("cape", "KPA_PLUGINS", "JSON"),
    "KPA_INSTANCE": ("La Cape", "KPA_INSTANCE", "JSON"),
}


@pytest.mark.parametrize("name", BAD_VARIABLES)
def test_a_wrong_variable_is_named_itself(name, tmp_path, monkeypatch):
    write(tmp_path, GOOD)
    value, place, words = BAD_VARIABLES[name]
    monkeypatch.setenv(name, value)
    with pytest.raises(Misuse) as caught:
        read_settings(tmp_path)
    assert place in str(caught.value)
    assert words in str(caught.value)


# --- secrets --------------------------------------------------------------------------------------


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path, monkeypatch):
    (tmp_path / "key").write_text("from the file\n")
    both = Secret(env="KPA_TEST_KEY", file="key")
    assert both.read(tmp_path) == b"from the file"
    monkeypatch.setenv("KPA_TEST_KEY", "from the environment")
    assert both.read(tmp_path) == b"from the environment"


WITHOUT_SECRET = {
    "no place": (Secret(), "secrets/"),
    "an empty variable": (Secret(env="KPA_TEST_KEY"), "KPA_TEST_KEY"),
    "no file": (Secret(file="absent.key"), "absent.key"),
    "an empty file": (Secret(file="empty.key"), "empty.key"),
    "a folder": (Secret(file="folder"), "folder"),
}


@pytest.mark.parametrize(("secret", "words"), WITHOUT_SECRET.values(), ids=WITHOUT_SECRET)
def test_a_missing_secret_is_a_misuse_and_never_an_empty_key(secret, words, tmp_path):
    (tmp_path / "empty.key").write_text(" \n")
    (tmp_path / "folder").mkdir()
    with pytest.raises(Misuse) as caught:
        secret.read(tmp_path)
    assert words in str(caught.value)
    assert "{{" not in str(caught.value)


SECRETS = """
plugins = ["shop"]
[instance]
name = "La Cape"
[database]
url = "postgresql://kpa:hunter2@localhost/kpa?sslpassword=hunter2"
[mail]
password = {env = "KPA_MAIL_PASSWORD"}
[plugin.shop]
api_key = "hunter2"
address = "https://user:hunter2@shop.example/x?token=hunter2"
shown = "yes"
[plugin.shop.deep]
tokens = ["hunter2", "hunter2"]
places = ["https://user:hunter2@shop.example"]
"""


def test_settings_are_shown_without_secrets(tmp_path):
    write(tmp_path, SECRETS)
    table = shown(read_settings(tmp_path))
    assert "hunter2" not in json.dumps(table)
    assert table["database"]["url"] == "postgresql://***@localhost/kpa?***"
    assert table["mail"]["password"] == {"env": "KPA_MAIL_PASSWORD", "file": ""}
    assert table["plugin"]["shop"]["shown"] == "yes"
    assert table["plugin"]["shop"]["deep"]["places"] == ["https://***@shop.example"]


# --- the command line -----------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["doctor", "serve", "worker", "migrate", "plugin list"])
def test_every_command_answers_a_fault_with_one_sentence_and_exit_2(command, tmp_path, kpa_command):
    write(tmp_path, GOOD + "[server]\nport = 0\n")
    done = kpa_command(tmp_path, *command.split())
    assert done == (2, "", "kpa.toml, server.port : écris 1 ou plus.\n")


def test_the_shell_sees_the_same(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "kpa_core", "doctor"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "LANG": "fr_FR.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Il n'y a pas de kpa.toml dans {tmp_path}.")


def test_a_fault_speaks_the_language_of_the_terminal(tmp_path, kpa_command):
    done = kpa_command(tmp_path, "doctor", language="en_GB.UTF-8")
    assert done.code == 2
    assert str(tmp_path) in done.err
    assert "Il n'y a pas" not in done.err
    assert "kpa new" in done.err


def test_the_fault_inside_a_sentence_is_translated_too(tmp_path):
    write(tmp_path, GOOD + "[server]\nport = 0\n")
    with pytest.raises(Misuse) as caught:
        read_settings(tmp_path)
    with locale_set("en"):
        assert "écris" not in sentence(caught.value)


def test_doctor_shows_settings_and_no_secret(kpa_on_sqlite, kpa_command):
    root = kpa_on_sqlite.instance.settings.root
    write(root, GOOD + '[plugin.shop]\npassword = "hunter2"\n')
    done = kpa_command(root, "doctor", "--settings")
    assert '"La Cape"' in done.out
    assert "hunter2" not in done.out + done.err
    for key in (root / "secrets").iterdir():
        assert key.read_text().strip() not in done.out


@pytest.mark.parametrize(("mode", "well"), [(0o644, False), (0o640, False), (0o600, True)])
def test_doctor_says_when_others_can_read_a_key(mode, well, kpa_on_sqlite, kpa_command):
    root = kpa_on_sqlite.instance.settings.root
    write(root, GOOD)
    (root / "secrets" / "session.key").chmod(0o600)
    (root / "secrets" / "data.key").chmod(mode)
    rows = json.loads(kpa_command(root, "doctor", "--json").out)
    assert {row["name"]: row["ok"] for row in rows}["secrets"] is well
