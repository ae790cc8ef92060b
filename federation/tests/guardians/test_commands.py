"""``kpa federation guardian`` in an empty folder: no KPA, no settings, no network, no trace."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from canary import files_with, found_in, spellings
from click.testing import CliRunner
from log_writer import DAY, Writer, guardians, private_of, public_of

from kpa_core.api import KpaError, Misuse, Refused
from kpa_federation.guardians import exchange, notice
from kpa_federation.guardians.exchange import DrillRequest, KeyRequest
from kpa_federation.guardians.sheet import Secret, read_line, read_secret
from kpa_federation.offline import offline
from kpa_federation.protocol import keys

WRITER = Writer("roubaix", guardians("Optéos", "Anis", "Lieu"))
SHEET = Secret(private_of("Optéos"), WRITER.origin)
DRILL = DrillRequest("La Cape", WRITER.origin, DAY)
REAL = KeyRequest("La Cape", WRITER.key_request("roubaix 2", guardians("Optéos", "Anis")))


@pytest.fixture
def guardian(tmp_path, monkeypatch):
    """Return ``kpa federation guardian …`` run in an empty folder; errors come out as they are."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it dials"))

    def run(*words, typed=""):
        result = CliRunner().invoke(offline, ["guardian", *words], input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


CONTROLLED = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def on_a_terminal(folder, *words, turns):
    """Run ``kpa federation guardian …`` as a person does; ``turns`` pairs a prompt and a reply."""
    ours, theirs = os.openpty()
    command = [str(Path(sys.executable).with_name("kpa")), "federation", "guardian", *words]
    running = subprocess.Popen(
        [sys.executable, "-c", CONTROLLED, *command],
        **{"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True},
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "LANG": "fr_FR.UTF-8"},
    )
    os.close(theirs)
    shown = b""
    try:
        for prompt, reply in (*turns, ("", "")):
            while not prompt or prompt.encode() not in shown:
                try:
                    piece = os.read(ours, 4096)
                except OSError:  # the other side is closed: it ended
                    break
                if not piece:
                    break
                shown += piece
            if reply:
                os.write(ours, f"{reply}\n".encode())
        assert running.wait(30) == 0, shown
    finally:
        running.kill()
        os.close(ours)
    return shown.decode()


# --- new ------------------------------------------------------------------------------------------


def test_new_writes_the_sheet_for_its_owner_alone_and_gives_the_line(guardian, tmp_path):
    options = ("--name", "Optéos", "--kpa", "La Cape", "--origin", WRITER.origin)
    said = guardian("new", *options, "--sheet", "feuille.html").output
    page = tmp_path / "feuille.html"
    secret = read_secret(page.read_text("utf-8"))
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert secret.origin == WRITER.origin
    assert read_line(said) == secret.hash
    assert [one.name for one in tmp_path.iterdir()] == ["feuille.html"]
    assert secret.words.split()[0] not in said


@pytest.mark.parametrize("kind", ["file", "link"])
def test_new_writes_over_nothing(guardian, tmp_path, kind):
    there = tmp_path / "feuille.html"
    if kind == "file":
        there.write_text("déjà là")
    else:
        there.symlink_to(tmp_path / "ailleurs.html")
    with pytest.raises(Misuse, match="existe déjà"):
        guardian("new", "--name", "Optéos", "--kpa", "La Cape", "--sheet", "feuille.html")
    assert not (tmp_path / "ailleurs.html").exists()
    assert kind == "link" or there.read_text() == "déjà là"


def test_new_asks_who_and_for_which_kpa_and_writes_nothing_unasked(guardian, tmp_path):
    said = guardian("new", typed="Optéos\nLa Cape\n").output
    assert "La Cape · Optéos" in said
    groups = [line for line in said.splitlines() if len(line) == 11 and line[5] == " "]
    assert len(groups) == 7
    assert read_secret(" ".join(groups)).hash == read_line(said)
    assert list(tmp_path.iterdir()) == []


def test_new_gives_the_page_alone_on_the_output(guardian, tmp_path):
    done = guardian("new", "--name", "Optéos", "--kpa", "La Cape", "--sheet", "-")
    assert done.stdout.startswith("<!doctype html>")
    assert done.stdout.rstrip().endswith("</html>")
    assert read_line(done.stderr) == read_secret(done.stdout).hash
    assert list(tmp_path.iterdir()) == []


def test_new_refuses_what_is_no_origin(guardian, tmp_path):
    with pytest.raises(KpaError, match="32 lettres"):
        guardian("new", "--name", "x", "--kpa", "y", "--origin", "moulins.example", "--sheet", "f")
    assert list(tmp_path.iterdir()) == []


# --- sign -----------------------------------------------------------------------------------------


def answers(said):
    return exchange.read_answer(said)


def test_a_whole_letter_may_be_pasted(guardian):
    done = guardian("sign", typed=f"{notice.letter(REAL)}\n\n{SHEET.words}\noui\n")
    assert answers(done.stdout).hash == SHEET.hash
    assert done.stderr.count("Le secret de la feuille") == 1
    assert "groupe" not in done.stderr


@pytest.mark.parametrize("asked", [REAL, DRILL])
def test_sign_takes_all_that_is_pasted_and_typed(guardian, asked):
    done = guardian("sign", typed=f"Bonjour,\n{asked.text()}\n{SHEET.words.lower()}\noui\n")
    answer = answers(done.stdout)
    assert answer == exchange.answer(asked, SHEET.private)
    assert keys.is_signed(public_of("Optéos"), answer.signature, asked.message)
    assert WRITER.origin in done.stdout
    assert ("pour de vrai" in done.stdout) == (asked is REAL)


def test_sign_reads_files(guardian, tmp_path):
    (tmp_path / "demande.txt").write_text(f"Voici :\n{REAL.text()}\n")
    guardian("new", "--name", "x", "--kpa", "y", "--sheet", "f.html")
    done = guardian("sign", "--request", "demande.txt", "--sheet", "f.html", "--qr", typed="oui\n")
    assert answers(done.stdout).hash == read_secret((tmp_path / "f.html").read_text()).hash
    assert "█" in done.stdout or "▄" in done.stdout


@pytest.mark.parametrize("word", ["non", "", "peut-être", "n"])
def test_without_a_yes_nothing_is_signed(guardian, word):
    with pytest.raises(Refused, match="Rien n'est signé"):
        guardian("sign", typed=f"{REAL.text()}\n{SHEET.words}\n{word}\n")


def test_a_miscopied_sheet_is_asked_again(guardian):
    wrong = SHEET.words.replace(SHEET.words[6], "Z" if SHEET.words[6] != "Z" else "Y", 1)
    done = guardian("sign", typed=f"{REAL.text()}\n{wrong}\n{SHEET.words}\noui\n")
    assert "groupe" in done.stderr
    assert answers(done.stdout).hash == SHEET.hash
    with pytest.raises(KpaError, match="groupe"):
        guardian("sign", typed=f"{REAL.text()}\n{wrong}\n{wrong}\n{wrong}\n{SHEET.words}\noui\n")


def test_the_sheet_of_another_kpa_is_told_before_anything_is_signed(guardian, tmp_path):
    (tmp_path / "f").write_text(Secret(SHEET.private, "a" * 32).code)
    with pytest.raises(Refused, match="autre KPA"):
        guardian("sign", "--sheet", "f", typed=f"{REAL.text()}\noui\n")


def test_on_a_terminal_the_secret_is_typed_without_showing(tmp_path):
    turns = [("Colle", REAL.text()), ("ne s'affiche pas", SHEET.words), ("[oui/non]", "oui")]
    shown = on_a_terminal(tmp_path, "sign", turns=turns)
    assert REAL.text() in shown
    assert exchange.read_answer(shown) == exchange.answer(REAL, SHEET.private)
    assert not found_in(shown.encode(), SHEET)
    assert list(tmp_path.iterdir()) == []


def test_a_paste_without_end_is_refused_soon(guardian):
    with pytest.raises(KpaError, match="KPA-DEMANDE-1"):
        guardian("sign", typed="KPA-DEMANDE-1:\n" * 100_000)


# --- check ----------------------------------------------------------------------------------------


def test_check_alone_shows_the_line_and_signs_nothing(guardian):
    done = guardian("check", typed=f"{SHEET.words}\n")
    assert read_line(done.stdout) == SHEET.hash
    assert "KPA-REPONSE" not in done.output
    assert keys.text_of(SHEET.key) not in done.output


def test_check_answers_a_drill(guardian):
    done = guardian("check", "--drill", typed=f"{DRILL.text()}\n{SHEET.code}\noui\n")
    assert answers(done.stdout) == exchange.answer(DRILL, SHEET.private)


def test_check_never_signs_for_real(guardian):
    with pytest.raises(Refused, match="pas un exercice"):
        guardian("check", "--drill", typed=f"{REAL.text()}\n{SHEET.words}\noui\n")


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b""])
def test_a_file_that_is_none_is_told(guardian, tmp_path, content):
    if content is not None:
        (tmp_path / "f").write_bytes(content)
    with pytest.raises(KpaError):
        guardian("check", "--sheet", "f")


# --- no trace -------------------------------------------------------------------------------------


@pytest.fixture
def machine(tmp_path):
    """Return a function that runs the real ``kpa`` on a machine whose every folder is watched."""
    places = {name: tmp_path / name for name in ("home", "here", "tmp")}
    for place in places.values():
        place.mkdir()
    kept = {name: one for name, one in os.environ.items() if not name.startswith(("KPA_", "XDG_"))}
    told = {"HOME": str(places["home"]), "TMPDIR": str(places["tmp"]), "LANG": "fr_FR.UTF-8"}

    def run(*words, typed=""):
        command = [str(Path(sys.executable).with_name("kpa")), "federation", "guardian", *words]
        return subprocess.run(
            command,
            input=typed,
            capture_output=True,
            text=True,
            cwd=places["here"],
            env=kept | told,
            timeout=60,
            check=False,
        )

    return run


def test_the_secret_is_in_the_sheet_and_nowhere_else(machine, tmp_path):
    made = machine("new", "--name", "Optéos", "--kpa", "La Cape", "--sheet", "feuille.html")
    assert made.returncode == 0, made.stderr
    secret = read_secret((tmp_path / "here" / "feuille.html").read_text("utf-8"))
    assert files_with(tmp_path, secret) == ["here/feuille.html"]
    signed = machine("sign", typed=f"{REAL.text()}\n{secret.words}\noui\n")
    assert exchange.read_answer(signed.stdout).hash == secret.hash
    checked = machine("check", "--drill", typed=f"{DRILL.text()}\n{secret.code}\noui\n")
    assert exchange.read_answer(checked.stdout).hash == secret.hash
    wrong = machine("check", typed=f"{secret.words[:-1]}\n" * 3)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    for done in (made, signed, checked, wrong):
        assert not found_in((done.stdout + done.stderr).encode(), secret)
    assert files_with(tmp_path, secret) == ["here/feuille.html"]
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["feuille.html"]


def test_a_sheet_copied_by_hand_leaves_no_file(machine, tmp_path):
    made = machine("new", "--name", "Optéos", "--kpa", "La Cape")
    rows = [line for line in made.stdout.splitlines() if len(line) == 11 and line[5] == " "]
    secret = read_secret(" ".join(rows))
    assert found_in(made.stdout.encode(), secret)
    assert files_with(tmp_path, secret) == []


def test_the_canary_sings(tmp_path):
    """The search above finds each spelling, were it written."""
    for one in spellings(SHEET):
        (tmp_path / "log").write_bytes(b"before " + one + b" after")
        assert files_with(tmp_path, SHEET) == ["log"]
