"""The specification says what the code does: its closed lists and its limits are the same."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from kept_vectors import FEDERATION, VECTORS, VOID
from log_writer import Writer, guardians

from kpa_federation.peers import choosing
from kpa_federation.protocol import bundle, limits
from kpa_federation.protocol.entries import CHECKS, REASONS
from kpa_federation.protocol.errors import CODES
from kpa_federation.protocol.notes import Signature
from kpa_federation.protocol.reading import ForwardKey
from kpa_federation.trust import saying, welcoming

TEXT = (FEDERATION / "SPEC.md").read_text("utf-8")


def section(number):
    return re.split(r"^## ", TEXT, flags=re.MULTILINE)[number]


def words(text):
    return set(re.findall(r"`([a-z_]+)`", text))


def test_its_codes_are_ours():
    assert words(section(15)) == CODES


def test_its_reasons_are_ours():
    table = re.findall(r"^\| `([a-z_]+)` \| ", section(5).split("### 5.5")[1], re.MULTILINE)
    assert set(table) == VOID
    assert set(REASONS) <= words(section(5).split("### 5.3")[1].split("### 5.4")[0])


def test_its_ops_are_ours():
    titles = re.findall(r"^### 5\.[1-4] (.*)$", TEXT, re.MULTILINE)
    assert words(" ".join(titles)) == set(CHECKS)


def test_its_kinds_of_vectors_are_those_there_are():
    table = set(re.findall(r"^\| `([a-z]+)` \| ", section(16), re.MULTILINE))
    assert table - {"what"} == {one["what"] for one in VECTORS.values()}


LIMITS = {
    "header": f"{limits.HEADER:,} bytes; `genesis` and `key` {limits.KEY_HEADER:,}",
    "body": f"{limits.BODY:,} bytes",
    "JSON": f"{limits.DEPTH} levels; integers of {limits.INTEGER.bit_length()} bits",
    "guardians": str(limits.GUARDIANS),
    "keys sent ahead": str(limits.FORWARD_KEYS),
    "hashes in a proof": str(limits.PROOF_HASHES),
    "note": f"{limits.NOTE:,} characters, {limits.SIGNATURES} signatures",
    "sources of a record": str(limits.DERIVED_FROM),
    "files of a record": str(limits.ATTACHMENTS),
    "a section": f"{bundle.SECTION >> 20} MiB of lines, {limits.SECTION_ENTRIES:,} entries",
    "a branch that may still replace": f"{limits.FINAL_DAYS} days after first sight",
    "bytes of what was withdrawn": f"kept {limits.KEEP_DAYS} days",
    "steps from a person's choice to an origin that is followed by itself": str(welcoming.STEPS),
    "origins that are followed on one vouch": f"until there are {choosing.VILLAGE}",
}


def test_its_limits_are_ours():
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", section(13), re.MULTILINE))
    assert {name: rows.get(name) for name in LIMITS} == LIMITS
    assert len(rows) == len(LIMITS) + 1  # its head


def test_its_words_about_others_are_ours():
    text = " ".join(section(8).split())
    assert all(f"`{kind}`" in text for kind in saying.RESERVED)
    assert words(text) >= {*saying.ACTIONS, *saying.REASONS}
    assert f"at most {saying.ADDRESS} characters" in text
    assert f"at most {saying.NAME} characters" in text


@pytest.mark.parametrize(("letter", "most"), [("K", bundle.FRAME), ("L", bundle.FRAME)])
def test_its_lengths_of_lines_are_ours(letter, most):
    assert re.search(rf"^\| `{letter}` \| .* \| {most:,} \|$", TEXT, re.MULTILINE)


def test_a_frame_has_room_for_the_longest_keys_ahead():
    writer = Writer("roubaix", guardians("anis", "optéos"))
    signature = Signature("x" * 200, b"abcd", bytes(600))
    checkpoint = writer.checkpoint()
    checkpoint = replace(checkpoint, signatures=(signature,) * limits.SIGNATURES)
    key = ForwardKey(limits.INTEGER, b'"' * 900 + b"x" * 3196, (bytes(32),) * limits.PROOF_HASHES)
    full = replace(
        writer.section(),
        checkpoint=checkpoint,
        proof=key.proof,
        forward=(key,) * limits.FORWARD_KEYS,
    )
    assert len(next(bundle.section_lines(full))) <= bundle.FRAME
