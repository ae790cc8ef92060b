"""A name is unique however it is written, and never empty."""

import pytest

from kpa_catering.names import checked_name, slug
from kpa_core.api import Refused

SLUGS = {
    "Buffet oriental": "buffet-oriental",
    "Thé à la menthe": "the-a-la-menthe",
    "  thé   A la MENTHE ": "the-a-la-menthe",
    "Œufs (gros)": "oeufs-gros",
    "كسكس": "كسكس",
}


@pytest.mark.parametrize(("name", "written"), SLUGS.items(), ids=SLUGS)
def test_names_as_commands_write_them(name, written):
    assert slug(name) == written


def test_spaces_are_single():
    assert checked_name("  Thé   vert ") == "Thé vert"


@pytest.mark.parametrize("text", ["", "   ", "!!!", "…", "a" * 121])
def test_refused_names(text):
    with pytest.raises(Refused, match="Écris un nom") as refusal:
        checked_name(text)
    assert refusal.value.field == "name"
