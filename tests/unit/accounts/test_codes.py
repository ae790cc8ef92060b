"""Codes of cards: enough chance, readable, and kept by a digest that tells nothing."""

from __future__ import annotations

import hashlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_core.accounts import codes

signs = st.text(codes.ALPHABET, min_size=codes.CODE_LENGTH, max_size=codes.CODE_LENGTH)


def test_a_code_has_80_bits_in_four_groups_of_four():
    code = codes.new_code()
    assert [len(group) for group in code.split(" ")] == [4, 4, 4, 4]
    assert math.log2(len(set(codes.ALPHABET)) ** codes.CODE_LENGTH) == 80
    assert not set("ILOU") & set(codes.ALPHABET)


def test_two_codes_differ():
    assert len({codes.new_code() for _ in range(500)}) == 500


@given(signs)
def test_what_is_printed_can_be_typed_in_many_ways(code):
    printed = codes.grouped(code)
    for typed in (printed, printed.lower(), printed.replace(" ", "-"), f"  {code}\t"):
        assert codes.read_code(typed) == code


@given(signs)
def test_letters_that_look_like_digits_are_read_as_digits(code):
    misread = code.replace("0", "o").replace("1", "l")
    assert codes.read_code(misread) == code
    assert codes.read_code(code.replace("1", "I").replace("V", "u")) == code


REFUSED = {
    "empty": "",
    "a sign too few": "0" * 15,
    "a sign too many": "0" * 17,
    "a sign of no alphabet": "é" + "0" * 15,
    "digits of another script": "٠" * 16,
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_a_code_is_read_as_nothing(text):
    assert codes.read_code(text) == ""


def test_a_digest_belongs_to_its_kind_and_hides_the_secret():
    kept = {codes.digest(kind, "0" * 16) for kind in ("card", "link", "session")}
    assert len(kept) == 3
    assert hashlib.sha256(b"0" * 16).hexdigest() not in kept


def test_a_bucket_needs_the_key_to_be_recognised():
    mine = codes.bucket(b"a" * 32, "link.to", "+33612345678")
    assert mine == codes.bucket(b"a" * 32, "link.to", "+33612345678")
    assert mine != codes.bucket(b"b" * 32, "link.to", "+33612345678")
    assert mine != codes.bucket(b"a" * 32, "link.from", "+33612345678")
    assert "612345678" not in mine
