"""The pages of quotes, invoices and payments, as people use them."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from kpa_core.activities import activities
from kpa_core.contracts import Actor
from kpa_core.demo.browser import Shown, hidden_fields
from kpa_core.invoices import links
from kpa_core.invoices.carrier import carriers, series
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Document
from kpa_core.invoices.paying import payments

DAY = "2026-11-23"


def told(shown: Shown, *sentences: str, status: int = 200) -> Shown:
    """See that a page shows some sentences."""
    assert shown.status == status, shown.sentence()
    for sentence in sentences:
        assert sentence in shown.sentence(), (sentence, shown.sentence())
    return shown


def test_from_a_price_to_money_that_is_there(house) -> None:
    order_id = house.order()
    order = f"/commandes/{order_id}"
    paper = f"{order}/papier"
    with house.kpa.client_for(house.people["one"]) as browser:
        missing = told(browser.get(paper), "Il reste à faire avant", "Total du devis (TTC)")
        assert "Envoyer le devis" not in missing.sentence()
        house.approve(order_id)
        told(browser.get(order), "Voir et envoyer le devis")
        told(browser.get(paper), "Envoyer le devis", "Aperçu : rien n'est encore parti.")
        sent = told(
            browser.submit(f"{order}/devis", page=paper),
            "Le devis D-2026-0001 est prêt pour le client.",
            "Envoie ce lien au client.",
        )
    with house.kpa.browser() as visitor:
        link = "/devis/" + links.quote_token(house.kpa.instance, UUID(sent.id_in_url()))
        told(visitor.get(link), "Votre devis D-2026-0001", "Oui, j'accepte ce devis", "660,00 €")
        told(
            visitor.submit(link, name="Mme Durand", answer="accepted"),
            "le devis est accepté",
            "Ce devis est déjà accepté.",
        )
    with house.kpa.client_for(house.people["one"]) as browser:
        told(browser.get(sent.url), "Le client a dit oui", "Mme Durand")
        browser.submit(f"{order}/etape", page=order, state="done")
        told(browser.get(paper), "Deux personnes disent oui", "Je suis d'accord avec cette facture")
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        told(browser.get("/aujourdhui"), "Une facture à faire")
        told(browser.get(paper), "Facture n° KPA-2026-0001", "Le numéro est donné à ce moment.")
        issued = told(
            browser.submit(f"{order}/facture", page=paper), "La facture KPA-2026-0001 est émise."
        )
        told(browser.submit(f"{issued.url}/paiement", amount="660,01", **PAID), status=422)
        told(
            browser.submit(f"{issued.url}/paiement", amount="660", **PAID),
            "À confirmer par la maison",
        )
    with house.kpa.client_for(house.people["host"]) as browser:
        told(browser.get("/aujourdhui"), "Un paiement à confirmer")
        shown = browser.get(issued.url)
        confirm = shown.text.split('action="/paiements/')[1].split('"')[0]
        told(browser.submit(f"/paiements/{confirm}", page=issued.url), "Payée")
    assert house.state(order_id) == "paid"


PAID = {"way": "in", "received_on": DAY, "method": "transfer", "note": ""}


def test_two_members_issue_together_from_the_page(house) -> None:
    order_id = house.done()
    order = f"/commandes/{order_id}"
    for name in ("one", "two"):
        with house.kpa.client_for(house.people[name]) as browser:
            url = f"{order}/facture/accord"
            told(browser.submit(url, page=f"{order}/papier"), "Tu as dit oui à cette facture.")
    with house.kpa.client_for(house.people["two"]) as browser:
        told(
            browser.submit(f"{order}/facture", page=f"{order}/papier"),
            "La facture KPA-2026-0001 est émise.",
        )


def test_the_carriers_number_is_noted_on_its_page(drafting_house) -> None:
    document = drafting_house.issued()
    paper = f"/documents/{document.id}"
    with drafting_house.kpa.client_for(drafting_house.people["treasurer"]) as browser:
        told(browser.get(paper), "Attend le numéro de la maison", "Optéos doit faire la facture.")
        said = {"number": "CAE-77", "issued_on": DAY, "reason": ""}
        differs = browser.submit(f"{paper}/numero", gross_cents="650", **said)
        told(differs, "Les deux totaux ne sont pas les mêmes.", "Chez nous : 660,00 €.")
        told(
            browser.submit(f"{paper}/numero", gross_cents="650", **{**said, "reason": "remise"}),
            "Optéos a fait la facture CAE-77.",
            "remise",
        )
    assert drafting_house.state(document.order_id) == "invoiced"


def test_a_hand_over_sent_back_can_be_made_again(drafting_house) -> None:
    document = drafting_house.issued()
    with drafting_house.kpa.client_for(drafting_house.people["treasurer"]) as browser:
        url = f"/documents/{document.id}/renvoi"
        told(browser.submit(url, reason="pas de bon de commande"), "C'est noté.")
        order = f"/commandes/{document.order_id}"
        again = browser.submit(f"{order}/facture", page=f"{order}/papier")
        told(again, "P-2026-0002")


def test_a_wrong_invoice_is_taken_back_on_its_page(house) -> None:
    document = house.issued()
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        told(browser.get(f"/documents/{document.id}"), "Cette facture est fausse ?")
        told(browser.submit(f"/documents/{document.id}/avoir", reason=""), status=422)
        told(
            browser.submit(f"/documents/{document.id}/avoir", reason="mauvais client"),
            "L'avoir KPA-2026-0002 est émis.",
            "Corrige la facture n° KPA-2026-0001",
            "mauvais client",
        )
        told(browser.get(f"/documents/{document.id}"), "Reprise par un avoir")


def test_files_come_with_the_carriers_code_in_their_name(house) -> None:
    document = house.issued()
    types = {
        "pdf": "application/pdf",
        "xml": "application/xml",
        "ubl": "application/xml",
        "export.json": "application/json",
        "export.csv": "text/csv",
    }
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        for ending, kind in types.items():
            answer = browser.client.get(f"/documents/{document.id}/{ending}")
            assert answer.status_code == 200
            assert answer.mimetype == kind
            ending = {"ubl": "ubl.xml"}.get(ending, ending.removeprefix("export."))
            assert f"MOUL-KPA-2026-0001.{ending}" in answer.headers["Content-Disposition"]
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert "sandbox" in answer.headers["Content-Security-Policy"]


# --- the customer's link --------------------------------------------------------------------------


def test_a_link_that_is_not_ours_looks_like_no_page(house) -> None:
    house.quoted()
    with house.kpa.browser() as visitor:
        absent = visitor.get("/devis/x.y")
        nowhere = visitor.get("/rien")
        assert absent.status == nowhere.status == 404
        assert absent.text == nowhere.text


def test_the_link_is_not_for_search_engines_and_takes_a_name(house) -> None:
    quote = house.quoted()
    link = "/devis/" + links.quote_token(house.kpa.instance, quote.id)
    with house.kpa.browser() as visitor:
        assert 'name="robots" content="noindex"' in visitor.get(link).text
        told(visitor.submit(link, name="", answer="accepted"), "Il manque", status=422)
        told(visitor.submit(link, name="Mme Durand", answer="perhaps"), status=422)
        assert house.state(quote.order_id) == "quoted"
        pdf = visitor.client.get(f"{link}/pdf")
        assert pdf.data.startswith(b"%PDF-")
        kept = hidden_fields(visitor.get(link).text)
        told(visitor.submit(link, name="Mme Durand", answer="refused"), "le devis est refusé")
        late = {**kept, "idempotency_key": "another-key", "name": "X", "answer": "accepted"}
        assert visitor.client.post(link, data=late).status_code == 422
    assert house.state(quote.order_id) == "declined"


def test_a_visitor_reads_no_document_by_its_id(house) -> None:
    document = house.issued()
    with house.kpa.browser() as visitor:
        for ending in ("", "/pdf", "/export.csv", "/export.json"):
            answer = visitor.client.get(f"/documents/{document.id}{ending}")
            assert answer.status_code in (303, 302, 404)
            assert b"660" not in answer.data


# --- who sees what --------------------------------------------------------------------------------


def urls(house: Any) -> list[str]:
    document = house.issued()
    order = f"/commandes/{document.order_id}"
    paper = f"/documents/{document.id}"
    return [
        f"{order}/papier",
        *(f"{paper}{end}" for end in ("", "/pdf", "/export.csv", "/export.json")),
        *(f"{paper}/{end}" for end in ("reponse", "numero", "renvoi", "avoir", "paiement")),
        f"/maisons/{house.carrier_id}/changer",
        f"/maisons/{house.carrier_id}/identite",
        f"/maisons/{house.carrier_id}/serie",
        f"/activites/{house.activity_id}/maison",
    ]


def test_a_member_of_another_activity_sees_nothing(house) -> None:
    with house.kpa.client_for(house.people["stranger"]) as browser:
        assert [url for url in urls(house) if browser.get(url).status != 404] == []
        assert "KPA-2026-0001" not in browser.get("/documents").text


def test_the_people_of_another_carrier_see_nothing(house) -> None:
    with house.work("kpa") as work:
        new = carriers.NewCarrier("Autre maison", "draft_for_carrier", {})
        other_id = carriers.add_carrier(work, new).id
    paul: Actor = house.kpa.person("Paul", ("host", {"carrier_id": other_id}))
    with house.kpa.client_for(paul) as browser:
        assert [url for url in urls(house) if browser.get(url).status != 404] == []
        assert "KPA-2026-0001" not in browser.get("/documents").text
        assert "Autre maison" in browser.get("/maisons").text
        assert "Optéos" not in browser.get("/maisons").text


def test_the_list_shows_what_the_reader_may_see(house) -> None:
    house.issued()
    with house.kpa.client_for(house.people["one"]) as browser:
        told(browser.get("/documents"), "KPA-2026-0001", "D-2026-0001")
        only = told(browser.get("/documents?genre=quote"), "D-2026-0001")
        assert "KPA-2026-0001" not in only.sentence()
        told(browser.get("/documents?genre=nothing"), "KPA-2026-0001")


# --- carriers -------------------------------------------------------------------------------------

NEW = {
    "name": "Les Coopains",
    "mode": "own_structure",
    "address": "1 quai Valin\n17000 La Rochelle",
    "siret": "73282932000074",
    "vat_mention": "TVA non applicable, art. 293 B du CGI",
    "payment_days": "30",
    "quote_days": "15",
}


def test_an_animator_adds_a_carrier_and_chooses_it(house) -> None:
    nadia = house.kpa.person("Nadia", "animator")
    with house.kpa.client_for(nadia) as browser:
        told(browser.submit("/maisons/nouvelle", **{**NEW, "siret": "1"}), "SIRET", status=422)
        made = told(
            browser.submit("/maisons/nouvelle", **NEW),
            "Les Coopains est notée.",
            "1 quai Valin, 17000 La Rochelle",
            "15 jours",
        )
        choice = f"/activites/{house.activity_id}/maison"
        told(browser.submit(choice, carrier_id=made.id_in_url()), "facture pour cette activité.")
    with house.work("kpa") as work:
        chosen = work.session.get_one(activities.Activity, house.activity_id).carrier_id
        assert str(chosen) == made.id_in_url()


def test_the_carriers_people_keep_its_page(house) -> None:
    place = f"/maisons/{house.carrier_id}"
    with house.kpa.client_for(house.people["host"]) as browser:
        told(browser.get(place), "KPA-{year}-{number:04}", "Ouverte")
        terms = {"mode": "delegated_series", "payment_days": "45", "quote_days": "30"}
        told(browser.submit(f"{place}/changer", **terms), "en 45 jours")
        said = {"name": "Optéos", "address": "1 rue Neuve", "siret": "73282932000074"}
        said["vat_number"] = "FR44732829320"
        told(browser.submit(f"{place}/identite", starts_on=DAY, **said), "1 rue Neuve")
        told(browser.submit(f"{place}/identite", starts_on="2026-11-22", **said), status=422)
        fields = {"code": "B", "pattern": "B-{year}-{number}", "yearly": "y", "source": "mail"}
        told(browser.submit(f"{place}/serie", **fields), "est ouverte", status=422)
        with house.work("host") as work:
            known = series.series_of(
                work.session, work.session.get_one(series.Carrier, house.carrier_id)
            )
            series_id = known[0].id
        told(browser.submit(f"/maisons/series/{series_id}/fermer", page=place), "est fermée")
        told(browser.submit(f"{place}/serie", **fields), "La série B est ouverte.")
    assert house.issued().number == "B-2026-1"


def test_an_activity_without_a_carrier_is_told_so(house) -> None:
    order_id = house.order()
    house.approve(order_id)
    with house.work("kpa") as work:
        activities.set_carrier(work, house.activity_id, None)
    with house.kpa.client_for(house.kpa.person("Nadia", "animator")) as browser:
        told(browser.get(f"/commandes/{order_id}"), "Aucune maison ne facture pour cette activité")
        told(browser.get(f"/commandes/{order_id}/papier"), "Choisir la maison qui facture")


@pytest.mark.parametrize("state", ["asked", "done"])
def test_the_page_of_a_paper_to_come_changes_nothing(house, state: str) -> None:
    order_id = house.order() if state == "asked" else house.done()
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        for _ in range(2):
            told(browser.get(f"/commandes/{order_id}/papier"), "Aperçu")
    with house.work("kpa") as work:
        bills = sa.select(sa.func.count(Document.id)).where(Document.kind != "quote")
        assert work.session.scalar(bills) == 0
    assert house.state(order_id) == state


def test_the_list_of_papers_says_for_whom_and_where_each_stands(house) -> None:
    quote = house.quoted()
    paid, owed, wrong = house.issued(), house.issued(), house.issued()
    with house.work("host") as work:
        payments.record_payment(work, paid.id, 66_000, work.today)
        note = issuing.credit(work, wrong.id, "mauvais client")
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        text = browser.get("/documents").text
    rows = {
        row.split("/documents/")[1][:36]: " ".join(re.sub("<[^>]+>", " ", row).split())
        for row in re.findall("<li>(.*?)</li>", text, re.DOTALL)
        if 'class="what"' in row
    }
    said = {
        quote: "Attend une réponse",
        paid: "Payé",
        owed: "À payer",
        wrong: "Repris par un avoir",
    }
    for document, state in said.items():
        assert "Ville de Lille" in rows[str(document.id)]
        assert f" {state} " in rows[str(document.id)]
    assert "Ville de Lille" in rows[str(note.id)]
    states = ("Payé", "À payer", "Attend")
    assert not any(one in rows[str(note.id)] for one in states)
