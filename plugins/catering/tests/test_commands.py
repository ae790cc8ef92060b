"""``kpa catering`` from a terminal, as a person with a token."""

from __future__ import annotations

import json
from importlib.resources import files

import click
import pytest
from click.testing import CliRunner

from kpa_catering import buying, cli, orders
from kpa_catering.cookbook import read_cookbook
from kpa_catering.settings import Settings
from kpa_core.activities.models import Order
from kpa_core.api import Misuse, NotFound, Refused
from kpa_core.commands import Session


@pytest.fixture
def kpa_catering(moulins):
    """Return ``kpa catering …`` run by a person; errors come out as they are."""
    group = click.Group("catering")
    cli.add(group, Settings())

    def run(*words, actor=None):
        session = Session(lambda: moulins.kpa.instance, lambda *_: actor or moulins.cook)
        result = CliRunner().invoke(group, list(words), obj=session)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def test_from_the_example_to_a_menu_chosen(moulins, kpa_catering):
    said = kpa_catering("import", "--example").output
    assert "la cuisine : 52." in said
    assert "buffet-oriental" in kpa_catering("menus").output

    order_id = moulins.order()
    with moulins.kpa.work() as work:
        reference = work.session.get_one(Order, order_id).reference
    said = kpa_catering("choose", reference, "buffet-oriental", "--price", "15,00").output
    assert "« Buffet oriental » est choisi pour 40 personnes." in said
    assert "198,00" in said
    with moulins.kpa.work() as work:
        assert (
            orders.choice_of(work.session, order_id, moulins.catering).price_per_guest_cents == 1500
        )


def test_needs_are_whole_packs_with_their_cost_and_the_time(moulins, kpa_catering):
    moulins.buffet()
    said = kpa_catering("needs", "buffet-oriental", "--guests", "41").output
    assert "Achats : 202,15" in said
    assert "27,5 à 33,5 heures" in said
    facts = json.loads(kpa_catering("needs", "buffet-oriental", "--guests", "40", "--json").output)
    assert facts["cost"]["total_cents"] == 19_800
    assert facts["guests"] == 40


def test_allergens_end_with_the_questions_left(moulins, kpa_catering):
    moulins.buffet()
    said = kpa_catering("allergens", "buffet-oriental").output
    assert "À demander pour « Dattes en vrac » : Sulfites" in said
    assert "Œufs : Oui" in said
    facts = json.loads(kpa_catering("allergens", "buffet-oriental", "--json").output)
    assert facts["whole"]["answers"]["sulphites"]["presence"] == "unknown"


def test_a_file_comes_in_like_the_example(moulins, kpa_catering, tmp_path):
    book = tmp_path / "carnet.toml"
    text = (files("kpa_catering") / "examples" / "buffet_oriental.toml").read_text("utf-8")
    book.write_text(text, encoding="utf-8")
    kpa_catering("import", str(book), "--activity", "traiteur de moulins")
    assert "la cuisine : 0." in kpa_catering("import", "--example").output


def test_what_goes_out_comes_in_elsewhere(moulins, kpa_catering):
    moulins.buffet()
    book = read_cookbook(kpa_catering("export", "buffet-oriental").output)
    assert len(book.ingredients) == 32
    assert book.licence == "CC-BY-SA-4.0"
    with pytest.raises(Refused, match="Choisis une licence"):
        kpa_catering("export", "buffet-oriental", "--licence", "à nous")
    with pytest.raises(NotFound):
        kpa_catering("export", "buffet-oriental", actor=moulins.rider)


MISUSES = {
    "nothing to import": ("import",),
    "two things to import": ("import", "FILE", "--example"),
    "another's activity": ("import", "--example", "--activity", "Vélos de Moulins"),
}


@pytest.mark.parametrize("words", MISUSES.values(), ids=MISUSES)
def test_misuses(kpa_catering, words, tmp_path):
    path = tmp_path / "carnet.toml"
    path.write_text("")
    with pytest.raises(Misuse):
        kpa_catering(*(str(path) if word == "FILE" else word for word in words))


REFUSED = {
    "no guests": ("needs", "buffet-oriental", "--guests", "0"),
    "guests of 2^63": ("needs", "buffet-oriental", "--guests", str(2**63)),
    "a negative price": ("choose", "ORDER", "buffet-oriental", "--price=-1"),
    "three decimals": ("choose", "ORDER", "buffet-oriental", "--price", "15,001"),
    "NaN": ("choose", "ORDER", "buffet-oriental", "--price", "NaN"),
}


def test_a_file_that_is_no_text_is_refused_in_words(kpa_catering, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(Refused, match="n'est pas un texte"):
        kpa_catering("import", str(path), "--activity", "Traiteur de Moulins")


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED)
def test_refused_commands(moulins, kpa_catering, words):
    moulins.buffet()
    order_id = moulins.order()
    with moulins.kpa.work() as work:
        reference = work.session.get_one(Order, order_id).reference
    with pytest.raises(Refused):
        kpa_catering(*(reference if word == "ORDER" else word for word in words))
    with moulins.kpa.work() as work:
        assert orders.choice_of(work.session, order_id, moulins.catering) is None


def test_another_activity_s_menu_is_absent_from_the_terminal_too(moulins, kpa_catering):
    moulins.buffet()
    assert kpa_catering("menus", actor=moulins.rider).output == ""
    for words in (
        ("needs", "buffet-oriental", "--guests", "40"),
        ("allergens", "buffet-oriental"),
    ):
        with pytest.raises(NotFound):
            kpa_catering(*words, actor=moulins.rider)


def test_every_command_says_what_it_does_and_what_it_needs():
    group = click.Group("catering")
    cli.add(group, Settings())
    told = "import export menus needs allergens shopping cost choose"
    assert set(group.commands) == set(told.split())
    for command in group.commands.values():
        assert command.help
        assert command.kpa_needs in (
            "catering.write",
            "catering.choose",
            "activity.read",
            "order.read",
        )


def test_a_list_and_a_cost_of_an_order(moulins, kpa_catering):
    order_id, menu_id = moulins.order(), moulins.buffet()
    with moulins.kpa.work() as work:
        reference = work.session.get_one(Order, order_id).reference
    assert "Aucun menu" in kpa_catering("shopping", reference).output
    assert "Aucun menu" in kpa_catering("cost", reference).output
    with moulins.work() as work:
        orders.choose(work, order_id, menu_id, 1500, Settings())
        buying.pay(work, order_id, "ail", 200)
    said = kpa_catering("shopping", reference).output
    assert "[x] Ail : " in said
    assert said.count("[ ] ") == 31
    said = kpa_catering("cost", reference).output
    assert "Prix qui manquent : 31." in said
    assert said.count("?  ") == 31
    with pytest.raises(NotFound):
        kpa_catering("cost", reference, actor=moulins.rider)
