"""Where one goes after signing in: only to a plain address of this site."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpa_core.accounts.onward import LONGEST, local_path

PAYLOADS = (
    (Path(__file__).parents[2] / "data" / "open_redirect_payloads.txt")
    .read_text("utf-8")
    .splitlines()
)

KEPT = (
    "/",
    "/membres",
    "/commandes/0192f0c4-6a51-7cc1-8f5e-3d1b2c4a5e6f",
    "/planning?semaine=2026-30",
    "/entrer/carte",
)

DROPPED = {
    "nothing": "",
    "none": None,
    "another site": "https://example.org/",
    "another site without scheme": "//example.org",
    "backslash": "/\\example.org",
    "tab": "/\t/example.org",
    "new line": "/membres\n",
    "double slash inside": "/a//example.org",
    "at sign": "/@example.org",
    "script": "javascript:alert(1)",
    "relative": "membres",
    "fragment": "/membres#x",
    "percent in the path": "/%2f/example.org",
    "a colon": "/membres:80",
    "a step back": "/static/../entrer",
    "another script's slash": "/\u2215example.org",
    "too long": "/" + "a" * LONGEST,
}


@pytest.mark.parametrize("path", KEPT)
def test_our_own_addresses_are_kept(path):
    assert local_path(path) == path


@pytest.mark.parametrize("text", DROPPED.values(), ids=DROPPED)
def test_anything_else_is_dropped(text):
    assert local_path(text) == ""


def test_the_list_of_payloads_is_whole():
    assert len(PAYLOADS) == 240


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_known_payload_is_dropped_or_is_a_plain_path_of_ours(payload):
    path = local_path(payload)
    assert path in ("", payload)
    assert path == "" or (
        path.startswith("/") and not set(path) & set("\\@:#\t\r\n") and "//" not in path
    )
