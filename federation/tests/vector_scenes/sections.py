"""Vectors of sections and bundles: what is refused whole, and what of it stays."""

from __future__ import annotations

from dataclasses import replace

from log_writer import DAY, KIND, LICENCE, Writer, private_of

from kpa_federation.protocol import canonical
from kpa_federation.protocol.entries import Entry, put
from kpa_federation.protocol.notes import Signature
from vector_scenes import THREE, fields_of, lines_of, log, roubaix, scene, spelled


def three():
    """Return an origin with records at 1, 2 and 3."""
    writer = roubaix()
    writer.put("Un four à pain")
    writer.put("Un vélo-cargo")
    return writer


RECORDS = {1: ("put", 1, 1), 2: ("put", 1, 2), 3: ("put", 1, 3)}


def tampered(old, new, explicit=False):
    """Return a vector of a bundle that was changed on its way."""
    writer = three()
    data = b"".join(lines_of(writer.section(), explicit=explicit))
    assert old in data
    bundle = data.replace(old, new, 1).splitlines(keepends=True)
    return log(writer, bundle, result="bad_root")


@scene
def hashes_sent_whole():
    """A sender may write each header whole, with its body after it."""
    writer = three()
    return log(writer, lines_of(writer.section(), explicit=True), records=RECORDS)


@scene
def only_the_index():
    """Headers without bodies prove the log as well; what is missing was withheld."""
    writer = three()
    section = writer.section(bodies=False)
    return log(writer, lines_of(section), records=RECORDS, withheld=[1, 2, 3])


@scene
def body_of_an_old_revision_left_out():
    """The body that a newer revision replaced is not withheld: nobody needs it."""
    writer = roubaix()
    writer.put(record=1, revision=2)
    del writer.bodies[1]
    return log(writer, records={1: ("put", 2, 2)})


@scene
def missing_body_before_the_end():
    """A body is withheld only where the section reaches the checkpoint's size."""
    writer = three()
    section = writer.section(0, 3)
    del section.bodies[1]
    return log(writer, lines_of(section), size=3, records={1: ("put", 1, 1), 2: ("put", 1, 2)})


def with_body(body, length=None, **more):
    writer = roubaix()
    line = put(body, at=DAY, kind=KIND, licence=LICENCE)
    fields = fields_of(line)
    index = writer.append(spelled({**fields, "bytes": length or len(body)}))
    writer.bodies[index] = body
    return log(writer, records={1: ("put", 1, 1), 2: ("put", 1, 2)}, unreadable=[2])


SALT = "AAAAAAAAAAAAAAAAAAAAAA"


@scene
def body_of_another_length():
    """The entry has its effect, for those who never see the body; the body is not read."""
    return with_body(canonical.write({"salt": SALT}), length=9)


@scene
def body_without_salt():
    """A body without salt could be guessed from its hash."""
    return with_body(b'{"title":"Oui"}')


@scene
def body_not_canonical():
    """A body that could be read two ways is not read at all."""
    return with_body(b'{"salt":"%s","salt":"%s"}' % (SALT.encode(), SALT.encode()))


@scene
def nfc_and_nfd():
    """Texts that look the same are not the same: nobody normalises what was signed."""
    writer = roubaix()
    writer.put("caf\N{LATIN SMALL LETTER E WITH ACUTE}")
    writer.put("cafe\N{COMBINING ACUTE ACCENT}")
    return log(writer, records=RECORDS)


@scene
def tampered_body():
    """One letter of a body was changed on its way."""
    return tampered(b"four", b"fous")


@scene
def tampered_body_named():
    """With whole headers the hash says which body was changed."""
    return tampered(b"four", b"fous", explicit=True)


@scene
def tampered_licence():
    """The licence is in the signed header."""
    return tampered(b"CC-BY-SA-4.0", b"CC0-1.0")


@scene
def tampered_by_an_unsigned_field():
    """A field that was added on the way."""
    return tampered(b'"op":"put"', b'"op":"put","owner":"moi"')


@scene
def swapped_entries():
    """Two entries that changed places."""
    writer = three()
    section = writer.section(bodies=False)
    section.entries[1:3] = section.entries[2:0:-1]
    return log(writer, lines_of(section), result="bad_root")


@scene
def dropped_entry():
    """An entry that was left out in the middle."""
    writer = three()
    section = writer.section(0, 3, bodies=False)
    section.entries[1:3] = [section.entries[2], writer.entries[3]]
    return log(writer, lines_of(section), result="bad_proof")


@scene
def replayed_section():
    """What is known already does not go on from here."""
    writer = three()
    again = lines_of(writer.section())
    return log(writer, again, again, result="gap", size=4, records=RECORDS)


@scene
def gap():
    """A section that begins after what is known."""
    writer = three()
    first, last = lines_of(writer.section(0, 2)), lines_of(writer.section(3))
    return log(writer, first, last, result="gap", size=2)


@scene
def rollback():
    """A checkpoint that is older than what is known."""
    writer = three()
    old = replace(writer.section(4), checkpoint=writer.checkpoint(2))
    return log(
        writer, lines_of(writer.section()), lines_of(old), result="rollback", size=4,
        records=RECORDS,
    )  # fmt: skip


@scene
def another_root_for_what_is_known():
    """The same size, signed with another root: what was known stays."""
    writer = three()
    other = writer.branch(3)
    other.put("Autre chose")
    section = replace(writer.section(4), checkpoint=other.checkpoint())
    return log(
        writer, lines_of(writer.section()), lines_of(section), result="bad_root", size=4,
        records=RECORDS,
    )  # fmt: skip


@scene
def nothing_new():
    """A section may bring a checkpoint and no entry."""
    writer = three()
    bundles = [lines_of(writer.section(0, 4)), lines_of(writer.section(4))]
    return log(writer, *bundles, records=RECORDS)


@scene
def checkpoint_of_another_log():
    """Entries of one log under the checkpoint of another."""
    writer = three()
    section = replace(writer.section(), checkpoint=Writer("tourcoing").checkpoint())
    return log(writer, lines_of(section), result="other_log")


@scene
def checkpoint_signed_by_another():
    """The right root, signed by somebody else."""
    writer = three()
    section = replace(writer.section(), checkpoint=writer.checkpoint(private=private_of("moi")))
    return log(writer, lines_of(section), result="bad_signature")


@scene
def checkpoint_with_unknown_signatures():
    """Signatures of kinds that are not known stand beside the log's own, and are ignored."""
    writer = three()
    checkpoint = writer.checkpoint()
    other = Signature("witness.example/w", b"abcd", bytes(2420))
    checkpoint = replace(checkpoint, signatures=(other, *checkpoint.signatures))
    return log(writer, lines_of(replace(writer.section(), checkpoint=checkpoint)), records=RECORDS)


@scene
def chunks():
    """A log in three chunks, each verified as it comes."""
    writer = three()
    cuts = [(0, 1), (1, 3), (3, 4)]
    return log(writer, *(lines_of(writer.section(*one)) for one in cuts), records=RECORDS)


@scene
def chunk_with_the_proof_of_another_size():
    """A chunk whose proof does not lead from it to the checkpoint."""
    writer = three()
    section = replace(writer.section(0, 2), proof=writer.section(0, 3).proof)
    return log(writer, lines_of(section), result="bad_proof")


@scene
def key_ahead_that_is_not_ahead():
    """A key entry that is in the section itself is not sent ahead."""
    writer = roubaix()
    writer.rotate("roubaix 2", ["anis", "optéos"], THREE)
    section = replace(writer.section(), forward=(writer.forward_key(2, 3),))
    return log(writer, lines_of(section), result="bad_proof")


@scene
def cut_in_the_middle():
    """A link that was cut: the section that is whole stays, the rest comes again."""
    writer = three()
    data = b"".join(lines_of(writer.section(0, 2), writer.section(2)))
    bundle = data[:-250].splitlines(keepends=True)
    return log(writer, bundle, size=2)


@scene
def second_section_tampered():
    """The section before the bad one counts."""
    writer = three()
    data = b"".join(lines_of(writer.section(0, 2), writer.section(2)))
    bundle = data.replace("vélo".encode(), b"velo").splitlines(keepends=True)
    return log(writer, bundle, result="bad_root", size=2)


def long_leaf():
    writer = roubaix()
    line = spelled({**fields_of(writer.entries[1].line), "x": "x" * 4096})
    writer.entries.append(Entry(line, "put", {}))
    return writer


@scene
def leaf_over_4_kib():
    """A leaf of more than 4,096 bytes ends its log, for everyone."""
    writer = long_leaf()
    return log(writer, lines_of(writer.section()), result="ended")


@scene
def before_a_leaf_over_4_kib():
    """What comes before the leaf that ends a log is verified and kept."""
    writer = long_leaf()
    bundles = [lines_of(writer.section(0, 2)), lines_of(writer.section(2))]
    return log(writer, *bundles, result="ended", size=2)
