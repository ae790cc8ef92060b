"""The list of an order, to print or to tick on a phone, and what it costs at the prices paid."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from kpa_catering import buying, orders
from kpa_catering.texts import gettext as _
from kpa_catering.texts import lazy
from kpa_core.api import Pages, Scope, current_work, forms, page, say, see


class PaidForm(forms.Form):
    """What one pack cost."""

    what = forms.Choice(lazy("Quoi ?"))
    price = forms.Cents(
        lazy("Prix payé pour un paquet, sans la TVA"), hint=lazy("Lis le ticket. Exemple : 2,89.")
    )


def add(pages: Pages) -> None:
    """Add these pages to the blueprint; the core says where an order belongs."""

    @pages.get("/commandes/<uuid:order_id>/courses", needs="order.read")
    def order_shopping(order_id: UUID) -> Response:
        return _sheet("catering/order_shopping.html", order_id)

    @pages.get("/commandes/<uuid:order_id>/cout", needs="order.read")
    def order_cost(order_id: UUID) -> Response:
        return _sheet("catering/order_cost.html", order_id)

    @pages.post("/commandes/<uuid:order_id>/courses/pris", needs="catering.choose")
    def tick(order_id: UUID) -> Response:
        act = buying.tick if request.form.get("taken") == "1" else buying.untick
        act(current_work(), order_id, request.form.get("what", ""))
        return see("catering.order_shopping", order_id=order_id)

    @pages.form(
        "/commandes/<uuid:order_id>/courses/prix",
        PaidForm,
        needs="catering.choose",
        template="catering/form.html",
        fill=lambda order_id: _priced(order_id),
    )
    def pay_price(form: PaidForm, order_id: UUID) -> Response:
        buying.pay(current_work(), order_id, form.what.data, form.price.data)
        say(_("C'est noté, au prix d'aujourd'hui."))
        return see("catering.order_shopping", order_id=order_id)


def _sheet(template: str, order_id: UUID) -> Response:
    work = current_work()
    order = orders.find(work, order_id, "order.read")
    if orders.choice_of(work.session, order.id, order.activity_id) is None:
        return see("activities.order", order_id=order_id)
    shopping = buying.shopping_of(work, order_id)
    return page(template, shopping=shopping, scope=Scope(activity_id=order.activity_id))


def _priced(order_id: UUID) -> dict[str, Any]:
    shopping = buying.shopping_of(current_work(), order_id, "catering.choose")
    start = {"what": request.args.get("quoi", "")}
    return {
        "title": _("Le prix payé"),
        "about": "",
        "back": url_for("catering.order_shopping", order_id=order_id),
        "choices": {"what": [(one.key, one.bought.name) for one in shopping.lines]},
        "start": start,
    }
