"""French marks stay with their words on a page, and nothing else changes."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from kpa_core.i18n import lazy, locale_set
from kpa_core.web.typography import shown, unbroken

KEPT = "\N{NO-BREAK SPACE}"
FRENCH = {
    "a question": ("Tu viens ?", f"Tu viens{KEPT}?"),
    "a colon": ("Étape 2 : Devis", f"Étape 2{KEPT}: Devis"),
    "quotes": ("On lit « Buffet » ici", f"On lit «{KEPT}Buffet{KEPT}» ici"),
    "at the end": ("Merci !", f"Merci{KEPT}!"),
    "marks in an address": ("suite ?page=2", "suite ?page=2"),
    "already kept": (f"Tu viens{KEPT}?", f"Tu viens{KEPT}?"),
    "no mark": ("Un buffet pour 40", "Un buffet pour 40"),
}


@pytest.mark.parametrize("what", FRENCH)
def test_a_french_mark_keeps_its_space(what: str) -> None:
    said, wanted = FRENCH[what]

    assert unbroken(said) == wanted
    assert shown(said) == wanted


def test_english_is_left_alone() -> None:
    with locale_set("en"):
        assert shown("Really ?") == "Really ?"


def test_html_stays_html_and_a_label_is_escaped() -> None:
    assert shown(Markup("<b>Oui ?</b>")) == Markup("<b>Oui ?</b>")
    assert shown(lazy("Moins de 18 ans < 3 ?")) == Markup(f"Moins de 18 ans &lt; 3{KEPT}?")
    assert shown(40) == 40
