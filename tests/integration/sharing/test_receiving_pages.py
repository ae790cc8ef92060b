"""A supplier's file in the browser: choose it, look, say yes; nothing is believed from the page."""

from __future__ import annotations

import io
from html import unescape

import pytest

from kpa_core.demo.browser import hidden_fields
from kpa_core.sharing import expenses, received_drafts
from kpa_core.sharing.views.receiving_forms import ChooseFileForm
from kpa_core.testing.suppliers import Paper, Sold, cii, pdf


def said(shown) -> str:
    return unescape(shown.text).replace("\u00a0", " ").replace("\u202f", " ")


def chosen(browser, order_id, data: bytes, name: str = "facture.xml"):
    address = f"/commandes/{order_id}/achats/fichier"
    return browser.submit(address, file=(io.BytesIO(data), name))


@pytest.fixture
def order_id(numbered):
    return numbered.order()


def test_choose_look_say_yes(numbered, order_id) -> None:
    browser = numbered.browser("Amina")
    listed = browser.get(f"/commandes/{order_id}/achats")
    assert f"/commandes/{order_id}/achats/fichier" in listed.text

    shown = chosen(browser, order_id, pdf(("factur-x.xml", cii(Paper()))), "facture.pdf")

    assert shown.url.startswith("/achats/fichiers/")
    page = said(shown)
    for words in ("Facture F-2026-118", "Primeurs du Nord", "15 janvier 2026", "Légumes"):
        assert words in page
    for amount in ("100,00 €", "8,40 €", "108,40 €", "5,5 %", "10 KGM"):
        assert amount in page
    assert "Rien n'est encore noté" in page
    assert 'name="accept"' not in page
    with numbered.work() as work:
        assert expenses.counted(work.session, order_id) == []

    payer = f"member:{numbered.people['Bakary']}"
    done = browser.submit(shown.url, payer=payer, what="Légumes", in_name_of="carrier")

    assert "L'achat est noté." in said(done)
    assert "Avancé par Bakary." in said(done)
    with numbered.work() as work:
        [bought] = expenses.counted(work.session, order_id)
    assert (bought.net_cents, bought.vat_cents) == (100_00, 8_40)
    assert "Boissons" in said(browser.get(f"/achats/{bought.id}/lignes"))
    assert browser.get(shown.url).status == 404


def test_the_file_is_saved_never_shown(numbered, order_id) -> None:
    browser = numbered.browser("Amina")
    data = cii(Paper(supplier="<script>alert(1)</script>"))
    browser.submit(chosen(browser, order_id, data).url, payer="carrier", in_name_of="carrier")
    with numbered.work() as work:
        [bought] = expenses.counted(work.session, order_id)
    answer = browser.client.get(f"/achats/{bought.id}/ticket")
    assert answer.data == data
    assert answer.mimetype == "application/xml"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    for page in (f"/commandes/{order_id}/achats", f"/achats/{bought.id}/lignes"):
        assert "<script>alert" not in browser.get(page).text


def test_what_the_page_sends_back_changes_no_amount(numbered, order_id) -> None:
    browser = numbered.browser("Amina")
    shown = chosen(browser, order_id, cii(Paper()))
    browser.submit(
        shown.url,
        payer="carrier",
        in_name_of="carrier",
        net_cents="1",
        gross="1",
        supplier="Moi",
        file_id="00000000-0000-0000-0000-000000000000",
    )
    with numbered.work() as work:
        [bought] = expenses.counted(work.session, order_id)
    assert (bought.supplier, bought.net_cents) == ("Primeurs du Nord", 100_00)


def test_doubts_are_shown_and_ask_for_a_tick(numbered, order_id) -> None:
    browser = numbered.browser("Amina")
    odd = Paper(lines=(Sold(net="90.00", price="9"),))
    shown = chosen(browser, order_id, cii(odd))
    assert "Les lignes font 90,00 €" in said(shown)
    refused = browser.submit(shown.url, payer="carrier", in_name_of="carrier")
    assert refused.status == 422
    assert "dis que tu l'as vu" in said(refused)
    done = browser.submit(shown.url, payer="carrier", in_name_of="carrier", accept="y")
    assert "L'achat est noté." in said(done)


WRONG = {
    "nothing": (b"", "Il manque une réponse"),
    "a picture": (b"\x89PNG\r\n", "n'est pas une facture"),
    "a PDF without an invoice": (pdf(), "ne contient pas"),
    "dollars": (cii(Paper(currency="USD")), "en USD"),
}


@pytest.mark.parametrize(("data", "sentence"), WRONG.values(), ids=WRONG)
def test_a_wrong_file_says_what_to_do_and_keeps_nothing(numbered, order_id, data, sentence) -> None:
    shown = chosen(numbered.browser("Amina"), order_id, data)
    assert shown.status == 422
    assert sentence in said(shown)


def test_a_file_that_is_too_large_is_not_read(numbered, order_id, monkeypatch) -> None:
    monkeypatch.setitem(ChooseFileForm.file.kwargs, "longest", 1000)
    shown = chosen(numbered.browser("Amina"), order_id, cii(Paper()))
    assert (shown.status, "C'est trop long" in said(shown)) == (422, True)


def test_a_file_taken_before_is_told_at_once(numbered, order_id) -> None:
    browser = numbered.browser("Amina")
    browser.submit(chosen(browser, order_id, cii(Paper())).url, payer="carrier")
    shown = chosen(browser, order_id, cii(Paper()))
    assert shown.status == 409
    assert "déjà dans les achats" in said(shown)


def test_a_credit_note_asks_nobody_who_paid(numbered, order_id) -> None:
    browser = numbered.browser("Amina")
    browser.submit(chosen(browser, order_id, cii(Paper())).url, payer="carrier")
    credit = Paper(type_code="381", number="A-9", corrects="F-2026-118", due="")
    shown = chosen(browser, order_id, cii(credit))
    assert "ne compte plus" in said(shown)
    assert 'name="payer"' not in shown.text
    done = browser.submit(shown.url)
    assert "cet achat ne compte plus" in said(done)
    with numbered.work() as work:
        assert expenses.counted(work.session, order_id) == []
    [bought] = done.ids("/achats/", "/lignes")
    answer = browser.client.get(f"/achats/{bought}/avoir")
    assert answer.data == cii(credit)
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_file_that_waits_is_not_for_others(numbered, order_id) -> None:
    with numbered.work("Amina") as work:
        draft = received_drafts.keep(work, received_drafts.opened(cii(Paper())), order_id=order_id)
    numbered.welcome("Zoé")
    assert numbered.browser("Zoé").get(f"/achats/fichiers/{draft.id}").status == 404


def test_an_activity_has_the_same_way_in(numbered) -> None:
    browser = numbered.browser("Trésor")
    address = f"/activites/{numbered.activity_id}/achats/fichier"
    shown = browser.submit(address, file=(io.BytesIO(cii(Paper())), "f.xml"))
    assert 'name="pot_id"' in shown.text
    refused = browser.submit(shown.url, payer="carrier", in_name_of="carrier")
    assert "Choisis la cagnotte" in said(refused)


def test_yes_said_twice_answers_the_same_and_takes_the_file_once(numbered, order_id) -> None:
    browser = numbered.browser("Amina")
    waiting = chosen(browser, order_id, cii(Paper())).url
    sent = {"payer": "carrier", "in_name_of": "carrier", "idempotency_key": "a-double-click"}
    sent["csrf_token"] = hidden_fields(browser.get(waiting).text)["csrf_token"]

    first, second = (browser.client.post(waiting, data=sent) for _ in range(2))

    assert (first.status_code, second.status_code) == (303, 303)
    assert second.headers["Location"] == first.headers["Location"]
    with numbered.work() as work:
        assert len(expenses.counted(work.session, order_id)) == 1
    other = numbered.browser("Bakary")  # another person's key opens nothing
    sent["csrf_token"] = hidden_fields(other.get("/moi").text)["csrf_token"]
    assert other.client.post(waiting, data=sent).status_code == 404


def test_a_double_click_whose_first_half_takes_the_file_meanwhile(
    numbered, order_id, monkeypatch
) -> None:
    browser = numbered.browser("Amina")
    waiting = chosen(browser, order_id, cii(Paper())).url
    sent = {"payer": "carrier", "in_name_of": "carrier", "idempotency_key": "a-double-click"}
    sent["csrf_token"] = hidden_fields(browser.get(waiting).text)["csrf_token"]
    find, first = received_drafts.find, []

    def find_too_late(work, waiting_file_id):
        draft = find(work, waiting_file_id)
        if not first:
            first.append(None)
            first[0] = browser.client.post(waiting, data=sent)
        return draft

    monkeypatch.setattr(received_drafts, "find", find_too_late)
    second = browser.client.post(waiting, data=sent)
    assert (first[0].status_code, second.status_code) == (303, 303)
    assert second.headers["Location"] == first[0].headers["Location"]
    with numbered.work() as work:
        assert len(expenses.counted(work.session, order_id)) == 1
