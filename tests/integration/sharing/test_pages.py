"""The pages about money, as people use them: forms, one tap, paper, files."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from PIL import Image

from kpa_core.sharing import advances, expenses, ledger, payrequests, pots, share_rules, shareouts


def said(shown) -> str:
    return unescape(shown.text)


def ready(house):
    """An order whose money is there, with hours and no receipt yet."""
    order_id = house.order()
    house.hours(order_id, {"Amina": 60, "Bakary": 60})
    house.pay(house.invoice(order_id), 660_00)
    return order_id


def photo() -> tuple[io.BytesIO, str]:
    picture = io.BytesIO()
    Image.new("RGB", (60, 90), "white").save(picture, "JPEG")
    picture.seek(0)
    return picture, "ticket.jpg"


RECEIPT = {
    "total": "88,00",
    "vat": "8,00",
    "supplier": "Métro",
    "what": "Légumes",
    "payer": "carrier",
    "in_name_of": "carrier",
}


def test_a_receipt_is_written_with_its_photo(numbered) -> None:
    order_id = ready(numbered)
    browser = numbered.browser("Amina")
    address = f"/commandes/{order_id}/achats/nouveau"
    payer = f"member:{numbered.people['Bakary']}"
    with numbered.work() as work:
        day = work.today.isoformat()

    shown = browser.submit(address, **{**RECEIPT, "payer": payer}, day=day, photo=photo())

    assert "L'achat est noté." in said(shown)
    assert "Avancé par Bakary." in said(shown)
    with numbered.work() as work:
        [bought] = expenses.counted(work.session, order_id)
        assert (bought.net_cents, bought.vat_cents, bought.back_cents) == (80_00, 8_00, 8_00)
    receipt = browser.client.get(f"/achats/{bought.id}/ticket")
    assert receipt.mimetype == "image/jpeg"
    assert receipt.headers["Content-Security-Policy"].startswith("sandbox")


WRONG = {
    "negative": ({"total": "-1"}, "signe moins"),
    "three decimals": ({"total": "5,001"}, "trop de chiffres"),
    "not a number": ({"total": "NaN"}, "n'est pas un montant"),
    "2**63": ({"total": str(2**63)}, "trop grand"),
    "more VAT than money": ({"vat": "88,01"}, "La TVA ne va pas"),
    "no shop": ({"supplier": ""}, "Il manque une réponse"),
    "no photo but a text": ({"photo": b"<svg/>"}, "n'est pas une photo"),
    "a payer nobody offered": ({"payer": "member:1"}, ""),
}


@pytest.mark.parametrize(("change", "sentence"), WRONG.values(), ids=WRONG)
def test_a_wrong_receipt_says_what_to_correct(numbered, change, sentence: str) -> None:
    order_id = ready(numbered)
    with numbered.work() as work:
        typed = {**RECEIPT, "day": work.today.isoformat(), **change}
    if isinstance(typed.get("photo"), bytes):
        typed["photo"] = (io.BytesIO(typed["photo"]), "x.jpg")
    shown = numbered.browser("Amina").submit(f"/commandes/{order_id}/achats/nouveau", **typed)
    assert shown.status == 422
    assert sentence in said(shown)
    with numbered.work() as work:
        assert expenses.counted(work.session, order_id) == []


def test_a_receipt_sent_twice_is_one(numbered) -> None:
    order_id = ready(numbered)
    browser = numbered.browser("Amina")
    address = f"/commandes/{order_id}/achats/nouveau"
    with numbered.work() as work:
        day = work.today.isoformat()
    for _ in range(2):
        browser.submit(address, **RECEIPT, day=day, idempotency_key="the-same-key")
    with numbered.work() as work:
        assert len(expenses.counted(work.session, order_id)) == 1


def test_proposing_without_receipts_asks_and_a_tick_answers(numbered) -> None:
    order_id = ready(numbered)
    browser = numbered.browser("Gaëlle")
    address = f"/commandes/{order_id}/partage/proposer"

    shown = browser.submit(address)
    assert shown.status == 422
    assert "Il manque les tickets ?" in said(shown)
    with numbered.work() as work:
        assert shareouts.open_one(work.session, order_id) is None

    shown = browser.submit(address, confirm_no_expenses="y")
    assert shown.url == f"/commandes/{order_id}/partage"
    assert "Le partage est proposé" in said(shown)


def test_everyone_answers_on_their_own_page_and_a_second_person_closes(numbered) -> None:
    order_id = numbered.paid_order()
    page = f"/commandes/{order_id}/partage"
    numbered.browser("Gaëlle").submit(f"{page}/proposer")
    for name in numbered.cooks:
        browser = numbered.browser(name)
        [allocation_id] = browser.get("/mes-parts").ids("/parts/", "/repondre")
        shown = browser.submit(
            f"/parts/{allocation_id}/repondre", page="/mes-parts", answer="agreed"
        )
        assert "Ta réponse est notée." in said(shown)
    elif_browser = numbered.browser("Elif")
    [allocation_id] = elif_browser.get(page).ids("/parts/", "/repondre")
    elif_browser.submit(f"/parts/{allocation_id}/question", note="<b>Pourquoi ?</b>")

    treasurer = numbered.browser("Trésor")
    [share_out_id] = treasurer.get(page).ids("/partages/", "/valider")
    address = f"/partages/{share_out_id}/valider"
    assert "&lt;b&gt;Pourquoi ?&lt;/b&gt;" in treasurer.get(address).text
    assert "Une question attend : Elif" in said(treasurer.submit(address))
    shown = treasurer.submit(address, note="Vu ensemble")

    assert "Le partage est validé" in said(shown)
    text = re.sub(r"[\s\u00a0\u202f]+", " ", said(shown))
    assert (
        "660,00 € = 60,00 € de TVA + 198,00 € d'achats + 46,23 € pour Optéos + 53,37 € pour la "
        "cagnotte + 302,40 € à partager"
    ) in text
    assert "11,5 % × 402,00 €" in text
    assert "15 % de 355,77 €" in text


def test_the_proposer_sees_why_they_cannot_close(numbered) -> None:
    order_id = numbered.paid_order()
    browser = numbered.browser("Trésor")
    page = f"/commandes/{order_id}/partage"
    shown = browser.submit(f"{page}/proposer")
    assert "Une autre personne le valide." in said(shown)
    assert shown.ids("/partages/", "/valider") == []


def test_the_paper_twin_has_every_name_and_places_to_sign(numbered) -> None:
    share_out_id = numbered.propose(numbered.paid_order())
    text = said(numbered.browser("Amina").get(f"/partages/{share_out_id}/papier"))
    for name in (*numbered.cooks, *numbered.riders):
        assert re.search(rf"<bdi>{name}</bdi></h\d>", text)
    assert text.count("Date et signature :") == 6
    assert "On rend d'abord les avances" in text


def test_a_month_s_requests_from_agreement_to_pay(numbered) -> None:
    numbered.shared(numbered.paid_order())
    browser = numbered.browser("Gaëlle")
    shown = browser.submit("/demandes-de-paie/preparer", page="/demandes-de-paie")
    [batch_id] = shown.ids("/demandes-de-paie/")
    address = f"/demandes-de-paie/{batch_id}"
    shown = browser.submit(f"{address}/envoyer", page=address)
    assert "La demande est partie" in said(shown)
    file = browser.client.get(f"{address}/fichier")
    assert file.mimetype == "text/csv"
    assert file.headers["Content-Disposition"].startswith("attachment")
    host = numbered.browser("Hôte")
    assert "C'est noté : la demande est payée." in said(
        host.submit(f"{address}/payee", page=address)
    )
    with numbered.work("Hôte") as work:
        assert [one.request.state for one in payrequests.batches(work)] == ["paid"]


def test_an_advance_is_handed_back_in_one_tap(numbered) -> None:
    order_id = numbered.paid_order()
    numbered.shared(order_id)
    browser = numbered.browser("Trésor")
    page = f"/commandes/{order_id}/achats"
    [expense_id] = browser.get(page).ids("/achats/", "/rendu")
    shown = browser.submit(f"/achats/{expense_id}/rendu", page=page)
    assert "l'argent est rendu" in said(shown)
    with numbered.work("Trésor") as work:
        assert advances.owed(work) == []


def test_an_expense_is_cancelled_by_a_form(numbered) -> None:
    order_id = numbered.order()
    bought = numbered.buy(order_id, 10_00)
    browser = numbered.browser("Amina")
    shown = browser.submit(f"/achats/{bought.id}/annuler", reason="En double")
    assert "Ne compte pas : En double" in said(shown)


def test_pots_are_opened_filled_and_moved(numbered) -> None:
    host = numbered.browser("Hôte")
    carrier = str(numbered.carrier_id)
    for name in ("Vélos", "Caisse"):
        shown = host.submit(
            "/argent/nouvelle", carrier_id=carrier, kind="project", name=name, activity_id=""
        )
        assert f"La cagnotte « {name} » est ouverte." in said(shown)
    with numbered.work("Amina") as work:
        ids = {held.pot.name: held.pot.id for held in pots.pots(work)}
    host.submit(f"/argent/{ids['Vélos']}/ajouter", cents="500,00", why="Aide de la ville")
    host.submit(
        f"/argent/{ids['Vélos']}/deplacer", to_id=str(ids["Caisse"]), cents="80", why="Fond"
    )
    shown = said(numbered.browser("Amina").get("/argent"))
    assert "420,00" in shown
    assert "80,00" in shown
    shown = said(numbered.browser("Amina").get(f"/argent/{ids['Vélos']}"))
    assert "Aide de la ville" in shown


def test_a_receipt_outside_orders(numbered) -> None:
    with numbered.work("Hôte") as work:
        pots.open_pot(work, numbered.carrier_id, "grant", "Fondation")
        pot = pots.open_pot(work, numbered.carrier_id, "cash", "Caisse", numbered.activity_id)
        pots.put_in(work, pot.id, 100_00, "Fond")
        day = work.today.isoformat()
    browser = numbered.browser("Amina")
    address = f"/activites/{numbered.activity_id}/achats/nouveau"
    offered = said(browser.get(address))
    assert "Caisse" in offered
    assert "Fondation" not in offered
    shown = browser.submit(
        address,
        **{**RECEIPT, "payer": "pot", "pot_id": str(pot.id), "day": day},
    )
    assert "L'achat est noté." in said(shown)
    with numbered.work() as work:
        assert ledger.balance(work.session, pot.id) == 20_00


def test_an_advance_handed_back_offers_no_cancellation(numbered) -> None:
    with numbered.work("Hôte") as work:
        pot = pots.open_pot(work, numbered.carrier_id, "cash", "Caisse", numbered.activity_id)
        pots.put_in(work, pot.id, 100_00, "Fond")
    payer = {"paid_by": "member", "paid_by_id": numbered.people["Amina"], "pot_id": pot.id}
    with numbered.work("Amina") as work:
        new = expenses.NewExpense(work.today, "Métro", "Légumes", 10_00, **payer)
        bought = expenses.record_for_activity(work, numbered.activity_id, new)
    amina, page = numbered.browser("Amina"), f"/activites/{numbered.activity_id}/achats"
    assert f"/achats/{bought.id}/annuler" in amina.get(page).text
    with numbered.work("Hôte") as work:
        advances.hand_back(work, bought.id)
    assert f"/achats/{bought.id}/annuler" not in amina.get(page).text


RULES = [
    ("devis", {"people": "3"}, "3 personnes"),
    ("factures", {"referent": "y"}, "Deux membres ensemble : non"),
    ("cagnotte", {"rate_bp": "12,5"}, "12,5\u00a0%"),
    ("validation", {"from_cents": "100", "adults": "5"}, "Avec moins de 5 adultes"),
    ("paie", {"day": "10"}, "Le 10 du mois"),
]


@pytest.mark.parametrize(("address", "fields", "shown_as"), RULES)
def test_each_rule_is_changed_by_its_form(numbered, address, fields, shown_as: str) -> None:
    with numbered.work() as work:
        day = work.today.isoformat()
    browser = numbered.browser("Animatrice")
    shown = browser.submit(
        f"/regles/{address}", **fields, starts_on=day, source="Conseil du 3 mars"
    )
    assert shown.url == "/regles"
    assert shown_as in said(shown)
    assert "Conseil du 3 mars" in said(shown)
    assert numbered.browser("Elif").get(f"/regles/{address}").status == 404


def test_the_share_rule_is_chosen_by_its_form(numbered) -> None:
    with numbered.work() as work:
        day = work.today.isoformat()
    shown = numbered.browser("Animatrice").submit(
        "/regles/partage", key="equal", starts_on=day, source="Vote à main levée", activity_id=""
    )
    assert "Parts égales" in said(shown)
    with numbered.work() as work:
        chosen = share_rules.rule_on(work.session, work.today, numbered.activity_id)
    assert chosen.key == "equal"


def test_a_rule_out_of_range_is_told_beside_its_field(numbered) -> None:
    with numbered.work() as work:
        day = work.today.isoformat()
    shown = numbered.browser("Animatrice").submit(
        "/regles/paie", day="31", starts_on=day, source="Conseil"
    )
    assert shown.status == 422
    assert "Écris un nombre de 1 à 28." in said(shown)


def test_the_carrier_writes_its_scale(numbered) -> None:
    with numbered.work() as work:
        day = work.today.isoformat()
    address = f"/maisons/{numbered.carrier_id}/bareme"
    fields = {"starts_on": day, "base": "margin", "period": "year", "source": "Avenant 2"}
    shown = numbered.browser("Hôte").submit(
        f"{address}/nouveau", **fields, tiers="30000 : 11,5\n* : 10,5"
    )
    assert "Avenant 2" in said(shown)
    shown = numbered.browser("Hôte").submit(f"{address}/nouveau", **fields, tiers="30000 : 11,5")
    assert "dernière tranche" in said(shown)
    assert numbered.browser("Amina").get(f"{address}/nouveau").status == 404


def test_home_says_what_to_do_about_money(numbered) -> None:
    order_id = ready(numbered)
    assert "Il manque les tickets ?" in said(numbered.browser("Amina").get("/aujourdhui"))
    assert "Partage à proposer" in said(numbered.browser("Gaëlle").get("/aujourdhui"))
    numbered.propose(order_id, confirm_no_expenses=True)
    assert "Réponds pour ta part" in said(numbered.browser("Amina").get("/aujourdhui"))
    assert "Partage à valider" in said(numbered.browser("Trésor").get("/aujourdhui"))
    assert "Partage à valider" not in said(numbered.browser("Gaëlle").get("/aujourdhui"))
    assert "Partage à proposer" not in said(numbered.browser("Gaëlle").get("/aujourdhui"))


def test_strangers_see_nothing(numbered) -> None:
    share_out_id = numbered.propose(numbered.paid_order())
    part = numbered.part(share_out_id, "Elif").id
    numbered.welcome("Zoé")
    browser = numbered.browser("Zoé")
    with numbered.work() as work:
        order_id = work.session.get_one(shareouts.ShareOut, share_out_id).order_id
    for address in (
        f"/commandes/{order_id}/partage",
        f"/commandes/{order_id}/achats",
        f"/partages/{share_out_id}/papier",
        f"/partages/{share_out_id}/valider",
        f"/parts/{part}/question",
        "/demandes-de-paie",
    ):
        assert browser.get(address).status == 404, address
    assert "Tu n'as pas encore de part" in said(browser.get("/mes-parts"))
