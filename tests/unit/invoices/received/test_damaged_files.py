"""Good files with flipped bits, cut, doubled: read, or refused with the one declared error."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kpa_core.invoices.received import PdfReader, Received, Unreadable, read
from kpa_core.money import MAX_CENTS
from kpa_core.testing.suppliers import Paper, Sold, cii, pdf, ubl

XML = {"cii": cii(Paper()), "ubl": ubl(Paper()), "credit": ubl(Paper(type_code="381"))}
TIMES = 1_500


def flip(chance: random.Random, data: bytes) -> bytes:
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def cut(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data))]


def doubled(chance: random.Random, data: bytes) -> bytes:
    start, end = sorted(chance.randrange(len(data)) for _ in range(2))
    return data[:end] + data[start:end] + data[end:]


def other_digit(chance: random.Random, data: bytes) -> bytes:
    """Change one digit: the file stays well-formed."""
    at = chance.choice([found.start() for found in re.finditer(rb"[0-9]", data)])
    return data[:at] + b"%d" % chance.randrange(10) + data[at + 1 :]


def tag_lost(chance: random.Random, data: bytes) -> bytes:
    """Take out one whole element without children: what is left is well-formed."""
    found = chance.choice(list(re.finditer(rb"<([\w:]+)[^<>]*>[^<]*</\1>", data)))
    return data[: found.start()] + data[found.end() :]


SPOILERS = {one.__name__: one for one in (flip, cut, doubled, other_digit, tag_lost)}


def is_sound(found: Received) -> bool:
    whole = found.net_cents + found.vat_cents == found.gross_cents
    return whole and 0 < found.gross_cents <= MAX_CENTS and bool(found.number)


def outcome(data: bytes, pdfs: PdfReader | None = None) -> str:
    try:
        found = read(data, pdfs)
    except Unreadable:
        return "refused"
    assert is_sound(found)
    return "read"


@pytest.mark.parametrize("spoil", SPOILERS.values(), ids=SPOILERS)
@pytest.mark.parametrize("name", XML)
def test_a_spoilt_xml_is_read_or_refused(name: str, spoil: Callable[..., bytes]) -> None:
    chance = random.Random(f"{name}{spoil.__name__}")
    outcomes = {outcome(spoil(chance, XML[name])) for _ in range(TIMES // 5)}
    assert "refused" in outcomes


@pytest.mark.parametrize("spoil", [flip, cut, doubled])
def test_a_spoilt_pdf_is_read_or_refused(spoil: Callable[..., bytes]) -> None:
    chance, good = random.Random(spoil.__name__), pdf(("factur-x.xml", XML["cii"]))
    with PdfReader() as pdfs:
        outcomes = {outcome(spoil(chance, good), pdfs) for _ in range(TIMES // 5)}
    assert "refused" in outcomes


AMOUNTS = st.one_of(
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.integers().map(str),
    st.floats().map(str),
    st.from_regex(r"\A[-+]?[0-9]{0,20}[.,]?[0-9]{0,40}\Z"),
    st.text(max_size=20),
)


@settings(deadline=None, max_examples=50)
@given(net=AMOUNTS, vat=AMOUNTS, gross=AMOUNTS, quantity=AMOUNTS, price=AMOUNTS, rate=AMOUNTS)
@example(net="1", vat="0", gross="1", quantity="0", price="0", rate="0")
def test_no_amount_breaks_the_reader(net, vat, gross, quantity, price, rate) -> None:
    line = Sold(quantity=quantity, price=price, net=net, rate=rate)
    paper = Paper(lines=(line,), groups=((rate, net, vat),), net=net, vat=vat, gross=gross)
    for write in (cii, ubl):
        outcome(write(paper).decode("utf-8", "replace").encode())


@settings(deadline=None, max_examples=150)
@given(words=st.text(max_size=80))
def test_no_words_break_the_reader(words: str) -> None:
    paper = Paper(number=words, supplier=words, buyer=words, note=words, lines=(Sold(label=words),))
    for write in (cii, ubl):
        outcome(write(paper))


@settings(deadline=None, max_examples=200)
@given(data=st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    outcome(data)
    outcome(b"<" + data)
