"""Whatever comes: the same log, a part of it from its start, or a refusal with a code."""

from __future__ import annotations

import base64
import json
import random
import unicodedata
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest
from log_writer import Writer, guardians

from kpa_federation.protocol import canonical, limits
from kpa_federation.protocol.bodies import read_body
from kpa_federation.protocol.bundle import BundleReader, closing, opening, section_lines
from kpa_federation.protocol.entries import Entry, read_entry
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.notes import read_checkpoint
from kpa_federation.protocol.reading import LogState, Section

MUTATED = 10_000


@pytest.fixture(scope="module")
def writer():
    made = Writer("roubaix", guardians("anis", "optéos", "condition"))
    made.put("Une étagère en chêne")
    made.put("Un four à pain")
    made.withdraw(1, 2)
    made.rotate("roubaix 2", ["anis", "optéos"], guardians("anis", "optéos", "autre"))
    made.put("Un vélo-cargo")
    return made


def bundle(*sections, explicit=False):
    lines = [opening("a" * 32)]
    for section in sections:
        lines += section_lines(section, explicit)
    return b"".join([*lines, closing("epoch.1", {})])


def flip(data, dice):
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]


def cut(data, dice):
    return data[: dice.randrange(len(data))]


def drop(data, dice):
    at = dice.randrange(len(data))
    return data[:at] + data[at + dice.randrange(1, 80) :]


def repeat(data, dice):
    at = dice.randrange(len(data))
    return data[:at] + data[at : at + dice.randrange(1, 80)] + data[at:]


def insert(data, dice):
    at = dice.randrange(len(data))
    more = dice.choice([b" ", b"\0", b"\n", b"\xff", b"\\u0041", b"{}", b"1"])
    return data[:at] + more + data[at:]


def append(data, dice):
    return data + data[dice.randrange(len(data)) :]


def mutate_line(change):
    def mutate(data, dice):
        lines = data.split(b"\n")
        at = dice.randrange(len(lines) - 1)
        lines[at] = change(lines[at], dice)
        return b"\n".join(lines)

    return mutate


def mutate_json(change):
    def mutate(line, dice):
        return line[:1] + change(json.loads(line[1:]), dice)

    return mutate_line(mutate)


def swap_lines(data, dice):
    lines = data.split(b"\n")
    one, other = dice.randrange(len(lines) - 1), dice.randrange(len(lines) - 1)
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def other_order(value, dice):
    return json.dumps(dict(reversed(value.items())), separators=(",", ":")).encode()


def more_fields(value, dice):
    return canonical.spell({**value, dice.choice("abxz"): dice.choice([0, "x", {}])})


def fewer_fields(value, dice):
    value.pop(dice.choice(list(value)))
    return canonical.spell(value)


def other_value(value, dice):
    name = dice.choice(list(value))
    other = dice.choice([0, 1, 2, "", "a", [], {}, None, 1.0, True])
    return canonical.spell({**value, name: other})


MUTATIONS = {
    "flip": flip,
    "cut": cut,
    "drop": drop,
    "repeat": repeat,
    "insert": insert,
    "append": append,
    "swap lines": swap_lines,
    "key order": mutate_json(other_order),
    "a field more": mutate_json(more_fields),
    "a field less": mutate_json(fewer_fields),
    "another value": mutate_json(other_value),
    "escapes": mutate_json(lambda value, dice: json.dumps(value, separators=(",", ":")).encode()),
    "spaces": mutate_json(lambda value, dice: json.dumps(value, ensure_ascii=False).encode()),
    "a field twice": mutate_line(lambda line, dice: line.replace(b"{", b'{"at":"2026-11-23",', 1)),
    "a number with a fraction": mutate_line(lambda line, dice: line.replace(b":1", b":1.0", 1)),
    "a number with a zero": mutate_line(lambda line, dice: line.replace(b":2", b":02", 1)),
    "another letter": mutate_line(lambda line, dice: dice.choice("KHPB").encode() + line[1:]),
    "decomposed": mutate_line(
        lambda line, dice: unicodedata.normalize("NFD", line.decode()).encode()
    ),
}


def test_nothing_that_was_changed_is_taken_for_the_log(writer):
    dice = random.Random(23)
    originals = [
        bundle(writer.section()),
        bundle(writer.section(), explicit=True),
        bundle(writer.section(0, 3), writer.section(3)),
    ]
    true = [one.line for one in writer.entries]
    sizes, codes = set(), set()
    for number, name in zip(range(MUTATED), list(MUTATIONS) * MUTATED, strict=False):
        data = MUTATIONS[name](originals[number % 3], dice)
        state, lines, bodies = LogState(writer.origin), [], {}
        try:
            for section in BundleReader([data]):
                state, entries = state.take(section)
                lines += [one.line for one in entries]
                bodies |= section.bodies
        except ProtocolError as error:
            codes.add(error.code)
        assert lines == true[: state.size], name
        assert state.frontier.root() == writer.root(state.size)
        assert bodies.items() <= writer.bodies.items()
        sizes.add(state.size)
    assert sizes == {0, 3, 6}
    assert {"bad_bundle", "bad_root", "bad_signature", "not_canonical", "bad_note"} <= codes


def hostile():
    path = Path(__file__).parents[1] / "data" / "hostile_json.json"
    for case in json.loads(path.read_text("utf-8")):
        if "b64" in case:
            yield case["name"], base64.b64decode(case["b64"])
    yield "100,000 lists", b"[" * 100_000
    yield "50,000 objects in lists", b'[{"":' * 50_000
    yield "depth 17", b'{"a":' * 17 + b"1" + b"}" * 17
    yield "2^53", b'{"a":9007199254740992}'
    yield "5,000 digits", b'{"a":' + b"9" * 5000 + b"}"
    yield "a field twice", b'{"a":1,"a":1}'
    yield "NaN", b'{"a":NaN}'
    yield "half a character", b'{"a":"\\ud800"}'
    yield "half a character in bytes", b'{"a":"\xed\xa0\x80"}'
    yield "a byte order mark", b'\xef\xbb\xbf{"a":1}'
    yield "UTF-16", '{"a":1}'.encode("utf-16")
    yield "minus zero", b'{"a":-0}'


HOSTILE = dict(hostile())


def test_the_hostile_texts_are_all_there():
    assert len(HOSTILE) == 318 + 10


def lines_of(data):
    first = opening("a" * 32)
    tags = (b"", b"L", b"E", b"H", b"P")
    return [data, b"K" + data + b"\n", *(first + tag + data + b"\n" for tag in tags)]


def section_of(data, writer):
    frame = next(section_lines(writer.section()))
    put = b'P{"at":"2026-11-23","bytes":1,"kind":"a/b/1","licence":"x","op":"put","revision":1}\n'
    entries = (b"H" + data + b"\n", b"P" + data + b"\nB{}\n", put + b"B" + data + b"\n")
    return [opening("a" * 32) + frame + one for one in entries]


CANONICAL = {f"y_object_{one}.json" for one in ("basic", "empty", "empty_key", "simple")}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_refused_with_a_code(name, writer):
    data = HOSTILE[name]
    kept = None
    with suppress(ProtocolError):
        kept = canonical.write(canonical.read(data, limits.BODY))
    assert kept == (data if name in CANONICAL else None)
    with suppress(ProtocolError):
        assert read_entry(data).void
    with pytest.raises(ProtocolError):
        read_body(data)
    for sent in [*lines_of(data), *section_of(data, writer)]:
        with suppress(ProtocolError):
            assert not list(BundleReader([sent]))
    with pytest.raises(ProtocolError):
        read_checkpoint(data.decode(errors="replace"))


NAMES = ("roubaix", "tourcoing", "lille", "wattrelos", "croix")


def test_a_section_is_taken_only_where_all_agree():
    """Who follows, the frame, the checkpoint, its signature and the entries: 5^5 = 3,125 cases."""
    writers = []
    for name in NAMES:
        writers.append(Writer(name))
        writers[-1].put()
    codes = {}
    for case in product(range(5), repeat=5):
        follows, frame, checkpoint, signer, entries = (writers[one] for one in case)
        section = Section(
            frame.origin,
            0,
            2,
            checkpoint.checkpoint(private=signer.private),
            entries=list(entries.entries),
        )
        try:
            state, taken = LogState(follows.origin).take(section)
        except ProtocolError as error:
            codes[error.code] = codes.get(error.code, 0) + 1
        else:
            assert len(set(case)) == 1
            assert state.size == len(taken) == 2
            assert isinstance(taken[1], Entry)
    # frame and checkpoint as followed: 25, of which 20 have other entries, 4 another signer
    assert codes == {"other_log": 3125 - 5 * 5, "bad_signature": 5 * 4}
