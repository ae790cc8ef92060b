"""Vectors of notes, cosignatures, keys, bodies and proofs, each alone."""

from __future__ import annotations

import base64
from dataclasses import replace

from log_writer import Writer, private_of, public_of

from kpa_federation.protocol import canonical, keys, tree
from kpa_federation.protocol.notes import Checkpoint, Signature, cosign
from vector_scenes import encoded, roubaix, scene

TIME = 1793000000


def note(text, result="accepted", signatures=1, key="roubaix"):
    """Return a vector of a checkpoint note, and the key that should have signed it."""
    made = {
        "what": "note",
        "note": text,
        "key": keys.text_of(public_of(key)),
        "expect": {"result": result},
    }
    if result == "accepted":
        checkpoint = roubaix().checkpoint()
        made["expect"] |= {
            "origin": checkpoint.origin,
            "size": 2,
            "root": encoded(checkpoint.root),
            "signatures": signatures,
        }
    return made


@scene
def checkpoint():
    """A checkpoint: the log's name, its size, its root, and the log's signature."""
    return note(roubaix().checkpoint().note())


@scene
def note_with_unknown_signatures():
    """Signatures by unknown names, of unknown kinds and lengths, are kept and not checked."""
    head = roubaix().checkpoint()
    others = (Signature("witness.example/w", b"abcd", b"x"), Signature(head.name, b"wxyz", b"yy"))
    return note(replace(head, signatures=(*others, *head.signatures)).note(), signatures=3)


@scene
def note_signed_by_another():
    """A note that another key signed."""
    return note(roubaix().checkpoint().note(), "bad_signature", key="tourcoing")


@scene
def note_signed_under_another_name():
    """A signature counts under the log's own name only, however good it is."""
    head = roubaix().checkpoint()
    one = replace(head.signatures[0], name="kpa/" + Writer("tourcoing").origin)
    return note(replace(head, signatures=(one,)).note(), "bad_signature")


@scene
def note_signed_under_another_key_id():
    """A signature counts under the key's own id only."""
    head = roubaix().checkpoint()
    one = replace(head.signatures[0], key_id=bytes(4))
    return note(replace(head, signatures=(one,)).note(), "bad_signature")


@scene
def note_of_another_size():
    """The size is signed."""
    return note(roubaix().checkpoint().note().replace("\n2\n", "\n3\n"), "bad_signature")


@scene
def note_with_size_02():
    """A size has no leading zero."""
    return note(roubaix().checkpoint().note().replace("\n2\n", "\n02\n"), "bad_note")


@scene
def note_with_a_fourth_line():
    """The text of a checkpoint is three lines."""
    return note(roubaix().checkpoint().note().replace("\n\n", "\nmore\n\n"), "bad_note")


@scene
def note_without_signature():
    """A note has at least one signature."""
    return note(roubaix().checkpoint().text().decode() + "\n", "bad_note")


@scene
def note_without_its_last_end():
    """Every line of a note ends."""
    return note(roubaix().checkpoint().note()[:-1], "bad_note")


@scene
def note_with_17_signatures():
    """Sixteen signatures at most."""
    head = roubaix().checkpoint()
    return note(replace(head, signatures=head.signatures * 17).note(), "bad_note")


@scene
def note_with_a_root_spelled_otherwise():
    """The bits to spare in the root's last character are zero."""
    head = Checkpoint(roubaix().origin, 2, bytes(32)).signed(private_of("roubaix"))
    return note(head.note().replace("AAA=", "AAB=", 1), "bad_note")


def cosignature(result, witness="tourcoing", key="tourcoing", size=None):
    """Return a vector of a cosignature by tourcoing under a head of roubaix."""
    writer, by = roubaix(), Writer("tourcoing")
    line = cosign(writer.checkpoint(), by.origin, by.private, TIME).line()
    made = {
        "what": "cosignature",
        "note": writer.checkpoint(size).note(),
        "line": line,
        "witness": Writer(witness).origin,
        "key": keys.text_of(public_of(key)),
        "expect": {"result": result},
    }
    if result == "accepted":
        made["expect"]["time"] = TIME
    return made


@scene
def cosigned():
    """A peer says when it verified a checkpoint."""
    return cosignature("accepted")


@scene
def cosigned_by_the_log_itself():
    """A sign of life: the name is the log's own, the kind is that of cosignatures."""
    writer = roubaix()
    line = cosign(writer.checkpoint(), writer.origin, writer.private, TIME).line()
    made = cosignature("accepted", key="roubaix")
    return {**made, "line": line, "witness": writer.origin}


@scene
def note_with_only_a_sign_of_life():
    """A cosignature under the log's own name does not sign the note itself."""
    writer = roubaix()
    head = writer.checkpoint()
    alive = cosign(head, writer.origin, writer.private, TIME)
    return note(replace(head, signatures=(alive,)).note(), "bad_signature")


@scene
def cosigned_by_another_key():
    """A cosignature that another key made."""
    return cosignature("bad_signature", key="lille")


@scene
def cosigned_by_another_name():
    """The name of the witness is part of the key's id."""
    return cosignature("bad_signature", witness="lille")


@scene
def cosigned_another_size():
    """A cosignature is for one checkpoint."""
    return cosignature("bad_signature", size=1)


@scene
def cosigned_at_another_time():
    """The time is signed."""
    made = cosignature("bad_signature")
    name, data = made["line"].rsplit(" ", 1)
    data = bytearray(base64.b64decode(data))
    data[11] ^= 1
    return {**made, "line": f"{name} {encoded(bytes(data))}"}


@scene
def low_order_keys():
    """Keys that fit any signature, or have two spellings: nobody may use them."""
    y = [0, 1, keys.PRIME - 1, keys.PRIME, keys.PRIME + 1, *sorted(keys._SMALL_ORDER)[2:4]]
    texts = [
        keys.text_of((one | sign << 255).to_bytes(32, "little")) for one in y for sign in (0, 1)
    ]
    return {"what": "keys", "keys": texts, "expect": {"result": "bad_key", "refused": len(texts)}}


@scene
def ordinary_keys():
    """Keys that may be used."""
    names = ("roubaix", "tourcoing", "lille")
    texts = [keys.text_of(public_of(one)) for one in names]
    return {"what": "keys", "keys": texts, "expect": {"result": "accepted", "refused": 0}}


SALT = {"salt": "AAAAAAAAAAAAAAAAAAAAAA"}
FILE = {"name": "plan.pdf", "sha256": "ab" * 32, "size": 1024}


def body(content, result="accepted"):
    data = content if isinstance(content, bytes) else canonical.spell(content)
    return {"what": "body", "body": data.decode(), "expect": {"result": result}}


@scene
def body_with_a_file():
    """A file is named by its hash; its name is only text to show."""
    return body({**SALT, "files": [{**FILE, "name": "../../etc/passwd"}], "title": "Plan"})


@scene
def body_with_a_file_without_hash():
    """A file without a hash cannot be checked."""
    return body({**SALT, "files": [{"name": "plan.pdf", "size": 1}]}, "bad_field")


@scene
def body_with_33_files():
    """Thirty-two files at most."""
    return body({**SALT, "files": [FILE] * 33}, "bad_field")


@scene
def body_with_a_short_salt():
    """A salt has 16 bytes."""
    return body({"salt": "AAAA"}, "bad_field")


@scene
def body_that_is_a_list():
    """A body is an object."""
    return body(b"[]", "not_canonical")


def inclusion(result, size=5, index=2, **more):
    """Return a vector of the proof that an entry is in a log."""
    writer = roubaix()
    while len(writer.entries) < 5:
        writer.put()
    return {
        "what": "inclusion",
        "line": writer.entries[2].line.decode(),
        "index": index,
        "size": size,
        "root": encoded(writer.root()),
        "proof": [encoded(one) for one in tree.inclusion_proof(writer.leaves, 2, 5)],
        **more,
        "expect": {"result": result},
    }


@scene
def entry_with_its_proof():
    """One entry is shown to be in a log by a few hashes."""
    return inclusion("accepted")


@scene
def entry_with_the_proof_of_another():
    """The same proof shows nothing at another place."""
    return inclusion("bad_proof", index=3)


@scene
def entry_with_a_longer_proof():
    """A proof has exactly the hashes it needs."""
    made = inclusion("bad_proof")
    return {**made, "proof": [*made["proof"], made["proof"][0]]}


@scene
def entry_with_a_short_hash():
    """A hash has 32 bytes."""
    made = inclusion("bad_proof")
    return {**made, "proof": [*made["proof"][:-1], encoded(bytes(31))]}


@scene
def note_of_a_size_of_15_digits():
    """The longest size there is has 15 digits."""
    made = note(sized(10**15 - 1).note())
    made["expect"]["size"] = 10**15 - 1
    return made


@scene
def note_of_a_size_of_16_digits():
    """A size has at most 15 digits: every reader can hold it."""
    return note(sized(10**15).note(), "bad_note")


def sized(size):
    """Return a signed checkpoint that says a size, whatever the log has."""
    writer = roubaix()
    return replace(writer.checkpoint(), size=size).signed(writer.private)
