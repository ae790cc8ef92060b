"""Pages about what was bought: the list of an order, a new receipt, its photo, a cancellation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for

from kpa_core.activities import service as orders
from kpa_core.activities.people import places
from kpa_core.contracts import Scope
from kpa_core.errors import N_, Refused
from kpa_core.files import StoredFile
from kpa_core.i18n import gettext
from kpa_core.invoices.models import Carrier
from kpa_core.pages import Pages, current_work, download, page, say, see
from kpa_core.sharing import advances, expenses, pots, supplier_papers
from kpa_core.sharing.views.forms import ActivityExpenseForm, ExpenseForm, ReasonForm

FORM = "sharing/form.html"
ENDINGS = {"application/pdf": "pdf", "application/xml": "xml", expenses.PHOTO: "jpg"}


def add_to(pages: Pages) -> None:
    """Add the pages of expenses."""
    _reading(pages)
    _writing(pages)


def _reading(pages: Pages) -> None:
    @pages.get("/commandes/<uuid:order_id>/achats", needs="expense.read")
    def order_expenses(order_id: UUID) -> Response:
        work = current_work()
        order = orders.find_order(work, order_id, "expense.read")
        return page(
            "sharing/expenses.html",
            title=order.title,
            order=order,
            scope=order.scope,
            **_listed(expenses.of_order(work, order_id)),
            back=url_for("activities.order", order_id=order_id),
            add=url_for("sharing.add_expense", order_id=order_id),
            add_file=url_for("sharing.add_expense_file", order_id=order_id),
        )

    @pages.get("/activites/<uuid:activity_id>/achats", needs="expense.read")
    def activity_expenses(activity_id: UUID) -> Response:
        work = current_work()
        activity = orders.find_activity(work, activity_id, "expense.read")
        return page(
            "sharing/expenses.html",
            title=activity.title,
            order=None,
            scope=activity.scope,
            **_listed(expenses.of_activity(work, activity_id)),
            back=url_for("sharing.pots"),
            add=url_for("sharing.add_activity_expense", activity_id=activity_id),
            add_file=url_for("sharing.add_activity_expense_file", activity_id=activity_id),
        )

    @pages.get("/achats/<uuid:expense_id>/ticket", needs="expense.read")
    def receipt(expense_id: UUID) -> Response:
        kept, data = expenses.receipt(current_work(), expense_id)
        return saved(kept, data, f"ticket-{expense_id}")


def _writing(pages: Pages) -> None:
    @pages.form(
        "/commandes/<uuid:order_id>/achats/nouveau",
        ExpenseForm,
        needs="expense.write",
        template=FORM,
        fill=_for_order,
    )
    def add_expense(form: ExpenseForm, order_id: UUID) -> Response:
        expenses.record(current_work(), order_id, _read(form), form.photo.data)
        say(N_("L'achat est noté."))
        return see("sharing.order_expenses", order_id=order_id)

    @pages.form(
        "/activites/<uuid:activity_id>/achats/nouveau",
        ActivityExpenseForm,
        needs="expense.write",
        template=FORM,
        fill=_for_activity,
    )
    def add_activity_expense(form: ActivityExpenseForm, activity_id: UUID) -> Response:
        new = _read(form, form.pot_id.data)
        expenses.record_for_activity(current_work(), activity_id, new, form.photo.data)
        say(N_("L'achat est noté."))
        return see("sharing.activity_expenses", activity_id=activity_id)

    @pages.form(
        "/achats/<uuid:expense_id>/annuler",
        ReasonForm,
        needs="expense.write",
        template=FORM,
        fill=_to_cancel,
    )
    def cancel_expense(form: ReasonForm, expense_id: UUID) -> Response:
        expenses.cancel(current_work(), expense_id, form.reason.data)
        say(N_("Cet achat ne compte plus."))
        return _to_its_list(expense_id)

    @pages.post("/achats/<uuid:expense_id>/rendu", needs="payment.record")
    def hand_back(expense_id: UUID) -> Response:
        advances.hand_back(current_work(), expense_id)
        say(N_("C'est noté : l'argent est rendu."))
        return _to_its_list(expense_id)


def saved(kept: StoredFile, data: bytes, name: str) -> Response:
    """Answer with a receipt: a photo is shown, a supplier's file is only ever saved."""
    ending = ENDINGS.get(kept.media_type, "bin")
    is_photo = kept.media_type == expenses.PHOTO
    return download(data, kept.media_type, f"{name}.{ending}", inline=is_photo)


def _listed(shown: list[expenses.Shown]) -> dict[str, Any]:
    """Return expenses with what is owed for them, and which of them came by a file."""
    session = current_work().session
    return {
        "shown": [(one, advances.owed_for(session, one.expense)) for one in shown],
        "by_file": supplier_papers.with_papers(session, (one.expense.id for one in shown)),
    }


def _to_its_list(expense_id: UUID) -> Response:
    work = current_work()
    scope = expenses.scope_of_expense(work.session, expense_id)
    if scope is None or not work.can("expense.read", scope):
        return see("sharing.pots")
    expense = expenses.find_expense(work, expense_id)
    if expense.order_id is None:
        return see("sharing.activity_expenses", activity_id=expense.activity_id)
    return see("sharing.order_expenses", order_id=expense.order_id)


def _read(form: ExpenseForm, pot_id: UUID | None = None) -> expenses.NewExpense:
    """Return the receipt of a form; people read the total and the VAT, the net is what is left."""
    kind, _, who = form.payer.data.partition(":")
    total, vat = form.total.data, form.vat.data or 0
    if vat > total:
        raise Refused(N_("La TVA ne va pas avec le total. Relis le ticket."), field="vat")
    return expenses.NewExpense(
        day=form.day.data,
        supplier=form.supplier.data,
        what=form.what.data,
        net_cents=total - vat,
        vat_cents=vat,
        paid_by=kind,
        paid_by_id=UUID(who) if kind == "member" else None,
        pot_id=UUID(who) if kind == "pot" and pot_id is None else pot_id,
        in_name_of=form.in_name_of.data,
    )


def _for_order(order_id: UUID) -> dict[str, Any]:
    order = orders.find_order(current_work(), order_id, "expense.write")
    choices, start = payers_and_pots(order.activity_id, order.scope, for_order=True)
    return {
        "choices": {"payer": choices["payer"]},
        "start": start,
        "title": gettext(N_("Noter un achat")),
        "back": url_for("sharing.order_expenses", order_id=order_id),
    }


def _for_activity(activity_id: UUID) -> dict[str, Any]:
    activity = orders.find_activity(current_work(), activity_id, "expense.write")
    choices, start = payers_and_pots(activity_id, activity.scope, for_order=False)
    return {
        "choices": choices,
        "start": start,
        "title": gettext(N_("Noter un achat")),
        "back": url_for("sharing.activity_expenses", activity_id=activity_id),
    }


def payers_and_pots(
    activity_id: UUID, scope: Scope, *, for_order: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return who may have paid and which pots may bear it, and what a form starts with."""
    work = current_work()
    carrier = work.session.get(Carrier, scope.carrier_id) if scope.carrier_id else None
    house = carrier.name if carrier else gettext(N_("La maison qui facture"))
    payers, found = [("carrier", house)], _pots(scope)
    for place in places(work.session, activity_id, work.today):
        payers.append((f"member:{place.person.id}", place.person.display_name))
    if for_order:
        payers += [(f"pot:{pot_id}", name) for pot_id, name in found]
    else:
        payers.append(("pot", gettext(N_("La cagnotte elle-même"))))
    return {"payer": payers, "pot_id": found}, {"day": work.today}


def _pots(scope: Scope) -> list[tuple[UUID, str]]:
    work = current_work()
    here = (one.pot for one in pots.pots(work) if one.pot.carrier_id == scope.carrier_id)
    return [(pot.id, pot.name) for pot in here if pots.may_spend(work, pot)]


def _to_cancel(expense_id: UUID) -> dict[str, Any]:
    expense = expenses.find_expense(current_work(), expense_id, "expense.write")
    return {
        "title": gettext(N_("Cet achat ne compte pas : {what}")).format(what=expense.what),
        "back": url_for("sharing.order_expenses", order_id=expense.order_id)
        if expense.order_id
        else url_for("sharing.activity_expenses", activity_id=expense.activity_id),
    }
