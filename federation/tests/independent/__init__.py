"""A second reader of the protocol, written from SPEC.md alone; it shares no code with the package.

``answer`` gives what a vector expects (section 16).
"""

import base64

from .forms import (
    Note,
    Refused,
    decode,
    encode,
    is_signed,
    key_id,
    need,
    read_body,
    read_signature,
    signers,
    usable_key,
)
from .logs import Log, hashes_of, origin_of, sections
from .tree import consistent, included, leaf_hash


def read_log(vector):
    log = Log(vector["origin"])
    try:
        for bundle in vector["bundles"]:
            for section in sections(b"".join(map(bytes_of, bundle))):
                log = log.take(*section)
    except Refused as refused:
        return {"result": refused.args[0], **log.state()}
    return log.state()


def bytes_of(line):
    return f"{line}\n".encode() if isinstance(line, str) else base64.b64decode(line["base64"])


def read_evidence(vector):  # 9
    key, first, second = decode(vector["key"], 32), Note(vector["first"]), Note(vector["second"])
    need(first.origin == second.origin, "other_log")
    first.check(key)
    second.check(key)
    other, *proof = hashes_of([vector["other_root"], *vector["proof"]])
    need(other != first.root, "bad_proof")
    consistent(first.size, second.size, other, second.root, proof)
    return {"result": "fork"}


def read_branches(vector):  # 9
    base = Log(origin_of(leaf_hash(vector["common"][0].encode())))
    weights = []
    for line in vector["common"]:
        base.add(line.encode())
    if len(base.leaves) < vector["final"]:
        return {"result": "too_late"}
    for name in ("ours", "theirs"):
        branch = Log(base.origin)
        for line in [*vector["common"], *vector[name]]:
            branch.add(line.encode())
        new = branch.rotations[len(base.rotations) :]
        signed = signers(new[0], base.next) if new and base.next else 0
        enough = signed and signed >= base.next["threshold"]
        weights.append(2 if signed and signed == len(base.next["hashes"]) else bool(enough))
    ours, theirs = weights
    return {"result": "replace" if theirs > ours else "keep" if ours > theirs else "freeze"}


def read_note(vector):
    note = Note(vector["note"])
    note.check(decode(vector["key"], 32))
    root, signatures = encode(note.root), len(note.signatures)
    return {"origin": note.origin, "size": note.size, "root": root, "signatures": signatures}


def read_cosignature(vector):  # 4.4
    signer, data = read_signature(vector["line"])
    key, time = decode(vector["key"], 32), int.from_bytes(data[4:12], "big")
    name = f"kpa/{vector['witness']}"
    need((signer, data[:4]) == (name, key_id(name, 4, key)), "bad_signature")
    said = f"cosignature/v1\ntime {time}\n".encode() + Note(vector["note"]).text
    need(is_signed(key, data[12:], said), "bad_signature")
    return {"time": time}


def read_keys(vector):
    refused = 0
    for one in vector["keys"]:
        try:
            usable_key(one)
        except Refused:
            refused += 1
    return {"refused": refused, "result": "bad_key" if refused else "accepted"}


def read_inclusion(vector):
    (root,), proof = hashes_of([vector["root"]]), hashes_of(vector["proof"])
    included(leaf_hash(vector["line"].encode()), vector["index"], vector["size"], proof, root)
    return {}


READ = {
    "log": read_log, "evidence": read_evidence, "verdict": read_branches, "note": read_note,
    "cosignature": read_cosignature, "keys": read_keys, "inclusion": read_inclusion,
    "body": lambda vector: read_body(vector["body"].encode()) or {},
}  # fmt: skip


def answer(vector):
    """Return what comes out of a vector."""
    try:
        return {"result": "accepted", **READ[vector["what"]](vector)}
    except Refused as refused:
        return {"result": refused.args[0]}
