"""The pages of a delivery: ask what it costs, order it, follow it, cancel it."""

from __future__ import annotations

from datetime import date, time
from typing import Any
from uuid import UUID

from flask import Response, request

from kpa_coopcycle import connections, deliveries, words
from kpa_coopcycle.models import ConnectionRow
from kpa_coopcycle.texts import gettext as _
from kpa_coopcycle.texts import lazy
from kpa_coopcycle.wishes import LONGEST, Stop, Window, Wish
from kpa_core.api import (
    N_,
    OrderRef,
    Pages,
    Refused,
    current_work,
    forms,
    instant_of,
    page,
    parse_phone,
    say,
    see,
)


class StopForm(forms.Form):
    """Where to, and for whom."""

    street = forms.Text(
        lazy("Livrer à quelle adresse ?"), longest=LONGEST, hint=lazy("Numéro, rue, ville.")
    )
    contact = forms.Text(lazy("Pour qui ?"), required=False, longest=LONGEST)
    phone = forms.Text(lazy("Téléphone sur place"), required=False, longest=30)
    note = forms.Text(
        lazy("Pour trouver la porte"),
        required=False,
        longest=LONGEST,
        hint=lazy("Exemple : code A12, 2e étage."),
    )
    kind = forms.Choice(lazy("Quels colis ?"), required=False)
    count = forms.Count(lazy("Combien de colis ?"), required=False)
    weight = forms.Quantity(lazy("Poids en kilos"), required=False)
    place = forms.Text(
        lazy("Position sur la carte"),
        required=False,
        longest=60,
        hint=lazy("Si la coop ne trouve pas l'adresse. Exemple : 46.566, 3.333."),
    )
    rare: tuple[str, ...] = ("kind", "count", "weight", "place")


class AskForm(StopForm):
    """A delivery: by whom, when, where to, and for whom."""

    connection_id = forms.Choice(lazy("Qui livre ?"), ids=True)
    slot = forms.Choice(lazy("Quand ?"), required=False)
    day = forms.Day(lazy("Un autre jour"), required=False)
    start = forms.Hour(lazy("Pas avant"), required=False)
    end = forms.Hour(lazy("Au plus tard"), required=False)
    pickup = forms.Text(
        lazy("Chercher où ?"),
        required=False,
        longest=LONGEST,
        hint=lazy("Rien : à l'adresse que la coop connaît."),
    )
    remarks = forms.Text(lazy("Un mot pour le livreur"), required=False, longest=LONGEST)
    rare = ("day", "start", "end", "pickup", "remarks", *StopForm.rare)


def add(pages: Pages) -> None:
    """Add these pages to the blueprint."""
    _asking(pages)
    _acts(pages)


def _asking(pages: Pages) -> None:
    @pages.form(
        "/commandes/<uuid:order_id>/livraison",
        AskForm,
        needs="coopcycle.deliver",
        template="coopcycle/ask.html",
        fill=lambda order_id: _to_ask(order_id),
    )
    def ask(form: AskForm, order_id: UUID) -> Response:
        work = current_work()
        at = connections.find(work, form.connection_id.data, deliveries.DELIVER)
        wish = Wish(
            _window(form, at), (_stop(form),), form.pickup.data or "", form.remarks.data or ""
        )
        row = deliveries.ask(work, order_id, at.id, wish)
        say(_("On demande le prix à la coop. Ça peut prendre une minute."))
        return see("coopcycle.delivery", delivery_id=row.id)

    @pages.form(
        "/livraisons/<uuid:delivery_id>/arret",
        StopForm,
        needs="coopcycle.deliver",
        template="coopcycle/stop.html",
        fill=lambda delivery_id: _to_add(delivery_id),
    )
    def add_stop(form: StopForm, delivery_id: UUID) -> Response:
        work = current_work()
        row = deliveries.find(work, delivery_id)
        wish = deliveries.wish_of(work, row)
        if not wish.pickup:
            wish = Wish(wish.window, wish.stops, row.connection.pickup, wish.remarks)
        deliveries.ask_again(
            work, delivery_id, row.version, deliveries.with_stop(wish, _stop(form))
        )
        say(_("Un arrêt de plus. On redemande le prix."))
        return see("coopcycle.delivery", delivery_id=delivery_id)

    @pages.form(
        "/livraisons/<uuid:delivery_id>/corriger",
        AskForm,
        needs="coopcycle.deliver",
        template="coopcycle/ask.html",
        fill=lambda delivery_id: _to_correct(delivery_id),
    )
    def correct(form: AskForm, delivery_id: UUID) -> Response:
        work = current_work()
        row = deliveries.find(work, delivery_id)
        before = deliveries.wish_of(work, row)
        stops = (_stop(form), *before.stops[1:])
        window = _window(form, row.connection)
        wish = Wish(window, stops, form.pickup.data or "", form.remarks.data or "")
        deliveries.ask_again(work, delivery_id, row.version, wish)
        say(_("C'est corrigé. On redemande le prix."))
        return see("coopcycle.delivery", delivery_id=delivery_id)


def _acts(pages: Pages) -> None:
    @pages.get("/livraisons/<uuid:delivery_id>", needs="coopcycle.deliver")
    def delivery(delivery_id: UUID) -> Response:
        work = current_work()
        row = deliveries.find(work, delivery_id)
        order = deliveries.find_for(work, row.order_id)
        wish = deliveries.wish_of(work, row) if row.wish else None
        steps = deliveries.steps_of(work.session, row.id)
        return page(
            "coopcycle/delivery.html",
            row=row,
            order=order,
            wish=wish,
            steps=steps,
            statuses=words.STATUSES,
        )

    @pages.post("/livraisons/<uuid:delivery_id>/commander", needs="coopcycle.deliver")
    def order_delivery(delivery_id: UUID) -> Response:
        shown = request.form.get("price_cents", "")
        price = int(shown) if shown.isdecimal() and len(shown) < 10 else -1
        deliveries.order(current_work(), delivery_id, price)
        say(_("La commande part. Elle est notée dès que la coop répond."))
        return see("coopcycle.delivery", delivery_id=delivery_id)

    @pages.post("/livraisons/<uuid:delivery_id>/annuler", needs="coopcycle.deliver")
    def cancel_delivery(delivery_id: UUID) -> Response:
        row = deliveries.cancel(current_work(), delivery_id)
        done = row.state == "cancelled"
        say(_("La livraison est annulée.") if done else _("On demande à la coop d'annuler."))
        return see("coopcycle.delivery", delivery_id=delivery_id)


def _to_ask(order_id: UUID) -> dict[str, Any]:
    work = current_work()
    order = deliveries.find_for(work, order_id)
    places = connections.of_activity(work.session, order.activity_id)
    start: dict[str, Any] = {"connection_id": places[0].id} if len(places) == 1 else {}
    return _asked(order, places, start | {"day": order.day})


def _to_correct(delivery_id: UUID) -> dict[str, Any]:
    work = current_work()
    row = deliveries.find(work, delivery_id)
    wish = deliveries.wish_of(work, row)
    stop = wish.stops[0]
    start = {
        "connection_id": row.connection_id,
        "street": stop.street,
        "contact": stop.contact,
        "phone": stop.phone,
        "note": stop.note,
        "pickup": wish.pickup,
        "remarks": wish.remarks,
        "slot": row.slot,
    }
    order = deliveries.find_for(work, row.order_id)
    return _asked(order, [row.connection], start)


def _asked(order: OrderRef, places: list[ConnectionRow], start: dict[str, Any]) -> dict[str, Any]:
    slots = {one: None for at in places for one in at.slots}
    zone = places[0].zone if places else current_work().zone
    coming = words.slots_to_choose(list(slots), zone)
    other = ("", _("Une autre heure (plus de détails)"))
    return {
        "order": order,
        "connected": bool(places),
        "choices": {
            "connection_id": [(at.id, at.name) for at in places],
            "slot": [*coming, other],
            "kind": _kinds(places),
        },
        "start": start,
    }


def _to_add(delivery_id: UUID) -> dict[str, Any]:
    work = current_work()
    row = deliveries.find(work, delivery_id)
    return {"row": row, "choices": {"kind": _kinds([row.connection])}}


def _kinds(places: list[ConnectionRow]) -> list[tuple[str, str]]:
    known = {one: None for at in places for one in at.packages}
    return [("", _("On ne précise pas")), *((one, one) for one in known)]


def _stop(form: StopForm) -> Stop:
    lat, lng = _place(form.place.data or "")
    kind, count = form.kind.data, form.count.data or 1
    return Stop(
        street=form.street.data,
        contact=form.contact.data or "",
        phone=parse_phone(form.phone.data or ""),
        note=form.note.data or "",
        lat=lat,
        lng=lng,
        packages=((kind, count),) if kind else (),
        grams=round(float(form.weight.data or 0) * 1000),
    )


def _place(text: str) -> tuple[float | None, float | None]:
    if not text.strip():
        return None, None
    try:
        lat, lng = (float(one) for one in text.replace(";", ",").split(","))
    except ValueError as error:
        raise Refused(N_("La position s'écrit ainsi : 48.857, 2.354."), field="place") from error
    return lat, lng


def _window(form: AskForm, at: ConnectionRow) -> Window:
    if form.slot.data:
        return Window.read(form.slot.data, offered=True)
    day, start, end = form.day.data, form.start.data, form.end.data
    if not (isinstance(day, date) and isinstance(start, time) and isinstance(end, time)):
        raise Refused(N_("Choisis un créneau, ou écris le jour et les heures."), field="slot")
    if start >= end:
        raise Refused(N_("Le créneau finit avant de commencer."), field="end")
    return Window(instant_of(day, start, at.zone), instant_of(day, end, at.zone))
