"""Vectors of forks: what proves one, and which branch a peer follows."""

from __future__ import annotations

from log_writer import Writer, guardians, private_of

from kpa_federation.protocol import keys, tree
from vector_scenes import THREE, encoded, roubaix, scene

OTHERS = guardians("optéos", "condition", "autre")


def evidence(first, second, result, small=3, large=5, other_root=None, proof=None):
    """Return a vector of two heads of one log, at two sizes, with the proof between them."""
    if proof is None:
        proof = tree.consistency_proof(second.leaves, small, large)
    return {
        "what": "evidence",
        "key": keys.text_of(keys.public_key(private_of("roubaix"))),
        "first": first.checkpoint(small).note(),
        "second": second.checkpoint(large).note(),
        "other_root": encoded(other_root or second.root(small)),
        "proof": [encoded(one) for one in proof],
        "expect": {"result": result},
    }


def two_branches(size=2):
    """Return two branches of one log that part at a size, and each have five entries."""
    writer = roubaix()
    other = writer.branch(size)
    for one, words in ((writer, "D'un côté"), (other, "De l'autre")):
        while len(one.entries) < 5:
            one.put(f"{words} {len(one.entries)}")
    return writer, other


@scene
def fork_at_one_size():
    """Two heads of the same size with different roots, both signed: a fork."""
    return evidence(*two_branches(), "fork", 5, 5, proof=[])


@scene
def fork_at_two_sizes():
    """The larger tree has another root at the smaller size: a fork."""
    return evidence(*two_branches(), "fork")


@scene
def fork_evidence_from_the_other_side():
    """The same fork, shown with the branches the other way round."""
    return evidence(*reversed(two_branches()), "fork")


@scene
def no_fork_heads_agree():
    """A log that went on is no fork."""
    writer, _ = two_branches()
    return evidence(writer, writer, "bad_proof")


@scene
def no_fork_proof_of_nothing():
    """A root that the larger tree does not have at that size proves nothing."""
    return evidence(*two_branches(), "bad_proof", other_root=bytes(32))


@scene
def no_fork_unsigned():
    """A head that the log did not sign proves nothing."""
    writer, other = two_branches()
    other.private = private_of("moi")
    return evidence(writer, other, "bad_signature")


@scene
def no_fork_two_logs():
    """Heads of two logs may differ."""
    writer, _ = two_branches()
    other = Writer("tourcoing")
    other.private = writer.private
    while len(other.entries) < 5:
        other.put()
    return evidence(writer, other, "other_log")


def verdict(common, ours, theirs, result, final=0):
    """Return a vector of two branches: the peer follows ``ours``, which way does it go."""
    return {
        "what": "verdict",
        "common": [one.line.decode() for one in ours.entries[:common]],
        "ours": [one.line.decode() for one in ours.entries[common:]],
        "theirs": [one.line.decode() for one in theirs.entries[common:]],
        "final": final,
        "expect": {"result": result},
    }


def stolen():
    """Return the branch of a thief who purged all, and that of the guardians, from before."""
    writer = roubaix()
    writer.put("Un four à pain")
    recovered = writer.branch(3)
    writer.withdraw(1, 2, "purge", "error")
    writer.withdraw(2, 2, "purge", "error")
    recovered.rotate("roubaix 2", ["anis", "optéos"], OTHERS)
    return writer, recovered


@scene
def thief_purges_all():
    """Whoever stole the key purged all; the guardians' branch from before replaces it."""
    return verdict(3, *stolen(), "replace")


@scene
def thief_comes_back():
    """Who follows the guardians' branch already keeps it."""
    return verdict(3, *reversed(stolen()), "keep")


@scene
def thief_signs_a_key_entry():
    """A thief's key entry that one guardian signed has no effect, and no weight."""
    writer, recovered = stolen()
    writer.rotate("voleur", ["anis"], OTHERS)
    return verdict(3, writer, recovered, "replace")


@scene
def fork_at_size_1():
    """The branches part right after the genesis: its guardians decide."""
    writer = roubaix()
    recovered = writer.branch(1)
    recovered.rotate("roubaix 2", ["anis", "condition"], OTHERS)
    return verdict(1, writer, recovered, "replace")


@scene
def branch_below_finality():
    """A branch that leaves below what was verified more than 30 days ago comes too late."""
    return verdict(3, *stolen(), "too_late", final=4)


@scene
def branch_at_finality():
    """A branch may leave at the very size that is final."""
    return verdict(3, *stolen(), "replace", final=3)


@scene
def fork_without_recovery():
    """Two branches without guardians' signatures: a restored backup, or a thief. People look."""
    writer, other = two_branches()
    return verdict(2, writer, other, "freeze")


@scene
def fork_of_a_log_without_guardians():
    """A log without guardians always freezes, whatever its own key says."""
    writer = Writer("roubaix")
    other = writer.branch(1)
    writer.put()
    other.rotate("roubaix", [], THREE)
    return verdict(1, writer, other, "freeze")


def rivals(ours, theirs):
    writer = roubaix()
    other = writer.branch(2)
    writer.rotate("roubaix 2", ours, OTHERS)
    other.rotate("roubaix 3", theirs, OTHERS)
    return writer, other


@scene
def two_rival_recoveries():
    """Two branches that enough guardians signed: the log freezes until all of them sign one."""
    return verdict(2, *rivals(["anis", "optéos"], ["optéos", "condition"]), "freeze")


@scene
def all_guardians_sign():
    """Between two recoveries the one that all guardians signed wins."""
    return verdict(2, *rivals(["anis", "optéos"], ["anis", "optéos", "condition"]), "replace")


@scene
def all_guardians_signed_ours():
    """The branch that all guardians signed is kept against one that enough of them signed."""
    return verdict(2, *rivals(["anis", "optéos", "condition"], ["anis", "optéos"]), "keep")


@scene
def all_guardians_sign_both():
    """All guardians signed both: people look."""
    everyone = ["anis", "optéos", "condition"]
    return verdict(2, *rivals(everyone, everyone), "freeze")


@scene
def lost_first_ceremony():
    """A first ceremony that one peer saw, and a second by the same guardians: the log freezes."""
    writer = roubaix()
    second = writer.branch(2)
    writer.rotate("roubaix 2", ["anis", "optéos"], OTHERS)
    writer.put("Vu par un seul pair")
    second.rotate("roubaix 3", ["anis", "optéos"], OTHERS)
    second.put("Vu par tous")
    return verdict(2, writer, second, "freeze")


@scene
def lost_first_ceremony_mended():
    """All guardians sign a third time, from before both: that branch wins over either."""
    writer = roubaix()
    third = writer.branch(2)
    writer.rotate("roubaix 2", ["anis", "optéos"], OTHERS)
    third.rotate("roubaix 4", ["anis", "optéos", "condition"], OTHERS)
    return verdict(2, writer, third, "replace")


@scene
def all_guardians_sign_further_on():
    """A branch that all guardians signed ends a freeze, wherever its first key entry stands."""
    writer, _ = rivals(["anis", "optéos"], ["optéos", "condition"])
    third = writer.branch(2)
    third.put("Avant la nouvelle clé")
    third.rotate("roubaix 4", ["anis", "optéos", "condition"], OTHERS)
    return verdict(2, writer, third, "replace")


@scene
def later_ceremony_weighs_nothing_more():
    """The first key entry after the fork counts: later ones were signed by those it named."""
    writer, other = rivals(["anis", "optéos"], ["optéos", "condition"])
    other.rotate("roubaix 4", ["optéos", "condition", "autre"], THREE)
    return verdict(2, writer, other, "freeze")
