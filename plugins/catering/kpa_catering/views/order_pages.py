"""The page where a menu is chosen for an order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from kpa_catering import menus, orders
from kpa_catering.settings import Settings
from kpa_catering.texts import lazy, told
from kpa_catering.views.choices import named
from kpa_core.api import N_, Pages, current_work, forms, say, see


class ChooseForm(forms.Form):
    """The menu of an order, and its price."""

    menu_id = forms.OneOf(lazy("Quel menu ?"), ids=True)
    price = forms.Cents(lazy("Prix par personne, sans la TVA"), hint=lazy("Exemple : 15,00."))
    reason = forms.Text(
        lazy("Pourquoi ce prix ?"),
        required=False,
        longest=orders.MAX_REASON,
        hint=lazy("Pour s'en souvenir. Exemple : pour un premier client."),
    )


def add(pages: Pages, settings: Settings) -> None:
    """Add this page to the blueprint; the core says where an order belongs."""

    @pages.form(
        "/commandes/<uuid:order_id>/menu",
        ChooseForm,
        needs="catering.choose",
        template="catering/choose.html",
        fill=lambda order_id: _chosen(order_id),
    )
    def choose_menu(form: ChooseForm, order_id: UUID) -> Response:
        row = orders.choose(
            current_work(),
            order_id,
            form.menu_id.data,
            form.price.data,
            settings,
            reason=form.reason.data or "",
        )
        say(told(N_("« {menu} » est choisi."), menu=row.promised["menu"]))
        return see("catering.choose_menu", order_id=order_id)


def _chosen(order_id: UUID) -> dict[str, Any]:
    work = current_work()
    order = orders.find(work, order_id)
    open_menus = menus.menus_to_choose(work, order.activity_id)
    choice = orders.choice_of(work.session, order_id, order.activity_id)
    start: dict[str, Any] = {}
    if choice is not None:
        start = {
            "menu_id": choice.menu_id,
            "price": choice.price_per_guest_cents,
            "reason": choice.reason,
        }
    elif len(open_menus) == 1:
        start = {"menu_id": open_menus[0].id, "price": open_menus[0].price_per_guest_cents}
    return {
        "order": order,
        "choice": choice,
        "priced": order.state != orders.PRICED_IN,
        "choices": {"menu_id": named(open_menus)},
        "start": start,
    }
