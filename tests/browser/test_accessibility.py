"""Every page of the told KPA in Chromium: axe-core, two widths, two schemes, and the rest.

Each page is opened as somebody who may see it; a form is then sent empty, and looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import time_machine
from browsing import network
from browsing.addresses import MANY_FACED, Visit, rules, visit, visits
from browsing.chromium import ChromiumBrowser, Phones
from browsing.measures import faults
from browsing.told import Told
from werkzeug.datastructures import MultiDict

from kpa_core import clock
from kpa_core.demo import cast
from kpa_core.demo.buffet import TREASURER

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ROOMS = (
    "public",
    "home",
    "house",
    "outbox",
    "accounts",
    "members",
    "activities",
    "invoices",
    "sharing",
    "cape",
    "catering",
    "coopcycle",
    "federation",
    "ofn",
    "workshop",
)
FILES = {
    "accounts.copy": "application/json",
    "catering.cookbook": "application/toml",
    "federation.blob": "application/octet-stream",
    "federation.checkpoint": "text/plain",
    "federation.file": "image/jpeg",
    "federation.heads": "application/json",
    "federation.key_file": "application/vnd.kpa.carried",
    "federation.log": "application/vnd.kpa.bundle",
    "invoices.archive": "application/zip",
    "invoices.carrier_link_pdf": "application/pdf",
    "invoices.export_csv": "text/csv",
    "invoices.export_json": "application/json",
    "invoices.invoice_link_pdf": "application/pdf",
    "invoices.month_zip": "application/zip",
    "invoices.pdf": "application/pdf",
    "invoices.quote_link_pdf": "application/pdf",
    "invoices.retype_csv": "text/csv",
    "invoices.ubl": "application/xml",
    "invoices.xml": "application/xml",
    "members.engagement_paper": "image/jpeg",
    "public.logo": "image/png",
    "public.theme": "text/css",
    "sharing.expense_credit_note": "application/xml",
    "sharing.pay_file": "text/csv",
    "sharing.receipt": "image/jpeg",
}
"""What gives a file, and of which kind."""

UNASKED = {
    "catering.add_control": "opened from the log for one kind; its own tests send it",
    "catering.control_photo": "a picture of the log; its own tests ask for it",
    "catering.correct_control": "opened from one line of the log; its own tests send it",
    "accounts.language": "sends back to the page that was open",
    "activities.calendar_file": "its address is a secret, shown once",
    "federation.instances": "a network node's only",
    "federation.network": "a network node's only; looked at in its own test",
    "federation.proof": "answers machines that say of what",
    "invoices.reminder": "nothing is late on the first day; looked at in its own test",
    "public.healthz": "says that no worker runs",
}
"""What is not asked for here, and why."""

MORE = (
    *(("home.today", "/aujourdhui", one.name) for one in cast.PEOPLE),  # each has another
    ("public.lost", "/nulle-part", ""),
    ("public.lost", "/nulle-part", cast.PEOPLE[0].name),
    ("public.lost", "/devis/faux", ""),
)


@pytest.fixture(scope="module")
def given(told: Told) -> list[Visit]:
    """What every address gives to somebody who may read it."""
    confirm = f"/federation/voisins/confirmer?link={quote(network.link(told), safe='')}"
    more = (
        *MORE,
        ("federation.confirm", confirm, cast.PEOPLE[0].name),
        ("invoices.carrier_link", told.carrier_page, ""),
    )
    found = [*visits(told), *(visit(told, *one) for one in more)]
    return sorted(found, key=lambda one: len(one.text), reverse=True)  # the richest styles first


@pytest.fixture(scope="module")
def look(phones: Phones, told: Told, styled: set[str]) -> Callable[[Visit], Iterator[str]]:
    """Return the function that yields what is wrong with a page, a line each."""

    def look_at(one: Visit) -> Iterator[str]:
        phone = phones.lend(one.who)
        phone.put(one.text)
        yield from wrongs(phone, styled, one.name)
        if one.is_form and (emptied := phone.emptied()):
            action, sent = emptied
            data = MultiDict(sent)
            answer = told.client(one.who).post(action or one.url, data=data, follow_redirects=True)
            phone.put(answer.text)
            yield from wrongs(phone, styled, f"{one.name}, sent empty")
            if answer.status_code < 400:
                told.rewind()

    return look_at


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_is_wrong_with_any_page_of(
    room: str, look: Callable[[Visit], Iterator[str]], given: list[Visit]
) -> None:
    mine = [one for one in given if one.is_page and one.endpoint.startswith(f"{room}.")]
    forms = [one for one in mine if one.is_form]

    wrong = [line for one in mine for line in look(one)]

    print(f"{room}: {len(mine)} visits, {len(forms)} forms sent empty")
    assert mine
    assert wrong == []


def test_no_page_is_left_out(told: Told, given: list[Visit]) -> None:
    asked = {one.endpoint for one in rules(told)}
    pages = {one.endpoint for one in given if one.is_page}
    files = {one.endpoint: one.gives for one in given if not one.is_page}

    print(f"{len(pages)} pages")
    assert asked - pages == FILES.keys() | UNASKED.keys()
    assert files == FILES
    assert asked >= MANY_FACED
    assert {one.split(".")[0] for one in asked} == set(ROOMS)


def test_nothing_is_wrong_with_the_list_of_a_network_node(
    phones: Phones, told: Told, styled: set[str], tmp_path: Path
) -> None:
    phone = phones.lend("")
    node = network.node(told, tmp_path)
    page = node.app.test_client().get("/federation/reseau")
    assert page.status_code == 200
    phone.put(page.text)
    assert list(wrongs(phone, styled, "list of a node")) == []
    node.close()


def test_nothing_is_wrong_with_any_step_of_the_keys(
    phones: Phones, told: Told, styled: set[str]
) -> None:
    phone, wrong = phones.lend(cast.PEOPLE[0].name), []
    for step in network.STEPS:
        network.go_on(told.kpa, step)
        phone.put(told.client(cast.PEOPLE[0].name).get("/federation/cles").text)
        wrong += wrongs(phone, styled, f"keys, {step}")
    told.rewind()
    assert wrong == []


def test_nothing_is_wrong_with_a_reminder(phones: Phones, told: Told, styled: set[str]) -> None:
    phone, late = phones.lend(TREASURER), f"/documents/{told.stage.ids['late']}"
    for days in (29, 58):  # who comes within a month stays signed in
        with time_machine.travel(clock.now() + timedelta(days=days), tick=True):
            told.client(TREASURER).get(late)
            page = told.client(TREASURER).get(f"{late}/relance")
    assert page.status_code == 200
    phone.put(page.text)
    assert list(wrongs(phone, styled, "a reminder")) == []
    told.rewind()


def test_nothing_is_wrong_with_the_open_menu(phones: Phones) -> None:
    phone = phones.lend(cast.PEOPLE[0].name)
    phone.open("/aujourdhui")

    phone.page.click(".menu summary")

    assert list(wrongs(phone, None, "the open menu")) == []


def wrongs(phone: ChromiumBrowser, known: set[str] | None, name: str) -> Iterator[str]:
    """Yield what is wrong with the page that is open, then what it complained of."""
    for one in (*faults(phone.page, known), *phone.complaints()):
        yield f"{name}: {one}"
    phone.forget()
