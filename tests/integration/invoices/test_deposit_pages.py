"""Deposits, paid invoices, correctives and copies, as people press the buttons."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click
from click.testing import CliRunner

from kpa_core.activities import cli as orders_cli
from kpa_core.commands import Session
from kpa_core.demo.browser import Shown
from kpa_core.invoices import cli as invoices_cli
from kpa_core.invoices import links
from kpa_core.invoices.making import quotes
from kpa_core.invoices.paying import dues

DAY = "2026-11-23"


def told(shown: Shown, *sentences: str, status: int = 200) -> Shown:
    """See that a page shows some sentences."""
    assert shown.status == status, shown.sentence()
    for sentence in sentences:
        assert sentence in shown.sentence(), (sentence, shown.sentence())
    return shown


def accepted(house: Any) -> str:
    quote = house.quoted()
    with house.work("one") as work:
        quotes.answer_quote(work, quote.id, "accepted", by_name="Mme Durand")
    return f"/commandes/{quote.order_id}"


def test_a_deposit_from_the_order_s_page(house) -> None:
    order = accepted(house)
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        told(browser.get(order), "Demander un acompte")
        told(browser.get(f"{order}/acompte"), "Le devis est de 660,00 €", "KPA-2026-0001")
        told(
            browser.submit(f"{order}/acompte", rate_bp="30", cents="5"), "pas les deux", status=422
        )
        empty = told(browser.submit(f"{order}/acompte"), "un pourcentage ou un montant", status=422)
        assert "pas les deux" not in empty.sentence()
        told(browser.submit(f"{order}/acompte", cents="660,01"), "660,00 € au plus", status=422)
        look = told(browser.submit(f"{order}/acompte", rate_bp="30"), "rien n'est encore parti")
        told(look, "KPA-2026-0001", "198,00 €")
        told(browser.get(order), "Demander un acompte")
        assert "Acompte KPA-2026-0001" not in browser.get(order).sentence()
        issue = f"{order}/acompte/papier"
        assert 'name="cents" value="19800"' in look.text
        told(browser.submit(issue, cents="19800"), "KPA-2026-0001", "198,00 €")
        told(browser.get(f"{issue}?cents=46201"), "462,00 € au plus")
        assert "Émettre" not in browser.get(f"{issue}?cents=46201").sentence()
        told(browser.get(f"{issue}?cents=x"), "Écris un pourcentage ou un montant")
        told(browser.get(order), "Acompte KPA-2026-0001", "sur 198,00 €")
        told(browser.get(f"{order}/acompte"), "déjà demandés : 198,00 €", "KPA-2026-0002")
    with house.kpa.client_for(house.people["stranger"]) as browser:
        assert browser.get(f"{order}/acompte").status == 404


def test_an_invoice_that_is_paid_already(house) -> None:
    order_id = house.done()
    order = f"/commandes/{order_id}"
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        told(browser.get(f"{order}/papier"), "Le client a déjà payé")
        wrong = browser.submit(f"{order}/facture/payee", received_on="2026-11-24", method="cash")
        told(wrong, "pas encore là", status=422)
        made = browser.submit(f"{order}/facture/payee", received_on=DAY, method="cash")
        told(made, "La facture KPA-2026-0001 est émise.", "Espèces")


def test_a_wrong_invoice_is_corrected_or_kept(house) -> None:
    invoice = house.invoiced()
    order = f"/commandes/{invoice.order_id}"
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        shown = told(browser.get(f"/documents/{invoice.id}"), "Corriger les lignes")
        told(
            browser.submit(f"/documents/{invoice.id}/corriger", reason="le prix"),
            "Les lignes sont ouvertes",
            "est en correction",
        )
        told(browser.get(f"{order}/papier"), "Corrige la facture n° KPA-2026-0001")
        told(browser.submit(f"{order}/facture/garder", page=order), "reste comme elle est")
        browser.submit(f"/documents/{invoice.id}/corriger", reason="le prix")
        told(browser.submit(f"{order}/facture", page=f"{order}/papier"), "remplace une facture")
        told(browser.get(shown.url), "Une facture corrective remplace celle-ci.")


def test_the_customer_keeps_a_copy_of_what_was_signed(house) -> None:
    quote = house.quoted()
    link = "/devis/" + links.quote_token(house.kpa.instance, quote.id)
    with house.kpa.browser() as visitor:
        told(visitor.get(f"{link}/copie"), "Pas encore de réponse.")
        told(visitor.submit(link, name="Mme Durand", answer="accepted"), "Voir ma copie")
        told(visitor.get(f"{link}/copie"), "Devis accepté", "Mme Durand", "23 novembre 2026")
        assert visitor.get(f"{link}x/copie").status == 404


def test_the_same_order_again_from_its_page(house) -> None:
    invoice = house.invoiced()
    order = f"/commandes/{invoice.order_id}"
    with house.kpa.client_for(house.people["one"]) as browser:
        made = told(browser.submit(f"{order}/pareille", page=order), "Choisis son jour", "Demande")
    assert made.id_in_url() != str(invoice.order_id)


def test_rare_facts_are_behind_more_details(house) -> None:
    order = f"/commandes/{house.order()}"
    with house.kpa.client_for(house.people["one"]) as browser:
        page = told(browser.get(f"{order}/changer"), "Plus de détails").text
        assert page.index("Plus de détails") < page.index('name="purchase_order"')
        assert page.index("Plus de détails") > page.index('name="wishes"')
        said = {"title": "Buffet", "day": DAY, "discount_cents": "20"}
        changed = browser.submit(f"{order}/changer", **said, discount_reason="")
        told(changed, "Écris pourquoi cette remise", status=422)
        said |= {"discount_reason": "fidèle", "purchase_order": "BC1"}
        told(browser.submit(f"{order}/changer", **said), "BC1", "20,00 €")


def run(house: Any, who: str, group: click.Group, *words: object) -> str:
    """Run a command as somebody; return what it prints."""
    session = Session(lambda: house.kpa.instance, lambda _work, _token: house.people[who])
    made = CliRunner().invoke(group, [str(word) for word in words], obj=session)
    assert made.exit_code == 0, made.exception or made.output
    return made.output


def test_a_deposit_and_a_correction_at_the_terminal(house) -> None:
    order = accepted(house).removeprefix("/commandes/")
    invoices, orders = invoices_cli.invoices, orders_cli.orders
    assert "KPA-2026-0001" in run(house, "treasurer", invoices, "deposit", order, "--amount", "200")
    run(house, "one", orders, "done", order)
    run(house, "treasurer", invoices, "issue", order)
    run(house, "treasurer", invoices, "correct", "KPA-2026-0002", "--because", "le prix")
    run(house, "treasurer", invoices, "keep", order)
    assert "C-2026-0002" in run(house, "one", orders, "again", order)
    with house.work("kpa") as work:
        assert dues.of_order(work.session, UUID(order)).owed == 66_000


def test_an_invoice_paid_before_at_the_terminal(house) -> None:
    order = house.done()
    invoices = invoices_cli.invoices
    run(house, "treasurer", invoices, "issue", order, "--paid", DAY, "--by", "cheque")
    with house.work("kpa") as work:
        assert dues.of_order(work.session, order).claimed == 66_000
