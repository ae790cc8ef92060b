"""Texts, keys, trees, notes and entries, each alone. Numbers are sections of SPEC.md."""

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
TEXT = r"(kpa/([a-z2-7]{32})\n(0|[1-9][0-9]{0,14})\n(\S+)\n)"
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
NAME = text("[a-z2-7]{32}/(0|[1-9][0-9]{0,14})/[0-9a-f]{16}")
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
