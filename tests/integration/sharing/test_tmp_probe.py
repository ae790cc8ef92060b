"""Wherever a part is shown, it says at once that it is not pay. No page forgets."""

from __future__ import annotations

import re
from html import unescape

import pytest

from kpa_core.members.models import Party
from kpa_core.sharing import advances, expenses, parts, payrequests, personal, pots, shareouts

NOT_PAY = "Ce n'est pas encore ta paie. Optéos retire les cotisations."
WHEN = "Optéos paie le 28 du mois."
WHOM = "Tu touches le RSA ou le chômage ? Demande à Nadia, à Optéos avant de choisir."
AMOUNTS = re.compile(r"\b(?:60|30),(?:48|24)\b")
BLOCK = re.compile(
    r'<article class="card" id="part-.*?</article>'  # the macro: pages and paper
    r'|<li class="card">.*?</li>'  # the lines of a pay request
    r"|<dd>C-\d{4}-\d+ : .*?</dd>",  # "what the software knows of me"
    re.S,
)
READERS = ("Gaëlle", "Elif", "Hôte")


def waiting(house):
    share_out_id = house.propose(house.paid_order())
    house.say(share_out_id, "questioned", "Elif", note="Pourquoi ?")
    return share_out_id


def closed(house):
    share_out_id = waiting(house)
    house.say(share_out_id, "agreed", *house.cooks)
    house.close(share_out_id, note="Vu ensemble")
    return share_out_id


def asked(house):
    share_out_id = closed(house)
    with house.work("Gaëlle") as work:
        payrequests.collect(work)
    return share_out_id


STAGES = {"waiting": waiting, "closed": closed, "asked": asked}


def addresses(house, share_out_id, reader: str) -> list[str]:
    """Return every page of the site there is for the things of this share-out."""
    with house.work() as work:
        row = work.session.get_one(shareouts.ShareOut, share_out_id)
        known = {
            "order_id": row.order_id,
            "share_out_id": share_out_id,
            "allocation_id": house.part(share_out_id, "Elif").id,
            "carrier_id": row.carrier_id,
            "activity_id": row.activity_id,
            "document_id": row.document_id,
            "person_id": house.people["Elif"],
            "pot_id": next((held.pot.id for held in pots.pots(work)), None),
            "expense_id": expenses.counted(work.session, row.order_id)[0].id,
            "pay_request_id": next((one.request.id for one in payrequests.batches(work)), None),
        }
    found = []
    for rule in house.app.url_map.iter_rules():
        if "GET" in rule.methods and all(known.get(name) for name in rule.arguments):
            found.append(rule.rule)
            for name in rule.arguments:
                found[-1] = re.sub(rf"<[^<>]*\b{name}>", str(known[name]), found[-1])
    return found


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
def test_every_page_that_shows_a_part_says_so(numbered, stage) -> None:
    share_out_id = stage(numbered)
    shown = set()
    for reader in READERS:
        browser = numbered.browser(reader)
        for address in addresses(numbered, share_out_id, reader):
            answer = browser.client.get(address, follow_redirects=True)
            assert answer.status_code != 500, address
            if not answer.mimetype.startswith("text/html"):
                continue
            text = unescape(answer.text).replace("\N{NO-BREAK SPACE}", " ")
            blocks = BLOCK.findall(text)
            for block in blocks:
                print(block) if not all(said in block for said in (NOT_PAY, WHEN, WHOM)) else None
                assert all(said in block for said in (NOT_PAY, WHEN, WHOM)), address
            assert not AMOUNTS.search(BLOCK.sub("", text)), (reader, address)
            assert "salaire" not in text.lower()
            if blocks:
                shown.add(re.sub(r"[0-9a-f-]{36}", "…", address))
    always = {"/commandes/…/partage", "/partages/…/papier", "/partages/…/valider"}
    assert always | {"/mes-parts", "/moi"} <= shown
    assert ("/demandes-de-paie/…" in shown) == (stage is asked)


def test_without_words_of_the_carrier_the_cut_off_and_its_name_stand_in(numbered) -> None:
    share_out_id = waiting(numbered)
    with numbered.work() as work, work.transaction() as session:
        share_out = session.get_one(shareouts.ShareOut, share_out_id)
        carrier = shareouts.carrier_of(session, share_out)
        carrier.paid_when, carrier.ask_whom = "", ""
        session.flush()
        [first, *_] = parts.parts_of(work, share_out)
    assert first.notice == (
        NOT_PAY,
        "Les demandes de paie partent le 5 du mois.",
        "Tu touches le RSA ou le chômage ? Demande à Optéos avant de choisir.",
    )


def test_commands_say_so_too(numbered) -> None:
    share_out_id = waiting(numbered)
    with numbered.work("Elif") as work:
        share_out = work.session.get_one(shareouts.ShareOut, share_out_id)
        for one in parts.parts_of(work, share_out):
            lines = list(parts.told(one))
            assert lines[-1].strip() == f"{NOT_PAY} {WHEN} {WHOM}"


def test_what_the_software_knows_says_so_too(numbered) -> None:
    asked(numbered)
    with numbered.work("Elif") as work:
        [part] = personal.personal_data(work, numbered.people["Elif"])
    assert "30,24" in part.value
    assert NOT_PAY in part.value


def test_erasing_keeps_the_accounts_and_drops_the_words(numbered) -> None:
    share_out_id = closed(numbered)
    with numbered.work() as work, work.transaction() as session:
        personal.erase_personal_data(work, numbered.people["Elif"])
        assert session.get_one(Party, numbered.people["Elif"])
    part = numbered.part(share_out_id, "Elif")
    assert (part.cents, part.answer_note) == (30_24, "")
    with numbered.work("Bakary") as work:
        items = list(personal.personal_data(work, numbered.people["Bakary"]))
        assert [item.value for item in items][-1].endswith("Métro : Légumes, 80,00\u00a0€")
        assert [one.cents for one in advances.owed(work)] == [80_00]
