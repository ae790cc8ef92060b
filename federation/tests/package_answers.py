"""What the package answers to a vector, in the words of its ``expect``."""

from __future__ import annotations

import base64
from dataclasses import replace

from kpa_federation.protocol import keys, records, tree
from kpa_federation.protocol.bodies import read_body
from kpa_federation.protocol.bundle import BundleReader
from kpa_federation.protocol.entries import read_entry, record_name
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.forks import Branch, Evidence, judge
from kpa_federation.protocol.identity import identity_of
from kpa_federation.protocol.notes import check_cosignature, read_checkpoint, read_signatures
from kpa_federation.protocol.reading import LogState


def answer(vector):
    """Return what comes out of a vector."""
    if vector["what"] == "log":
        return Copy(vector["origin"]).answer(vector["bundles"])
    try:
        return {"result": "accepted", **(ANSWERS[vector["what"]](vector) or {})}
    except ProtocolError as error:
        return {"result": error.code}


def data_of(bundle):
    """Return the bytes of a bundle as a vector shows it."""
    return b"".join(
        f"{one}\n".encode() if isinstance(one, str) else base64.b64decode(one["base64"])
        for one in bundle
    )


class Copy:
    """A peer's copy of one log."""

    def __init__(self, origin):
        self.state = LogState(origin)
        self.entries, self.bodies, self.records, self.size = [], {}, {}, 0

    def answer(self, bundles):
        result = "accepted"
        try:
            for bundle in bundles:
                for section in BundleReader([data_of(bundle)]):
                    self.take(section)
        except ProtocolError as error:
            result = error.code
        identity = self.state.identity
        live = [one.index for one in self.records.values() if one.is_live]
        complete = self.size == self.state.size
        return {
            "result": result,
            "size": self.state.size,
            "root": base64.b64encode(self.state.frontier.root()).decode(),
            "key": keys.text_of(identity.key) if identity else "",
            "void": {str(at): one.void for at, one in enumerate(self.entries) if one.void},
            "records": {
                record_name(self.state.origin, first, self.entries[first].leaf): {
                    "op": one.op,
                    "revision": one.revision,
                    "index": one.index,
                }
                for first, one in self.records.items()
            },
            "withheld": [at for at in live if complete and at not in self.bodies],
            "unreadable": [at for at in live if at in self.bodies and not self.is_readable(at)],
        }

    def take(self, section):
        self.state, entries = self.state.take(section)
        self.size = section.checkpoint.size
        self.bodies |= section.bodies
        for index, entry in enumerate(entries, section.start):
            if not entry.void and entry.op in ("put", "del", "purge"):
                after = records.after(self.records, index, entry)
                if isinstance(after, str):
                    entry = replace(entry, void=after)
                else:
                    self.records[after.record] = after
            self.entries.append(entry)

    def is_readable(self, index):
        if len(self.bodies[index]) != self.entries[index].fields["bytes"]:
            return False
        try:
            read_body(self.bodies[index])
        except ProtocolError:
            return False
        return True


def hashes(texts):
    return tuple(base64.b64decode(one) for one in texts)


def evidence(vector):
    key = keys.bytes_of(vector["key"], 32)
    first, second = (read_checkpoint(vector[one]) for one in ("first", "second"))
    other_root, *proof = hashes([vector["other_root"], *vector["proof"]])
    Evidence(first, second, other_root, tuple(proof)).check(key, key)
    return {"result": "fork"}


def verdict(vector):
    common = [read_entry(one.encode()) for one in vector["common"]]
    base, _ = LogState(identity_of(common[0]).origin).after(common)
    branches = []
    for name in ("ours", "theirs"):
        _, marked = base.after([read_entry(one.encode()) for one in vector[name]])
        branches.append(Branch([one for one in marked if one.op == "key" and not one.void]))
    return {"result": judge(base.identity, base.size, vector["final"], *branches)}


def note(vector):
    checkpoint = read_checkpoint(vector["note"])
    checkpoint.check(keys.bytes_of(vector["key"], 32))
    return {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": base64.b64encode(checkpoint.root).decode(),
        "signatures": len(checkpoint.signatures),
    }


def cosignature(vector):
    (one,) = read_signatures(vector["line"] + "\n")
    key = keys.bytes_of(vector["key"], 32)
    return {"time": check_cosignature(read_checkpoint(vector["note"]), one, vector["witness"], key)}


def each_key(vector):
    refused = 0
    for one in vector["keys"]:
        try:
            keys.check_key(keys.bytes_of(one, keys.KEY_BYTES))
        except ProtocolError as error:
            refused += error.code == "bad_key"
    return {"result": "bad_key" if refused else "accepted", "refused": refused}


def inclusion(vector):
    leaf = tree.leaf_hash(vector["line"].encode())
    (root,) = hashes([vector["root"]])
    tree.check_inclusion(leaf, vector["index"], vector["size"], hashes(vector["proof"]), root)


ANSWERS = {
    "evidence": evidence,
    "verdict": verdict,
    "note": note,
    "cosignature": cosignature,
    "keys": each_key,
    "body": lambda vector: read_body(vector["body"].encode()) and None,
    "inclusion": inclusion,
}
