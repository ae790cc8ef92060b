"""An origin that signs whatever it likes: both readers find the same entries void."""

from __future__ import annotations

import random

import independent
import package_answers
import pytest
from log_writer import Writer, guardians
from vector_scenes import fields_of, lines_of, shown, spelled

FIELDS = ("at", "body", "bytes", "by", "derived_from", "key", "kind", "licence", "next", "nonce")
FIELDS += ("op", "origin", "reason", "record", "revision", "root", "size", "v", "x")
VALUES = [0, 1, 2, 3, 4, 7, -1, 2**53 - 1, 2**53, 262144, 262145, None, True, 1.0, "", "a", "é"]
VALUES += [
    [],
    {},
    [1],
    [{}],
    {"hashes": [], "threshold": 2},
    "2026-02-29",
    "2024-02-29",
    "0000-01-01",
]
VALUES += ["genesis", "key", "put", "del", "purge", "error", "privacy", "a/b/1", "a/b/01", "A/b/1"]
VALUES += ["CC0-1.0", "CC0 1.0", "A" * 43, "A" * 42 + "B", "A" * 22, "A" * 86, "x" * 900]
VALUES += [
    [{"record": "a" * 32 + "/1/" + "0" * 16, "revision": 1}],
    "\ud800",
    "２０２６-01-01",
    "1\n",
]
ROUNDS = 1200


@pytest.fixture(scope="module")
def writer():
    made = Writer("roubaix", guardians("anis", "optéos", "condition"))
    made.put()
    made.put(record=1, revision=2)
    made.withdraw(1, 3)
    made.rotate("roubaix", ["anis", "optéos"], guardians("anis", "optéos", "autre"))
    made.put(record=1, revision=4)
    return made


def changed(fields, dice):
    """Return a line with up to three fields changed, taken away, or swapped for others' values."""
    fields = dict(fields)
    for _ in range(dice.randrange(4)):
        name = dice.choice(FIELDS if dice.random() < 0.3 else sorted(fields) or FIELDS)
        inner = fields.get(name)
        if dice.random() < 0.2:
            fields.pop(name, None)
        elif isinstance(inner, dict) and inner and dice.random() < 0.7:
            fields[name] = {**inner, dice.choice(sorted(inner)): dice.choice(VALUES)}
        elif isinstance(inner, list) and inner and dice.random() < 0.7:
            fields[name] = dice.choice([inner * 2, inner[:1], [*inner, dice.choice(VALUES)]])
        else:
            fields[name] = dice.choice(VALUES)
    if dice.random() < 0.05:
        fields["y"] = "x" * dice.choice([600, 800, 1000])
    try:
        return spelled(fields)
    except UnicodeEncodeError:
        return b'{"a":"\\ud800"}'


def test_both_readers_find_the_same_entries_void(writer):
    dice = random.Random(5)
    reasons = set()
    for _ in range(ROUNDS):
        other = writer.branch(dice.randrange(1, 6))
        models = [fields_of(one.line) for one in writer.entries]
        for _ in range(4):
            other.append(changed(dice.choice(models), dice))
        bundle = shown(lines_of(other.section(bodies=False)))
        vector = {"what": "log", "origin": other.origin, "bundles": [bundle]}
        ours = package_answers.answer(vector)
        assert ours == independent.answer(vector)
        assert ours["result"] == "accepted"
        reasons |= set(ours["void"].values())
    expected = {"not_canonical", "too_long", "bad_field", "bad_key", "unknown_op", "other_place"}
    assert expected | {"not_signed", "no_record", "revision", "withdrawn"} == reasons
