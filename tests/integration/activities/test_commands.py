"""The main job on the command line: from a request to hours, by references and names."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from kpa_core.activities import cli, service
from kpa_core.commands import Session
from kpa_core.contracts import Actor
from kpa_core.errors import KpaError, Misuse, NotFound
from kpa_core.work import VISITOR, Denied

GROUPS = (cli.activities, cli.orders, cli.tasks, cli.hours)


@pytest.fixture
def run(house) -> Callable[..., str]:
    """Run a command as someone and return what it prints."""

    def run(actor: Actor, group: click.Group, *words: object, code: int = 0) -> str:
        session = Session(lambda: house.instance, lambda _work, _token: actor)
        made: Result = CliRunner().invoke(group, [str(word) for word in words], obj=session)
        if isinstance(made.exception, KpaError):
            raise made.exception
        assert made.exit_code == code, made.output
        return made.output

    return run


def the(run: Callable[..., str], actor: Actor, group: click.Group, *words: object) -> Any:
    return json.loads(run(actor, group, *words, "--json"))


def last_word(text: str) -> str:
    return text.strip().removesuffix(".").split()[-1]


def test_from_a_request_to_hours(house, cook, referent, run) -> None:
    told = run(
        VISITOR,
        cli.orders,
        "ask",
        "--name",
        "Mairie",
        "--kind",
        "public",
        "--email",
        "m@lille.fr",
        "--guests",
        40,
        "--wishes",
        "Buffet halal",
        "--day",
        "2099-06-01",
    )
    reference = last_word(told)
    assert "40  600,00" in run(cook, cli.orders, "price", reference)
    for actor in (cook, referent):
        run(actor, cli.orders, "approve", reference)
    with house.work(cook) as work:
        service.mark(work, service.order_named(work, reference), "quoted")
    run(cook, cli.orders, "accept", reference, "--note", "par mail")
    with house.work() as work:
        today = work.today
    made = run(
        cook,
        cli.tasks,
        "add",
        "Cuisiner",
        "--order",
        reference,
        "--day",
        today,
        "--from",
        "9h",
        "--to",
        "15:00",
        "--people",
        2,
        "--tag",
        "four",
    )
    task = last_word(made)
    run(cook, cli.tasks, "answer", task, "coming")
    run(referent, cli.tasks, "assign", task, "Amina")
    listed = the(run, cook, cli.tasks, "list")
    assert [(one["people"], one["missing"], one["my_answer"]) for one in listed] == [
        ("Amina", 1, "coming")
    ]
    run(cook, cli.orders, "done", reference)
    run(cook, cli.hours, "add", "6h", "Amina", "Fatou", "--task", task)
    hours = the(run, cook, cli.hours, "list", "--order", reference)
    assert sorted((one["person"], one["minutes"]) for one in hours) == [
        ("Amina", 360),
        ("Fatou", 360),
    ]
    run(cook, cli.hours, "correct", hours[0]["id"], "5h30", "--why", "Partie plus tôt")
    order = the(run, cook, cli.orders, "show", reference)[0]
    assert (order["state"], order["planned_cost_cents"]) == ("done", 19_800)
    assert order["lines"][0]["amount_cents"] == 60_000


def test_lines_customers_and_notes(house, cook, run) -> None:
    made = run(
        cook,
        cli.orders,
        "add-customer",
        "Mairie de Lille",
        "--kind",
        "public",
        "--siret",
        "73282932000074",
        "--town",
        "Lille",
    )
    customer = last_word(made)
    made = run(cook, cli.orders, "add", "traiteur", customer, "--title", "Goûter", "--guests", 12)
    reference = made.split()[2]
    line = last_word(
        run(
            cook,
            cli.orders,
            "line",
            reference,
            "Goûter",
            "--quantity",
            12,
            "--price",
            "3,50",
            "--vat",
            "5,5",
            "--unit",
            "personne",
            "--cost",
            "11",
        )
    )
    run(cook, cli.orders, "reprice", line, "--price", "4")
    run(cook, cli.orders, "note", reference, "Prix d'ami")
    run(cook, cli.orders, "change", reference, "--engagement", "EJ-12")
    run(cook, cli.orders, "change-customer", customer, "--engagement", "EJ-0")
    order = the(run, cook, cli.orders, "show", reference)[0]
    assert [(one["amount_cents"], one["vat_rate_bp"]) for one in order["lines"]] == [(4800, 550)]
    assert the(run, cook, cli.orders, "customers")[0]["siret"] == "73282932000074"
    run(cook, cli.orders, "remove-line", line)
    assert the(run, cook, cli.orders, "show", reference)[0]["lines"] == []
    run(cook, cli.orders, "move", reference, "cancelled", "--why", "Plus de four")
    assert the(run, cook, cli.orders, "list", "--state", "cancelled")[0]["reference"] == reference


def test_activities_offers_and_counters(house, cook, referent, run) -> None:
    zora = house.person("Zora")
    run(zora, cli.activities, "propose", "Couture", "--description", "Des sacs")
    assert {one["title"] for one in the(run, zora, cli.activities, "list")} == {
        "Couture",
        "Traiteur",
    }
    run(referent, cli.activities, "join", "Traiteur", "Zora")
    made = run(
        cook,
        cli.activities,
        "offer",
        "Traiteur",
        "Buffet",
        "--price",
        "15",
        "--vat",
        "10",
        "--unit",
        "personne",
    )
    run(referent, cli.activities, "publish", last_word(made))
    for amount, more in (("12,5", ()), ("2", ("--take-away", "--note", "Compté deux fois"))):
        run(cook, cli.activities, "count", "Traiteur", "repas offerts", amount, *more)
    run(cook, cli.activities, "state", "Traiteur", "review")
    shown = the(run, cook, cli.activities, "show", "traiteur")[0]
    assert shown["state"] == "review"
    assert [one["name"] for one in shown["people"]] == ["Amina", "Fatou", "Zora"]
    assert [(one["title"], one["state"]) for one in shown["offers"]] == [("Buffet", "published")]
    assert [one["total"] for one in shown["counters"]] == ["10.500"]


def test_a_calendar_address_is_printed_once_and_shut(cook, run) -> None:
    assert "/agenda/" in run(cook, cli.tasks, "calendar")
    assert "ne marche plus" in run(cook, cli.tasks, "calendar", "--close")


MISUSED = {
    "negative price": ("line", "C-1", "x", "--quantity", "1", "--price", "-1", "--vat", "0"),
    "price with three decimals": (
        "line",
        "C-1",
        "x",
        "--quantity",
        1,
        "--price",
        "1.005",
        "--vat",
        0,
    ),
    "not a number": ("line", "C-1", "x", "--quantity", "NaN", "--price", "1", "--vat", "0"),
    "2**63": ("line", "C-1", "x", "--quantity", str(2**63), "--price", "1", "--vat", "0"),
    "no such state": ("move", "C-1", "eaten"),
    "nobody comes": ("change", "C-1", "--guests", "0"),
    "an hour of the moon": ("change", "C-1", "--from", "25:00"),
}


@pytest.mark.parametrize("words", MISUSED.values(), ids=MISUSED)
def test_misuse_is_said_with_code_2(cook, run, words: tuple[str, ...]) -> None:
    assert "Error" in run(cook, cli.orders, *words, code=2)


def test_an_unknown_name_is_said(cook, run) -> None:
    with pytest.raises(Misuse, match="Aucune activité"):
        run(cook, cli.activities, "show", "Menuiserie")
    with pytest.raises(Misuse, match="Dis pour quoi"):
        run(cook, cli.hours, "add", "1h", "Amina")
    with pytest.raises(NotFound):
        run(cook, cli.orders, "show", "C-2026-9999")


def test_who_runs_the_machine_has_no_right_over_orders(house, run) -> None:
    order = house.order()
    for words in (("show", order.reference), ("list",), ("approve", order.reference)):
        with pytest.raises(Denied):
            run(VISITOR, cli.orders, *words)


def test_every_command_says_what_it_does_and_what_it_needs(house) -> None:
    for group in GROUPS:
        for name, command in group.commands.items():
            assert command.help, name
            assert command.kpa_needs in house.instance.rights, name
            for param in command.params:
                if isinstance(param, click.Option):
                    assert param.help, (name, param.name)
