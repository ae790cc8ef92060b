"""Pages about orders: the list, one order, its moves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from kpa_core.activities import approvals, asking, changes, copying, customers, service
from kpa_core.activities.activities import activities_for, listed_activities
from kpa_core.activities.contributions import times
from kpa_core.activities.lines import amount, estimate, lines_of
from kpa_core.activities.models import Order
from kpa_core.activities.orders import LABELS, PRICED_IN, STATES, STEPS, Move, moves_from
from kpa_core.activities.scopes import find_order, visible_orders
from kpa_core.activities.tasks import tasks_of
from kpa_core.activities.views.cards import order_blocks
from kpa_core.activities.views.forms import (
    HandOverForm,
    NoteForm,
    OrderChangeForm,
    OrderForm,
    OtherCustomerForm,
    StopForm,
)
from kpa_core.activities.views.sent import sent_id
from kpa_core.activities.views.words import number
from kpa_core.errors import N_
from kpa_core.i18n import gettext, lazy
from kpa_core.members.models import Party
from kpa_core.pages import Pages, current_work, page, say, see

FORM = "activities/form.html"
OVER = ("reviewed", "declined", "cancelled")
KEPT_IN_SIGHT = timedelta(days=60)


def add_to(pages: Pages) -> None:
    """Add the pages of orders."""
    _reading(pages)
    _writing(pages)
    _placing(pages)
    _moving(pages)


def _reading(pages: Pages) -> None:
    @pages.get("/commandes", needs="order.read", endpoint="orders")
    def show_orders() -> Response:
        state = request.args.get("etat", "")
        query = visible_orders(current_work()).order_by(Order.day.desc(), Order.id.desc())
        chosen = Order.state == state if state in STATES else Order.state.not_in(OVER)
        found = list(current_work().session.scalars(query.where(chosen).limit(200)))
        return page("activities/orders.html", found=found, labels=LABELS, state=state)

    @pages.get("/commandes/<uuid:order_id>", needs="order.read")
    def order(order_id: UUID) -> Response:
        return page("activities/order.html", **_shown(order_id))


def _writing(pages: Pages) -> None:
    @pages.form(
        "/commandes/nouvelle", OrderForm, needs="order.write", template=FORM, fill=_new_order
    )
    def add_order(form: OrderForm) -> Response:
        wanted = asking.Wanted(**_fields(form))
        order = asking.add_order(
            current_work(), form.activity_id.data, form.customer_id.data, wanted
        )
        say(N_("La demande {reference} est écrite."), reference=order.reference)
        return see("activities.order", order_id=order.id)

    @pages.post("/commandes/<uuid:order_id>/pareille", needs="order.write")
    def order_again(order_id: UUID) -> Response:
        made = copying.order_again(current_work(), order_id)
        say(N_("La demande {reference} est écrite. Choisis son jour."), reference=made.reference)
        return see("activities.order", order_id=made.id)

    @pages.form(
        "/commandes/<uuid:order_id>/changer",
        OrderChangeForm,
        needs="order.write",
        template=FORM,
        fill=lambda order_id: {
            "start": find_order(current_work(), order_id),
            "title": lazy(N_("Changer la commande")),
            **_back(order_id),
        },
    )
    def change_order(form: OrderChangeForm, order_id: UUID) -> Response:
        version = int(form.version.data or 0)
        changes.change_order(current_work(), order_id, version, _fields(form))
        say(N_("C'est noté."))
        return see("activities.order", order_id=order_id)

    @pages.form(
        "/commandes/<uuid:order_id>/remarque",
        NoteForm,
        needs="order.write",
        template=FORM,
        fill=lambda order_id: {"title": lazy(N_("Écrire une remarque")), **_back(order_id)},
    )
    def note(form: NoteForm, order_id: UUID) -> Response:
        service.add_note(current_work(), order_id, form.note.data)
        say(N_("C'est noté."))
        return see("activities.order", order_id=order_id)


def _placing(pages: Pages) -> None:
    @pages.form(
        "/commandes/<uuid:order_id>/donner",
        HandOverForm,
        needs="order.write",
        template=FORM,
        fill=_others,
    )
    def hand_over(form: HandOverForm, order_id: UUID) -> Response:
        order = changes.hand_over(current_work(), order_id, form.activity_id.data)
        say(N_("La demande est chez « {activity} »."), activity=order.activity.title)
        return see("activities.orders")

    @pages.form(
        "/commandes/<uuid:order_id>/autre-client",
        OtherCustomerForm,
        needs="order.write",
        template=FORM,
        fill=_customers,
    )
    def choose_customer(form: OtherCustomerForm, order_id: UUID) -> Response:
        order = changes.choose_customer(current_work(), order_id, form.customer_id.data)
        say(N_("La commande est pour {name}."), name=order.customer.name)
        return see("activities.order", order_id=order_id)

    @pages.post("/commandes/<uuid:order_id>/client", needs="order.write")
    def same_customer(order_id: UUID) -> Response:
        customers.use_instead(current_work(), order_id, sent_id("customer_id"))
        say(N_("C'est le même client. Sa fiche est la bonne."))
        return see("activities.order", order_id=order_id)


def _moving(pages: Pages) -> None:
    @pages.post("/commandes/<uuid:order_id>/etape", needs="order.write")
    def move(order_id: UUID) -> Response:
        order = service.move(current_work(), order_id, request.form.get("state", ""))
        say(N_("C'est noté : {state}."), state=gettext(LABELS[order.state]))
        return see("activities.order", order_id=order_id)

    @pages.form(
        "/commandes/<uuid:order_id>/arreter",
        StopForm,
        needs="order.write",
        template=FORM,
        fill=_ways_out,
    )
    def stop(form: StopForm, order_id: UUID) -> Response:
        service.move(current_work(), order_id, form.state.data, form.note.data)
        say(N_("C'est noté. Tu peux la rouvrir si c'était une erreur."))
        return see("activities.order", order_id=order_id)

    @pages.post("/commandes/<uuid:order_id>/accord", needs="quote.approve")
    def approve(order_id: UUID) -> Response:
        service.approve(current_work(), order_id)
        say(N_("Tu as dit oui à ce prix."))
        return see("activities.order", order_id=order_id)


def _shown(order_id: UUID) -> dict[str, Any]:
    work = current_work()
    order = find_order(work, order_id)
    lines = lines_of(work.session, order_id)
    yeses = approvals.approvals(work, order)
    return {
        "order": order,
        "steps": [(key, gettext(LABELS[key])) for key in STEPS],
        "labels": LABELS,
        "next_thing": service.next_thing(work, order),
        "moves": _members_moves(order),
        "lines": [(line, number(line.quantity), amount(line)) for line in lines],
        "estimate": estimate(lines) if lines else None,
        "is_open": order.state in PRICED_IN,
        "is_early": order.state == "accepted" and order.day is not None and order.day > work.today,
        "edited": [line for line in lines if line.edited],
        "yeses": [_name(one.person_id) for one in yeses],
        "said_yes": any(one.person_id == work.actor.party_id for one in yeses),
        "missing": approvals.missing(work, order) if lines else 0,
        "alike": _alike(order),
        "tasks": tasks_of(work, order_id),
        "times": times(work, order_id=order_id),
        "history": service.history(work.session, order_id),
        "blocks": order_blocks(work, order),
    }


def _members_moves(order: Order) -> list[Move]:
    work = current_work()
    own = [move for move in moves_from(order.state) if move.by == "member"]
    return [move for move in own if service.why_held(work, order, move.end) is None]


def _name(person_id: UUID) -> str:
    return current_work().session.get_one(Party, person_id).display_name


def _alike(order: Order) -> list[Any]:
    work = current_work()
    is_new = order.state == "asked" and not order.customer.confirmed
    return customers.look_alikes(work, order.customer) if is_new else []


def _new_order() -> dict[str, Any]:
    work = current_work()
    known = customers.listed_customers(work)
    chosen = request.args.get("client", "")
    start = next((one.id for one in known if str(one.id) == chosen), None)
    return {
        "choices": {
            "activity_id": [(one.id, one.title) for one in activities_for(work, "order.write")],
            "customer_id": [(one.id, one.name) for one in known],
        },
        "start": {"customer_id": start},
        "title": gettext(N_("Écrire une demande")),
        "back": "/commandes",
        "aside": (gettext(N_("C'est un nouveau client")), "/clients/nouveau?pour=commande"),
    }


def _others(order_id: UUID) -> dict[str, Any]:
    work = current_work()
    order = find_order(work, order_id, "order.write")
    others = [one for one in listed_activities(work) if one.id != order.activity_id]
    return {
        "choices": {"activity_id": [(one.id, one.title) for one in others]},
        "title": gettext(N_("Donner la demande à une autre activité")),
        **_back(order_id),
    }


def _customers(order_id: UUID) -> dict[str, Any]:
    work = current_work()
    order = find_order(work, order_id, "order.write")
    known = customers.listed_customers(work)
    return {
        "choices": {"customer_id": [(one.id, one.name) for one in known]},
        "start": {"customer_id": order.customer_id},
        "title": gettext(N_("Choisir un autre client")),
        **_back(order_id),
    }


def _ways_out(order_id: UUID) -> dict[str, Any]:
    order = find_order(current_work(), order_id, "order.write")
    ways = [move for move in _members_moves(order) if move.end in OVER]
    return {
        "choices": {"state": [(move.end, gettext(move.label)) for move in ways]},
        "title": gettext(N_("Arrêter cette commande")),
        **_back(order_id),
    }


def _back(order_id: UUID) -> dict[str, str]:
    return {"back": url_for("activities.order", order_id=order_id)}


def _fields(form: OrderForm | OrderChangeForm) -> dict[str, Any]:
    names = [name for name in changes.EDITABLE if name in form]
    facts = {name: form[name].data for name in names}
    return {**facts, "discount_cents": facts["discount_cents"] or 0}
