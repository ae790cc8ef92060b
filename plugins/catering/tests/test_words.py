"""Amounts, packs and costs in words, as a cook says them."""

import pytest

from kpa_catering import words
from kpa_catering.plan import Bought
from kpa_catering.scaling import Cost
from kpa_core.i18n import locale_set

AMOUNTS = {
    (1_500_000, "g"): "1,5 kg",
    (117_648, "g"): "118 g",
    (3_765, "kg"): "3,77 kg",
    (235, "kg"): "235 g",
    (20_500, "piece"): "20,5 pièces",
    (1_000, "piece"): "1 pièce",
    (684, "piece"): "0,68 pièce",
    (10_834, "g"): "11 g",
    (5_128, "g"): "5,1 g",
    (200, "l"): "20 cl",
    (4, "l"): "4 ml",
    (0, "g"): "0 g",
    (1_234_567, "kg"): "1235 kg",
}


@pytest.mark.parametrize(("given", "said"), AMOUNTS.items(), ids=map(str, AMOUNTS))
def test_amounts_are_said_as_a_cook_says_them(given, said):
    assert words.amount(*given).replace(words.NBSP, " ") == said


def test_what_was_typed_is_written_back_exactly():
    assert words.written(1_234, "kg") == "1,234\N{NO-BREAK SPACE}kg"
    assert words.written(3_000, "piece") == "3\N{NO-BREAK SPACE}pièces"


def test_an_english_reader_sees_a_point():
    with locale_set("en"):
        assert words.number(2_500) == "2.5"


def test_packs_say_what_to_take_from_the_shelf():
    lemons = Bought("Citrons", 3, "filet", 8_000, "piece", 20_500, 867)
    loose = Bought("Navets", 2, "", 1_000, "kg", 1_200, None)
    assert words.packs(lemons).replace(words.NBSP, " ") == "3 × filet (8 pièces)"
    assert words.packs(loose).replace(words.NBSP, " ") == "2 × 1 kg"


def test_a_cost_with_a_missing_price_says_at_least():
    assert words.cost(Cost(19_800)) == "Achats : 198,00\N{NO-BREAK SPACE}€."
    said = words.cost(Cost(19_180, ("Ail",)))
    assert said == "Achats : au moins 191,80\N{NO-BREAK SPACE}€. Prix qui manquent : 1."


@pytest.mark.parametrize(
    ("minutes", "said"),
    [((1620, 1980), "27 à 33 heures"), ((90, 90), "1,5 heures"), ((40, 50), "0,5 à 1 heures")],
)
def test_time_is_said_in_half_hours(minutes, said):
    assert words.span(minutes) == said
