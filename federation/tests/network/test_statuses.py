"""The specification names every endpoint and every status there is, and no other (section 11)."""

from __future__ import annotations

import json
import re
from hashlib import sha256

import pytest
from kept_vectors import FEDERATION
from log_writer import Writer, private_of

from kpa_core import clock
from kpa_core.testing import TestKpa
from kpa_core.work import KPA, OPERATOR
from kpa_federation.blobs import fetching
from kpa_federation.log import going_back, keeping
from kpa_federation.log.models import CosignatureRow
from kpa_federation.network import directory
from kpa_federation.own import writing
from kpa_federation.peers import inviting, service, signing, throttle, witnessing
from kpa_federation.peers.buckets import Buckets
from kpa_federation.peers.over_http import BASE, JSON
from kpa_federation.peers.signing import Message
from kpa_federation.protocol import canonical
from kpa_federation.protocol.bodies import Attachment, write_body
from kpa_federation.protocol.bundle import closing, opening, section_lines
from kpa_federation.protocol.entries import put

SPEC = (FEDERATION / "SPEC.md").read_text("utf-8").split("\n## 11.")[1].split("\n## 12.")[0]
HERE = "https://roubaix.example"
FILE = b"0123456789"
LONG = b" " * (1024 * 1024 + 1)


class Served:
    """One instance; ``ask`` remembers which endpoint answered with which status."""

    def __init__(self, folder):
        instance = {"base_url": HERE}
        self.kpa = TestKpa.make(folder / "kpa", plugins=["federation"], instance=instance)
        self.kpa.app.testing = False
        self.kpa.app.config["PROPAGATE_EXCEPTIONS"] = False
        self.refill(1e9)
        self.seen = set()
        with self.kpa.instance.work(KPA) as work:
            self.origin = writing.open_log(work)

    def refill(self, tokens):
        self.kpa.app.extensions[throttle.EXTENSION] = Buckets(burst=tokens)

    def work(self):
        return self.kpa.instance.work(OPERATOR)

    def ask(self, method, path, body=b"", **headers):
        client, told = (
            self.kpa.app.test_client(),
            {k.replace("_", "-"): v for k, v in headers.items()},
        )
        answer = client.open(
            f"{BASE}/{path}", base_url=HERE, method=method, data=body, headers=told
        )
        name = re.sub(r"^(log|checkpoint|proof|blob)/.*", r"\1", path.partition("?")[0])
        self.seen.add((f"{method} {name}", answer.status_code))
        return answer

    def ask_signed(self, path, body, who, **more):
        made = Message("POST", f"{HERE}{BASE}/{path}", body)
        said = {"origin": who.origin, "recipient": self.origin, "private": who.private}
        signing.sign(made, **{**said, "now": clock.now(), **more})
        return self.ask("POST", path, body, **made.headers)

    def invite(self):
        with self.work() as work:
            return inviting.invite(work).secret

    def keep(self, writer):
        with self.work() as work, work.transaction() as session:
            state, entries = keeping.state_of(session, writer.origin).take(writer.section())
            head = writer.checkpoint()
            keeping.keep(session, [keeping.Verified(state, 0, entries, {}, head)], clock.now())


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    made = Served(tmp_path_factory.mktemp("statuses"))
    yield made
    made.kpa.close()


def hello(writer, secret, **other):
    bundle = [opening(writer.origin), *section_lines(writer.section()), closing("", {})]
    said = {"address": "https://lille.example", "bundle": b"".join(bundle).decode()}
    return canonical.write({**said, "name": "Lille", "secret": secret, **other})


def refused(answer):
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"
    return answer.text


SYNC = {
    b"[": "not_canonical\n",
    b'{ "want":{}}': "not_canonical\n",
    b'{"want":1}': "bad_field\n",
    b'{"want":{"a":0}}': "bad_field\n",
    b"{}": "bad_field\n",
}


@pytest.mark.parametrize("body", SYNC)
def test_a_wrong_request_to_sync_is_answered_by_a_code(here, body):
    assert refused(here.ask("POST", "sync", body)) == SYNC[body]


HELLOS = {
    "bad_field\n": {"address": "lille"},
    "bad_bundle\n": {"bundle": ""},
}


@pytest.mark.parametrize("code", HELLOS)
def test_a_wrong_hello_is_answered_by_a_code(here, code):
    body = hello(Writer("lille"), here.invite(), **HELLOS[code])
    assert refused(here.ask_signed("hello", body, Writer("lille"))) == code


def test_a_hello_whose_bundle_is_not_signed_is_answered_by_a_code(here):
    lille = Writer("lille")
    lille.private = private_of("nobody")
    assert (
        refused(here.ask_signed("hello", hello(lille, here.invite()), lille)) == "bad_signature\n"
    )


def test_whoever_is_blocked_is_refused_and_the_secret_stays_good(here):
    blocked, secret = Writer("bloqué"), here.invite()
    with here.work() as work:
        service.add_peer(work, blocked.origin, "", "")
        service.set_trust(work, blocked.origin, "blocked")
    assert here.ask_signed("hello", hello(blocked, secret), blocked).status_code == 422
    friend = Writer("amie")
    answer = here.ask_signed("hello", hello(friend, secret), friend)
    assert json.loads(answer.data) == {"name": "KPA d'essai", "origin": here.origin}
    assert answer.mimetype == JSON


def test_a_witness_says_the_size_it_knows_as_a_size(here):
    arras = followed(here, "arras")
    asked = f"old 0\n\n{arras.checkpoint().note()}".encode()
    assert [here.ask("POST", "cosign", asked).status_code for _ in range(2)] == [200, 409]
    answer = here.ask("POST", "cosign", asked)
    assert (answer.mimetype, answer.text) == ("text/x.tlog.size", f"{arras.checkpoint().size}\n")


def followed(here, name):
    made = Writer(name)
    made.put("Une étagère")
    with here.work() as work:
        service.add_peer(work, made.origin, "", name)
    here.keep(made)
    return made


def test_a_witness_looks_at_the_signature_before_it_says_that_a_log_is_frozen(here):
    douai = followed(here, "douai")
    with here.work() as work, work.transaction() as session:
        going_back.freeze(session, keeping.log_row(session, douai.origin), 1)
    note, forged = douai.checkpoint().note(), douai.checkpoint(private=b"z" * 32).note()
    statuses = [
        here.ask("POST", "cosign", f"old 0\n\n{one}".encode()).status_code for one in (forged, note)
    ]
    assert statuses == [403, 422]


def test_three_witnesses_are_shown_at_most(here):
    lens = followed(here, "lens")
    with here.work() as work, work.transaction() as session:
        row = keeping.log_row(session, lens.origin)
        for letter in "edcba":
            made = CosignatureRow(
                log_id=row.id, witness=letter * 32, size=2, line=f"— {letter} AAAAAAA="
            )
            session.add(made)
        shown = witnessing.witnesses(session, row.id, 2)
        assert [one.witness[0] for one in shown] == ["a", "b", "c"]


def test_the_list_of_instances_has_one_spelling(here, monkeypatch):
    assert here.ask("GET", "instances").status_code == 404
    monkeypatch.setattr(directory.gathering, "is_node", lambda _work: True)
    answer = here.ask("GET", "instances")
    said = canonical.read(answer.data, len(answer.data))
    assert (answer.mimetype, said["node"]) == (JSON, here.origin)


def statuses():
    """Return what the specification says that each endpoint answers."""
    found = {}
    parts = re.split(r"^\*\*`((?:GET|POST) [a-z]+)", SPEC, flags=re.MULTILINE)
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        said = re.search(r"\(([^()]*\b[2-5]\d\d\b[^()]*)\)", text)
        found[name] = {int(one) for one in re.findall(r"\b[2-5]\d\d\b", said[1])}
    return found


def routes(app):
    rules = [one for one in app.url_map.iter_rules() if one.rule.startswith(f"{BASE}/")]
    return {
        f"{method} {rule.rule.removeprefix(f'{BASE}/').partition('/')[0]}"
        for rule in rules
        for method in rule.methods & {"GET", "POST", "PUT", "DELETE", "PATCH"}
    }


def test_it_names_every_endpoint_there_is(here):
    assert set(statuses()) == routes(here.kpa.app)


@pytest.fixture
def seen(here, monkeypatch):
    """Ask every endpoint for everything it may answer; return what it did."""
    here.seen.clear()
    ask_for_reads(here, monkeypatch)
    ask_for_posts(here)
    here.refill(0)
    for name in statuses():
        method, path = name.split()
        here.ask(method, path if path in BARE else f"{path}/{here.origin}")
    here.refill(1e9)
    return {
        name: {status for asked, status in here.seen if asked == name}
        for name in routes(here.kpa.app)
    }


BARE = ("heads", "sync", "cosign", "hello", "ping", "instances")


def ask_for_reads(here, monkeypatch):
    file = Attachment(sha256(FILE).hexdigest(), len(FILE), "plan.pdf")
    with here.work() as work:
        assert fetching.bring(work, here.origin, file, FILE)
        body = write_body({"title": "Un plan"}, attachments=(file,))
        line = put(body, at=work.today, kind="kpa.example/plan/1", licence="CC0-1.0")
        writing.append(work, [line], {0: body})
    for path in ("heads", "heads?since=x&alive=1", "instances"):
        here.ask("GET", path)
    for origin in (here.origin, "a" * 32, "x"):
        for path in (f"log/{origin}", f"checkpoint/{origin}", f"proof/{origin}?index=0&size=1"):
            here.ask("GET", path)
    for asked in ({}, {"Range": "bytes=2-5"}, {"Range": "bytes=99-"}):
        here.ask("GET", f"blob/{file.sha256}", **asked)
    here.ask("GET", f"blob/{'a' * 64}")
    monkeypatch.setattr(directory.gathering, "is_node", lambda _work: True)
    here.ask("GET", "instances")


def ask_for_posts(here):
    for path in ("sync", "cosign", "hello", "ping"):
        here.ask("POST", path, LONG)
    here.ask("POST", "sync", b"{}")
    here.ask("POST", "sync", canonical.write({"want": {here.origin: 0}}))
    cassel = followed(here, "cassel")
    note = cassel.checkpoint().note()
    for text in ("rien", "old 9\n\n" + note, *["old 0\n\n" + note] * 2):
        here.ask("POST", "cosign", text.encode())
    size = cassel.checkpoint().size
    here.ask("POST", "cosign", f"old {size}\n{'A' * 43}=\n\n{note}".encode())
    here.ask("POST", "cosign", f"old 0\n\n{Writer('inconnu').checkpoint().note()}".encode())
    here.ask_signed("ping", b"{}", cassel)
    here.ask("POST", "ping", b"{}")
    guest, secret = Writer("invité"), here.invite()
    here.ask("POST", "hello", hello(guest, secret))
    here.ask_signed("hello", b"{}", guest)
    for _ in range(2):
        here.ask_signed("hello", hello(guest, secret), guest)
    other = Writer("un autre")
    here.ask_signed("hello", hello(other, secret), other)


def test_it_names_every_status_there_is(seen):
    assert seen == statuses()
