"""R32: what instances said to each other in a version of the protocol is read by the later ones."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from peers import Node

from kpa_federation.peers import endpoints, inviting, signing
from kpa_federation.peers.over_http import HttpPeer
from kpa_federation.peers.signing import Message
from kpa_federation.protocol import notes, tree, witness
from kpa_federation.protocol.bundle import BundleReader
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.notes import read_checkpoint

FOLDER = Path(__file__).parents[1] / "data" / "transcripts"
WRITTEN = {"v1": "c5163723cd84dbe68f69e97c3135c0440c6c0088b2498873088f133351e4e096"}
"""The files of a version never change: whoever spoke it goes on speaking it."""


def data_of(said):
    return said.encode() if isinstance(said, str) else base64.b64decode(said["base64"])


class Transcript:
    """What was said in one version, and what the listener had in the end."""

    def __init__(self, version):
        self.folder = FOLDER / version
        self.files = sorted(self.folder.glob("[0-9]*.json"))
        self.said = [json.loads(one.read_text("utf-8")) for one in self.files]
        self.result = json.loads((self.folder / "result.json").read_text("utf-8"))

    def one(self, path):
        (found,) = [one for one in self.said if path in one["url"]]
        return found

    def message(self, path):
        one = self.one(path)
        headers = {name.lower(): value for name, value in one["headers"].items()}
        return Message(one["method"], one["url"], data_of(one["body"]), headers)

    def signed_at(self, path):
        found = re.search(r"created=(\d+)", self.message(path).headers["signature-input"])
        return datetime.fromtimestamp(int(found[1]), UTC)

    def key(self, name):
        return base64.b64decode(self.result["held"][self.result[name]]["key"])


class Replayed:
    """Takes the place of the network: gives what was answered to that address then."""

    def __init__(self, transcript):
        self.said = transcript.said

    def fetch(self, method, url, **_asked):
        one = next(one for one in self.said if (one["method"], one["url"]) == (method, url))
        answer = data_of(one["answer"])
        return SimpleNamespace(status=one["status"], headers=one["answer_headers"], body=answer)

    @contextmanager
    def stream(self, method, url, **asked):
        answer = self.fetch(method, url, **asked)
        answer.pieces = iter([answer.body])
        yield answer


@pytest.fixture(params=sorted(WRITTEN))
def transcript(request):
    return Transcript(request.param)


def test_what_was_written_down_is_as_it_was():
    assert sorted(one.name for one in FOLDER.iterdir()) == sorted(WRITTEN)
    for version, wanted in WRITTEN.items():
        digest = hashlib.sha256()
        for file in sorted((FOLDER / version).iterdir()):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
        assert digest.hexdigest() == wanted


def test_its_answers_bring_the_same_logs(transcript):
    listener = Node("listener")
    for name in ("roubaix", "lille"):
        listener.pull(HttpPeer(Replayed(transcript), f"https://{name}.example"))
    for origin, held in transcript.result["held"].items():
        state = listener.state(origin)
        assert (state.size, base64.b64encode(state.frontier.root()).decode()) == (
            held["size"],
            held["root"],
        )
        assert base64.b64encode(state.identity.key).decode() == held["key"]
    titles = {
        body.partition(b'"title":"')[2].partition(b'"')[0].decode()
        for body in listener.bodies(transcript.result["cape"]).values()
    }
    assert titles == {"Un four à pain", "Une étagère, mieux", "Après la nouvelle clé"}


def test_its_requests_are_understood(transcript):
    for one in transcript.said:
        if one["url"].endswith("/sync"):
            asked = endpoints.read_asked(data_of(one["body"]))
            assert set(asked.want) <= set(transcript.result["held"])
            assert asked.bodies
            assert asked.most > 1_000_000


def test_its_hello_introduces_and_is_signed(transcript):
    said = inviting.read_hello(transcript.message("/hello").body)
    origin, key = inviting.introduced(said["bundle"])
    assert origin == transcript.result["lille"]
    assert (said["name"], said["address"]) == ("Lille", "https://lille.example")
    for path in ("/hello", "/ping"):
        assert signer(transcript, path, {origin: key}) == origin
        with pytest.raises(ProtocolError):
            signer(transcript, path, {origin: transcript.key("roubaix")})


def signer(transcript, path, known):
    """Return who signed a request, by the keys that are known."""
    asked, here = transcript.message(path), transcript.result["roubaix"]
    now = transcript.signed_at(path)
    return signing.check(asked, known=known, recipient=here, now=now).origin


def test_its_witnesses_are_believed(transcript):
    one = transcript.one("/cosign")
    old, proof, note = witness.read_request(data_of(one["body"]).decode())
    checkpoint = read_checkpoint(note)
    checkpoint.check(transcript.key("roubaix"))
    assert (old, proof) == (0, ())
    (line,) = notes.read_signatures(data_of(one["answer"]).decode())
    who, key = transcript.result["lille"], transcript.key("lille")
    assert notes.check_cosignature(checkpoint, line, who, key) > 1_700_000_000
    told = read_checkpoint(data_of(transcript.one("cosignatures=1")["answer"]).decode())
    notes.check_cosignature(told, told.signatures[-1], who, key)


def test_its_proofs_and_its_range_fit_its_checkpoint(transcript):
    origin = transcript.result["cape"]
    checkpoint = read_checkpoint(data_of(transcript.one(f"checkpoint/{origin}")["answer"]).decode())
    checkpoint.check(transcript.key("cape"))
    (section,) = BundleReader([data_of(transcript.one("/log/")["answer"])])
    assert (section.start, section.end, section.origin) == (2, 6, origin)
    whole = next(one for one in transcript.said if one["url"].endswith("/sync"))
    leaves = [
        entry.leaf
        for one in BundleReader([data_of(whole["answer"])])
        if one.origin == origin
        for entry in one.entries
    ]
    assert [entry.leaf for entry in section.entries] == leaves[2:6]

    def proof(path):
        lines = data_of(transcript.one(path)["answer"]).decode().split()
        return [base64.b64decode(line) for line in lines]

    tree.check_inclusion(leaves[1], 1, 11, proof("index=1"), checkpoint.root)
    old_root = tree.root_of(lambda start, end: leaves[start:end], 0, 5)
    tree.check_consistency(5, 11, old_root, checkpoint.root, proof("old=5"))
