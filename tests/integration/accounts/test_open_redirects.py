"""R40: no value of "where next" leads away from this site, at any door."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

PAYLOADS = (
    (Path(__file__).parents[2] / "data" / "open_redirect_payloads.txt")
    .read_text("utf-8")
    .splitlines()
)


def is_ours(location: str) -> bool:
    """Tell whether a browser stays here: it reads backslashes as slashes, and drops tabs."""
    seen = location.replace("\\", "/").translate({9: None, 10: None, 13: None}).strip()
    parts = urlsplit(seen)
    return seen.startswith("/") and not seen.startswith("//") and not parts.netloc


def test_the_judge_sees_what_browsers_see():
    for away in ("//a.example", "/\\a.example", "/\t/a.example", "https://a.example", "\\\\a"):
        assert not is_ours(away)
    assert is_ours("/membres")


def test_no_payload_leads_away_after_a_card(kpa, door, card_of):
    code = card_of(kpa.person("Awa"))
    for payload in PAYLOADS:
        answer = door.enter(code, suite=payload)
        assert answer.status_code == 303
        assert is_ours(answer.location), payload
        assert answer.location == "/aujourdhui", payload


def test_no_payload_survives_in_the_forms(kpa, door):
    for path in ("/entrer", "/entrer/carte", "/entrer/mot-de-passe", "/lien/x"):
        for payload in PAYLOADS[::12]:
            page = door.client.get(path, query_string={"suite": payload}).text
            assert 'name="suite" type="hidden" value=""' in page, payload


def test_no_payload_survives_in_the_mailed_link(kpa, door, texts_for):
    awa = kpa.person("Awa", phone="06 12 34 56 78")
    door.post("/entrer", who="06 12 34 56 78", suite="https://evil.example")
    assert "suite=" not in texts_for(awa)[-1]


def test_the_language_switch_never_leads_away(kpa):
    client = kpa.app.test_client()
    for payload in PAYLOADS:
        try:
            answer = client.get("/langue/fr", headers={"Referer": f"http://localhost/{payload}"})
        except ValueError:  # not a value a header can carry
            continue
        assert is_ours(answer.location), payload


@pytest.mark.parametrize("path", ["/nulle-part", "/static/../entrer"])
def test_an_address_that_is_not_ours_leads_home(kpa, door, card_of, path):
    assert door.enter(card_of(kpa.person("Awa")), suite=path).location == "/aujourdhui"


def test_a_page_of_ours_is_reached(kpa, door, card_of):
    code = card_of(kpa.person("Awa"))
    assert door.enter(code, suite="/membres").location == "/membres"
