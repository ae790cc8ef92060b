"""The same main job, typed: kpa new, people, contracts, request, quote, invoice, payment, share."""

from __future__ import annotations

import importlib.util
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from kpa_core import clock
from kpa_core.demo import cast
from kpa_core.demo.buffet import COOKS, RIDERS, SHARERS

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
HERE = Path(__file__).parent
TOLD = {
    "the carrier numbers, 15.00 € a guest": (
        "draft_for_carrier",
        "15,00",
        "660,00",
        {"30,24": 2, "60,48": 4},
    ),
    "we number, 16.00 € a guest": (
        "delegated_series",
        "16,00",
        "704,00",
        {"33,25": 2, "66,49": 1, "66,50": 3},
    ),
}


def terminal_of(folder):
    spec = importlib.util.spec_from_file_location("terminal", HERE / "terminal.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Terminal(folder)


@pytest.fixture
def terminal(request, tmp_path, kpa_database, monkeypatch):
    """A new KPA made by ``kpa new``, with its animator signed in."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = str(tmp_path / "kpa")
    made = terminal_of(folder)
    where = []
    if kpa_database == "postgresql":
        where = ["--database", request.getfixturevalue("kpa_server").new_database()]
    said = made.run(
        "", "new", folder, "--name", cast.KPA_NAME, "--first-name", "Nadia",
        "--contact", "0612000001", *where,
    )  # fmt: skip
    made.sign_in("Nadia", re.search(r"(?:\w{4} ){3}\w{4}", said)[0])
    return made


def days(count: int) -> str:
    return (clock.today("Europe/Paris") + timedelta(days=count)).isoformat()


def open_the_kpa(terminal, tmp_path, mode):
    carrier = cast.CARRIER
    identity = tmp_path / "identity.json"
    identity.write_text(json.dumps(dict(carrier.identity)))
    terminal.run(
        "", "carriers", "add", carrier.name, "--mode", mode, "--identity", str(identity),
        "--source", "Exemple", "--code", "MOULINS", "--ask-whom", carrier.ask_whom,
    )  # fmt: skip
    if mode != "draft_for_carrier":
        terminal.run("", "carriers", "series", carrier.name, "EX", "EX-{year}-{number:04}")
    terminal.run(
        "", "pots", "set-scale", carrier.name, "--tier", "30000:11,5", "--tier", "*:10,5",
        "--source", "Exemple",
    )  # fmt: skip
    nadia = "Nadia"
    terminal.run(nadia, "activities", "propose", "Buffets traiteur", "--kind", "catering")
    said = terminal.run(
        nadia, "activities", "offer", "Buffets traiteur", "Buffet oriental", "--price", "15,00",
        "--vat", "10", "--unit", "personne",
    )  # fmt: skip
    terminal.run(nadia, "activities", "publish", ID.search(said)[0])
    terminal.run(nadia, "activities", "state", "Buffets traiteur", "offer")
    terminal.run(nadia, "carriers", "choose", "Buffets traiteur", carrier.name)
    carrier_id = terminal.read("", "carriers", "list")[0]["id"]
    activity_id = terminal.read(nadia, "activities", "list")[0]["id"]
    for number, name in enumerate((*SHARERS, "Claire"), start=2):
        phone = f"06120000{number:02d}"
        terminal.run(nadia, "people", "add", name, "--phone", phone, "--born", "1990-05-01")
    terminal.run(nadia, "people", "kpa-role", "Claire", "host", "--carrier", carrier_id)
    for name in SHARERS:
        role = "referent" if name == "Amina" else "participant"
        terminal.run(nadia, "activities", "join", "Buffets traiteur", name, "--as", role)
        terminal.run(
            nadia, "people", "engage", name, "cape", "--from", days(-30), "--to", days(300),
            "--carrier", carrier_id, "--no", "full_time_employee",
        )  # fmt: skip
        terminal.run(nadia, "people", "sign", name, "--on", days(-30))
        terminal.run(nadia, "people", "insure", name, "--from", days(-29))
    for name in ("Claire", *(one for one in SHARERS if one != "Fatou")):
        sign_in_by_card(terminal, name)
    terminal.run("Claire", "people", "treasurer", "Fatou", "--activity", activity_id)
    # Nadia does not name treasurers: a second person says yes to a card she makes for one.
    sign_in_by_card(terminal, "Fatou", "Amina")


def sign_in_by_card(terminal, name, second=""):
    said = terminal.run("Nadia", "people", "card", name)
    if second:
        terminal.run(second, "people", "approve-card", name)
    terminal.sign_in(name, re.search(r"(?:\w{4} ){3}\w{4}", said)[0])


def ask_and_quote(terminal, price):
    hall = cast.TOWN_HALL
    (shown,) = terminal.read("Amina", "activities", "show", "Buffets traiteur")
    offer_id = shown["offers"][0]["id"]
    said = terminal.run(
        "", "orders", "ask", "--name", hall["name"], "--kind", "public", "--email", hall["email"],
        "--offer", offer_id, "--guests", "40", "--day", days(0), "--place", "Salle des fêtes",
    )  # fmt: skip
    order = re.search(r"C-\d{4}-\d{4}", said)[0]
    (customer,) = terminal.read("Amina", "orders", "customers")
    terminal.run(
        "Amina", "orders", "change-customer", customer["id"], "--address", hall["address"],
        "--postcode", hall["postcode"], "--town", hall["town"], "--siret", hall["siret"],
    )  # fmt: skip
    terminal.run("Amina", "catering", "import", "--example", "--activity", "Buffets traiteur")
    terminal.run("Amina", "catering", "choose", order, "Buffet oriental", "--price", price)
    terminal.run("Amina", "orders", "price", order)
    for name in ("Leïla", "Rosa"):
        terminal.run(name, "orders", "approve", order)
    said = terminal.run("Amina", "quotes", "send", order)
    quote = re.search(r"D-\d{4}-\d{4}", said)[0]
    terminal.run("Amina", "quotes", "accept", quote, "--by", "Service des fêtes")
    return order


def do_the_work(terminal, order):
    for title, start, end, length, people in (
        ("Cuisiner", "8:00", "14:00", "6h", COOKS),
        ("Livrer et servir", "14:00", "17:00", "3h", RIDERS),
    ):
        said = terminal.run(
            "Amina", "tasks", "add", title, "--order", order, "--day", days(0), "--from", start,
            "--to", end, "--people", str(len(people)),
        )  # fmt: skip
        task = ID.search(said)[0]
        for name in people:
            terminal.run(name, "tasks", "answer", task, "coming")
            terminal.run("Amina", "tasks", "assign", task, name)
        terminal.run("Amina", "hours", "add", length, *people, "--task", task)
    terminal.run("Amina", "orders", "done", order)
    for supplier, net, vat, more in (
        ("Primeur", "120,00", "6,60", ()),
        ("Épicerie", "78,00", "4,29", ("--paid-by", "Rosa")),
    ):
        terminal.run(
            "Amina", "expenses", "add", order, "--supplier", supplier, "--what", "Courses",
            "--net", net, "--vat", vat, *more,
        )  # fmt: skip


@pytest.mark.parametrize(("mode", "price", "gross", "parts"), TOLD.values(), ids=TOLD)
def test_from_the_request_to_the_share_out(terminal, tmp_path, mode, price, gross, parts):
    open_the_kpa(terminal, tmp_path, mode)
    order = ask_and_quote(terminal, price)
    do_the_work(terminal, order)
    said = terminal.run("Fatou", "invoices", "issue", order)
    if mode == "draft_for_carrier":
        bill = re.search(r"P-\d{4}-\d{4}", said)[0]
        terminal.run("Claire", "invoices", "number", bill, "OPT-118", "--total", gross)
    else:
        bill = re.search(r"EX-\d{4}-0001", said)[0]
    terminal.run("Claire", "payments", "pay", bill, gross)
    terminal.run("Fatou", "shares", "propose", order)
    for name in SHARERS:
        terminal.run(name, "shares", "answer", order, "agreed")
    refused = terminal.attempt("Fatou", "shares", "close", order)
    assert refused.exit_code == 1  # the one who proposed does not close
    terminal.run("Nadia", "shares", "close", order)
    shown = terminal.run("Leïla", "shares", "show", order)
    for amount, count in parts.items():
        assert len(re.findall(rf"(?<!\d){amount}\s*€\.?$", shown, re.M)) >= count, shown
    assert "Ce n'est pas encore ta paie." in shown
    assert "salaire" not in shown.lower()
    terminal.run("Leïla", "shares", "check", order)
    terminal.run("", "audit", "verify")
