"""What is written is read back, whatever it was and however it came."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_writer import Writer

from kpa_federation.protocol import canonical, keys, limits, tree
from kpa_federation.protocol.bodies import Attachment, read_body, write_body
from kpa_federation.protocol.bundle import BundleReader, closing, opening, section_lines
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.notes import read_checkpoint

INTEGERS = st.integers(-limits.INTEGER, limits.INTEGER)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = st.text(st.characters(max_codepoint=127), max_size=12)
VALUES = st.recursive(
    INTEGERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=6)


@given(OBJECTS)
def test_canonical_json(value):
    line = canonical.write(value)
    assert canonical.read(line, len(line)) == json.loads(line) == value
    with pytest.raises(ProtocolError, match="too_long"):
        canonical.read(line, len(line) - 1)


@given(OBJECTS, st.randoms())
def test_another_order_is_another_spelling(value, dice):
    names = list(value)
    dice.shuffle(names)
    shuffled = {name: value[name] for name in names}
    line = json.dumps(shuffled, separators=(",", ":"), ensure_ascii=False).encode()
    if line == canonical.write(value):
        assert canonical.read(line, len(line)) == value
    else:
        with pytest.raises(ProtocolError, match="not_canonical"):
            canonical.read(line, len(line))


@given(st.binary(max_size=70))
def test_bytes_as_text(data):
    text = keys.text_of(data)
    assert keys.bytes_of(text, len(data)) == data
    for other in (text + "=", text + "\n", " " + text):
        with pytest.raises(ProtocolError):
            keys.bytes_of(other, len(data))


FILES = st.builds(
    Attachment,
    sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
    size=st.integers(0, limits.INTEGER),
    name=TEXTS.filter(lambda name: 0 < len(name) <= 200),
)
CONTENTS = OBJECTS.map(lambda one: {k: v for k, v in one.items() if k not in ("salt", "files")})


@given(CONTENTS, st.lists(FILES, max_size=3).map(tuple))
def test_bodies(content, files):
    assert read_body(write_body(content, files)) == (content, files)


def test_two_bodies_of_the_same_words_differ():
    assert write_body({"title": "Oui"}) != write_body({"title": "Oui"})


LEAVES = [tree.leaf_hash(b"%d" % one) for one in range(70)]


def leaves(start, end):
    return LEAVES[start:end]


@given(st.integers(0, 69), st.integers(0, 69))
def test_a_frontier_grows_to_the_same_tree(first, more):
    size = max(first, more)
    grown = tree.EMPTY.extended(LEAVES[:first])
    grown = tree.Frontier.read(grown.size, grown.write()).extended(LEAVES[first:size])
    assert grown.size == size
    assert grown.root() == tree.root_of(leaves, 0, size)


def test_every_proof_of_every_small_tree_holds_and_no_other():
    dice = random.Random(7)
    for size in range(1, 40):
        root = tree.root_of(leaves, 0, size)
        for index in range(size):
            proof = tree.inclusion_proof(leaves, index, size)
            tree.check_inclusion(LEAVES[index], index, size, proof, root)
            old_root = tree.root_of(leaves, 0, index + 1)
            grown = tree.consistency_proof(leaves, index + 1, size)
            tree.check_consistency(index + 1, size, old_root, root, grown)
            for kept in (proof, grown):
                if kept:
                    kept[dice.randrange(len(kept))] = bytes(32)
            if proof:
                with pytest.raises(ProtocolError, match="bad_proof"):
                    tree.check_inclusion(LEAVES[index], index, size, proof, root)
            if grown:
                with pytest.raises(ProtocolError, match="bad_proof"):
                    tree.check_consistency(index + 1, size, old_root, root, grown)


@pytest.fixture(scope="module")
def writer():
    made = Writer("roubaix")
    for place in range(6):
        made.put(f"Fiche {place} à lire")
    return made


@given(st.data())
def test_a_bundle_in_pieces_of_any_size(writer, data):
    cut = data.draw(st.integers(1, 6))
    sections = [writer.section(0, cut), writer.section(cut)]
    lines = [opening("a" * 32), *(line for one in sections for line in section_lines(one))]
    sent = b"".join([*lines, closing("epoch.7", {writer.origin: 7})])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=8)))
    pieces = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    reader = BundleReader(pieces)
    assert [one.entries for one in reader] == [one.entries for one in sections]
    assert (reader.peer, reader.cursor, reader.is_whole) == ("a" * 32, "epoch.7", True)
    assert reader.following == {writer.origin: 7}


@given(st.integers(1, 7))
def test_notes(writer, size):
    checkpoint = writer.checkpoint(size)
    assert read_checkpoint(checkpoint.note()) == checkpoint == checkpoint.bare()
