"""Whatever is sent to the endpoints: an answer below 500, and a database that stays as it was."""

from __future__ import annotations

import json
import random
from datetime import date
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from hostile import fingerprint, hostile_texts
from log_writer import Writer

from kpa_core import clock
from kpa_core.testing import TestKpa
from kpa_core.work import KPA, OPERATOR
from kpa_federation.log import keeping
from kpa_federation.log.models import LogRow
from kpa_federation.own import writing
from kpa_federation.peers import service, throttle
from kpa_federation.peers.buckets import Buckets
from kpa_federation.protocol import canonical
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.bundle import BundleReader
from kpa_federation.protocol.entries import put
from kpa_federation.protocol.reading import LogState

SYNC = "/federation/v1/sync"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    kpa = TestKpa.make(tmp_path_factory.mktemp("served") / "kpa", plugins=["federation"])
    with kpa.instance.work(KPA) as work:
        origin = writing.open_log(work)
        body = write_body({"title": "Sérigraphie"})
        line = put(body, at=date(2026, 11, 23), kind="kpa.example/note/1", licence="CC0-1.0")
        writing.append(work, [line] * 3, dict.fromkeys(range(3), body))
    kpa.app.testing = False  # an error is an answer, as it is for others
    kpa.app.config["PROPAGATE_EXCEPTIONS"] = False
    kpa.app.extensions[throttle.EXTENSION] = Buckets(burst=1e9)  # see trust/test_too_many_requests
    kpa.app.test_client().get("/federation/v1/heads")  # the mark of the cursor that was given
    yield kpa, origin
    kpa.close()


@pytest.fixture
def unchanged(served):
    """Check that the database is the same after the test."""
    before = fingerprint(served[0])
    yield
    assert fingerprint(served[0]) == before


def test_hostile_json_is_refused_by_every_endpoint_that_reads_it(served, unchanged):
    kpa, _ = served
    client = kpa.app.test_client()
    wrong = {}
    for name, text in hostile_texts():
        answer = client.post(SYNC, data=text, content_type="application/json")
        if not 400 <= answer.status_code < 500:
            wrong[name] = answer.status_code
        if len(text) > 3 and text in answer.data:
            wrong[name] = "it quotes what was sent"
    assert wrong == {}


def valid(origin):
    return canonical.write(
        {"bodies": "live", "chunk": 20_000, "max": 2**20, "want": {origin: 0, "b" * 32: 7}}
    )


def spoil(data, dice):
    """Return a request with one thing changed."""
    at = dice.randrange(len(data))
    way = dice.randrange(8)
    if way == 0:
        return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]
    if way == 1:
        return data[:at]
    if way == 2:
        return data + data[:at]
    if way == 3:
        return data[:at] + data[at : at + 9] + data[at:]
    if way == 4:
        said = json.loads(data)
        said[dice.choice(sorted(said))] = dice.choice(
            (None, True, [], {}, "", -1, 2**53, 2**70, 1.5, "é", {"a" * 32: -1}, {"x": 0})
        )
        return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    if way == 5:
        return json.dumps(json.loads(data), indent=dice.randrange(3)).encode()
    if way == 6:
        return data.replace(b'"want"', b'"\\u0077ant"').replace(b"}", b',"want":{}}', 1)
    return data.decode().encode("utf-16")


def spoiled(served, count, seed):
    """Send spoiled requests; return the statuses that should not be, and how many were refused."""
    kpa, origin = served
    client, dice, wrong, refused = kpa.app.test_client(), random.Random(seed), set(), 0
    good = valid(origin)
    for _ in range(count):
        data = spoil(good, dice)
        try:
            may_be_good = canonical.read(data, len(data)) is not None
        except ValueError:
            may_be_good = False
        status = client.post(SYNC, data=data, content_type="application/json").status_code
        refused += status == 400
        if status not in ((200, 400) if may_be_good else (400,)):
            wrong.add((status, data))
    return wrong, refused


def test_spoiled_requests_are_refused_without_a_trace(served, unchanged):
    wrong, refused = spoiled(served, 1000, seed=3)
    assert wrong == set()
    assert refused > 700


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_spoiled_requests(served, unchanged, seed):
    assert spoiled(served, 1000, seed)[0] == set()


VALUES = [
    *("", "x", "0", "-1", "1", "2", "1e3", "٣", "²", "9" * 18, "9" * 25, "9" * 5000, "NaN"),
    *("a.1", "{epoch}.1", "{epoch}.-1", "{epoch}.99", "{epoch}." + "9" * 18),
    *("{epoch}." + "9" * 25, "{epoch}." + "9" * 5000, "{epoch}.٣", "{epoch}.²", "{epoch}.1\0"),
    *(
        "a" * 32,
        "A" * 32,
        "{origin}",
        "{origin}\0",
        "..",
        "../../etc/passwd",
        "%",
        "'; --",
        "\ud800",
    ),
]


def test_every_address_is_answered_below_500(served, unchanged):
    kpa, origin = served
    client = kpa.app.test_client()
    epoch = client.get("/federation/v1/heads").json["cursor"].partition(".")[0]
    wrong = {}
    for value in VALUES:
        told = value.replace("{epoch}", epoch).replace("{origin}", origin)
        text = quote(told.encode("utf-8", "surrogatepass"), safe="")
        for path in (
            f"heads?since={text}",
            f"checkpoint/{text}",
            f"proof/{text}?size=2&index=0",
            f"proof/{origin}?size={text}&index=0",
            f"proof/{origin}?size=3&index={text}",
            f"proof/{origin}?size=3&old={text}",
        ):
            status = client.get(f"/federation/v1/{path}").status_code
            if status not in (200, 404):
                wrong[path[:80]] = status
    assert wrong == {}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "TRACE"])
def test_other_methods_are_as_if_it_were_not_there(served, unchanged, method):
    client = served[0].app.test_client()
    assert client.open(SYNC, method=method).status_code == 404
    assert client.post("/federation/v1/heads").status_code == 404


def test_a_body_of_more_than_a_mebibyte_is_not_read(served, unchanged):
    client = served[0].app.test_client()
    big = b'{"want":{}}' + b" " * 1024 * 1024
    assert client.post(SYNC, data=big, content_type="application/json").status_code == 413


def test_more_logs_than_may_be_asked_at_once_are_refused(served, unchanged):
    names = [
        f"{number:032d}".translate(str.maketrans("0123456789", "abcdefghij"))
        for number in range(10_001)
    ]
    client = served[0].app.test_client()
    many = canonical.write({"want": dict.fromkeys(names, 0)})
    assert client.post(SYNC, data=many).status_code == 400
    most = canonical.write({"want": dict.fromkeys(names[:-1], 0)})
    answer = client.post(SYNC, data=most)
    assert answer.status_code == 200
    assert list(BundleReader([answer.data])) == []


def test_cookies_and_origins_of_the_asker_change_nothing(served, unchanged):
    kpa, origin = served
    client = kpa.app.test_client()
    plain = client.post(SYNC, data=valid(origin))
    with_cookie = client.post(
        SYNC,
        data=valid(origin),
        headers={
            "Cookie": "session=x",
            "Origin": "https://evil.example",
            "Authorization": "Basic eDp5",
        },
    )
    assert plain.data == with_cookie.data
    assert "Set-Cookie" not in with_cookie.headers
    with kpa.instance.work(KPA) as work:
        assert work.session.scalar(sa.select(LogRow.origin)) == origin


def test_what_is_not_signed_yet_leaves_by_no_address(served, monkeypatch):
    kpa, origin = served
    body = write_body({"title": "Pas encore signée"})
    line = put(body, at=date(2026, 11, 23), kind="kpa.example/note/1", licence="CC0-1.0")
    client, log = kpa.app.test_client(), f"/federation/v1/log/{origin}"
    with kpa.instance.work(KPA) as work:
        with monkeypatch.context() as patch:
            patch.setattr(writing, "seal", lambda _work: None)
            writing.append(work, [line], {0: body})
        try:
            assert b"Pas encore" not in client.get(log).data
            assert client.get(f"{log}?from=0&to=5").status_code == 404
            assert client.get(f"{log}?from=4&to=5").status_code == 404
        finally:
            writing.seal(work)
    assert b"Pas encore" in client.get(log).data


def test_nothing_is_passed_on_of_an_origin_that_is_blocked(make_kpa):
    kpa, arras = make_kpa(plugins=["federation"]), Writer("arras")
    arras.put("Une fiche")
    with kpa.instance.work(OPERATOR) as work:
        service.add_peer(work, arras.origin, "", "Arras")
        after, entries = LogState(arras.origin).take(arras.section())
        made = keeping.Verified(after, 0, entries, arras.bodies, arras.checkpoint())
        with work.transaction() as session:
            keeping.keep(session, [made], clock.now())
    client = kpa.app.test_client()

    def told():
        origin = arras.origin
        reads = [f"log/{origin}", f"checkpoint/{origin}", f"proof/{origin}?index=0&size=2"]
        said = [client.get(f"/federation/v1/{one}") for one in reads]
        heads = client.get("/federation/v1/heads?alive=1")
        bundle = client.post(SYNC, data=canonical.write({"want": {origin: 0}}))
        assert (heads.status_code, bundle.status_code) == (200, 200)
        return {one.status_code for one in said}, *(
            origin.encode() in x.data for x in (heads, bundle)
        )

    assert told() == ({200}, True, True)
    for trust, answers in (("blocked", ({404}, False, False)), ("followed", ({200}, True, True))):
        with kpa.instance.work(OPERATOR) as work:
            service.set_trust(work, arras.origin, trust)
        assert told() == answers
