"""What a customer paid too much is never shared."""

from __future__ import annotations

import pytest

from kpa_core.errors import Refused
from kpa_core.invoices.bills import live_bill
from kpa_core.invoices.paying import payments


def test_a_share_out_ends_where_the_invoice_ends(numbered) -> None:
    right, over = numbered.paid_order(), numbered.paid_order()
    with numbered.work("Hôte") as work:
        document = live_bill(work.session, over)
        payments.record_payment(work, document.id, 40_00, work.today, more_is_right=True)

    first, second = numbered.shared(right), numbered.shared(over)

    assert numbered.parts(first.id) == numbered.parts(second.id)
    with pytest.raises(Refused, match="déjà partagé"):
        numbered.propose(over)
