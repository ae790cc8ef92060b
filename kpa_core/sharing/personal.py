"""What the tables of this folder know about a person. Accounts stay, by law, for ten years."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa

from kpa_core.contracts import PersonalItem
from kpa_core.errors import N_
from kpa_core.i18n import current_locale, lazy
from kpa_core.money import format_cents
from kpa_core.sharing.answers import WORDS, mine
from kpa_core.sharing.models import Allocation, Expense
from kpa_core.sharing.notice import pay_notice
from kpa_core.sharing.reasons import Reason
from kpa_core.work import Work

TO_SHARE = lazy(N_("Pour partager l'argent et dire pourquoi."))
TO_PAY_BACK = lazy(N_("Pour te rendre ce que tu as avancé."))
TEN_YEARS = lazy(N_("Dix ans, comme les comptes."))


def personal_data(work: Work, person_id: UUID) -> Iterator[PersonalItem]:
    """Yield a person's parts, each with what it is not, and the receipts they paid."""
    translate = work.instance.texts.gettext
    for one in mine(work, person_id):
        amount = format_cents(one.allocation.cents, current_locale())
        why = Reason.from_data(one.allocation.reason).text(translate, current_locale())
        said = translate(WORDS[one.allocation.answer])
        notice = " ".join(
            pay_notice(work.session, one.carrier, work.today, one.share_out.activity_id, translate)
        )
        value = f"{one.order.reference} : {amount}. {why} {said}. {one.allocation.answer_note}"
        yield PersonalItem(lazy(N_("Part")), f"{value.strip()} {notice}", TO_SHARE, TEN_YEARS)
    advanced = sa.select(Expense).where(Expense.paid_by_id == person_id).order_by(Expense.day)
    for expense in work.session.scalars(advanced):
        amount = format_cents(expense.paid_cents, current_locale())
        value = f"{expense.day:%d/%m/%Y} · {expense.supplier} : {expense.what}, {amount}"
        yield PersonalItem(lazy(N_("Achat avancé")), value, TO_PAY_BACK, TEN_YEARS)


def erase_personal_data(work: Work, person_id: UUID) -> None:
    """Drop a person's own words; amounts stay with an id that names nobody any more.

    A receipt's photo shows what the shop printed, not the person, and proves an expense: it stays.
    """
    parts = sa.select(Allocation).where(Allocation.person_id == person_id)
    for allocation in work.session.scalars(parts):
        allocation.answer_note = ""
    work.session.flush()
