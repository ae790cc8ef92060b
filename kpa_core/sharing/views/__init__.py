"""Pages about expenses, pots, share-outs, pay requests and the group's rules."""

from __future__ import annotations

from kpa_core.pages import Pages
from kpa_core.sharing import answers, expenses, payrequests, pots, received_drafts, shareouts
from kpa_core.sharing.views.expense_pages import add_to as add_expense_pages
from kpa_core.sharing.views.pay_pages import add_to as add_pay_pages
from kpa_core.sharing.views.pot_pages import add_to as add_pot_pages
from kpa_core.sharing.views.receiving_pages import add_to as add_receiving_pages
from kpa_core.sharing.views.rule_pages import add_to as add_rule_pages
from kpa_core.sharing.views.share_pages import add_to as add_share_pages


def blueprint() -> Pages:
    """Return the pages of this folder; orders, activities and carriers are placed by others."""
    pages = Pages(
        "sharing",
        "kpa_core.sharing",
        scopes={
            "expense_id": expenses.scope_of_expense,
            "waiting_file_id": received_drafts.scope_of_draft,
            "pot_id": pots.scope_of_pot,
            "share_out_id": shareouts.scope_of_share_out,
            "allocation_id": answers.scope_of_allocation,
            "pay_request_id": payrequests.scope_of_pay_request,
        },
    )
    for add_to in (
        add_expense_pages,
        add_receiving_pages,
        add_share_pages,
        add_pot_pages,
        add_pay_pages,
        add_rule_pages,
    ):
        add_to(pages)
    return pages
