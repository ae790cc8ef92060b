"""The main job's money on the command line, by references and names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from kpa_core.activities.models import Order
from kpa_core.commands import Session
from kpa_core.errors import KpaError, Misuse, NotFound, Refused
from kpa_core.rights.locks import unlocked
from kpa_core.sharing import cli

GROUPS = (cli.expenses, cli.shares, cli.pots, cli.charter)


@pytest.fixture
def run(numbered) -> Callable[..., str]:
    """Run a command as someone and return what it prints."""

    def run(name: str, group: click.Group, *words: object, code: int = 0) -> str:
        actor = numbered.actor(name)
        session = Session(lambda: numbered.instance, lambda _work, _token: actor)
        made = CliRunner().invoke(group, [str(word) for word in words], obj=session)
        if isinstance(made.exception, KpaError):
            raise made.exception
        assert made.exit_code == code, made.output
        return made.output.replace("\u00a0", " ").replace("\u202f", " ")

    return run


def reference(house, order_id) -> str:
    with house.work() as work:
        return work.session.get_one(Order, order_id).reference


def the(run, name: str, group: click.Group, *words: object) -> Any:
    return json.loads(run(name, group, *words, "--json"))


def test_from_receipts_to_pay(numbered, run, tmp_path: Path) -> None:
    order_id = numbered.order()
    order = reference(numbered, order_id)
    receipt = ("--supplier", "Métro", "--what", "Légumes")
    run("Amina", cli.expenses, "add", order, *receipt, "--net", "118")
    run("Amina", cli.expenses, "add", order, *receipt, "--net", "80", "--paid-by", "Bakary")
    assert [one["payer"] for one in the(run, "Amina", cli.expenses, "list", order)] == [
        "",
        "Bakary",
    ]
    numbered.hours(
        order_id, {**dict.fromkeys(numbered.cooks, 360), **dict.fromkeys(numbered.riders, 180)}
    )
    numbered.pay(numbered.invoice(order_id), 660_00)

    assert "302,40" in run("Amina", cli.shares, "look", order)
    run("Gaëlle", cli.shares, "propose", order)
    for name in numbered.cooks:
        run(name, cli.shares, "answer", order, "agreed")
    run("Elif", cli.shares, "answer", order, "questioned", "--note", "Pourquoi ?")
    with pytest.raises(Refused, match="attend : Elif"):
        run("Trésor", cli.shares, "close", order)
    run("Trésor", cli.shares, "close", order, "--note", "Vu ensemble")

    told = the(run, "Amina", cli.shares, "check", order)
    assert told == [
        {
            "gross": 660_00,
            "vat": 60_00,
            "expenses": 198_00,
            "fee": 46_23,
            "pot": 53_37,
            "to_share": 302_40,
        }
    ]
    assert "660,00 € = 60,00 € de TVA" in run("Amina", cli.shares, "check", order)
    [shown] = the(run, "Amina", cli.shares, "show", order)
    assert {one["name"]: one["cents"] for one in shown["parts"]} == {
        **dict.fromkeys(numbered.cooks, 60_48),
        **dict.fromkeys(numbered.riders, 30_24),
    }

    [owed] = the(run, "Trésor", cli.expenses, "owed")
    assert (owed["person"], owed["cents"]) == ("Bakary", 80_00)
    run("Trésor", cli.expenses, "back", owed["id"])

    run("Gaëlle", cli.shares, "collect", "--carrier", "Optéos")
    [request] = the(run, "Gaëlle", cli.shares, "requests")
    assert request["cents"] == 4 * 60_48
    run("Gaëlle", cli.shares, "send", request["id"])
    run("Gaëlle", cli.shares, "file", request["id"], tmp_path / "paie.csv")
    assert (tmp_path / "paie.csv").read_bytes().startswith(b"\xef\xbb\xbfMois;")
    run("Hôte", cli.shares, "paid", request["id"])


def test_each_part_a_command_shows_says_that_it_is_not_pay(numbered, run) -> None:
    order_id = numbered.paid_order()
    numbered.propose(order_id)
    order = reference(numbered, order_id)
    shown = run("Amina", cli.shares, "show", order)
    assert shown.count("Ce n'est pas encore ta paie. Optéos retire les cotisations.") == 6
    for part in the(run, "Amina", cli.shares, "show", order)[0]["parts"]:
        assert part["notice"][0].startswith("Ce n'est pas encore ta paie.")
    mine = run("Elif", cli.shares, "mine")
    assert mine.count("30,24 €") >= mine.count("Ce n'est pas encore ta paie.") == 1


def test_without_receipts_a_flag_answers_the_question(numbered, run) -> None:
    order_id = numbered.order()
    numbered.hours(order_id, {"Amina": 60})
    numbered.pay(numbered.invoice(order_id), 660_00)
    order = reference(numbered, order_id)
    with pytest.raises(Refused, match="Il manque les tickets"):
        run("Gaëlle", cli.shares, "propose", order)
    run("Gaëlle", cli.shares, "propose", order, "--no-expenses")
    run("Trésor", cli.shares, "withdraw", order)
    with pytest.raises(NotFound, match="Aucun partage n'attend"):
        run("Trésor", cli.shares, "close", order)


def test_pots_by_name(numbered, run) -> None:
    run("Hôte", cli.pots, "open", "Vélos", "--carrier", "Optéos")
    run("Hôte", cli.pots, "open", "Caisse", "--carrier", "Optéos", "--kind", "cash")
    run("Hôte", cli.pots, "put-in", "vélos", "500", "--why", "Aide")
    run("Hôte", cli.pots, "transfer", "Vélos", "Caisse", "80,50", "--why", "Fond")
    held = {one["name"]: one["cents"] for one in the(run, "Amina", cli.pots, "list")}
    assert held == {"Vélos": 419_50, "Caisse": 80_50}
    assert "Aide" in run("Amina", cli.pots, "show", "Vélos")
    with pytest.raises(Misuse, match="« Bateaux »"):
        run("Amina", cli.pots, "show", "Bateaux")


def test_a_pot_pays_a_receipt(numbered, run) -> None:
    opened = ("--carrier", "Optéos", "--kind", "cash", "--activity", "Moulins Coop")
    run("Hôte", cli.pots, "open", "Caisse", *opened)
    run("Hôte", cli.pots, "put-in", "Caisse", "100", "--why", "Fond")
    order = reference(numbered, numbered.order())
    words = (
        "add",
        order,
        "--supplier",
        "Métro",
        "--what",
        "Pain",
        "--net",
        "10",
        "--pot",
        "Caisse",
    )
    run("Amina", cli.expenses, *words)
    [bought] = the(run, "Amina", cli.expenses, "list", order)
    assert bought["payer"] == "Caisse"
    run("Amina", cli.expenses, "cancel", bought["id"], "--why", "Rendu au magasin")
    assert the(run, "Amina", cli.pots, "list")[0]["cents"] == 100_00
    with pytest.raises(Misuse, match="pas les deux"):
        run("Amina", cli.expenses, *words, "--paid-by", "Bakary")


def test_the_scale_and_the_rules(numbered, run) -> None:
    tiers = ("--tier", "30000:11,5", "--tier", "*:10,5")
    run("Hôte", cli.pots, "set-scale", "Optéos", *tiers, "--source", "Avenant 2")
    newest, _ = the(run, "Hôte", cli.pots, "scale", "Optéos")
    assert newest["tiers"][0] == {"up_to_cents": 30_000_00, "rate_bp": 1150}
    run("Animatrice", cli.charter, "set", "pot.common", "rate_bp=1000", "--decided", "Conseil")
    run("Animatrice", cli.charter, "set", "invoice.issuers", "referent=no", "--decided", "Conseil")
    run("Animatrice", cli.charter, "share-rule", "equal", "--decided", "Conseil")
    rules = {one["key"]: one["value"] for one in the(run, "Amina", cli.charter, "list")}
    assert rules["pot.common"] == {"rate_bp": 1000}
    assert rules["invoice.issuers"] == {"referent": False, "two_members": True}
    assert rules["share.rule"] == {"key": "equal"}
    with pytest.raises(Misuse, match="n'est pas un réglage"):
        run("Animatrice", cli.charter, "set", "pot.common", "1000", "--decided", "Conseil")


WRONG = [
    ("--net", "-1"),
    ("--net", "NaN"),
    ("--net", "5,001"),
    ("--net", str(2**63)),
    ("--vat", "x"),
]


@pytest.mark.parametrize("words", WRONG, ids=str)
def test_wrong_amounts_are_a_misuse(numbered, run, words) -> None:
    order = reference(numbered, numbered.order())
    given = {"--supplier": "Métro", "--what": "Pain", "--net": "10", **dict([words])}
    flat = [word for pair in given.items() for word in pair]
    run("Amina", cli.expenses, "add", order, *flat, code=2)
    assert the(run, "Amina", cli.expenses, "list", order) == []


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_every_command_has_a_lock_and_a_help(numbered, group: click.Group) -> None:
    assert unlocked(group, numbered.instance.rights) == ""
    assert all(command.help for command in group.commands.values())
