"""What others published to test what we use: signatures, canonical JSON, proofs, witnesses."""

from __future__ import annotations

import base64
import json
import re
from contextlib import suppress
from pathlib import Path

import pytest

from kpa_federation.protocol import canonical, keys, limits, tree, witness
from kpa_federation.protocol.errors import ProtocolError

DATA = Path(__file__).parents[1] / "data"


def read(name):
    return json.loads((DATA / name).read_text("utf-8"))


SIGNATURES = read("wycheproof_ed25519.json")
PROOFS = read("merkle_proofs.json")
CANONICAL = read("jcs.json")


def test_the_counts_are_those_of_the_sources():
    assert (len(SIGNATURES), len(PROOFS), len(CANONICAL)) == (151, 196, 6)


@pytest.mark.parametrize("one", SIGNATURES, ids=lambda one: str(one["id"]))
def test_signatures(one):
    key, signature, message = (bytes.fromhex(one[part]) for part in ("key", "signature", "message"))
    assert keys.is_signed(key, signature, message) == (one["result"] == "valid")


LOW_ORDER = read("low_order_public_keys.json")["keys"]


@pytest.mark.parametrize("spelled", LOW_ORDER)
def test_keys_of_low_order_are_refused(spelled):
    key = bytes.fromhex(spelled)
    with pytest.raises(ProtocolError, match="bad_key"):
        keys.check_key(key)
    assert not keys.is_signed(key, b"\x01" + bytes(63), b"anything")


def test_a_signed_request_of_the_rfc():
    one = read("rfc9421_b26.json")
    key = keys.bytes_of(one["jwk"]["x"], keys.KEY_BYTES)
    signature = base64.b64decode(one["signature"].split(":")[1])
    assert keys.is_signed(key, signature, one["signature_base"].encode())
    assert not keys.is_signed(key, signature, one["signature_base"].encode() + b"\n")


def test_canonical_json_is_written_as_theirs_or_refused():
    written = {}
    for name, one in CANONICAL.items():
        with suppress(ProtocolError):
            written[name] = canonical.write(json.loads(one["input"])).hex()
    assert written == {"unicode": CANONICAL["unicode"]["outhex"]}  # others: null, 56.0, keys…


def test_canonical_json_of_theirs_is_read_and_written_back_or_refused():
    back = {}
    for name, one in CANONICAL.items():
        with suppress(ProtocolError):
            value = canonical.read(bytes.fromhex(one["outhex"]), limits.BODY)
            back[name] = canonical.write(value).hex()
    assert back == {name: CANONICAL[name]["outhex"] for name in ("structures", "unicode")}


@pytest.mark.parametrize("one", PROOFS, ids=lambda one: one["case"])
def test_proofs(one):
    def data(name):
        return base64.b64decode(one[name] or "")

    proof = [base64.b64decode(hash_) for hash_ in one["proof"] or []]
    try:
        if one["kind"] == "inclusion":
            leaf, root = data("leafHash"), data("root")
            tree.check_inclusion(leaf, one["leafIdx"], one["treeSize"], proof, root)
        else:
            sizes = one["size1"], one["size2"]
            tree.check_consistency(*sizes, data("root1"), data("root2"), proof)
        accepted = True
    except ProtocolError:
        accepted = False
    assert accepted != one["wantErr"]


WITNESSED = read("witness_exchanges.json")
NOTE = re.compile(r"((\S+)\n(\d+)\n(\S+)\n)\n\N{EM DASH} (\S+) (\S+)\n")


def test_a_witness_answers_as_another_does():
    known, log = (0, tree.EMPTY_ROOT), WITNESSED["log"]
    statuses = []
    for exchange in WITNESSED["exchanges"]:
        old, proof, note = witness.read_request(exchange["request"])
        text, name, size, root, signer, signature = NOTE.fullmatch(note).groups()
        head = int(size), base64.b64decode(root)
        signature = base64.b64decode(signature)[4:]
        key = bytes.fromhex(WITNESSED["key"])
        is_signed = signer == log and keys.is_signed(key, signature, text.encode())
        statuses.append(
            witness.status_of(known if name == log else None, old, head, proof, is_signed)
        )
        if statuses[-1] == 200:
            known = head
        if statuses[-1] == 409:
            assert exchange["answer"] == f"{known[0]}\n"
    theirs = [one["status"] for one in WITNESSED["exchanges"]]
    assert len(theirs) == 9
    assert statuses == theirs


HASH = base64.b64encode(bytes(32)).decode()
REFUSED_REQUESTS = {
    "no old size": f"{HASH}\n\nnote",
    "an old size with a zero before it": "old 01\n\nnote",
    "a hash cut short": f"old 1\n{HASH[:-2]}\n\nnote",
    "sixty-four hashes": "old 1\n" + f"{HASH}\n" * 64 + "\nnote",
    "no note": "old 1\n",
    "nothing": "",
}


@pytest.mark.parametrize("request_", REFUSED_REQUESTS.values(), ids=REFUSED_REQUESTS)
def test_refused_requests_to_a_witness(request_):
    with pytest.raises(ProtocolError, match="bad_note"):
        witness.read_request(request_)


ROOT, OTHER = bytes(32), b"\x01" * 32


@pytest.mark.parametrize(
    ("known", "old", "head", "proof", "status"),
    [
        ((0, tree.EMPTY_ROOT), 0, (3, ROOT), (), 200),
        ((0, tree.EMPTY_ROOT), 0, (3, ROOT), (ROOT,), 422),
        ((0, tree.EMPTY_ROOT), 0, (0, ROOT), (), 409),
        ((3, ROOT), 3, (3, ROOT), (), 200),
        ((3, ROOT), 3, (3, OTHER), (), 409),
        ((3, ROOT), 3, (3, ROOT), (ROOT,), 422),
        ((3, ROOT), 3, (2, ROOT), (), 400),
        ((3, ROOT), 0, (3, ROOT), (), 409),
        ((3, ROOT), 4, (5, ROOT), (), 409),
    ],
)
def test_what_a_witness_says(known, old, head, proof, status):
    assert witness.status_of(known, old, head, proof, True) == status
