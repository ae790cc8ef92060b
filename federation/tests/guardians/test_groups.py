"""Groups copied by hand: every single mistake, and every swap, is found. All of them are tried."""

from __future__ import annotations

from hashlib import sha256
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_federation.guardians import groups
from kpa_federation.guardians.groups import ALPHABET, GROUP, GROUPS, Miscopied

SECRETS = [sha256(b"one").digest(), sha256(b"two").digest(), bytes(32), b"\xff" * 32]
SIGNS = GROUP * GROUPS


def signs(data, kind="secret"):
    return groups.write(kind, data).replace(" ", "")


def told(text, kind="secret"):
    """Return the groups that reading says are wrong; nothing when it reads them."""
    try:
        groups.read(kind, text)
    except Miscopied as error:
        return error.places or (0,)
    return ()


def checked(*places):
    """Return the groups at these places, counted from 1, that check themselves."""
    return tuple(sorted({place + 1 for place in places if place < GROUPS - 1}))


@given(st.binary(min_size=32, max_size=32))
def test_what_is_written_is_read_back(data):
    written = groups.write("secret", data)
    assert [len(group) for group in written.split(" ")] == [GROUP] * GROUPS
    for typed in (written, written.lower(), signs(data), written.replace(" ", "-\n")):
        assert groups.read("secret", typed) == data


@pytest.mark.parametrize("data", SECRETS, ids=["one", "two", "zeros", "ones"])
def test_every_wrong_sign_is_found_where_it_is(data):
    right, missed = signs(data), []
    for place, sign in enumerate(right):
        for other in ALPHABET.replace(sign, ""):
            with pytest.raises(Miscopied) as caught:
                groups.read("secret", right[:place] + other + right[place + 1 :])
            if caught.value.places != (place // GROUP + 1,):
                missed.append((place, other))
    assert not missed


@pytest.mark.parametrize("data", SECRETS, ids=["one", "two", "zeros", "ones"])
def test_every_two_swapped_signs_are_found_near_or_far(data):
    """And where they are: their groups find it by themselves, not the hash by luck."""
    right = signs(data)
    missed, tried = [], 0
    for one, other in combinations(range(SIGNS), 2):
        swapped = list(right)
        swapped[one], swapped[other] = right[other], right[one]
        if "".join(swapped) != right:
            tried += 1
            wanted = checked(one // GROUP, other // GROUP) or (GROUPS,)
            missed += [] if told("".join(swapped)) == wanted else [(one, other)]
    assert not missed
    assert tried > 1000


@pytest.mark.parametrize("data", SECRETS, ids=["one", "two", "zeros", "ones"])
def test_every_two_swapped_groups_are_found(data):
    """The last one with another is found too; where, only mostly."""
    right = groups.write("secret", data).split(" ")
    for one, other in combinations(range(GROUPS), 2):
        swapped = list(right)
        swapped[one], swapped[other] = right[other], right[one]
        found = told(" ".join(swapped))
        assert found == checked(one, other) or (other == GROUPS - 1 and found), (one, other)


def test_a_sign_left_out_or_typed_twice_is_found():
    right = signs(SECRETS[0])
    for place in range(SIGNS):
        assert told(right[:place] + right[place + 1 :])
        assert told(right[:place] + right[place] + right[place:])


def test_signs_that_look_alike_are_the_same():
    right = "".join(signs(one) for one in SECRETS)
    assert {"0", "1", "V"} <= set(right)
    typed = right.replace("0", "O").replace("1", "l").replace("V", "u")
    for place, data in enumerate(SECRETS):
        assert groups.read("secret", typed[place * SIGNS : (place + 1) * SIGNS]) == data


@pytest.mark.parametrize("strange", ["é", "!", "@", "١", "Ａ", "😀"])
def test_a_sign_of_another_alphabet_is_named(strange):
    with pytest.raises(Miscopied, match="n'existe pas"):
        groups.read("secret", strange + signs(SECRETS[0])[1:])


def test_bits_that_no_byte_has_are_refused():
    """Thirteen groups hold four bits more than 32 bytes: one spelling only is taken."""
    right = groups.write("secret", SECRETS[0]).split(" ")
    data = right[12][:4]
    for extra in range(1, 16):
        changed = data[:3] + ALPHABET[ALPHABET.index(data[3]) ^ extra]
        group = changed + groups._check_sign(12, changed)
        assert told(" ".join([*right[:12], group, right[13]]))


def test_a_line_is_no_secret_and_a_secret_no_line():
    with pytest.raises(Miscopied, match="Ne l'envoie à personne"):
        groups.read("guardian", groups.write("secret", SECRETS[0]))
    with pytest.raises(Miscopied, match="pas le secret"):
        groups.read("secret", groups.write("guardian", SECRETS[0]))
