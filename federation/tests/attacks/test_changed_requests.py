"""R12, R13, R15: requests that were signed, then changed or sent again, are heard by nobody."""

from __future__ import annotations

import json
import random
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from hostile import fingerprint, hostile_texts

from kpa_core import clock
from kpa_core.outbox import JobRow
from kpa_core.testing import TestKpa
from kpa_core.work import KPA, OPERATOR
from kpa_federation.log import keeping
from kpa_federation.own import head, writing
from kpa_federation.peers import inviting, sending, service, signing
from kpa_federation.peers.models import NonceRow
from kpa_federation.peers.over_http import BASE
from kpa_federation.peers.signing import Message
from kpa_federation.protocol.bundle import BundleReader

SIGNED = ("signature", "signature-input", "content-digest", "kpa-recipient")
WRONG = {
    "hello": (400, 401, 404, 405),
    "ping": (401, 404, 405),
    "cosign": (400, 403, 404, 409, 422),
}
RIGHT = {"hello": 200, "ping": 204, "cosign": 200}


class Pair:
    """Two instances; what the second would send to the first is kept, not sent."""

    def __init__(self, folder):
        self.near, self.here = self._make(folder, "Roubaix")
        self.far, self.there = self._make(folder, "Lille")
        self.said = {}
        self._meet()
        self.said["hello"] = self._hello()
        self.said["ping"] = self._ping()
        self.said["cosign"] = self._cosign()

    def _make(self, folder, name):
        kpa = TestKpa.make(
            folder / name,
            name=name,
            plugins=["federation"],
            instance={"base_url": f"https://{name.lower()}.example"},
        )
        with kpa.instance.work(KPA) as work:
            origin = writing.open_log(work)
        kpa.app.testing = False
        kpa.app.config["PROPAGATE_EXCEPTIONS"] = False
        return kpa, origin

    def _meet(self):
        """Let the first follow and know the second."""
        answer = self.far.app.test_client().get(f"{BASE}/log/{self.there}")
        (section,) = BundleReader([answer.data])
        with self.near.instance.work(OPERATOR) as work:
            service.add_peer(work, self.there, "", "Lille")
            state, entries = keeping.state_of(work.session, self.there).take(section)
            with work.transaction() as session:
                made = keeping.Verified(state, 0, entries, {}, section.checkpoint)
                keeping.keep(session, [made], clock.now())

    def _caught(self, act):
        """Return the request that would have left."""
        caught = []

        def fetch(method, url, *, headers=None, body=None, **_limits):
            caught.append(Message(method, url, body, {k.lower(): v for k, v in headers.items()}))
            return SimpleNamespace(
                status=200, headers={"content-type": "application/json"}, body=b"{}"
            )

        self.far.instance.http = SimpleNamespace(fetch=fetch)
        with self.far.instance.work(OPERATOR) as work:
            act(work)
        return caught[0]

    def _hello(self):
        with self.near.instance.work(OPERATOR) as work:
            link = inviting.invite(work).link()
        return self._caught(lambda work: inviting.accept(work, inviting.read_link(link)))

    def _ping(self):
        def ping(work):
            private = head.read_key(work.instance.settings.root)
            url = f"https://roubaix.example{BASE}/ping"
            asked = Message("POST", url, b"{}")
            sending.send(work, asked, recipient=self.here, private=private)

        return self._caught(ping)

    def _cosign(self):
        with self.far.instance.work(KPA) as work:
            note = keeping.log_row(work.session, self.there).note
        asked = f"old 0\n\n{note}".encode()
        made = Message("POST", f"https://roubaix.example{BASE}/cosign", asked, {})
        assert self.send(made).status_code == 200
        size = note.split("\n")[1]
        return Message("POST", made.url, f"old {size}\n\n{note}".encode(), {})  # again, no change

    def send(self, asked):
        parts = urlsplit(asked.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return self.near.app.test_client().open(
            path,
            base_url="https://roubaix.example",
            method=asked.method,
            headers=asked.headers,
            data=asked.body,
        )


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    made = Pair(tmp_path_factory.mktemp("pair"))
    yield made
    made.near.close()
    made.far.close()


@pytest.fixture
def unchanged(pair):
    before = fingerprint(pair.near)
    yield
    assert fingerprint(pair.near) == before


def spoil(text, dice):
    """Return bytes with one thing changed; never the same."""
    at, way = dice.randrange(len(text)), dice.randrange(6)
    changed = {
        0: text[:at] + bytes([text[at] ^ 1 << dice.randrange(8)]) + text[at + 1 :],
        1: text[:at],
        2: text + text[:at],
        3: text[:at] + text[at : at + 9] + text[at:],
        4: text[:at] + dice.choice([b'"', b"\\u0041", b"\0", b"\xff", b"{}", b"9"]) + text[at:],
        5: text[: max(at - 5, 0)] + text[at:] if at else b"",
    }[way]
    return changed if changed != text else text + b"x"


def change(asked, others, dice):
    """Return a request of which one thing is another, and what that is."""
    headers = dict(asked.headers)
    made = Message(asked.method, asked.url, asked.body, headers)
    ways = ["body"] if not headers else ["body", "header", "header", "path", "method", "envelope"]
    way = dice.choice(ways)
    if way == "body":
        made.body = spoil(asked.body, dice)
    elif way == "header":
        name = dice.choice(SIGNED)
        value = spoil(headers[name].encode(), dice).decode("latin-1")
        headers[name] = "".join(one for one in value if " " <= one <= "~")
        if headers[name].strip() == asked.headers[name]:
            del headers[name]
    elif way == "path":
        made.url += dice.choice(["?x=1", "/", "/.."]) if dice.random() < 0.7 else "x"
    elif way == "method":
        made.method = dice.choice(["PUT", "GET", "PATCH", "DELETE"])
    else:
        other = others[dice.choice(sorted(others))]
        made.body = other.body if other.body != asked.body else b'{"want":{}}'
    return way, made


def changed(pair, count, seed):
    """Send changed requests; return those that were answered as they should not be."""
    dice, wrong, ways = random.Random(seed), {}, set()
    for name, asked in pair.said.items():
        others = {one: said for one, said in pair.said.items() if one != name}
        for _ in range(count):
            way, made = change(asked, others, dice)
            status = pair.send(made).status_code
            ways.add((name, way))
            is_same = name == "cosign" and status == 200 and same_note(asked.body, made.body)
            if status not in WRONG[name] and not is_same:
                wrong[name, way, status] = made.headers.items() - asked.headers.items()
    assert len(ways) == 5 + 5 + 1
    return wrong


def same_note(one, other):
    """Tell whether the text that is signed is the same; signatures nobody knows may follow it."""
    return other.split(b"\n\n")[1] == one.split(b"\n\n")[1]


def test_a_changed_request_is_refused_without_a_trace(pair, unchanged):
    assert changed(pair, 300, seed=12) == {}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_changed_requests(pair, unchanged, seed):
    assert changed(pair, 334, seed) == {}


@pytest.mark.parametrize("door", ["hello", "ping", "cosign"])
def test_hostile_json_is_refused_by_every_door(pair, unchanged, door):
    wrong = {}
    for name, text in hostile_texts():
        asked = pair.said[door]
        if text == asked.body:
            continue  # it is the request itself
        answer = pair.send(Message("POST", asked.url, text, dict(asked.headers)))
        if answer.status_code not in WRONG[door]:
            wrong[name] = answer.status_code
        elif len(text) > 3 and text in answer.data:
            wrong[name] = "it quotes what was sent"
    assert wrong == {}


RESPELLED = {
    "a parameter twice": ("signature-input", ";alg=", ';alg="ed";alg='),
    "a space": ("signature-input", ";keyid=", "; keyid="),
    "a parameter more": ("signature-input", ";tag=", ";x;tag="),
    "another list": ("signature-input", "kpa=(", 'a=("@method");created=1,kpa=('),
    "a signature with something behind": ("signature", "==:", "==:;x=1"),
    "a signature twice": ("signature", "kpa=:", "a=:AAAA:, kpa=:"),
    "a signature of another name": ("signature", "kpa=:", "kpb=:"),
}


@pytest.mark.parametrize("way", RESPELLED)
def test_the_same_signature_in_another_spelling_is_refused(pair, unchanged, way):
    name, old, new = RESPELLED[way]
    for door in ("hello", "ping"):
        asked = pair.said[door]
        assert old in asked.headers[name]
        headers = {**asked.headers, name: asked.headers[name].replace(old, new)}
        assert pair.send(Message("POST", asked.url, asked.body, headers)).status_code == 401


def test_the_spare_bits_of_a_signature_are_refused(pair, unchanged):
    asked = pair.said["ping"]
    text = asked.headers["signature"]
    spare = dict(zip("AQgw", "BRhx", strict=True))[text[-4]]
    headers = {**asked.headers, "signature": f"{text[:-4]}{spare}==:"}
    assert pair.send(Message("POST", asked.url, asked.body, headers)).status_code == 401


FIELDS = ("address", "bundle", "name", "secret")


def hello_with(pair, **other):
    """Return a hello that says something else, signed anew by its sender."""
    said = json.loads(pair.said["hello"].body) | other
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    body = text.replace("\ud800", "\\ud800").encode()
    made = Message("POST", pair.said["hello"].url, body, {"content-type": "application/json"})
    private = head.read_key(pair.far.instance.settings.root)
    who = {"origin": pair.there, "recipient": pair.here, "private": private}
    signing.sign(made, **who, now=clock.now())
    return made


ODD = {"half": "\ud800", "one": 1, "list": [], "null": None, "object": {}, "much": "é" * 600_000}
ODDER = {"nothing": "", "zero": "\0", "a line": "a\nb"}
NO_HELLO = [(field, one) for field in FIELDS for one in ODD] + [
    (field, one) for field in ("bundle", "secret", "address") for one in ODDER
]


@pytest.mark.parametrize(("field", "value"), NO_HELLO)
def test_a_signed_hello_may_still_be_none(pair, unchanged, field, value):
    value = {**ODD, **ODDER}[value]
    status = pair.send(hello_with(pair, **{field: value})).status_code
    assert 400 <= status < 500


def test_what_was_not_changed_is_heard_once_and_never_again(pair):
    """It comes last: it shows that all the others were refused for what was changed."""
    for name, asked in pair.said.items():
        answers = [pair.send(asked).status_code for _ in range(100)]
        assert answers[0] == RIGHT[name]
        assert set(answers[1:]) == ({401} if name != "cosign" else {200})
    with pair.near.instance.work(KPA) as work:
        count = work.session.scalar(sa.select(sa.func.count()).select_from(NonceRow))
        visits = work.session.scalar(
            sa.select(sa.func.count()).where(
                JobRow.kind == service.VISIT, ~JobRow.key.contains(":met:")
            )
        )
    assert (count, visits) == (2, 1)
