"""Vectors of keys and guardians: who may change a log's key, and what is no such change."""

from __future__ import annotations

from dataclasses import replace

from log_writer import DAY, Writer, guardians, private_of, public_of

from kpa_federation.protocol import keys
from kpa_federation.protocol.entries import Commitment, origin_of
from kpa_federation.protocol.identity import key_line, to_sign
from vector_scenes import THREE, fields_of, lines_of, log, roubaix, scene, spelled

OTHERS = guardians("optéos", "condition", "autre")


def signed(request, *names):
    signatures = {public_of(one): keys.sign(private_of(one), to_sign(request)) for one in names}
    return key_line(request, signatures)


def with_next(following):
    """Return a vector of a rotation that promises guardians who cannot be: it is void."""
    writer = roubaix()
    request = {**writer.key_request("roubaix 2", OTHERS), "next": following}
    writer.append(signed(request, "anis", "optéos"))
    return log(writer, void={2: "bad_field"})


def hashes(count):
    return [keys.hash_of(public_of(f"gardien {one}")) for one in range(count)]


@scene
def rotation():
    """Two of three guardians gave the log a new key; it signs from then on."""
    writer = roubaix()
    writer.rotate("roubaix 2", ["anis", "condition"], OTHERS)
    writer.put()
    return log(writer, key="roubaix 2", records={1: ("put", 1, 1), 3: ("put", 1, 3)})


@scene
def rotation_ahead_of_its_place():
    """Chunks before a rotation are verified by the key entry that is sent ahead with them."""
    writer = roubaix()
    writer.rotate("roubaix 2", ["anis", "condition"], OTHERS)
    writer.rotate("roubaix 3", ["optéos", "autre"], THREE)
    writer.put()
    cuts = [(0, 1), (1, 3), (3, 5)]
    return log(
        writer,
        *(lines_of(writer.section(start, end)) for start, end in cuts),
        key="roubaix 3",
        records={1: ("put", 1, 1), 4: ("put", 1, 4)},
    )


@scene
def rotation_without_its_key_ahead():
    """A chunk whose checkpoint is signed by a key that nobody introduced is refused."""
    writer = roubaix()
    writer.rotate("roubaix 2", ["anis", "condition"], OTHERS)
    section = replace(writer.section(0, 2), forward=())
    return log(writer, lines_of(section), result="bad_signature")


@scene
def void_key_ahead():
    """A key sent ahead that one guardian signed opens nothing."""
    writer = roubaix()
    writer.rotate("roubaix 2", ["anis"], OTHERS)
    return log(writer, lines_of(writer.section(0, 2)), result="bad_signature")


@scene
def key_ahead_for_another_size():
    """A key entry that names another place is void ahead of it, too."""
    writer = roubaix()
    line = signed(writer.key_request("roubaix 2", OTHERS), "anis", "optéos")
    writer.put()
    writer.append(line)
    writer.private = private_of("roubaix 2")
    return log(writer, lines_of(writer.section(0, 2)), result="bad_signature")


@scene
def key_ahead_that_is_not_in_the_tree():
    """A key entry that guardians signed, and that the log never took up, opens nothing."""
    writer = roubaix()
    other = writer.branch(2)
    other.rotate("roubaix 2", ["anis", "optéos"], OTHERS)
    writer.put()
    writer.private = other.private
    ahead = replace(writer.forward_key(2, 3), line=other.entries[2].line)
    section = replace(writer.section(0, 2), forward=(ahead,))
    return log(writer, lines_of(section), result="bad_proof")


@scene
def put_sent_ahead_as_a_key():
    """Only key entries are sent ahead."""
    writer = roubaix()
    writer.put()
    section = replace(writer.section(0, 2), forward=(writer.forward_key(2, 3),))
    return log(writer, lines_of(section), result="bad_proof")


@scene
def old_key_after_rotation():
    """The key that was replaced, perhaps stolen, signs nothing any more."""
    writer = roubaix()
    writer.rotate("roubaix 2", ["anis", "condition"], OTHERS)
    checkpoint = writer.checkpoint(private=private_of("roubaix"))
    section = replace(writer.section(), checkpoint=checkpoint)
    return log(writer, lines_of(section), result="bad_signature")


@scene
def same_key_new_guardians():
    """Guardians may name others and leave the key as it is."""
    writer = roubaix()
    writer.rotate("roubaix", ["anis", "condition"], OTHERS)
    writer.rotate("roubaix 2", ["optéos", "autre"], THREE)
    return log(writer, key="roubaix 2")


@scene
def void_retired_guardians():
    """Guardians who were replaced have no say any more, even all of them together."""
    writer = roubaix()
    writer.rotate("roubaix", ["anis", "optéos"], guardians("un", "deux", "trois"))
    writer.append(signed(writer.key_request("roubaix 2", OTHERS), "anis", "optéos", "condition"))
    return log(writer, void={3: "not_signed"})


@scene
def void_one_of_three():
    """One guardian is not enough."""
    writer = roubaix()
    writer.append(signed(writer.key_request("roubaix 2", OTHERS), "anis"))
    return log(writer, void={2: "not_signed"})


@scene
def void_one_guardian_twice():
    """A guardian who signs twice counts once."""
    writer = roubaix()
    fields = fields_of(signed(writer.key_request("roubaix 2", OTHERS), "anis"))
    writer.append(spelled({**fields, "by": fields["by"] * 2}))
    return log(writer, void={2: "not_signed"})


@scene
def void_own_key_signs():
    """The log's own key has no say beside its guardians."""
    writer = roubaix()
    writer.append(signed(writer.key_request("roubaix 2", OTHERS), "roubaix", "anis"))
    return log(writer, void={2: "not_signed"})


@scene
def void_signed_for_something_else():
    """Guardians signed one new key, the entry names another."""
    writer = roubaix()
    fields = fields_of(signed(writer.key_request("roubaix 2", OTHERS), "anis", "optéos"))
    writer.append(spelled({**fields, "key": keys.text_of(public_of("voleur"))}))
    return log(writer, void={2: "not_signed"})


@scene
def void_low_order_guardian():
    """A guardian's key of small order fits any signature: it counts for nothing."""
    weak = b"\x01" + bytes(31)
    promised = Commitment((*guardians("anis").hashes, keys.hash_of(weak)), 2)
    writer = roubaix(promised)
    request = writer.key_request("roubaix 2", OTHERS)
    signatures = {public_of("anis"): keys.sign(private_of("anis"), to_sign(request))}
    writer.append(key_line(request, {**signatures, weak: weak + bytes(32)}))
    return log(writer, void={2: "not_signed"})


@scene
def void_key_for_another_size():
    """A key entry has its place: it cannot be moved down the log."""
    writer = roubaix()
    line = signed(writer.key_request("roubaix 2", OTHERS), "anis", "optéos")
    writer.put()
    writer.append(line)
    return log(writer, void={3: "other_place"}, records={1: ("put", 1, 1), 2: ("put", 1, 2)})


@scene
def void_key_for_another_branch():
    """A key entry names the root below it: it cannot be moved to another branch."""
    writer = roubaix()
    other = writer.branch(1)
    other.put("Une autre fiche")
    writer.append(signed(other.key_request("roubaix 2", OTHERS), "anis", "optéos"))
    return log(writer, void={2: "other_place"})


@scene
def void_key_for_another_log():
    """A key entry names its log."""
    writer = roubaix()
    request = {**writer.key_request("roubaix 2", OTHERS), "origin": Writer("tourcoing").origin}
    writer.append(signed(request, "anis", "optéos"))
    return log(writer, void={2: "other_place"})


@scene
def void_threshold_0():
    """Nobody has to sign: everybody could."""
    return with_next({"hashes": hashes(3), "threshold": 0})


@scene
def void_threshold_1():
    """One guardian alone could take the log over."""
    return with_next({"hashes": hashes(3), "threshold": 1})


@scene
def void_threshold_above_guardians():
    """More signatures than guardians: nobody could ever."""
    return with_next({"hashes": hashes(3), "threshold": 4})


@scene
def void_8_guardians():
    """Seven guardians at most."""
    return with_next({"hashes": hashes(8), "threshold": 2})


@scene
def void_same_guardian_twice():
    """A guardian who is named twice would weigh twice."""
    return with_next({"hashes": [*hashes(1), *hashes(1), *hashes(2)[1:]], "threshold": 2})


@scene
def void_no_guardians_any_more():
    """A log that has guardians keeps having some."""
    return with_next({"hashes": [], "threshold": 0})


@scene
def seven_guardians():
    """Seven guardians may be, and all may have to sign."""
    writer = roubaix()
    names = [f"gardien {one}" for one in range(7)]
    writer.rotate("roubaix 2", ["anis", "optéos"], guardians(*names, threshold=7))
    writer.rotate("roubaix 3", names, THREE)
    return log(writer, key="roubaix 3")


@scene
def first_guardians_by_the_own_key():
    """A log without guardians gets its first by its own key; from then on they decide."""
    writer = Writer("roubaix")
    writer.put()
    writer.rotate("roubaix", [], THREE)
    writer.append(signed(writer.key_request("roubaix", OTHERS)))
    writer.rotate("roubaix 2", ["anis", "optéos"], OTHERS)
    return log(writer, key="roubaix 2", void={3: "not_signed"})


@scene
def void_new_key_without_guardians():
    """A log without guardians cannot change its key: whoever stole it could."""
    writer = Writer("roubaix")
    writer.put()
    writer.append(signed(writer.key_request("roubaix 2", THREE)))
    return log(writer, void={2: "not_signed"})


def begun_by(**fields):
    writer = roubaix()
    line = spelled({**fields_of(writer.entries[0].line), **fields})
    writer.entries.clear()
    writer.append(line)
    writer.origin = origin_of(line)
    assert writer.entries[0].void
    return log(writer, result="other_log")


@scene
def genesis_with_low_order_key():
    """A genesis that is void makes no log."""
    return begun_by(key=keys.text_of(b"\x01" + bytes(31)))


@scene
def genesis_with_threshold_1():
    """A genesis whose guardians cannot be makes no log."""
    return begun_by(next={"hashes": hashes(3), "threshold": 1})


@scene
def genesis_of_another_version():
    """A genesis of a version that is not known makes no log that can be followed."""
    return begun_by(v=2)


@scene
def genesis_of_version_true():
    """A version is an integer: ``true`` is none, and no value at all."""
    return begun_by(v=True)


@scene
def genesis_of_another_origin():
    """A peer that invents an origin: the genesis does not make it."""
    writer, other = roubaix(), Writer("tourcoing")
    writer.entries[0], writer.private = other.entries[0], other.private
    assert DAY
    return log(writer, lines_of(writer.section()), result="other_log")
