"""Bundles, sections and logs (sections 5.5 to 10)."""

import base64
import json
from copy import deepcopy
from hashlib import sha256

from .forms import (
    ORIGIN,
    Note,
    Refused,
    canonical,
    decode,
    encode,
    is_plain,
    need,
    number,
    read_body,
    read_entry,
    signers,
    spell,
    text,
)
from .tree import consistent, included, leaf_hash, root_of


def origin_of(leaf):
    return base64.b32encode(leaf[:20]).decode().lower()


class Log:
    def __init__(self, origin):
        self.origin, self.headers, self.leaves, self.void = origin, [], [], {}
        self.keys, self.next, self.rotations = [], None, []
        self.records, self.bodies, self.seen = {}, {}, 0

    def key_at(self, size):
        return decode([key for index, key in self.keys if index < size][-1])

    def add(self, line):
        index, root = len(self.leaves), root_of(self.leaves)
        fields, why = read_entry(line)
        self.leaves.append(leaf_hash(line))
        self.headers.append(fields)
        if why := why or self.effect(index, fields, root):
            self.void[str(index)] = why

    def effect(self, index, fields, root):
        if fields["op"] not in ("genesis", "key"):
            return self.change(index, fields)
        if fields["op"] == "genesis":
            if index or origin_of(self.leaves[0]) != self.origin:
                return "other_place"
        else:  # 6
            here = self.keys and (fields["origin"], fields["size"]) == (self.origin, index)
            if not here or (root and decode(fields["root"]) != root):
                return "other_place"
            same = not fields.get("by") and fields["key"] == self.keys[-1][1]
            if not (signers(fields, self.next) >= self.next["threshold"] if self.next else same):
                return "not_signed"
            self.rotations.append(fields)
        self.next = fields.get("next")
        self.keys.append((index, fields["key"]))
        return ""

    def change(self, index, fields):  # 7
        first = fields.get("record", index)
        if "record" in fields and first not in self.records:
            return "no_record"
        was, revision, _ = self.records.get(first, ("", 0, 0))
        if fields["revision"] != revision + 1:
            return "revision"
        if was in ("del", "purge") and (was, fields["op"]) != ("del", "purge"):
            return "withdrawn"
        self.records[first] = (fields["op"], revision + 1, index)
        return ""

    def take(self, frame, note, lines, bodies):  # 10.1
        """Return the log after a section."""
        after, to = deepcopy(self), frame["to"]
        need(frame["log"] == note.origin == self.origin, "other_log")
        need(frame["from"] == len(self.leaves), "gap")
        need(note.size >= to, "rollback")
        for line in lines:
            after.add(line)
        need(after.keys, "other_log")
        root = root_of(after.leaves)
        if to == note.size:
            need(root == note.root, "bad_root")
        else:
            consistent(to, note.size, root, note.root, hashes_of(frame.get("proof", [])))
        ahead, least = deepcopy(after), to
        for one in frame.get("keys", []):
            need(least <= one["index"] < note.size, "bad_proof")
            line, least = one["line"].encode(), one["index"] + 1
            included(leaf_hash(line), one["index"], note.size, hashes_of(one["proof"]), note.root)
            fields, why = read_entry(line)
            need(not why and fields["op"] == "key", "bad_proof")
            need(not ahead.effect(one["index"], fields, None), "bad_signature")
        note.check(ahead.key_at(note.size))
        after.bodies |= {frame["from"] + at: body for at, body in bodies.items()}
        after.seen = note.size
        return after

    def state(self):
        live = [index for op, _, index in self.records.values() if op == "put"]
        records = {}
        for first, (op, revision, index) in self.records.items():
            name = f"{self.origin}/{first}/{self.leaves[first][:8].hex()}"
            records[name] = {"op": op, "revision": revision, "index": index}
        missing = [at for at in live if at not in self.bodies]
        return {
            "size": len(self.leaves),
            "root": encode(root_of(self.leaves)),
            "key": self.keys[-1][1] if self.keys else "",
            "void": self.void,
            "records": records,
            "withheld": missing if self.seen == len(self.leaves) else [],
            "unreadable": [at for at in live if at not in missing and not self.is_readable(at)],
        }

    def is_readable(self, index):  # 8
        try:
            read_body(self.bodies[index])
        except Refused:
            return False
        return len(self.bodies[index]) == self.headers[index]["bytes"]


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
    said = canonical(first[1:], 2**19)
    need(said.get("v") == 1 and ORIGIN(said.get("peer")), "bad_bundle")
    for line in lines:
        need(len(line) <= 2**20, "too_long")
        tag, line = line[:1], line[1:]
        if tag in (b"L", b"E") and section:
            need(len(section[2]) == section[0]["to"] - section[0]["from"], "bad_bundle")
            yield section
        if tag == b"E":
            read_end(line)
            need(next(lines, None) is None, "bad_bundle")
            return
        if tag == b"L":
            section, held = (*read_frame(line), [], {}), 0
            continue
        need(section and tag in (b"H", b"P", b"B"), "bad_bundle")
        body = next(lines, None) if tag == b"P" else tag + line if tag == b"B" else b""
        if body is None:
            return
        need(tag == b"H" or body[:1] == b"B", "bad_bundle")
        add_line(section, tag, line, body[1:])
        held += len(line) + len(body)
        most = section[0]["to"] - section[0]["from"]
        need(held <= 2**24 and len(section[2]) <= min(most, 2**15), "bad_bundle")


def add_line(section, tag, line, body):
    need(len(body) <= 262144, "too_long")
    hashed = encode(sha256(body).digest(), True)
    if tag == b"P":
        need(len(line) <= 1024, "too_long")
        try:
            fields = json.loads(line)
            need(isinstance(fields, dict) and is_plain(fields), "not_canonical")
            line = spell({**fields, "body": hashed})
        except (ValueError, RecursionError):
            raise Refused("not_canonical") from None
    if tag == b"B":
        need(section[2], "bad_bundle")
        need_a_put(section[2][-1])
        need(read_entry(section[2][-1])[0].get("body") == hashed, "bad_root")
    else:
        need(len(line) <= 4096, "ended")
        section[2].append(line)
    if tag == b"P":
        need_a_put(line)
    if tag != b"H":
        section[3][len(section[2]) - 1] = body


def need_a_put(line):
    op = read_entry(line)[0].get("op")
    need(op not in ("genesis", "key", "del", "purge"), "bad_bundle")


def read_end(line):
    end = canonical(line, 2**20)
    need(text("(?s).{0,64}")(end.get("cursor")) and isinstance(end.get("next"), dict), "bad_bundle")
    need(all(ORIGIN(one) and type(at) is int for one, at in end["next"].items()), "bad_bundle")


def read_frame(line):
    frame, index = canonical(line, 2**19), number(0)
    start, end, ahead = frame.get("from"), frame.get("to"), frame.get("keys", [])
    need(index(start) and index(end) and start <= end and ORIGIN(frame.get("log")), "bad_bundle")
    need(isinstance(frame.get("checkpoint"), str), "bad_bundle")
    need(isinstance(ahead, list) and len(ahead) <= 32, "bad_bundle")
    for one in ahead:
        is_key = isinstance(one, dict) and isinstance(one.get("line"), str)
        need(is_key and type(one.get("index")) is int, "bad_bundle")
    return frame, Note(frame["checkpoint"])
