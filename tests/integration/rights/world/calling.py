"""Call every command as everyone, in this process, with the world's things for arguments."""

from __future__ import annotations

import gzip
import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from click.testing import CliRunner

from kpa_catering.models import MenuRow
from kpa_core.accounts.tokens import actor_of_token
from kpa_core.activities.models import Order
from kpa_core.cli.listing import CORE
from kpa_core.commands import Session
from kpa_core.errors import KpaError, Misuse, NotFound
from kpa_core.i18n import sentence
from kpa_core.invoices.models import Document
from kpa_core.testing.suppliers import Paper, cii
from world import network, oracle, preparing
from world.build import World
from world.people import Cast
from world.places import Place, Where

FILE = Path(__file__).parent.parent / "commands.txt"


@dataclass(frozen=True)
class Line:
    """A command as ``commands.txt`` tells it."""

    name: str
    right: str
    things: str
    words: str


@dataclass(frozen=True)
class Call:
    """What a command answered to somebody, and whether it should have done it."""

    line: Line
    actor: Cast
    letter: str
    allowed: bool
    error: BaseException | None
    output: str
    kept: list[tuple[str, str, str]]

    @property
    def hidden(self) -> bool:
        """Tell whether the answer is that of a thing that is not there."""
        error = self.error
        if isinstance(error, NotFound):
            return True
        return isinstance(error, Misuse) and bool({"who", "name"} & set(error.params))

    @property
    def told(self) -> str:
        """What to write of it in a list of mismatches."""
        wanted = "in" if self.allowed else "out"
        return f"{self.actor.key} {self.line.name} {self.letter}: {wanted} wanted, {self.error!r}"


def lines() -> dict[str, Line]:
    """Return the commands of ``commands.txt``."""
    found = {}
    for text in FILE.read_text("utf-8").splitlines():
        if text and not text.startswith("#"):
            line = Line(*(part.strip() for part in text.split("|", 3)))
            found[line.name] = line
    return found


def commands(world: World) -> dict[str, click.Command]:
    """Return every command that opens an instance, by its whole name."""
    groups: dict[str, click.Command] = {
        name: getattr(import_module(entry.module), entry.attribute) for name, entry in CORE.items()
    }
    groups |= world.kpa.instance.registered.commands
    return {name: one for key, top in groups.items() for name, one in _leaves(key, top)}


def places(world: World, line: Line) -> list[Place]:
    """Return where to call a command: in both places when it names a thing that is of one."""
    both = "{" in line.words and line.things != "op"
    return [world.a, world.b] if both else [world.a]


def call(world: World, line: Line, command: click.Command, actor: Cast, place: Place) -> Call:
    """Call a command as somebody; whatever it changed is put back."""
    words = shlex.split(line.words.format(**_names(world, place.letter)))
    session = Session(lambda: world.kpa.instance, actor_of_token)
    token = world.tokens.get(actor.key, "")
    environment = {"KPA_TOKEN": token, "XDG_STATE_HOME": str(world.database.parent)}
    last = _last(world)
    result = CliRunner().invoke(command, words, obj=session, env=environment)
    error = None if isinstance(result.exception, SystemExit) else result.exception
    if isinstance(result.exception, SystemExit) and result.exit_code == 2:
        raise AssertionError(f"{line.name} {words}: {result.output}")
    kept = _kept(world, last)
    if error is None:
        world.rewind()
    allowed = _expected(world, line, actor, place)
    return Call(line, actor, place.letter, allowed, error, result.output, kept)


def _last(world: World) -> int:
    with world.kpa.instance.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT max(seq) FROM audit_entry").scalar_one())


def _kept(world: World, last: int) -> list[tuple[str, str, str]]:
    """Return what the log gained: under which right, how, and whether it was done."""
    query = "SELECT capability, via, result FROM audit_entry WHERE seq > ? ORDER BY seq"
    with world.kpa.instance.engine.connect() as connection:
        found = connection.exec_driver_sql(query, (last,)).all()
    return [(capability, via, result) for capability, via, result in found]


def told(error: BaseException | None) -> str:
    """Return the sentence of an error, without the words that were typed."""
    assert isinstance(error, KpaError)
    return sentence(type(error)(error.message, **dict.fromkeys(error.params, "…")))


def _expected(world: World, line: Line, actor: Cast, place: Place) -> bool:
    holders = world.kpa.instance.rights.holders(line.right)
    if {"operator", "visitor"} & set(holders):
        return True  # whoever runs the machine acts as its operator, with or without a token
    if line.things == "-":
        return oracle.holds_somewhere(holders, actor)
    if line.things == "own":
        return actor.person == place.ids["person_id"]
    name, _, second = line.things.partition("&")
    if name == "activity_id+carrier":
        where = Where(frozenset({place.activity}), place.carrier)
    else:
        where = place.where(name, place.ids)
    allowed = oracle.holds(holders, actor, where)
    if second:
        allowed = allowed and oracle.holds(world.kpa.instance.rights.holders(second), actor, where)
    return allowed


def _leaves(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for key, one in command.commands.items():
            yield from _leaves(f"{name} {key}", one)
    elif getattr(command, "kpa_needs", ""):
        yield name, command


@cache
def _names(world: World, letter: str) -> dict[str, Any]:
    place, low = world.place(letter), letter.lower()
    other = "B" if place.letter == "A" else "A"
    folder = world.database.parent
    identity = folder / "identity.json"
    identity.write_text(json.dumps({"address": ["1 rue"], "siren": "552100554"}))
    paper = folder / "paper.xml"
    paper.write_bytes(cii(Paper(number="F-new")))
    accounts = folder / "accounts.json"
    accounts.write_text(json.dumps({"bank": "5121"}))
    with world.kpa.work() as work:

        def reference(model: Any, row: UUID) -> str:
            return str(work.session.get_one(model, row).reference)

        documents = {
            name: reference(Document, row)
            for name, row in (
                ("document", place.ids["document_id"]),
                ("quote", place.more["document_id:quote"]),
                ("handover", place.more["document_id:handover"]),
            )
        }
        quoted = work.session.get_one(Document, place.more["document_id:quote"]).order_id
        orders = {
            name: reference(Order, row)
            for name, row in (
                ("order", place.ids["order_id"]),
                ("quoted", quoted),
                *((name, place.more[f"order_id:{name}"]) for name in ORDERS),
            )
        }
        menu = work.session.get_one(MenuRow, place.ids["menu_id"]).slug
    return {
        **documents,
        **orders,
        "menu": menu,
        "letter": place.letter,
        **_of_the_network(world, folder),
        "file": folder / "out",
        "identity": identity,
        "paper": paper,
        "credited": place.more["expense_id:credited"],
        "accounts": accounts,
        "returns": preparing.a_carriers_file(world)[0],
        "activity": place.activity,
        "other": world.place(other).activity,
        "carrier": f'"Maison {place.letter}"',
        "carrier_id": place.carrier,
        "person": place.ids["person_id"],
        "second": world.cast[f"second_{low}"].person,
        "third": world.cast["member"].person,
        "twin": place.more["customer_id:2"],
        "customer": place.ids["customer_id"],
        "counter": f"CanariCompteur{place.letter}",
        "cash": place.more["pot_id:cash"],
        "pot": place.ids["pot_id"],
        "request": place.ids["pay_request_id"],
        **{
            name: place.ids[f"{name}_id"]
            for name in (
                "offer",
                "line",
                "task",
                "contribution",
                "payment",
                "expense",
                "job",
                "remote",
                "connection",
                "delivery",
                "shop",
                "rate",
            )
        },
    }


def _of_the_network(world: World, folder: Path) -> dict[str, Any]:
    """Return the network's things, and write the files that its commands read."""
    texts = world.texts
    written = {
        "toml": "record.toml",
        "bundle": "bundle.kpa",
        "sheet_line": "line.txt",
        "drill_answer": "drilled.txt",
    }
    paths = {name: folder / file for name, file in written.items()}
    paths["toml"].write_text(network.TOML, "utf-8")
    paths["bundle"].write_bytes(gzip.compress(network.bundle(world)))
    paths["sheet_line"].write_text(network.SHEETS[2].line)
    paths["drill_answer"].write_text(network.drilled(world, 1))
    return {
        **paths,
        "invitation": f'"{network.invited(world)}"',
        "neighbour": texts["their origin"],
        "own_origin": texts["origin"],
        "record": texts["record"],
        "their_record": texts["their record"],
        "picture": folder.parent / network.PICTURE,
    }


ORDERS = ("reopened", "priced", "done", "paid", "proposed", "closed")
