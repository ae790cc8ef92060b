"""What anyone may read and send: offers, and a request."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, request

from kpa_core.accounts import throttles
from kpa_core.activities import asking, offers
from kpa_core.activities.customers import NewCustomer
from kpa_core.activities.views.forms import RequestForm
from kpa_core.errors import N_
from kpa_core.i18n import current_locale, gettext
from kpa_core.pages import Pages, current_work, page, see

ASK_FROM = throttles.Limit("ask.from", 10, timedelta(hours=1))
REFERENCE = re.compile(r"C-\d{4}-\d{4,}")


def add_to(pages: Pages) -> None:
    """Add the public pages."""

    @pages.get("/offres", needs="public.read", endpoint="offers")
    def show_offers() -> Response:
        return page("activities/public_offers.html", offers=offers.shown(current_work()))

    @pages.get("/offres/<uuid:offer_id>", needs="public.read")
    def offer(offer_id: UUID) -> Response:
        found = offers.find_published(current_work(), offer_id)
        return page("activities/public_offer.html", offer=found, price=offers.price_words(found))

    @pages.form(
        "/demande", RequestForm, needs="public.ask", template="public/request.html", fill=_request
    )
    def ask(form: RequestForm) -> Response:
        address = throttles.neighbourhood(request.remote_addr or "")
        throttles.count(current_work(), (ASK_FROM, address))
        order = asking.ask(current_work(), _customer(form), _wanted(form))
        return see("activities.thanks", numero=order.reference)

    @pages.get("/demande/merci", needs="public.ask")
    def thanks() -> Response:
        reference = request.args.get("numero", "")
        shown = reference if REFERENCE.fullmatch(reference) else ""
        return page("public/thanks.html", reference=shown)


def _request() -> dict[str, Any]:
    found = offers.published_offers(current_work())
    choices: list[tuple[Any, str]] = [(offer.id, offer.title) for offer in found]
    chosen = request.args.get("offre", "")
    start = next((offer.id for offer in found if str(offer.id) == chosen), None)
    return {
        "choices": {"offer_id": [*choices, ("", gettext(N_("Autre chose")))]},
        "start": {"offer_id": start},
    }


def _customer(form: RequestForm) -> NewCustomer:
    return NewCustomer(
        name=form.name.data,
        kind=form.kind.data,
        contact_name=form.contact_name.data,
        phone=form.phone.data,
        email=form.email.data,
    )


def _wanted(form: RequestForm) -> asking.Wanted:
    return asking.Wanted(
        offer_id=form.offer_id.data,
        day=form.day.data,
        place=form.place.data,
        guests=form.guests.data,
        wishes=form.wishes.data,
        budget_cents=form.budget_cents.data,
        lang=current_locale(),
    )
