"""W1 and W1b: a town hall asks for a buffet for 40; the money is shared, to the cent.

Told through the forms, in the mode where the carrier numbers and in the one where we do.
"""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa

from kpa_core import audit
from kpa_core.activities.models import Order, OrderLine
from kpa_core.demo import buffet
from kpa_core.demo.buffet import SHARERS, W1, W1B
from kpa_core.invoices.models import CarrierAnswer, Document
from kpa_core.members.models import Party
from kpa_core.sharing import ledger, shareouts
from kpa_core.sharing.models import Allocation, Expense, ShareOut
from kpa_core.work import KPA

FIGURES = {
    "15.00 € a guest": (
        W1,
        {
            "net": 600_00,
            "vat": 60_00,
            "gross": 660_00,
            "fee": 46_23,
            "pot": 53_37,
            "to_share": 302_40,
            "parts": [30_24, 30_24, 60_48, 60_48, 60_48, 60_48],
        },
    ),
    "16.00 € a guest": (
        W1B,
        {
            "net": 640_00,
            "vat": 64_00,
            "gross": 704_00,
            "fee": 50_83,
            "pot": 58_68,
            "to_share": 332_49,
            "parts": [33_25, 33_25, 66_49, 66_50, 66_50, 66_50],
        },
    ),
}


@pytest.mark.parametrize("mode", ["draft_for_carrier", "delegated_series"])
@pytest.mark.parametrize(("told", "figures"), FIGURES.values(), ids=FIGURES)
def test_from_the_request_to_the_share_out(opened, mode, told, figures):
    stage = opened(mode)
    order_id = UUID(buffet.tell(stage, told))
    with stage.instance.work(KPA) as work:
        session = work.session
        order = session.get_one(Order, order_id)
        assert order.state == "shared"
        planned = session.scalar(
            sa.select(sa.func.sum(OrderLine.planned_cost_cents)).where(
                OrderLine.order_id == order_id
            )
        )
        assert planned == 198_00
        check_documents(session, order_id, mode, figures)
        check_share(session, work, order_id, figures)
        assert audit.verify(session).broken is None
        assert list(ledger.faults(session)) == []


def check_documents(session, order_id, mode, figures):
    found = {
        one.kind: one
        for one in session.scalars(sa.select(Document).where(Document.order_id == order_id))
    }
    bill = found["handover" if mode == "draft_for_carrier" else "invoice"]
    assert (bill.net_cents, bill.vat_cents, bill.gross_cents) == (
        figures["net"],
        figures["vat"],
        figures["gross"],
    )
    assert found["quote"].gross_cents == figures["gross"]
    if mode == "draft_for_carrier":
        assert bill.number is None
        answer = session.scalar(sa.select(CarrierAnswer))
        assert (answer.number, answer.stands) == ("OPT-2026-118", True)
    else:
        assert bill.number.endswith("-0001")


def check_share(session, work, order_id, figures):
    share_out = session.scalar(sa.select(ShareOut).where(ShareOut.order_id == order_id))
    assert share_out.state == "closed"
    assert share_out.received_cents == figures["gross"]
    assert (share_out.vat_cents, share_out.expenses_cents) == (figures["vat"], 198_00)
    assert (share_out.fee_cents, share_out.pot_cents) == (figures["fee"], figures["pot"])
    assert share_out.to_share_cents == figures["to_share"]
    # 660.00 = 60.00 VAT + 198.00 purchases + 46.23 fee + 53.37 pot + 302.40 to share
    assert figures["gross"] == sum(
        (figures["vat"], 198_00, figures["fee"], figures["pot"], figures["to_share"])
    )
    parts = list(
        session.execute(
            sa.select(Party.display_name, Allocation.cents, Allocation.minutes)
            .join(Party, Party.id == Allocation.person_id)
            .where(Allocation.share_out_id == share_out.id)
        )
    )
    assert sorted(cents for _, cents, _ in parts) == figures["parts"]
    assert {name for name, _, _ in parts} == set(SHARERS)
    assert sum(minutes for _, _, minutes in parts) == 30 * 60
    (advance,) = shareouts.advances_of(session, share_out)
    assert advance[1].display_name == "Rosa"
    expenses = list(session.scalars(sa.select(Expense).where(Expense.order_id == order_id)))
    assert sorted(one.net_cents for one in expenses) == [78_00, 120_00]


def test_someone_without_a_green_light_cannot_be_assigned_and_the_page_says_why(opened):
    stage = opened("draft_for_carrier")
    order_id = buffet.ask(stage)
    buffet.price(stage, W1, order_id)
    buffet.quote(stage, order_id)
    buffet.plan(stage, W1, order_id)
    task = f"/taches/{stage.ids['Livrer et servir']}"
    shown = stage.browser("Amina").submit(
        f"{task}/confier", page=task, person_id=stage.ids["Yanis"]
    )
    assert shown.status == 422
    said = shown.sentence()
    assert "Yanis" in said
    assert "contrat" in said.lower()
