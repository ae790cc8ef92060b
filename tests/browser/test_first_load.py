"""The first page somebody opens, on an empty cache and without compression: at most 100 kB."""

from __future__ import annotations

import pytest
from browsing.chromium import Phones
from browsing.told import Told
from playwright.sync_api import Request

from kpa_core.demo.buffet import REFERENT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MOST = 100_000
FIRST = {
    "public home": ("", "/"),
    "request": ("", "/demande"),
    "sign-in": ("", "/entrer"),
    "today": (REFERENT, "/aujourdhui"),
    "order": (REFERENT, "/commandes/{order}"),
}


@pytest.mark.parametrize("what", FIRST)
def test_the_first_load_is_light(what: str, phones: Phones, told: Told) -> None:
    who, url = FIRST[what]
    phone = phones.new(who)
    asked: list[Request] = []
    phone.context.on("requestfinished", lambda one: asked.append(one))

    phone.page.goto(phones.site + url.format(order=told.order), wait_until="networkidle")

    sizes = [one.sizes() for one in asked]
    loaded = sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes)
    print(f"{what}: {len(asked)} requests, {loaded} bytes")
    assert len(asked) >= 6  # the page, its style sheets, its script
    assert loaded <= MOST
