"""The pages of the group: its shops, their articles, and the VAT that waits for an answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from kpa_core.api import Pages, current_work, forms, page, say, see
from kpa_ofn import rates, reading, shops
from kpa_ofn.texts import gettext as _
from kpa_ofn.texts import lazy


class OfferForm(forms.Form):
    """The price and the stock of an article."""

    what = forms.Choice(lazy("Quel article ?"))
    price = forms.Cents(lazy("Prix, TVA comprise"), hint=lazy("Exemple : 4,50."))
    stock = forms.Count(
        lazy("Combien en reste-t-il ?"),
        required=False,
        hint=lazy("Rien : autant qu'on veut, on fait à la demande."),
    )


class RateForm(forms.Form):
    """The VAT of a category."""

    version = forms.Version()
    rate = forms.Rate(lazy("Quelle TVA ?"), hint=lazy("20, 10, 5,5, 2,1 ou 0."))


def add(pages: Pages) -> None:
    """Add these pages to the blueprint."""

    @pages.get("/", needs="ofn.sell")
    def shops_here() -> Response:
        work = current_work()
        shown = [(shop, rates.rates_of(work.session, shop.id)) for shop in shops.seen_by(work)]
        return page("ofn/shops.html", shops=shown)

    @pages.get("/boutique/<uuid:shop_id>/articles", needs="ofn.sell")
    def articles(shop_id: UUID) -> Response:
        shop = shops.find(current_work(), shop_id, shops.SELL)
        return page("ofn/articles.html", shop=shop)

    @pages.form(
        "/boutique/<uuid:shop_id>/article",
        OfferForm,
        needs="ofn.sell",
        template="ofn/question.html",
        fill=lambda shop_id: _article(shop_id),
    )
    def offer(form: OfferForm, shop_id: UUID) -> Response:
        stock = -1 if form.stock.data is None else form.stock.data
        reading.ask_to_set(current_work(), shop_id, form.what.data, form.price.data, stock)
        say(_("C'est demandé à la boutique."))
        return see("ofn.articles", shop_id=shop_id)

    @pages.form(
        "/tva/<uuid:rate_id>",
        RateForm,
        needs="ofn.vat",
        template="ofn/question.html",
        fill=lambda rate_id: _rate(rate_id),
    )
    def rate(form: RateForm, rate_id: UUID) -> Response:
        rates.confirm(current_work(), rate_id, form.version.data, form.rate.data)
        say(_("C'est noté. Les prix des commandes qui attendent sont refaits."))
        return see("ofn.shops_here")


def _article(shop_id: UUID) -> dict[str, Any]:
    shop = shops.find(current_work(), shop_id, shops.SELL)
    asked = request.args.get("quoi", "")
    found = next((one for one in shop.articles if one["offer"] == asked), None)
    start: dict[str, Any] = {}
    if found is not None:
        stock = found["stock"] if found["stock"] >= 0 else None
        start = {"what": asked, "price": found["price_cents"], "stock": stock}
    return {
        "title": _("Prix et stock"),
        "about": shop.name,
        "back": url_for("ofn.articles", shop_id=shop_id),
        "choices": {"what": [(one["offer"], one["name"]) for one in shop.articles]},
        "start": start,
    }


def _rate(rate_id: UUID) -> dict[str, Any]:
    row = rates.find(current_work(), rate_id)
    return {
        "title": _("Quelle TVA ?"),
        "about": _("Par exemple : {label}").format(label=row.example),
        "back": url_for("ofn.shops_here"),
        "start": {"version": row.version, "rate": row.rate_bp},
    }
