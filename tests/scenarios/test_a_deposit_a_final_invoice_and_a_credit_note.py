"""What the accountant wants to see: a deposit, a final invoice that takes it back, a credit note.

Told through the forms, where the carrier numbers and where we do. The figures, worked out by hand:

    sold      600,00 HT at 10 %, 35,55 HT at 20 %    635,55 HT   67,11 TVA   702,66 TTC
    deposit   30 % of 702,66                         190,67 HT   20,13 TVA   210,80 TTC
              198,00 TTC at 10 % (180,00 + 18,00) and 12,80 TTC at 20 % (10,67 + 2,13)
    final     420,00 + 24,88                         444,88 HT   46,98 TVA   491,86 TTC
    in all    210,80 + 491,86                                                702,66 TTC
"""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa

from kpa_core import audit
from kpa_core.activities.models import Order
from kpa_core.demo import buffet
from kpa_core.demo.buffet import HOST, REFERENT, TREASURER, W1
from kpa_core.invoices import documents, links
from kpa_core.invoices.models import Document
from kpa_core.invoices.paying import dues
from kpa_core.invoices.proof import verification
from kpa_core.work import KPA

SOLD, DEPOSIT, FINAL = (635_55, 67_11, 702_66), (190_67, 20_13, 210_80), (444_88, 46_98, 491_86)


@pytest.mark.parametrize("mode", ["draft_for_carrier", "delegated_series"])
def test_a_deposit_a_final_invoice_a_part_of_the_money_and_a_credit_note(opened, mode):
    stage = opened(mode)
    order_id = the_customer_signs_the_quote(stage)

    deposit_id = we_ask_a_deposit_of_thirty_percent(stage, order_id)
    the_carrier_numbers(stage, mode, deposit_id, "OPT-1", "210,80")
    money_comes(stage, deposit_id, "210,80")
    assert state(stage, order_id) == "accepted"

    stage.do(REFERENT, f"/commandes/{order_id}/etape", page=page_of(order_id), state="done")
    final_id = we_invoice_the_rest(stage, order_id)
    the_carrier_numbers(stage, mode, final_id, "OPT-2", "491,86")
    money_comes(stage, final_id, "300")
    assert state(stage, order_id) == "invoiced"

    note_id = we_take_the_invoice_back(stage, order_id, final_id)
    the_carrier_numbers(stage, mode, note_id, "OPT-3", "491,86")
    assert state(stage, order_id) == "invoiced"  # 300 € are still here
    money_goes_back(stage, final_id, "300")

    assert state(stage, order_id) == "done"
    the_books_hold(stage, order_id, (deposit_id, final_id, note_id))


def the_customer_signs_the_quote(stage):
    """The price has two VAT rates; the town hall opens its link, reads, and says yes."""
    order_id = buffet.ask(stage)
    buffet.price(stage, W1, order_id)
    order = page_of(order_id)
    stage.do(
        REFERENT,
        f"{order}/lignes/nouvelle",
        label="Vaisselle louée",
        quantity="1",
        unit_price_cents="35,55",
        vat_rate_bp="20",
        price_basis="net",
        nature="goods",
    )
    for name in ("Leïla", "Rosa"):
        stage.do(name, f"{order}/accord", page=order)
    sent = stage.do(REFERENT, f"{order}/devis", page=f"{order}/papier")
    link = "/devis/" + links.quote_token(stage.instance, UUID(sent.id_in_url()))
    assert "702,66\xa0€" in stage.see("", link).text
    stage.do("", link, name="M. Petit, service des fêtes", answer="accepted")
    copy = stage.see("", f"{link}/copie").sentence()
    assert "Devis accepté" in copy
    assert "M. Petit, service des fêtes" in copy
    assert f"{link}/pdf" in stage.see("", f"{link}/copie").text
    return order_id


def we_ask_a_deposit_of_thirty_percent(stage, order_id):
    shown = stage.see(TREASURER, page_of(order_id))
    assert "Demander un acompte" in shown.sentence()
    look = stage.do(TREASURER, f"{page_of(order_id)}/acompte", rate_bp="30")
    assert "rien n'est encore parti" in look.sentence()
    assert 'name="cents" value="21080"' in look.text
    made = stage.do(TREASURER, look.url, cents="21080")
    check(stage, made.id_in_url(), "386", DEPOSIT)
    return made.id_in_url()


def we_invoice_the_rest(stage, order_id):
    order = page_of(order_id)
    made = stage.do(TREASURER, f"{order}/facture", page=f"{order}/papier")
    paper = check(stage, made.id_in_url(), "380", FINAL)
    back = [line for line in paper.lines if line.deposit_number]
    assert [(line.quantity, line.vat_rate_bp, line.net_cents) for line in back] == [
        ("-1", 1000, -180_00),
        ("-1", 2000, -10_67),
    ]
    assert [one.to_pay_cents for one in paper.deposits] == [210_80]
    assert paper.process == "M4"  # goods and services, after a deposit
    assert paper.quote_reference.startswith("D-")
    return made.id_in_url()


def we_take_the_invoice_back(stage, order_id, final_id):
    made = stage.do(TREASURER, f"/documents/{final_id}/avoir", reason="La fête est annulée.")
    paper = check(stage, made.id_in_url(), "381", FINAL)
    with stage.instance.work(KPA) as work:
        final = work.session.get_one(Document, UUID(final_id))
        assert paper.lines == documents.snapshot_of(final).lines
        assert paper.corrects_number == dues.number_of(work.session, final)
    return made.id_in_url()


def the_carrier_numbers(stage, mode, document_id, number, total):
    """Where the carrier numbers, it issues from our paper and says its number and its total."""
    if mode == "draft_for_carrier":
        page = f"/documents/{document_id}/numero"
        stage.do(HOST, page, number=number, issued_on=stage.day(), gross_cents=total)


def money_comes(stage, document_id, amount):
    pay(stage, document_id, amount, "in")


def money_goes_back(stage, document_id, amount):
    pay(stage, document_id, amount, "out")


def pay(stage, document_id, amount, way):
    page = f"/documents/{document_id}/paiement"
    day = stage.day()
    stage.do(HOST, page, way=way, amount=amount, received_on=day, method="transfer")


def check(stage, document_id, type_code, figures):
    """Compare a paper with the figures worked out by hand; return it."""
    with stage.instance.work(KPA) as work:
        found = work.session.get_one(Document, UUID(document_id))
        assert found.type_code == type_code
        assert (found.net_cents, found.vat_cents, found.to_pay_cents) == figures
        return documents.snapshot_of(found)


def the_books_hold(stage, order_id, made):
    """Deposit and final came to the price; only the deposit's money is left; the seals hold."""
    with stage.instance.work(KPA) as work:
        session = work.session
        quote = documents.latest_quote(session, UUID(order_id))
        assert (quote.net_cents, quote.vat_cents, quote.to_pay_cents) == SOLD
        assert DEPOSIT[2] + FINAL[2] == SOLD[2]
        money = dues.of_order(session, UUID(order_id))
        assert (money.owed, money.confirmed) == (210_80, 210_80)
        billed = sa.select(Document.id).where(Document.kind != "quote")
        assert {str(one) for one in session.scalars(billed)} == set(made)
        assert all(one.holds for one in verification.verify(session))
        assert audit.verify(session).broken is None


def state(stage, order_id):
    with stage.instance.work(KPA) as work:
        return work.session.get_one(Order, UUID(order_id)).state


def page_of(order_id):
    return f"/commandes/{order_id}"
