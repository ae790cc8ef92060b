"""R23: nobody's address, spelling, trick or name server leads kpa inside. Nothing is dialled."""

from __future__ import annotations

import re
import socket
import threading

import pytest

from kpa_core.errors import Misuse
from kpa_core.safehttp.addresses import AddressRule, parse
from kpa_core.safehttp.client import SafeHttp
from kpa_core.safehttp.deadline import Deadline
from kpa_core.safehttp.errors import HttpFailed, HttpRefused, TooSlow

from .conftest import HIDDEN, ok

REFUSED = [one["ip"] for one in HIDDEN["addresses"] if one["refused"]]
PUBLIC = [one["ip"] for one in HIDDEN["addresses"] if not one["refused"]]
NAME = "http://pair.example.org/x"


def written(ip: str) -> str:
    return f"[{ip}]" if ":" in ip else ip


def test_the_table_is_whole() -> None:
    assert (len(REFUSED), len(PUBLIC)) == (52, 4)
    assert (len(HIDDEN["hosts"]), len(HIDDEN["urls"])) == (21, 11)


@pytest.mark.parametrize("ip", REFUSED)
def test_a_hidden_address_is_never_dialled(ip: str, dialled: list[tuple[str, int]]) -> None:
    with pytest.raises(HttpRefused):
        SafeHttp().fetch("GET", f"http://{written(ip)}/")
    with pytest.raises(HttpRefused, match="Rien n'est parti"):
        SafeHttp(resolve=lambda _host, _port: [ip]).fetch("GET", NAME)
    with pytest.raises(HttpRefused):  # one bad address among good ones spoils the name
        SafeHttp(resolve=lambda _host, _port: ["1.1.1.1", ip]).fetch("GET", NAME)

    assert dialled == []


@pytest.mark.parametrize("ip", PUBLIC)
def test_a_public_address_is_dialled_as_it_was_checked(
    ip: str, dialled: list[tuple[str, int]]
) -> None:
    for client, url in (
        (SafeHttp(), f"http://{written(ip)}:8080/"),
        (SafeHttp(resolve=lambda _host, _port: [ip]), "http://pair.example.org:8080/"),
    ):
        with pytest.raises(HttpFailed) as told:
            client.fetch("GET", url)
        assert told.value.sent is False

    assert dialled == [(ip, 8080)] * 2


@pytest.mark.parametrize("host", HIDDEN["hosts"])
def test_a_spelling_of_this_machine_reaches_nothing(host: str, site) -> None:
    sentinels = [site(ok(b"inside")), site(ok(b"inside"), host="::1")]

    for sentinel in sentinels:
        with pytest.raises(HttpRefused):
            SafeHttp().fetch("GET", f"http://{host}:{sentinel.port}/")

    assert [one.accepted for one in sentinels] == [0, 0]


@pytest.mark.parametrize("url", HIDDEN["urls"])
def test_a_misleading_url_reaches_nothing(url: str, site, dialled: list[tuple[str, int]]) -> None:
    client = SafeHttp(resolve=lambda _host, _port: ["1.1.1.1"])

    for trick in (url, re.sub(r"127\.0\.0\.1(:\d+)?", "127.0.0.1:8080", url)):
        with pytest.raises(HttpRefused):
            client.fetch("GET", trick)

    assert dialled == []


ODD = {
    "a space": "http://pair.example.org/a b",
    "a new line": "http://pair.example.org/a\r\nHost: x",
    "a climbing path": "http://pair.example.org/a/../b",
    "a climbing path, encoded": "http://pair.example.org/a/%2e%2E/b",
    "a climbing path after an encoded slash": "http://pair.example.org/a%2f../b",
    "half an encoded character": "http://pair.example.org/%4",
    "a lone surrogate": "http://pair.example.org/\ud800",
    "a fragment": "http://pair.example.org/#a",
    "a last dot": "http://pair.example.org./",
    "an empty label": "http://pair..example.org/",
    "no host": "http:///x",
    "an empty port": "http://pair.example.org:/",
    "a port too big": "http://pair.example.org:65536/",
    "a port in other digits": "http://pair.example.org:８０８０/",
    "a port of mail": "http://pair.example.org:25/",
    "a port of a database": "http://pair.example.org:5432/",
    "a zone": "http://[fe80::1%25eth0]/",
    "a name of one word": "http://imprimante/",
    "a name under localhost": "http://kpa.localhost/",
    "an underscore": "http://a_b.example.org/",
    "an octal part": "http://1.1.1.01/",
    "a number at the end": "http://pair.example.0x1/",
    "no scheme": "pair.example.org/",
    "another scheme": "ftp://pair.example.org/",
    "a very long one": "http://pair.example.org/" + "a" * 5000,
}


@pytest.mark.parametrize("url", ODD.values(), ids=ODD)
def test_an_odd_url_is_refused_before_any_name_is_asked(url: str, dialled) -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["1.1.1.1"]

    with pytest.raises(HttpRefused):
        SafeHttp(resolve=resolve).fetch("GET", url)

    assert (asked, dialled) == ([], [])


def test_a_name_server_that_changes_its_mind_is_asked_once(dialled) -> None:
    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]])
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    with pytest.raises(HttpFailed):
        SafeHttp(resolve=resolve).fetch("GET", NAME)

    assert asked == ["pair.example.org"]
    assert dialled == [("93.184.216.34", 80)]


def test_the_connected_address_is_what_counts(site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that turns connections to a good address towards itself gains nothing."""
    inside = site(ok(b"inside"))
    connect = socket.socket.connect

    def turned(self: socket.socket, _address: object) -> None:
        connect(self, ("127.0.0.1", inside.port))

    monkeypatch.setattr(socket.socket, "connect", turned)
    with pytest.raises(HttpFailed):
        SafeHttp(resolve=lambda _host, _port: ["1.1.1.1"]).fetch("GET", NAME)

    assert inside.asked == []


def test_the_next_address_is_tried_when_one_does_not_answer(dialled) -> None:
    addresses = ["2606:4700:4700::1111", "1.1.1.1"]
    with pytest.raises(HttpFailed):
        SafeHttp(resolve=lambda _host, _port: addresses).fetch("GET", NAME)

    assert dialled == [(addresses[0], 80), (addresses[1], 80)]


@pytest.mark.parametrize("answer", [[], ["not an address"]])
def test_a_name_that_leads_nowhere(answer: list[str], dialled) -> None:
    with pytest.raises(HttpFailed, match="introuvable"):
        SafeHttp(resolve=lambda _host, _port: answer).fetch("GET", NAME)

    assert dialled == []


def test_a_slow_name_server_is_left_at_the_deadline(dialled) -> None:
    stuck = threading.Event()

    def resolve(_host: str, _port: int) -> list[str]:
        stuck.wait(5)
        return []

    with pytest.raises(TooSlow) as told:
        SafeHttp(resolve=resolve).fetch("GET", NAME, deadline=Deadline(0.2))
    stuck.set()

    assert told.value.sent is False


# --- what an administrator opens -----------------------------------------------------------------


def test_an_opened_address_opens_itself_alone(site) -> None:
    opened, other = site(ok(b"voisin")), site(ok(b"inside"))
    client = SafeHttp(AddressRule([opened.place]), resolve=lambda _host, _port: ["127.0.0.1"])

    assert client.fetch("GET", opened.url).body == b"voisin"
    for url in (
        other.url,
        f"http://pair.example.org:{opened.port}/",  # a stranger's name for it
        f"http://localhost:{opened.port}/",
        f"http://127.1:{opened.port}/",
        f"http://[::ffff:127.0.0.1]:{opened.port}/",
    ):
        with pytest.raises(HttpRefused):
            client.fetch("GET", url)

    assert (opened.accepted, other.accepted) == (1, 0)


def test_an_opened_name_leads_inside_but_never_to_where_clouds_keep_secrets(site, dialled) -> None:
    where = ["10.1.2.3"]
    client = SafeHttp(AddressRule(["atelier.lan:8000"]), resolve=lambda _host, _port: where)

    with pytest.raises(HttpFailed):
        client.fetch("GET", "http://Atelier.LAN:8000/")
    assert dialled == [("10.1.2.3", 8000)]

    with pytest.raises(HttpRefused):
        client.fetch("GET", "http://atelier.lan:8001/")
    for secret in ("169.254.169.254", "100.100.100.200", "fd00:ec2::254", "168.63.129.16", "::"):
        where[:] = [secret]
        with pytest.raises(HttpRefused):
            client.fetch("GET", "http://atelier.lan:8000/")
    assert len(dialled) == 1


def test_an_opened_network_holds_its_machines(dialled) -> None:
    client = SafeHttp(AddressRule(["192.168.4.0/24", "[fd12::/64]:8000"]))
    for url in ("http://192.168.4.7/", "http://192.168.4.8:25/", "http://[fd12:0::5]:8000/"):
        with pytest.raises(HttpFailed):
            client.fetch("GET", url)
    assert [one[0] for one in dialled] == ["192.168.4.7", "192.168.4.8", "fd12::5"]

    for url in ("http://192.168.5.7/", "http://[fd12::5]:8001/"):
        with pytest.raises(HttpRefused):
            client.fetch("GET", url)


WRONG_ENTRIES = ["", "8.8.8.8", "0.0.0.0/0", "::/0", "169.254.169.254", "192.168.1.20/24", "a b"]


@pytest.mark.parametrize("entry", [*WRONG_ENTRIES, "http://atelier.lan/", "127.1", "fe80::/10"])
def test_only_the_local_network_can_be_opened(entry: str) -> None:
    with pytest.raises(Misuse, match="network\\.allow"):
        AddressRule([entry])


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("HTTP://Pair.Example.ORG", "http://pair.example.org/"),
        ("https://pair.example.org:443/a?b=c/../d", "https://pair.example.org/a?b=c/../d"),
        ("http://épicerie.example.org/é?q=é", "http://xn--picerie-9xa.example.org/%C3%A9?q=%C3%A9"),
        ("http://ｐair.example.org/%c3%a9", "http://pair.example.org/%C3%A9"),
        ("http://[2606:4700:4700:0::1111]:8080/", "http://[2606:4700:4700::1111]:8080/"),
    ],
)
def test_one_spelling_is_sent(url: str, sent: str) -> None:
    assert parse(url).url == sent
    assert parse(sent).url == sent
