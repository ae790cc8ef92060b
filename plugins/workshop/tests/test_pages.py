"""The workshop on a phone, and its lists at a terminal."""

from __future__ import annotations

import json

import click
import pytest
from click.testing import CliRunner

from kpa_core.commands import Session
from kpa_workshop import cli, stock

SPACES = str.maketrans({"\N{NARROW NO-BREAK SPACE}": " ", "\N{NO-BREAK SPACE}": " "})


def plain(page):
    return page.text.replace("&#39;", "'").translate(SPACES)


def test_a_repair_from_the_door_to_the_door(atelier):
    here = f"/workshop/activites/{atelier.activity}"
    with atelier.kpa.client_for(atelier.referent) as browser:
        browser.submit(f"{here}/piece", name="patin", cost="3,00", count="2")
        browser.submit(f"{here}/machine", name="laser", cost="24", training="y")
        (machine,) = browser.get(here).ids("/workshop/machines/")
        browser.submit(
            f"/workshop/machines/{machine}/formation", person_id=str(atelier.maker.party_id)
        )
    with atelier.kpa.client_for(atelier.maker) as browser:
        page = browser.submit(f"{here}/objet", what="vélo", owner="Roy", wrong="frein", order="")
        assert "Écris le numéro 1 sur l'objet" in plain(page)
        place = page.url
        page = browser.submit(f"{place}/prix", todo="câble", minutes="0h45", price="18")
        assert "On ne travaille pas avant le oui du client" in plain(page)
        page = browser.submit(f"{place}/reponse", yes="yes", how="phone")
        assert "Le client a répondu au téléphone" in plain(page)
        with atelier.work() as work:
            (part,) = stock.parts_of(work.session, atelier.activity)
        assert browser.submit(f"{place}/piece", part_id=str(part.id), count="3").status == 422
        browser.submit(f"{place}/piece", part_id=str(part.id), count="1")
        page = browser.submit(f"{place}/machine", machine_id=machine, minutes="0h20")
        assert "pièces 3,00 €, machines 8,00 €" in plain(page)
        browser.submit(f"{place}/fini", page=place)
        page = browser.submit(f"{place}/rendu", page=place)
        assert "Rendu" in plain(page)
        part_page = browser.submit(f"/workshop/pieces/{part.id}/arrivee", count="4", cost="3,50")
        assert "5 · <bdi>patin</bdi>" in plain(part_page)


def test_the_order_shows_its_objects(atelier):
    atelier.priced(atelier.reference)
    with atelier.kpa.client_for(atelier.maker) as browser:
        page = plain(browser.get(f"/commandes/{atelier.order}"))
    assert "Le client doit répondre" in page
    assert "vélo bleu" in page


@pytest.fixture
def run(atelier):
    group = click.Group("workshop")
    cli.add(group)

    def invoke(*words):
        session = Session(lambda: atelier.kpa.instance, lambda *_: atelier.maker)
        result = CliRunner().invoke(group, list(words), obj=session, catch_exceptions=False)
        return result.output

    return invoke


def test_lists_at_a_terminal(atelier, run):
    atelier.priced()
    with atelier.work() as work:
        stock.add_part(work, atelier.activity, "patin", 300, 2)
    assert run("tickets") == "1  vélo bleu  Le client doit répondre\n"
    assert json.loads(run("tickets", "--json"))["state"] == "diagnosed"
    assert run("stock") == "2  patin\n"
    assert json.loads(run("stock", "--json")) == {"name": "patin", "left": 2, "cost_cents": 300}
