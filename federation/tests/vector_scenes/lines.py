"""Bundles whose lines are not as they must be."""

from __future__ import annotations

import json

from kpa_federation.protocol import canonical
from kpa_federation.protocol.entries import body_hash, read_entry
from vector_scenes import fields_of, lines_of, log, scene, spelled
from vector_scenes.sections import RECORDS, SALT, three


def rewritten(change, result, **more):
    """Return a vector of a bundle whose lines were changed."""
    writer = three()
    return log(writer, change(lines_of(writer.section())), result=result, **more)


@scene
def bundle_of_another_version():
    """A bundle of a version that is not known."""
    return rewritten(lambda lines: [lines[0].replace(b'"v":1', b'"v":2'), *lines[1:]], "bad_bundle")


@scene
def bundle_without_its_first_line():
    """A bundle says first who sends it."""
    return rewritten(lambda lines: lines[1:], "bad_bundle")


@scene
def bundle_of_nothing():
    """A bundle that was cut before its first line is empty, not wrong."""
    return rewritten(lambda lines: [lines[0][:9]], "accepted", size=0)


@scene
def entry_outside_of_a_section():
    """An entry without a frame."""
    return rewritten(lambda lines: [lines[0], *lines[2:]], "bad_bundle")


@scene
def section_shorter_than_it_says():
    """A section whose frame promises more entries than come."""
    return rewritten(lambda lines: [*lines[:-3], lines[-1]], "bad_bundle")


@scene
def section_longer_than_it_says():
    """A section whose frame promises fewer entries than come."""
    return rewritten(lambda lines: [*lines[:-1], lines[2], lines[2], lines[-1]], "bad_bundle")


@scene
def elided_header_without_body():
    """A header without its hash needs the body that makes it."""
    return rewritten(lambda lines: [*lines[:4], *lines[5:]], "bad_bundle")


def with_body_under_a_withdrawal(write):
    writer = three()
    body = canonical.write({"salt": SALT})
    line = canonical.write(
        {
            **fields_of(writer.entries[writer.withdraw(3, 2)].line),
            "body": body_hash(body),
        }
    )
    writer.entries[-1] = read_entry(line)
    lines = lines_of(writer.section())
    assert lines[-2] == b"H" + line + b"\n"
    return log(writer, [*lines[:-2], *write(line, body), lines[-1]], result="bad_bundle")


@scene
def body_of_a_withdrawal():
    """Only a put has a body: nobody counts, or keeps, what comes with anything else."""
    return with_body_under_a_withdrawal(
        lambda line, body: [b"H" + line + b"\n", b"B" + body + b"\n"]
    )


@scene
def elided_header_of_a_withdrawal():
    """Only the header of a put is sent without its hash."""

    def write(line, body):
        fields = fields_of(line)
        del fields["body"]
        return [b"P" + canonical.write(fields) + b"\n", b"B" + body + b"\n"]

    return with_body_under_a_withdrawal(write)


@scene
def elided_header_too_long():
    """A header without its hash is still at most 1,024 bytes long."""

    def longer(lines):
        fields = json.loads(lines[3][1:])
        return [*lines[:3], b"P" + spelled({**fields, "x": "x" * 1024}) + b"\n", *lines[4:]]

    return rewritten(longer, "too_long")


@scene
def frame_not_canonical():
    """A frame has one spelling, like everything else."""
    return rewritten(
        lambda lines: [lines[0], lines[1].replace(b":", b": ", 1), *lines[2:]], "not_canonical"
    )


@scene
def frame_without_a_checkpoint_note():
    """A frame whose checkpoint is no note."""
    return rewritten(
        lambda lines: [lines[0], lines[1].replace(b"\\n\\n", b"\\n"), *lines[2:]], "bad_note"
    )


@scene
def line_of_no_known_kind():
    """A line with a letter that means nothing."""
    return rewritten(lambda lines: [*lines[:-1], b"Z{}\n", lines[-1]], "bad_bundle")


@scene
def lines_after_the_end():
    """Nothing follows the end; the sections before it were whole, and count."""
    return rewritten(lambda lines: [*lines, lines[0]], "bad_bundle", size=4, records=RECORDS)


@scene
def empty_line():
    """An empty line means nothing; the section before it is not whole yet."""
    return rewritten(lambda lines: [*lines[:-1], b"\n", lines[-1]], "bad_bundle")
