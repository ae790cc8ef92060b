"""R26: redirects lead nowhere but on the same machine, and nothing secret goes along."""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable
from typing import Any

import pytest

from kpa_core.safehttp import client as module
from kpa_core.safehttp.addresses import AddressRule, parse
from kpa_core.safehttp.client import SafeHttp
from kpa_core.safehttp.errors import HttpFailed, HttpRefused

from .conftest import Site, head, ok

SECRETS = {
    "Authorization": "Bearer geheim",
    "Cookie": "session=geheim",
    "Signature": "sig1=:geheim:",
    "Signature-Input": 'sig1=("@target-uri");created=1',
    "X-Invitation": "geheim",
}


def leading(to: str | Callable[[int], str], status: int = 302, *more: str) -> Any:
    """Answer with redirects, numbered by how often one asked; at ``/there``, answer well."""
    asked = 0

    def answer(conn: Any, request: bytes) -> None:
        nonlocal asked
        asked += 1
        if request.split()[1].endswith(b"/there"):
            conn.sendall(ok(b"bonjour", "Set-Cookie: a=b"))
            return
        where = to if isinstance(to, str) else to(asked)
        lines = (f"HTTP/1.1 {status} Elsewhere", f"Location: {where}", "Set-Cookie: a=b", *more)
        conn.sendall(head(*lines, "Content-Length: 0"))

    return answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_one_on_the_same_machine_is_followed_without_secrets(status: int, site, client_for) -> None:
    open_site = site(leading("/there", status))

    answer = client_for(open_site).fetch(
        "GET", open_site.url, headers={**SECRETS, "Range": "bytes=5-", "Accept": "text/plain"}
    )

    assert (answer.status, answer.body) == (200, b"bonjour")
    assert answer.url == f"{open_site.url}there"
    first, second = open_site.asked
    assert b"geheim" in first
    assert b"geheim" not in second
    assert b"ookie" not in second
    assert b"Signature" not in second
    assert b"Range: bytes=5-\r\n" in second
    assert b"Accept: text/plain\r\n" in second


LEAD_AWAY: dict[str, Callable[[Site, Site], str]] = {
    "another host": lambda _here, there: f"http://localhost:{there.port}/there",
    "another port of the same host": lambda _here, there: f"{there.url}there",
    "another host without a scheme": lambda _here, there: f"//localhost:{there.port}/there",
    "a private address": lambda _here, there: f"http://[::ffff:127.0.0.1]:{there.port}/there",
    "where clouds keep secrets": lambda _here, _there: "http://169.254.169.254/latest/",
    "an odd spelling of itself": lambda here, _there: f"http://127.1:{here.port}/there",
    "a user's name": lambda here, _there: f"http://a@127.0.0.1:{here.port}/there",
    "a backslash": lambda _here, there: f"\\\\localhost:{there.port}/there",
    "https on the same port": lambda here, _there: f"https://127.0.0.1:{here.port}/there",
    "a file": lambda _here, _there: "file:///etc/passwd",
    "nothing": lambda _here, _there: "",
    "an encoded climb": lambda _here, _there: "/%2e%2e/there",
    "other letters": lambda _here, _there: "/th\xe9re",
}


@pytest.mark.parametrize("lead", LEAD_AWAY.values(), ids=LEAD_AWAY)
def test_one_that_leads_away_is_refused(lead: Callable[..., str], site, client_for) -> None:
    there = site(leading("/there"))
    here = site(leading(lambda _n: lead(here, there)))

    with pytest.raises(HttpRefused) as told:
        client_for(here, there).fetch("GET", here.url, headers=SECRETS)

    assert told.value.sent
    assert there.accepted == 0
    assert not any(b"/there" in asked for asked in here.asked)


def test_https_never_leads_down_to_http(site, authority, tmp_path, client_for) -> None:
    plain = site(leading("/there"))
    safe = site(
        leading(lambda _n: f"http://127.0.0.1:{safe.port}/there"),
        tls=authority.server(tmp_path, "127.0.0.1"),
    )

    with pytest.raises(HttpRefused):
        client_for(safe, plain, tls=authority.trusted()).fetch("GET", safe.url)

    assert len(safe.asked) == 1
    assert plain.accepted == 0


def test_http_may_lead_up_to_https_on_the_usual_ports(monkeypatch) -> None:
    """Seen without a network: the second name is asked, and its port is the safe one."""
    ask = module._Ask("GET", parse("http://pair.example.org/a"), {}, None, 1, None)
    answer = module.requests.Response()
    answer.headers["location"] = "https://pair.example.org/b"

    after = module._redirected(ask, answer, last=False)

    assert after.target.url == "https://pair.example.org/b"


@pytest.mark.parametrize(("needed", "follows"), [(3, True), (4, False)])
def test_three_hops_at_most(needed: int, follows: bool, site, client_for) -> None:
    open_site = site(leading(lambda n: f"/{n}" if n < needed else "/there"))
    client = client_for(open_site)

    if follows:
        assert client.fetch("GET", open_site.url).body == b"bonjour"
    else:
        with pytest.raises(HttpRefused, match="renvoie vers"):
            client.fetch("GET", open_site.url)
    assert open_site.accepted == 4


def test_a_loop_ends(site, client_for) -> None:
    open_site = site(leading("/"))

    with pytest.raises(HttpRefused):
        client_for(open_site).fetch("GET", open_site.url)

    assert open_site.accepted == 4


def test_the_caller_may_want_no_hop_at_all(site, client_for) -> None:
    open_site = site(leading("/there"))

    with pytest.raises(HttpRefused):
        client_for(open_site).fetch("GET", open_site.url, hops=0)

    assert open_site.accepted == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_what_changes_something_is_never_sent_twice(method: str, site, client_for) -> None:
    open_site = site(leading("/there", 307))

    with pytest.raises(HttpRefused) as told:
        client_for(open_site).fetch(method, open_site.url, body=b"x")

    assert told.value.sent
    assert open_site.accepted == 1


def test_each_hop_asks_again_where_the_name_leads(site) -> None:
    """A name that leads inside at the second hop is refused at the second hop."""
    open_site = site(leading("/there"))
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    client = SafeHttp(
        AddressRule([f"atelier.lan:{open_site.port}"]),
        resolve=lambda _host, _port: next(answers),
    )

    with pytest.raises(HttpRefused):
        client.fetch("GET", f"http://atelier.lan:{open_site.port}/")

    assert open_site.accepted == 1
    assert f"Host: atelier.lan:{open_site.port}\r\n".encode() in open_site.asked[0]


# --- what this machine knows stays here ----------------------------------------------------------


def test_no_proxy_netrc_cookie_or_setting_of_the_environment_counts(
    site, client_for, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    proxy, open_site = site(ok(b"proxy")), site(leading("/there"))
    secret = tmp_path / "netrc"
    secret.write_text("machine 127.0.0.1\nlogin lea\npassword geheim\n", "ascii")
    (tmp_path / ".netrc").write_text(secret.read_text("ascii"), "ascii")
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://lea:geheim@127.0.0.1:{proxy.port}")
        monkeypatch.setenv(name.upper(), f"http://lea:geheim@127.0.0.1:{proxy.port}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", str(secret))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    client = client_for(open_site)

    for _ in range(2):  # the second time a cookie has been offered
        assert client.fetch("GET", open_site.url).body == b"bonjour"

    assert proxy.accepted == 0
    said = b"".join(open_site.asked)
    assert b"geheim" not in said
    assert base64.b64encode(b"lea:geheim") not in said
    assert b"ookie" not in said
    assert b"uthorization" not in said
    assert not (tmp_path / "keys").exists()


def test_few_headers_leave(site, client_for) -> None:
    open_site = site(ok(b""))
    client_for(open_site).fetch("POST", open_site.url, body=b"a", headers={"content-length": "99"})

    assert open_site.asked[0].split(b"\r\n")[:-2] == [
        b"POST / HTTP/1.1",
        f"Host: {open_site.place}".encode(),
        b"User-Agent: kpa",
        b"Accept-Encoding: identity",
        b"Content-Length: 1",
    ]


WRONG = {
    "a new line in a value": {"X-A": "a\r\nX-B: b"},
    "a new line in a name": {"X-A\r\nX-B": "b"},
    "a folded line": {"X-A": "a\r\n b"},
    "letters beyond ASCII": {"X-A": "é"},
    "no name": {"": "a"},
}


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG)
def test_a_header_that_would_be_two_never_leaves(headers, site, client_for) -> None:
    open_site = site(ok(b""))

    with pytest.raises(HttpRefused):
        client_for(open_site).fetch("GET", open_site.url, headers=headers)

    assert open_site.accepted == 0


def test_any_status_is_an_answer(site, client_for) -> None:
    busy = head(
        "HTTP/1.1 429 Slow down", "Retry-After: 120", "Content-Length: 0", "X-A: 1", "X-A: 2"
    )
    open_site = site(busy)
    answer = client_for(open_site).fetch("GET", open_site.url)

    assert (answer.status, answer.body, answer.retry_after) == (429, b"", 120.0)
    assert answer.headers["x-a"] == "1, 2"


def test_a_closed_door_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as shut:
        place = f"127.0.0.1:{shut.getsockname()[1]}"

    with pytest.raises(HttpFailed, match="ne répond pas") as told:
        SafeHttp(AddressRule([place])).fetch("GET", f"http://{place}/")

    assert told.value.sent is False


def test_a_reader_s_own_error_stays_its_own(site, client_for) -> None:
    open_site = site(ok(b"abc"))
    client = client_for(open_site)

    def read() -> None:
        with client.stream("GET", open_site.url) as found:
            list(found.pieces)
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        read()
