"""Where the linter says a thing stands, what it looks at, and how long it takes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpa_federation.catalogue.linter import SENTENCES, findings
from kpa_federation.catalogue.people_named import PersonName
from kpa_federation.catalogue.reading import read

PHONE = "06 12 34 56 78"
YANIS = (PersonName("Yanis", "Kaddour", minor=True),)


def kinds(text, names=()):
    return [one.kind for one in findings({"text": text}, names)]


def test_a_finding_says_field_line_and_place():
    text = "Une recette.\nOn la tient d'une voisine : son numéro est le 06 12 34 56 78, le soir.\n"
    (found,) = findings({"title": "Couscous", "text": text})
    assert (found.field, found.kind, found.line) == ("text", "phone", 2)
    assert text[found.start : found.end] == found.found == PHONE
    assert found.excerpt[found.offset :].startswith(PHONE)
    assert "\n" not in found.excerpt


def test_places_are_those_of_the_text_as_written():
    text = "\u200b\u200bﬁche œuf ０６\u00a012\u202f34 56 78 ok"
    (found,) = findings({"text": text})
    assert text[found.start : found.end] == "０６\u00a012\u202f34 56 78"


def test_every_text_is_looked_at_however_deep_and_unknown():
    body = {
        "title": "Sac",
        "steps": [{"text": "Couper"}, {"text": f"Appeler {PHONE}"}],
        "new_thing": {"later": [["x", "a@b.fr"]]},
        "mot de yanis": 3,
    }
    found = {(one.field, one.kind) for one in findings(body, YANIS)}
    assert found == {
        ("steps.1.text", "phone"),
        ("new_thing.later.0.1", "email"),
        ("mot de yanis", "person_name"),
    }


def test_names_of_files_are_texts_too():
    assert findings({"files": ["plan_yanis.pdf"]}, YANIS)[0].kind == "person_name"


def test_several_things_are_told_in_the_order_they_are_read():
    assert kinds(f"Yanis : {PHONE}, y@free.fr, né le 12/03/2008", YANIS) == [
        "person_name",
        "phone",
        "email",
        "birth_date",
    ]


def test_one_place_is_told_once():
    assert kinds("yanis.kaddour@free.fr", YANIS) == ["email"]
    assert kinds("https://x.example/?token=0612345678") == ["url_with_token"]


def test_every_kind_has_a_plain_sentence_with_what_was_found():
    for sentence in SENTENCES.values():
        assert "{found}" in sentence
        assert sentence.endswith(".")
        assert max(len(part.split()) for part in sentence.split(". ")) <= 20
    (found,) = findings({"text": PHONE})
    assert found.message.format(found=found.found).startswith(f"« {PHONE} » est un numéro")


def test_an_adult_is_not_named_by_the_first_name_alone():
    adult = (PersonName("Sofiane", "Kaddour"),)
    assert kinds("Merci Sofiane", adult) == []
    assert kinds("Merci Sofiane", (PersonName("Sofiane", "Kaddour", minor=True),)) == [
        "person_name"
    ]


def test_who_agreed_is_left_out_by_the_caller():
    assert kinds("Yanis Kaddour", YANIS) == ["person_name"]
    assert kinds("Yanis Kaddour", ()) == []


HOSTILE = {
    "letters": "a",
    "digits": "0",
    "phone pairs": "06 ",
    "spaces": " ",
    "at signs": "@",
    "a@": "a@",
    "a at": "a_at_",
    "brackets": "a [at] b ",
    "spelled dots": "a@b point ",
    "dotted labels": "a@a.",
    "dashes": "a-",
    "pluses": "+33",
    "plus and dots": "+1.",
    "iban heads": "FR14 ",
    "iban letters": "AA11BB22",
    "five digits": "12345 ",
    "born": "né à Lille ",
    "born nowhere": "né à aaaaaaaaaaaaaaaa",
    "links": "https://a.fr/?a=",
    "question marks": "https://a?&",
    "names": "Yanis ",
    "capitals": "A ",
    "homes": "j'habite ",
    "ages": "Aa, 16 ans et plus ",
    "numbers in words": "zéro six ",
    "accents": "e\u0301",
    "nothing seen": "\u200b",
    "wide digits": "０",
    "line breaks": "\n",
    "apostrophes": "'",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_takes_no_longer_than_its_length(piece):
    """Eight times the text takes about eight times as long; with the square it would be 64 times.

    A busy machine may spoil a measure, but not three.
    """

    def spent(size):
        text = (piece * (size // len(piece) + 1))[:size]
        start = time.process_time()
        findings({"text": text}, YANIS)
        return time.process_time() - start

    assert any(spent(100_000) < 24 * max(spent(12_500), 0.005) for _ in range(3))


digits = st.lists(st.integers(0, 9), min_size=8, max_size=8)


@given(st.integers(1, 9), digits, st.sampled_from([" ", ".", "-", "", "/", "\u00a0", "\u202f"]))
def test_every_french_number_in_pairs_is_found(first, rest, gap):
    signs = f"0{first}" + "".join(map(str, rest))
    number = gap.join(signs[at : at + 2] for at in range(0, 10, 2))
    assert "phone" in kinds(f"Mon numéro : {number}.")


local = st.from_regex(r"[a-z][a-z0-9._-]{0,20}[a-z0-9]", fullmatch=True)
label = st.from_regex(r"[a-z][a-z0-9]{0,12}", fullmatch=True)


@given(local, label, st.sampled_from(["@", " [at] ", "(at)", " arobase ", "＠", " @ "]))
def test_every_address_is_found(name, domain, at):
    assert "email" in kinds(f"Écris à {name}{at}{domain}.fr, merci")


@given(st.text(max_size=300))
@settings(max_examples=60)
def test_any_text_is_read_and_places_hold(text):
    reading = read(text)
    assert len(reading.plain) == len(reading.places)
    assert list(reading.places) == sorted(reading.places)
    for one in findings({"text": text}, YANIS):
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start : one.end].split()[0] in one.excerpt


@given(st.text(alphabet="abcdefgh éà,.'", max_size=200))
@settings(max_examples=60)
def test_words_alone_hold_nothing(text):
    assert kinds(text) == []
