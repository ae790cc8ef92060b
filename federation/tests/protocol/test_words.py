"""Six words that people can say, hear and type."""

from __future__ import annotations

import unicodedata
from itertools import combinations

import pytest

from kpa_federation.protocol.words import WORDS, fingerprint


def folded(word):
    parts = unicodedata.normalize("NFD", word)
    return "".join(one for one in parts if not unicodedata.combining(one))


def test_there_are_1024_different_words_in_alphabetical_order():
    assert len(set(WORDS)) == 1024
    assert list(WORDS) == sorted(WORDS, key=folded)


def test_each_is_easy_to_type():
    for word in WORDS:
        assert word == word.lower() == unicodedata.normalize("NFC", word)
        assert 4 <= len(word) <= 9
        assert folded(word).isascii()
        assert folded(word).isalpha()


def test_four_letters_without_accents_tell_them_apart():
    assert len({folded(word)[:4] for word in WORDS}) == 1024


def are_twins(one, other):
    """Tell whether one letter more, less or another makes one word of the other."""
    short, long = sorted((one, other), key=len)
    at = 0
    while at < len(short) and short[at] == long[at]:
        at += 1
    if len(short) == len(long):
        return short[at + 1 :] == long[at + 1 :]
    return len(long) == len(short) + 1 and short[at:] == long[at + 1 :]


def test_no_two_words_differ_by_one_letter():
    words = [folded(word) for word in WORDS]
    assert not [pair for pair in combinations(words, 2) if are_twins(*pair)]


def test_the_words_are_the_first_60_bits():
    assert fingerprint("a" * 32) == (WORDS[0],) * 6
    assert fingerprint("7" * 32) == (WORDS[-1],) * 6
    # "ab" is 00000 00001, "ba" 00001 00000: ten bits are two letters of base32
    assert fingerprint("abba" + "a" * 28) == (WORDS[1], WORDS[32], *(WORDS[0],) * 4)
    assert fingerprint("a" * 11 + "b" + "7" * 20) == (*(WORDS[0],) * 5, WORDS[1])


@pytest.mark.parametrize("place", range(12))
def test_each_of_the_first_letters_counts(place):
    other = "a" * place + "b" + "a" * (31 - place)
    assert fingerprint(other) != fingerprint("a" * 32)
