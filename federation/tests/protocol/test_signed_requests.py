"""Requests that are signed (section 12): who signed is in the signature, and nowhere else."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kept_vectors import FEDERATION
from log_writer import Writer, public_of

from kpa_core.errors import Misuse
from kpa_federation.peers import inviting, signing
from kpa_federation.peers.signing import Message
from kpa_federation.protocol import keys
from kpa_federation.protocol.errors import ProtocolError

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SENDER, RECEIVER = Writer("roubaix"), Writer("lille")
SENDER_KEY = public_of("roubaix")


def signed(nonce, monkeypatch):
    monkeypatch.setattr(signing.secrets, "token_urlsafe", lambda _bytes: nonce)
    made = Message("POST", "https://lille.example/federation/v1/ping", b"{}")
    who = {"origin": SENDER.origin, "recipient": RECEIVER.origin, "private": SENDER.private}
    signing.sign(made, **who, now=NOW)
    made.headers = {name.lower(): one for name, one in made.headers.items()}
    return made


def check(message):
    known = {SENDER.origin: SENDER_KEY}
    return signing.check(message, known=known, recipient=RECEIVER.origin, now=NOW)


def test_a_nonce_is_sixteen_bytes(monkeypatch):
    message = signed("A" * 22, monkeypatch)
    assert check(message).nonce == "A" * 22
    assert signing.claimed(message) == SENDER.origin


@pytest.mark.parametrize("nonce", ["A", "A" * 21, "A" * 21 + "B", "A" * 23, "A" * 100, "+" * 22])
def test_another_nonce_is_none(nonce, monkeypatch):
    with pytest.raises(ProtocolError, match="bad_signature"):
        check(signed(nonce, monkeypatch))


@pytest.mark.parametrize("said", ["", "kpa=()", 'kpa=();keyid="ROUBAIX"', ';keyid="' + "a" * 31])
def test_who_is_not_named_as_an_origin_is_nobody(said):
    assert signing.claimed(Message("POST", "", b"", {"signature-input": said})) == ""


SPEC = (FEDERATION / "SPEC.md").read_text("utf-8")


def example():
    """Return the signed request of the specification."""
    (request,) = re.findall(r"^```\n(POST .*?)^```$", SPEC, re.DOTALL | re.MULTILINE)
    head, _, body = request.partition("\n\n")
    first, *lines = head.split("\n")
    headers = {name.lower(): value for name, value in (one.split(": ", 1) for one in lines)}
    method, path, _ = first.split(" ")
    url = f"https://{headers['host']}{path}"
    return Message(method, url, body.removesuffix("\n").encode(), headers)


def signature_base(message):
    """Return what RFC 9421 says is signed, written without the library."""
    parameters = message.headers["signature-input"].removeprefix("kpa=")
    values = {"@method": message.method, "@target-uri": message.url, **message.headers}
    names = re.findall(r'"([^"]+)"', parameters.partition(")")[0])
    lines = [f'"{name}": {values[name]}\n' for name in names]
    return "".join(lines) + f'"@signature-params": {parameters}'


def test_the_example_of_the_specification_is_signed():
    message = example()
    assert check(message) == signing.Signed(SENDER.origin, "AAECAwQFBgcICQoLDA0ODw", NOW)
    digest = base64.b64encode(sha256(message.body).digest()).decode()
    assert message.headers["content-digest"] == f"sha-256=:{digest}:"
    signature = base64.b64decode(message.headers["signature"].removeprefix("kpa=")[1:-1])
    key = Ed25519PrivateKey.from_private_bytes(sha256(b"kpa test key: roubaix").digest())
    assert key.sign(signature_base(message).encode()) == signature
    kept = json.loads((FEDERATION / "vectors" / "no_guardians.json").read_text("utf-8"))
    assert (kept["origin"], kept["expect"]["key"]) == (SENDER.origin, keys.text_of(SENDER_KEY))


def test_the_example_of_an_invitation_is_read():
    (link,) = re.findall(r"^https://\S+/federation/invitation/\S+$", SPEC, re.MULTILINE)
    found = inviting.read_link(link)
    assert (found.address, found.origin) == ("https://lille.example", RECEIVER.origin)
    assert found.link() == link
    with pytest.raises(Misuse):
        inviting.read_link(link.replace("AAEC", "A+EC"))
