"""Pages about the price of an order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from kpa_core.activities import lines, pricing
from kpa_core.activities.models import OrderLine
from kpa_core.activities.views.forms import LineForm
from kpa_core.errors import N_
from kpa_core.i18n import lazy
from kpa_core.pages import Pages, current_work, say, see

FORM = "activities/form.html"


def add_to(pages: Pages) -> None:
    """Add the pages of lines."""

    @pages.post("/commandes/<uuid:order_id>/prix", needs="order.write")
    def price(order_id: UUID) -> Response:
        replace = request.form.get("replace") == "yes"
        found = pricing.price(current_work(), order_id, replace_edited=replace)
        if found:
            say(N_("Le prix est proposé. Relis chaque ligne."))
        else:
            say(N_("Aucun module ne connaît ce prix. Écris les lignes toi-même."))
        return see("activities.order", order_id=order_id)

    @pages.form(
        "/commandes/<uuid:order_id>/lignes/nouvelle",
        LineForm,
        needs="order.write",
        template=FORM,
        fill=lambda order_id: {
            "title": lazy(N_("Ajouter une ligne")),
            "back": url_for("activities.order", order_id=order_id),
        },
    )
    def add_line(form: LineForm, order_id: UUID) -> Response:
        lines.add_line(current_work(), order_id, _typed(form))
        say(N_("La ligne est ajoutée."))
        return see("activities.order", order_id=order_id)

    @pages.form(
        "/lignes/<uuid:line_id>/changer",
        LineForm,
        needs="order.write",
        template=FORM,
        fill=_start,
    )
    def change_line(form: LineForm, line_id: UUID) -> Response:
        version = int(form.version.data or 0)
        line = lines.change_line(current_work(), line_id, version, _typed(form))
        say(N_("La ligne est changée. Il faut de nouveau la relire."))
        return see("activities.order", order_id=line.order_id)

    @pages.post("/lignes/<uuid:line_id>/retirer", needs="order.write")
    def remove_line(line_id: UUID) -> Response:
        work = current_work()
        order_id = work.session.get_one(OrderLine, line_id).order_id
        lines.remove_line(work, line_id)
        say(N_("La ligne est retirée."))
        return see("activities.order", order_id=order_id)


def _start(line_id: UUID) -> dict[str, Any]:
    line = current_work().session.get_one(OrderLine, line_id)
    return {
        "start": line,
        "title": lazy(N_("Changer la ligne")),
        "back": url_for("activities.order", order_id=line.order_id),
    }


def _typed(form: LineForm) -> lines.NewLine:
    return lines.NewLine(
        label=form.label.data,
        quantity=form.quantity.data,
        unit_price_cents=form.unit_price_cents.data,
        vat_rate_bp=form.vat_rate_bp.data,
        unit=form.unit.data,
        details=form.details.data,
        price_basis=form.price_basis.data,
        planned_cost_cents=form.planned_cost_cents.data,
        nature=form.nature.data,
        discount_cents=form.discount_cents.data or 0,
    )
