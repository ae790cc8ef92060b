"""One thing has one spelling, and what is checked is what is sent."""

from __future__ import annotations

import ipaddress

import requests
from hypothesis import given
from hypothesis import strategies as st
from urllib3.util.url import _encode_target

from kpa_core.safehttp.addresses import CLOSED, LOCAL, Target, is_public, parse
from kpa_core.safehttp.errors import HttpRefused

HOSTS = st.sampled_from(["pair.example.org", "Épicerie.example.org", "1.1.1.1", "[2a01:e0a::1]"])
ENDS = st.text(max_size=20) | st.text("/%.?&=;:@!$'()*+,~[]|^`{}<>\"ab2eEfF0", max_size=20)


def read(url: str) -> Target | None:
    try:
        return parse(url)
    except HttpRefused:
        return None


@given(HOSTS, st.sampled_from(["", ":80", ":8080"]), ENDS)
def test_what_is_read_is_sent_unchanged(host: str, port: str, end: str) -> None:
    target = read(f"http://{host}{port}/{end}")
    if target is None:
        return

    assert parse(target.url) == target
    assert target.url.isascii()
    assert _encode_target(target.path) == target.path, "urllib3 would send something else"
    asked = requests.Request("GET", target.url).prepare()
    asked.url = target.url
    assert asked.path_url == target.path, "requests would send something else"


@given(st.text(max_size=60) | st.text("htp:/s@#?[]\\.%0127x", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    for url in (text, f"http://{text}", f"http://{text}/", f"https://pair.example.org/{text}"):
        target = read(url)
        assert target is None or parse(target.url) == target


@given(st.ip_addresses())
def test_public_is_less_than_what_python_says(ip: ipaddress.IPv4Address) -> None:
    if is_public(ip):
        assert ip.is_global
        assert not ip.is_multicast
        assert not any(ip in one for one in (*CLOSED, *LOCAL))
        assert getattr(ip, "ipv4_mapped", None) is None
        assert getattr(ip, "sixtofour", None) is None
        assert getattr(ip, "teredo", None) is None
