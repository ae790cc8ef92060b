"""The specification says what the code does: its closed lists and its limits are the same."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from datetime import date
from hashlib import sha256
from io import BytesIO

import pytest
from kept_vectors import FEDERATION, VECTORS, VOID
from log_writer import Writer, guardians

from kpa_federation.carrying import container
from kpa_federation.catalogue.kinds.instance import INSTANCE
from kpa_federation.peers import choosing, endpoints, gathering, hearing, over_http
from kpa_federation.protocol import bundle, canonical, identity, limits, notes
from kpa_federation.protocol.entries import CHECKS, REASONS
from kpa_federation.protocol.errors import CODES
from kpa_federation.protocol.notes import Signature
from kpa_federation.protocol.reading import ForwardKey
from kpa_federation.trust import own_words, saying, welcoming

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
    "origins that are followed by vouches, in all": str(welcoming.MOST),
    "origins that a network node gathers": str(gathering.MOST),
    "words of a kind that are read of one origin": str(own_words.EACH),
    "logs in a request to sync": f"{endpoints.LOGS:,}",
    "signed requests of one origin": f"{hearing.MOST} in {hearing.KEPT.seconds // 60} minutes",
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


def test_what_it_says_of_an_instance_is_ours():
    text = " ".join(TEXT.split("### 8.2")[1].split("\n## 9")[0].split())
    assert f"**`{INSTANCE.key}`**" in text
    assert words(text) - {"http", "https"} == {field.name for field in INSTANCE.fields}
    longest = {field.name: field.longest for field in INSTANCE.fields}
    assert f"`title` (its name) and `place`, at most {longest['title']} characters" in text
    assert (
        f"at most {longest['contact']}; `languages`, at most {longest['languages']} texts" in text
    )
    assert f"`version`, at most {longest['version']}" in text


def test_a_vouch_with_a_wrong_address_or_a_long_name_still_counts():
    assert "the vouch counts" in section(8)
    origin = "scddp2vuqwbw7kiqknqcrf7s4rc2vwoi"
    said = {"address": "not one", "name": "x" * 300, "origin": origin}
    assert saying.read_vouch("a" * 32, said) == saying.Vouch(
        "a" * 32, origin, "", "x" * saying.NAME
    )
    assert saying.read_vouch("a" * 32, {**said, "origin": "x"}) is None


FENCED = re.findall(r"^```([a-z]*)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
BLOCKS = [block for language, block in FENCED if not language]
JSON = re.compile(r"^[KLHPBEAF]?(\{.*\})$", re.MULTILINE)
EXAMPLES = [one for block in BLOCKS for one in JSON.findall(block)]
INLINE = re.findall(r"`(\{[^`]*\})`", TEXT)


def test_it_has_examples():
    assert len(EXAMPLES) > 20
    assert INLINE == ["{}", '{"base64":"…"}']


@pytest.mark.parametrize("example", [*EXAMPLES, *INLINE])
def test_its_examples_are_canonical(example):
    data = example.encode()
    assert canonical.write(canonical.read(data, len(data))) == data


def test_its_drill_is_what_is_signed():
    (block,) = [one for one in BLOCKS if one.startswith("kpa-drill/v1\n")]
    _, origin, day = block.split()
    assert identity.to_drill(origin, date.fromisoformat(day)) == block.encode()


def test_its_files_beside_a_bundle_are_read():
    (block,) = [one for one in BLOCKS if one.startswith("A{")]
    file = BytesIO(gzip.compress(b'K{"peer":"aaaa","v":1}\n') + block.removesuffix("\n").encode())
    reader = container.Reader(file)
    assert b"".join(reader.bundle())
    (one,) = reader.files(100)
    assert (sha256(one.data).hexdigest(), one.size) == (one.sha256, 10)
    assert reader.is_whole


@pytest.mark.parametrize("line", ['A{"count":01,"v":1}', 'F{"sha256":"%s","size":010}'])
def test_numbers_of_files_have_one_spelling(line):
    line = line.replace("%s", "a" * 64).encode()
    assert container.COUNT.fullmatch(line) is container.FRAME.fullmatch(line) is None


def test_its_lines_of_a_cosignature_are_ours():
    writer = Writer("roubaix")
    line = notes.cosign(writer.checkpoint(), writer.origin, writer.private, 1793000000).line()
    text = " ".join(section(4).split())
    assert '`%x2014 SP log-name SP 102b64 2"=" LF`' in text
    assert re.fullmatch(r"\u2014 kpa/[a-z2-7]{32} [A-Za-z0-9+/]{102}==", line)


def test_its_cursors_are_ours():
    assert over_http.CURSOR.fullmatch(re.search(r'"cursor":"([^"]+)","heads"', TEXT)[1])
    assert re.search(
        r"cursor is 1 to 64 letters, digits, and signs of `-._~`", " ".join(TEXT.split())
    )
    assert [over_http.CURSOR.fullmatch(one) for one in ("", "a b", "é", "a" * 65)] == [None] * 4


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
