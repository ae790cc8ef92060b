"""Vectors of single entries: what makes one void, and what does not."""

from __future__ import annotations

from log_writer import Writer

from kpa_federation.protocol import keys
from vector_scenes import fields_of, log, roubaix, scene, spelled, with_entry


def replaced(old, new):
    return lambda line: line.replace(old, new, 1)


def changed(**fields):
    return lambda line: {**fields_of(line), **fields}


SECOND = {"records": {1: ("put", 1, 1), 2: ("put", 1, 2)}, "withheld": [2]}


@scene
def first_sync():
    """A log of five entries: two records, one revised, one withdrawn."""
    writer = roubaix()
    writer.put("Un four à pain")
    writer.put("Une étagère en chêne", record=1, revision=2)
    writer.withdraw(2, 2)
    return log(writer, records={1: ("put", 2, 3), 2: ("del", 2, 4)})


@scene
def no_guardians():
    """A log may begin without guardians."""
    writer = Writer("roubaix")
    writer.put()
    return log(writer)


@scene
def void_space():
    """A header with a space has another spelling than the one it should: it is void."""
    return with_entry(replaced(b":", b": "), "not_canonical")


@scene
def void_duplicate_key():
    """A header that names a field twice could be read two ways."""
    return with_entry(replaced(b"{", b'{"at":"2026-11-23",'), "not_canonical")


@scene
def void_key_order():
    """The fields of a header are sorted."""
    return with_entry(lambda line: b'{"x":1,' + line[1:], "not_canonical")


@scene
def void_escape():
    """A letter is written as it is, never as an escape."""
    return with_entry(replaced(b"put", b"\\u0070ut"), "not_canonical")


@scene
def void_null():
    """There is no null."""
    return with_entry(changed(x=None), "not_canonical")


@scene
def void_true():
    """There are no booleans."""
    return with_entry(changed(x=True), "not_canonical")


@scene
def void_fraction():
    """There are no fractions."""
    return with_entry(changed(x=0.5), "not_canonical")


@scene
def void_2_to_53():
    """The largest integer is 2^53 - 1."""
    return with_entry(changed(x=2**53), "not_canonical")


@scene
def integer_of_2_to_53_less_1():
    """2^53 - 1 is an integer like others, and so is its negative."""
    return with_entry(changed(x=[2**53 - 1, 1 - 2**53]), "", **SECOND)


def nested(depth):
    value = []
    for _ in range(depth - 2):
        value = [value]
    return value


@scene
def void_depth_17():
    """The header is the first level; the seventeenth is one too many."""
    return with_entry(changed(x=nested(17)), "not_canonical")


@scene
def depth_16():
    """Sixteen levels are read."""
    return with_entry(changed(x=nested(16)), "", **SECOND)


@scene
def void_key_not_ascii():
    """The names of fields are ASCII, so that every way of sorting them is the same."""
    return with_entry(changed(été=1), "not_canonical")


@scene
def void_half_a_character():
    """Half of a surrogate pair is no text, however it is written."""
    return with_entry(replaced(b"{", b'{"a":"\\ud800",'), "not_canonical")


@scene
def void_not_utf8():
    """A header that is not UTF-8."""
    return with_entry(replaced(b"put", b"p\xfft"), "not_canonical")


@scene
def void_not_an_object():
    """A header that is JSON, but no object."""
    return with_entry(lambda line: b"[]", "not_canonical")


@scene
def void_unknown_op():
    """An op that a later version may know: kept and passed on, without effect."""
    return with_entry(changed(op="merge"), "unknown_op")


@scene
def void_1025_bytes():
    """A put of 1,025 bytes is one byte too long."""
    return with_entry(lambda line: padded(line, 1025), "too_long")


@scene
def put_of_1024_bytes():
    """A put may have 1,024 bytes."""
    return with_entry(lambda line: padded(line, 1024), "", **SECOND)


def padded(line, length):
    empty = spelled({**fields_of(line), "x": ""})
    return spelled({**fields_of(line), "x": "x" * (length - len(empty))})


@scene
def void_reason_in_words():
    """A header holds no free text: the reason of a withdrawal is one of a list."""
    writer = roubaix()
    line = writer.entries[writer.withdraw(1, 2)].line
    writer.entries.pop()
    writer.append(line.replace(b'"error"', '"Léa est partie"'.encode()))
    return log(writer, void={2: "bad_field"})


@scene
def void_day_that_is_none():
    """The 30th of February is no day."""
    return with_entry(changed(at="2026-02-30"), "bad_field")


@scene
def void_kind_without_domain():
    """A kind begins with the domain of those who say what it means."""
    return with_entry(changed(kind="plan"), "bad_field")


@scene
def void_empty_body():
    """A body is an object with a salt: never 0 bytes."""
    return with_entry(changed(bytes=0), "bad_field")


@scene
def void_hash_spelled_otherwise():
    """The last character of a hash in base64url has bits to spare: they are zero."""

    def other(line):
        fields = fields_of(line)
        last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        at = last.index(fields["body"][-1])
        return {**fields, "body": fields["body"][:-1] + last[at + 1]}

    return with_entry(other, "bad_field")


@scene
def void_low_order_key():
    """A key that fits any signature may not be used, whoever signed the entry."""
    writer = roubaix()
    request = writer.key_request("roubaix 2", writer.state().identity.commitment)
    writer.append(spelled({**request, "key": keys.text_of(b"\x01" + bytes(31))}))
    return log(writer, void={2: "bad_key"})


@scene
def void_second_genesis():
    """A genesis has its place: the first."""
    writer = roubaix()
    writer.append(Writer("tourcoing").entries[0].line)
    return log(writer, void={2: "other_place"})


@scene
def void_revision_gap():
    """A revision is the one before plus one."""
    writer = roubaix()
    writer.put(record=1, revision=3)
    return log(writer, void={2: "revision"})


@scene
def void_revision_again():
    """The same revision twice: the first counts."""
    writer = roubaix()
    writer.put("Autre chose", record=1, revision=1)
    return log(writer, void={2: "revision"})


@scene
def void_first_revision_2():
    """A new record begins with revision 1."""
    writer = roubaix()
    writer.put(revision=2)
    return log(writer, void={2: "revision"})


@scene
def void_no_record():
    """A record is named by its first put: an entry that follows is none, and neither is itself."""
    writer = roubaix()
    writer.put(record=1, revision=2)
    writer.withdraw(2, 3)
    writer.withdraw(4, 2)
    return log(writer, void={3: "no_record", 4: "no_record"}, records={1: ("put", 2, 2)})


@scene
def void_put_after_del():
    """A record that was withdrawn stays so: a copy that missed a line cannot bring it back."""
    writer = roubaix()
    writer.withdraw(1, 2)
    writer.put(record=1, revision=3)
    return log(writer, void={3: "withdrawn"}, records={1: ("del", 2, 2)})


@scene
def purge_after_del():
    """What was withdrawn may still be purged, once."""
    writer = roubaix()
    writer.withdraw(1, 2)
    writer.withdraw(1, 3, "purge", "privacy")
    writer.withdraw(1, 4, "purge", "privacy")
    return log(writer, void={4: "withdrawn"}, records={1: ("purge", 3, 3)})


@scene
def void_del_after_purge():
    """Nothing follows purge."""
    writer = roubaix()
    writer.withdraw(1, 2, "purge", "rights")
    writer.withdraw(1, 3)
    return log(writer, void={3: "withdrawn"}, records={1: ("purge", 2, 2)})


@scene
def unknown_fields():
    """A field nobody knows is kept with its entry, which has its effect."""
    return with_entry(changed(colour="blue", x={"deep": [1, "é"]}), "", **SECOND)


@scene
def unknown_kind():
    """A kind nobody knows is kept and passed on like others."""
    writer = roubaix()
    writer.put(kind="example.org/never-seen/9999")
    return log(writer, records={1: ("put", 1, 1), 2: ("put", 1, 2)})


@scene
def derived_from_another_log():
    """What a record was made from is in its header, so that no copy loses the credit."""
    writer = roubaix()
    source = Writer("tourcoing").origin + "/7/0123456789abcdef"
    writer.put(derived_from=((source, 3),))
    return log(writer, records={1: ("put", 1, 1), 2: ("put", 1, 2)})
