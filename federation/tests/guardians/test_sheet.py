"""A sheet is read back from what people have of it, and its secret shows nowhere else."""

from __future__ import annotations

import re
from datetime import date

import pytest
from log_writer import private_of

from kpa_federation.guardians import paper
from kpa_federation.guardians.groups import Miscopied
from kpa_federation.guardians.paper import Label
from kpa_federation.guardians.sheet import Secret, new_secret, read_line, read_secret
from kpa_federation.protocol import keys

ORIGIN = "abcdefghijklmnopqrstuvwxyz234567"
SHEET = Secret(private_of("optéos"), ORIGIN)
LABEL = Label("Optéos <&>", "La Cape", date(2026, 11, 23), "un deux trois quatre cinq six")


def test_two_sheets_differ_and_know_their_kpa():
    one, other = new_secret(ORIGIN), new_secret(f" kpa/{ORIGIN.upper()} ")
    assert one.private != other.private
    assert (one.origin, other.origin) == (ORIGIN, ORIGIN)
    assert new_secret().origin == ""


@pytest.mark.parametrize("origin", ["abc", ORIGIN + "a", "1" * 32, "é" * 32])
def test_what_is_no_origin_is_refused(origin):
    with pytest.raises(Miscopied):
        new_secret(origin)


@pytest.mark.parametrize(
    "have",
    [
        SHEET.code,
        SHEET.code.lower(),
        f"Scanné :\n> {SHEET.code[:60]}\n> {SHEET.code[60:]}\nvoilà",
        paper.page(SHEET, LABEL),
    ],
)
def test_a_sheet_is_read_from_its_qr_a_message_or_its_page(have):
    assert read_secret(have) == SHEET


def test_typed_groups_give_the_key_without_the_origin():
    assert read_secret(SHEET.words) == Secret(SHEET.private)


def test_another_page_is_no_sheet():
    with pytest.raises(Miscopied, match="pas une feuille"):
        read_secret("<html><body>Bonjour</body></html>")


@pytest.mark.parametrize("have", [SHEET.line, SHEET.line.lower(), f"Voici :\n{SHEET.line}\nMerci"])
def test_the_line_gives_the_promised_hash(have):
    assert read_line(have) == keys.hash_of(SHEET.key)


@pytest.mark.parametrize("have", [SHEET.code, SHEET.words, paper.page(SHEET, LABEL)])
def test_a_secret_given_instead_of_the_line_is_refused_as_one(have):
    with pytest.raises(Miscopied, match="secret"):
        read_line(have)


def test_the_line_given_as_a_secret_is_refused_as_one():
    with pytest.raises(Miscopied, match="pas le secret"):
        read_secret(SHEET.line)


def test_the_secret_is_in_no_representation():
    assert SHEET.words[:5] not in repr(SHEET)
    assert repr(SHEET.private) not in repr(SHEET)


def test_the_page_says_what_a_keeper_must_know():
    page = paper.page(SHEET, LABEL)
    for word in (
        "La Cape",
        "Optéos &lt;&amp;&gt;",
        "23 novembre 2026",
        LABEL.words,
        ORIGIN,
        SHEET.line,
    ):
        assert word in page
    for word in SHEET.words.split():
        assert f"</span>{word}</li>" in page
    assert "Si tu la perds" in page


def test_the_page_asks_nothing_of_any_network_and_runs_nothing():
    page = paper.page(SHEET, LABEL)
    assert "default-src 'none'" in page
    assert not re.search(
        r"(?i)<script|<link|<img|<iframe|url\(|@import|https?:|\sstyle=|\son\w+=", page
    )


def test_the_qr_holds_the_secret_and_a_page_without_origin_says_none():
    bare = Secret(SHEET.private)
    assert str(paper.qr_picture(SHEET.code)) in paper.page(SHEET, LABEL)
    assert str(paper.qr_picture(bare.code)) in paper.page(bare, LABEL)
    assert "Origine" not in paper.page(bare, LABEL)
    assert bare.words.split()[0] in paper.text(bare, LABEL)
