"""A second reader of the protocol, written from SPEC.md alone; it shares no code with the package.

``answer`` gives what a vector expects. Numbers in comments are sections of SPEC.md.
"""

import base64
import json
import re
from datetime import date
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

P = 2**255 - 19
LOW = {0, 1, P - 1, 2707385501144840649318225287225658788936804267575313519463743609750303402022}
LOW |= {55188659117513257062467267217118295137698188065244968500265048394206261417927}
TEXT = r"(kpa/([a-z2-7]{32})\n(0|[1-9][0-9]{0,15})\n(\S+)\n)"
NOTE = re.compile(TEXT + r"\n((?:\u2014 [^\s+]{1,200} \S+\n){1,16})")


class Refused(Exception):
    pass


def need(holds, code):
    if not holds:
        raise Refused(code)


def canonical(data, longest):  # 2
    need(len(data) <= longest, "too_long")
    try:
        value = json.loads(data.decode())
        need(isinstance(value, dict) and is_plain(value) and spell(value) == data, "not_canonical")
    except (ValueError, RecursionError):
        raise Refused("not_canonical") from None
    return value


def spell(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def is_plain(value, level=1):
    if type(value) is int:
        return abs(value) < 2**53
    if isinstance(value, dict) and all(name.isascii() for name in value):
        value = list(value.values())
    if isinstance(value, list):
        return level <= 16 and all(is_plain(one, level + 1) for one in value)
    return isinstance(value, str)


def decode(text, length=None, code="bad_field", url=True):  # 1
    try:
        padding = "=" * (-len(text) % 4) if url else ""
        data = base64.b64decode(text + padding, b"-_" if url else None, validate=True)
    except (TypeError, ValueError):
        raise Refused(code) from None
    need(encode(data, url) == text and length in (None, len(data)), code)
    return data


def encode(data, url=False):
    return (base64.urlsafe_b64encode(data).rstrip(b"=") if url else base64.b64encode(data)).decode()


def usable_key(text):  # 3
    key = decode(text, 32)
    y = int.from_bytes(key, "little") % 2**255
    need(y < P and y not in LOW, "bad_key")
    return key


def is_signed(key, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(usable_key(encode(key, True))).verify(signature, message)
    except (Refused, InvalidSignature, ValueError):
        return False
    return True


def leaf_hash(line):  # 4.1
    return sha256(b"\0" + line).digest()


def node(left, right):
    return sha256(b"\1" + left + right).digest()


def half(count):
    return 1 << (count - 1).bit_length() - 1


def root_of(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    return node(root_of(leaves[: half(len(leaves))]), root_of(leaves[half(len(leaves)) :]))


def taken(hashes):
    need(hashes, "bad_proof")
    return hashes.pop()


def included(leaf, index, size, proof, root):
    proof = list(proof)

    def climb(at, count):
        if count == 1:
            return leaf
        other, middle = taken(proof), half(count)
        if at < middle:
            return node(climb(at, middle), other)
        return node(other, climb(at - middle, count - middle))

    need(0 <= index < size and all(len(one) == 32 for one in (*proof, root)), "bad_proof")
    need(climb(index, size) == root and not proof, "bad_proof")


def consistent(old, size, old_root, root, proof):
    proof = list(proof)

    def climb(at, count, whole):
        if at == count:
            return (old_root if whole else taken(proof),) * 2
        other, middle = taken(proof), half(count)
        if at <= middle:
            first, second = climb(at, middle, whole)
            return first, node(second, other)
        first, second = climb(at - middle, count - middle, False)
        return node(other, first), node(other, second)

    need(0 < old <= size and all(len(one) == 32 for one in (*proof, root)), "bad_proof")
    need(climb(old, size, True) == (old_root, root) and not proof, "bad_proof")


class Note:  # 4.3
    def __init__(self, note):
        found = NOTE.fullmatch(note)
        need(found and len(note) <= 16384, "bad_note")
        self.text, self.origin, self.size = found[1].encode(), found[2], int(found[3])
        self.root = decode(found[4], 32, "bad_note", url=False)
        self.signatures = [read_signature(line) for line in found[5][:-1].split("\n")]

    def check(self, key):
        name = f"kpa/{self.origin}"
        mine = [
            data[4:]
            for who, data in self.signatures
            if (who, data[:4]) == (name, key_id(name, 1, key))
        ]
        need(any(is_signed(key, one, self.text) for one in mine), "bad_signature")


def read_signature(line):
    _, name, text = line.split(" ")
    data = decode(text, None, "bad_note", url=False)
    need(len(data) > 4, "bad_note")
    return name, data


def key_id(name, kind, key):
    return sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:4]


def octets(length):
    return lambda value: decode(value, length)


def text(pattern):
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value)


def number(least=1, most=2**53 - 1):
    return lambda value: type(value) is int and least <= value <= most


def listed(most, **rules):
    return lambda value: (
        isinstance(value, list) and len(value) <= most and all(follows(one, rules) for one in value)
    )


def follows(fields, rules):
    need(isinstance(fields, dict), "bad_field")
    for name, rule in rules.items():
        if name[-1] != "_" or name[:-1] in fields:  # "_": it may be absent
            need(rule(fields.get(name.rstrip("_"))), "bad_field")
    return True


def is_day(value):
    try:
        return text("[0-9]{4}-[0-9]{2}-[0-9]{2}")(value) and date.fromisoformat(value)
    except ValueError:
        return False


def are_guardians(value):  # 6
    follows(value, {"hashes": lambda one: isinstance(one, list), "threshold": number(2)})
    hashes = [decode(one, 32) for one in value["hashes"]]
    return value["threshold"] <= len(set(hashes)) == len(hashes) <= 7


ORIGIN, LIVE = text("[a-z2-7]{32}"), ("put", "del", "purge")
NAME = text("[a-z2-7]{32}/(0|[1-9][0-9]{0,15})/[0-9a-f]{16}")
WITHDRAWAL = {
    "at": is_day, "record": number(), "revision": number(),
    "reason": text("duplicate|error|outdated|privacy|rights|safety"),
}  # fmt: skip
RULES = {  # 5, in the order in which fields are looked at
    "genesis": {
        "algorithm": text("ed25519"), "v": number(1, 1), "at": is_day, "nonce": octets(16),
        "key": usable_key, "next_": are_guardians,
    },
    "key": {
        "at": is_day, "origin": ORIGIN, "size": number(), "root": octets(32), "key": usable_key,
        "next": are_guardians, "by_": listed(7, key=octets(32), signature=octets(64)),
    },
    "put": {
        "at": is_day, "body": octets(32), "bytes": number(1, 262144), "revision": number(),
        "kind": text("[a-z0-9][a-z0-9.-]{0,62}/[a-z][a-z0-9_-]{0,31}/[1-9][0-9]{0,3}"),
        "licence": text("[A-Za-z0-9][A-Za-z0-9.+-]{0,39}"), "record_": number(),
        "derived_from_": listed(16, record=NAME, revision=number()),
    },
    "del": WITHDRAWAL, "purge": WITHDRAWAL,
}  # fmt: skip
FILE = {"name": text("(?s).{1,200}"), "sha256": text("[0-9a-f]{64}"), "size": number(0)}


def read_body(data):  # 8
    follows(canonical(data, 262144), {"salt": octets(16), "files_": listed(32, **FILE)})


def read_entry(line):  # 5.5
    """Return a header's fields, and why it is void."""
    need(len(line) <= 4096, "ended")
    fields = {}
    try:
        fields = canonical(line, 4096)
        op = fields.get("op")
        need(isinstance(op, str) and op in RULES, "unknown_op")
        need(len(line) <= 1024 or op in ("genesis", "key"), "too_long")
        return fields, "" if follows(fields, RULES[op]) else "bad_field"
    except Refused as refused:
        return fields, refused.args[0]


def signers(fields, promised):  # 6
    said = {name: fields[name] for name in fields if name != "by"}
    message, found = b"kpa-rotate/v1\n" + spell(said), set()
    for one in fields.get("by", []):
        key = decode(one["key"], 32)
        hashed = encode(sha256(key).digest(), True)
        if hashed in promised["hashes"] and is_signed(key, decode(one["signature"], 64), message):
            found.add(hashed)
    return len(found)


class Log:
    def __init__(self, origin):
        self.origin, self.lines, self.leaves, self.void = origin, [], [], {}
        self.keys, self.next, self.rotations = [], None, []
        self.records, self.bodies, self.seen = {}, {}, 0

    def copied(self):
        copy = Log(self.origin)
        for name, value in vars(self).items():
            setattr(copy, name, value.copy() if isinstance(value, list | dict) else value)
        return copy

    def key_at(self, size):
        return [key for index, key in self.keys if index < size or index == 0][-1]

    def add(self, line):
        index = len(self.lines)
        fields, why = read_entry(line)
        self.leaves.append(leaf_hash(line))
        self.lines.append(fields)
        why = why or self.apply(index, fields, root_of(self.leaves[:-1]))
        if why:
            self.void[str(index)] = why

    def apply(self, index, fields, root):
        op = fields["op"]
        if op in LIVE:
            return self.change(index, fields)
        if op == "genesis":
            made = base64.b32encode(self.leaves[index][:20]).decode().lower()
            if index or made != self.origin:
                return "other_place"
        elif why := self.rotate(index, fields, root):
            return why
        self.next = fields.get("next")
        if not self.keys or decode(fields["key"], 32) != self.keys[-1][1]:
            self.keys.append((index, decode(fields["key"], 32)))
        return ""

    def rotate(self, index, fields, root):
        if (fields["origin"], fields["size"]) != (self.origin, index) or not self.keys:
            return "other_place"
        if root is not None and decode(fields["root"], 32) != root:
            return "other_place"
        same = not fields.get("by") and decode(fields["key"], 32) == self.keys[-1][1]
        if signers(fields, self.next) < self.next["threshold"] if self.next else not same:
            return "not_signed"
        self.rotations.append(fields)
        return ""

    def change(self, index, fields):  # 7
        first, revision = fields.get("record", index), 0
        if "record" in fields:
            if first not in self.records:
                return "no_record"
            was, revision, _ = self.records[first]
        if fields["revision"] != revision + 1:
            return "revision"
        if revision and was != "put" and (was, fields["op"]) != ("del", "purge"):
            return "withdrawn"
        self.records[first] = (fields["op"], revision + 1, index)
        return ""

    def take(self, frame, note, lines, bodies):  # 10.1
        """Take a section; return the log after it."""
        after, to = self.copied(), frame["to"]
        need(frame["log"] == note.origin == self.origin, "other_log")
        need(frame["from"] == len(self.lines), "gap")
        need(note.size >= to, "rollback")
        for line in lines:
            after.add(line)
        need(after.keys, "other_log")
        root = root_of(after.leaves)
        if to == note.size:
            need(root == note.root, "bad_root")
        else:
            consistent(to, note.size, root, note.root, hashes_of(frame.get("proof", [])))
        ahead, least = after.copied(), to
        for one in frame.get("keys", []):
            need(least <= one["index"] < note.size, "bad_proof")
            line, least = one["line"].encode(), one["index"] + 1
            included(leaf_hash(line), one["index"], note.size, hashes_of(one["proof"]), note.root)
            fields, why = read_entry(line)
            need(not why and fields["op"] == "key", "bad_proof")
            need(not ahead.apply(one["index"], fields, None), "bad_signature")
        note.check(ahead.key_at(note.size))
        after.bodies |= {frame["from"] + at: body for at, body in bodies.items()}
        after.seen = note.size
        return after

    def state(self):
        live = [index for op, _, index in self.records.values() if op == "put"]
        names = {
            first: f"{self.origin}/{first}/{self.leaves[first][:8].hex()}" for first in self.records
        }
        said = (("op", "revision", "index"), self.records)
        return {
            "size": len(self.lines),
            "root": encode(root_of(self.leaves)),
            "key": encode(self.keys[-1][1], True) if self.keys else "",
            "void": self.void,
            "records": {names[one]: dict(zip(said[0], said[1][one], strict=True)) for one in names},
            "withheld": [
                at for at in live if self.seen == len(self.lines) and at not in self.bodies
            ],
            "unreadable": [at for at in live if at in self.bodies and not self.is_readable(at)],
        }

    def is_readable(self, index):
        try:
            read_body(self.bodies[index])
        except Refused:
            return False
        return len(self.bodies[index]) == self.lines[index]["bytes"]


def hashes_of(value):
    need(isinstance(value, list) and len(value) <= 64, "bad_proof")
    return [decode(one, None, "bad_proof", url=False) for one in value]


def sections(data):  # 10
    """Give frame, checkpoint, headers and bodies of each whole section."""
    lines = iter(data.split(b"\n")[:-1])
    first, section = next(lines, None), None
    if first is None:
        return
    need(first[:1] == b"K", "bad_bundle")
    said = canonical(first[1:], 65536)
    need(said.get("v") == 1 and ORIGIN(said.get("peer")), "bad_bundle")
    for line in lines:
        need(len(line) <= 2**20, "too_long")
        tag, line = line[:1], line[1:]
        if tag in (b"L", b"E") and section:
            need(len(section[2]) == section[0]["to"] - section[0]["from"], "bad_bundle")
            yield section
        if tag == b"E":
            end = canonical(line, 2**20)
            need(text("(?s).{0,64}")(end.get("cursor")) and is_next(end.get("next")), "bad_bundle")
            need(next(lines, None) is None, "bad_bundle")
            return
        if tag == b"L":
            section, held = (*read_frame(line), [], {}), 0
            continue
        need(section and tag in (b"H", b"P", b"B"), "bad_bundle")
        body = line if tag == b"B" else None
        if tag == b"P":
            body = next(lines, None)
            if body is None:
                return
            need(body[:1] == b"B", "bad_bundle")
            body = body[1:]
        add_line(section, tag, line, body)
        held += len(line) + len(body or b"")
        need(
            held <= 2**24 and len(section[2]) <= section[0]["to"] - section[0]["from"], "bad_bundle"
        )


def add_line(section, tag, line, body):
    need(body is None or len(body) <= 262144, "too_long")
    if tag == b"P":
        need(len(line) <= 1024, "too_long")
        try:
            fields = json.loads(line)
            need(isinstance(fields, dict) and is_plain(fields), "not_canonical")
            line = spell({**fields, "body": encode(sha256(body).digest(), True)})
        except (ValueError, RecursionError):
            raise Refused("not_canonical") from None
    if tag != b"B":
        need(len(line) <= 4096, "ended")
        section[2].append(line)
    if tag == b"B":
        need(section[2], "bad_bundle")
        hashed = encode(sha256(body).digest(), True)
        need(read_entry(section[2][-1])[0].get("body") == hashed, "bad_root")
    if body is not None:
        section[3][len(section[2]) - 1] = body


def is_next(value):
    return isinstance(value, dict) and all(ORIGIN(one) and type(value[one]) is int for one in value)


def read_frame(line):
    frame = canonical(line, 65536)
    known = (
        number(0)(frame.get("from")) and number(0)(frame.get("to")) and frame["from"] <= frame["to"]
    )
    need(
        known and ORIGIN(frame.get("log")) and isinstance(frame.get("checkpoint"), str),
        "bad_bundle",
    )
    ahead = frame.get("keys", [])
    need(isinstance(ahead, list) and len(ahead) <= 32, "bad_bundle")
    for one in ahead:
        is_key = isinstance(one, dict) and isinstance(one.get("line"), str)
        need(is_key and type(one.get("index")) is int, "bad_bundle")
    return frame, Note(frame["checkpoint"])


def read_log(vector):
    log = Log(vector["origin"])
    try:
        for bundle in vector["bundles"]:
            pieces = [
                f"{one}\n".encode() if isinstance(one, str) else base64.b64decode(one["base64"])
                for one in bundle
            ]
            for section in sections(b"".join(pieces)):
                log = log.take(*section)
    except Refused as refused:
        return {"result": refused.args[0], **log.state()}
    return log.state()


def read_evidence(vector):  # 9
    key, first, second = decode(vector["key"], 32), Note(vector["first"]), Note(vector["second"])
    need(first.origin == second.origin, "other_log")
    first.check(key)
    second.check(key)
    other, *proof = hashes_of([vector["other_root"], *vector["proof"]])
    need(other != first.root, "bad_proof")
    if first.size == second.size:
        need(other == second.root and not proof, "bad_proof")
    else:
        consistent(first.size, second.size, other, second.root, proof)
    return {"result": "fork"}


def read_branches(vector):  # 9
    common = [line.encode() for line in vector["common"]]
    base = Log(base64.b32encode(leaf_hash(common[0])[:20]).decode().lower())
    for line in common:
        base.add(line)
    if len(common) < vector["final"]:
        return {"result": "too_late"}
    weights = []
    for name in ("ours", "theirs"):
        branch, known = base.copied(), len(base.rotations)
        for line in vector[name]:
            branch.add(line.encode())
        new = branch.rotations[known:]
        signed = signers(new[0], base.next) if new and base.next else 0
        enough = signed and signed >= base.next["threshold"]
        weights.append(2 if signed and signed == len(base.next["hashes"]) else int(bool(enough)))
    ours, theirs = weights
    return {"result": "replace" if theirs > ours else "keep" if ours > theirs else "freeze"}


def read_note(vector):
    note = Note(vector["note"])
    note.check(decode(vector["key"], 32))
    root, signatures = encode(note.root), len(note.signatures)
    return {"origin": note.origin, "size": note.size, "root": root, "signatures": signatures}


def read_cosignature(vector):  # 4.4
    name, data = read_signature(vector["line"])
    key, time = decode(vector["key"], 32), int.from_bytes(data[4:12], "big")
    need((name, data[:4]) == (f"kpa/{vector['witness']}", key_id(name, 4, key)), "bad_signature")
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
    return {"refused": refused} | ({"result": "bad_key"} if refused else {})


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
