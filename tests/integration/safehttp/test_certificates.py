"""Advisory 39: nobody is told anything who cannot prove who they are."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kpa_core.safehttp.addresses import AddressRule
from kpa_core.safehttp.client import SafeHttp
from kpa_core.safehttp.errors import HttpFailed

from .conftest import Authority, ok

NAME = "pair.lan"


def client(site: Any, tls: ssl.SSLContext | None) -> SafeHttp:
    rule = AddressRule([f"{NAME}:{site.port}", site.place])
    return SafeHttp(rule, tls=tls, resolve=lambda _host, _port: ["127.0.0.1"])


def test_a_good_certificate_is_checked_by_name_while_the_address_is_dialled(
    site, authority: Authority, tmp_path
) -> None:
    named: list[str | None] = []
    context = authority.server(tmp_path, NAME)
    context.sni_callback = lambda _socket, name, _context: named.append(name)
    safe = site(ok(b"bonjour"), tls=context)

    answer = client(safe, authority.trusted()).fetch("GET", f"https://{NAME}:{safe.port}/")

    assert answer.body == b"bonjour"
    assert named == [NAME]
    assert f"Host: {NAME}:{safe.port}\r\n".encode() in safe.asked[0]


def test_an_address_may_have_a_certificate_of_its_own(site, authority, tmp_path) -> None:
    safe = site(ok(b"bonjour"), tls=authority.server(tmp_path, "127.0.0.1"))

    assert client(safe, authority.trusted()).fetch("GET", safe.url).body == b"bonjour"


PAST = datetime.now(UTC) - timedelta(days=2)
BAD: dict[str, tuple[str, dict[str, Any]]] = {
    "another name": ("autre.lan", {}),
    "a name above": ("lan", {}),
    "a wildcard above": ("*.pair.lan", {}),
    "too old": (NAME, {"until": PAST}),
    "not yet": (NAME, {"since": datetime.now(UTC) + timedelta(days=2)}),
}


@pytest.mark.parametrize(("name", "dates"), BAD.values(), ids=BAD)
def test_a_bad_certificate_hears_nothing(
    name: str, dates: dict[str, Any], site, authority, tmp_path
) -> None:
    safe = site(ok(b"bonjour"), tls=authority.server(tmp_path, name, **dates))

    with pytest.raises(HttpFailed, match="certificat") as told:
        client(safe, authority.trusted()).fetch(
            "POST", f"https://{NAME}:{safe.port}/", body=b"geheim"
        )

    assert told.value.sent is False
    assert safe.asked == []


def test_an_unknown_authority_hears_nothing(site, authority, tmp_path) -> None:
    safe = site(ok(b"bonjour"), tls=authority.server(tmp_path, NAME))

    for trusted in (None, Authority().trusted()):
        with pytest.raises(HttpFailed, match="certificat"):
            client(safe, trusted).fetch("GET", f"https://{NAME}:{safe.port}/")

    assert safe.asked == []


def test_an_old_tls_is_not_spoken(site, authority, tmp_path) -> None:
    context = authority.server(tmp_path, NAME)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    safe = site(ok(b"bonjour"), tls=context)

    with pytest.raises(HttpFailed):
        client(safe, authority.trusted()).fetch("GET", f"https://{NAME}:{safe.port}/")

    assert safe.asked == []


def test_a_site_without_tls_hears_nothing(site, authority) -> None:
    plain = site(lambda conn, _asked: conn.sendall(ok(b"bonjour")), mute=True)

    with pytest.raises(HttpFailed) as told:
        client(plain, authority.trusted()).fetch("GET", f"https://127.0.0.1:{plain.port}/")

    assert told.value.sent is False
