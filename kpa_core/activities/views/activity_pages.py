"""Pages about activities, who is in them, their offers, and what they count."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from kpa_core.activities import activities, impact, offers
from kpa_core.activities.activities import kind_label
from kpa_core.activities.contributions import times
from kpa_core.activities.models import ACTIVITY_STATES, ImpactCounter, Order
from kpa_core.activities.orders import LABELS
from kpa_core.activities.people import places
from kpa_core.activities.scopes import find_activity, find_offer, visible_orders
from kpa_core.activities.tasks import planning
from kpa_core.activities.views.forms import (
    ActivityForm,
    AmountForm,
    CounterForm,
    OfferForm,
    PlaceForm,
)
from kpa_core.activities.views.words import number
from kpa_core.errors import N_
from kpa_core.i18n import gettext, lazy
from kpa_core.members import roles
from kpa_core.members import service as members
from kpa_core.pages import Pages, current_work, page, say, see

FORM = "activities/form.html"
PLACES = ("participant", "referent", "treasurer")
SOON = timedelta(days=14)


def add_to(pages: Pages) -> None:
    """Add the pages of activities."""
    _activities(pages)
    _people(pages)
    _offers(pages)
    _impact(pages)


def _activities(pages: Pages) -> None:
    @pages.get("/activites", needs="activity.list", endpoint="activities")
    def show_activities() -> Response:
        found = activities.listed_activities(current_work())
        return page("activities/list.html", found=found, labels=activities.STATE_LABELS)

    @pages.form(
        "/activites/nouvelle",
        ActivityForm,
        needs="activity.propose",
        template=FORM,
        fill=lambda: {**_kinds(), "title": lazy(N_("Proposer une activité")), "back": "/activites"},
    )
    def propose(form: ActivityForm) -> Response:
        new = activities.NewActivity(
            title=form.title.data,
            kind=form.kind.data or "",
            description=form.description.data,
            grant_funded=form.grant_funded.data,
        )
        activity = activities.propose_activity(current_work(), new)
        say(N_("« {title} » commence. Parles-en aux autres !"), title=activity.title)
        return see("activities.activity", activity_id=activity.id)

    @pages.get("/activites/<uuid:activity_id>", needs="activity.read")
    def activity(activity_id: UUID) -> Response:
        return page("activities/show.html", **_shown(activity_id))

    @pages.form(
        "/activites/<uuid:activity_id>/changer",
        ActivityForm,
        needs="activity.write",
        template=FORM,
        fill=lambda activity_id: {
            **_kinds(),
            "start": find_activity(current_work(), activity_id),
            "title": lazy(N_("Changer l'activité")),
            "back": url_for("activities.activity", activity_id=activity_id),
        },
    )
    def change_activity(form: ActivityForm, activity_id: UUID) -> Response:
        fields = {name: form[name].data for name in activities.EDITABLE}
        fields["kind"] = fields["kind"] or ""
        activities.change_activity(current_work(), activity_id, int(form.version.data or 0), fields)
        say(N_("C'est noté."))
        return see("activities.activity", activity_id=activity_id)

    @pages.post("/activites/<uuid:activity_id>/etat", needs="activity.write")
    def move_activity(activity_id: UUID) -> Response:
        activities.set_state(current_work(), activity_id, request.form.get("state", ""))
        say(N_("C'est noté."))
        return see("activities.activity", activity_id=activity_id)


def _people(pages: Pages) -> None:
    @pages.form(
        "/activites/<uuid:activity_id>/personnes",
        PlaceForm,
        needs="role.grant.participant",
        template=FORM,
        fill=_newcomers,
    )
    def add_place(form: PlaceForm, activity_id: UUID) -> Response:
        work = current_work()
        roles.grant(work, form.person_id.data, form.kind.data, activity_id=activity_id)
        say(N_("C'est noté."))
        return see("activities.activity", activity_id=activity_id)


def _offers(pages: Pages) -> None:
    @pages.form(
        "/activites/<uuid:activity_id>/offres/nouvelle",
        OfferForm,
        needs="activity.write",
        template=FORM,
        fill=lambda activity_id: {
            "title": lazy(N_("Écrire une offre")),
            "back": url_for("activities.activity", activity_id=activity_id),
        },
    )
    def add_offer(form: OfferForm, activity_id: UUID) -> Response:
        offers.add_offer(current_work(), activity_id, offers.NewOffer(**_offer_fields(form)))
        say(N_("L'offre est un brouillon. Une personne référente peut la publier."))
        return see("activities.activity", activity_id=activity_id)

    @pages.form(
        "/offres/<uuid:offer_id>/changer",
        OfferForm,
        needs="activity.write",
        template=FORM,
        fill=lambda offer_id: {
            "start": find_offer(current_work(), offer_id),
            "title": lazy(N_("Changer l'offre")),
        },
    )
    def change_offer(form: OfferForm, offer_id: UUID) -> Response:
        offer = offers.change_offer(
            current_work(), offer_id, int(form.version.data or 0), _offer_fields(form)
        )
        say(N_("C'est noté."))
        return see("activities.activity", activity_id=offer.activity_id)

    @pages.post("/offres/<uuid:offer_id>/etat", needs="activity.publish")
    def move_offer(offer_id: UUID) -> Response:
        offer = offers.set_offer_state(current_work(), offer_id, request.form.get("state", ""))
        say(N_("C'est noté."))
        return see("activities.activity", activity_id=offer.activity_id)


def _impact(pages: Pages) -> None:
    @pages.form(
        "/activites/<uuid:activity_id>/compteurs/nouveau",
        CounterForm,
        needs="impact.write",
        template=FORM,
        fill=lambda activity_id: {
            "title": lazy(N_("Compter quelque chose d'utile")),
            "back": url_for("activities.activity", activity_id=activity_id),
        },
    )
    def add_counter(form: CounterForm, activity_id: UUID) -> Response:
        impact.add_counter(current_work(), activity_id, form.name.data, form.unit.data)
        say(N_("C'est noté."))
        return see("activities.activity", activity_id=activity_id)

    @pages.form(
        "/compteurs/<uuid:counter_id>/ajouter",
        AmountForm,
        needs="impact.write",
        template=FORM,
        fill=lambda counter_id: {
            "start": {"day": current_work().today},
            "title": current_work().session.get_one(ImpactCounter, counter_id).name,
        },
    )
    def add_amount(form: AmountForm, counter_id: UUID) -> Response:
        work = current_work()
        amount: Decimal = -form.amount.data if form.taken_away.data else form.amount.data
        impact.add_amount(work, counter_id, amount, form.day.data, form.note.data)
        say(N_("C'est compté."))
        counter = work.session.get_one(ImpactCounter, counter_id)
        return see("activities.activity", activity_id=counter.activity_id)


def _shown(activity_id: UUID) -> dict[str, Any]:
    work = current_work()
    found = find_activity(work, activity_id)
    orders = visible_orders(work).where(Order.activity_id == activity_id)
    before, after = _neighbours(found.state)
    return {
        "activity": found,
        "kind": kind_label(work, found.kind),
        "labels": activities.STATE_LABELS,
        "offer_labels": offers.STATE_LABELS,
        "order_labels": LABELS,
        "previous_state": before,
        "next_state": after,
        "places": [
            (
                place.person.display_name,
                " · ".join(gettext(roles.TITLES[kind]) for kind in place.kinds),
            )
            for place in places(work.session, activity_id, work.today)
        ],
        "offers": [(one, offers.price_words(one)) for one in offers.offers_of(work, activity_id)],
        "orders": list(work.session.scalars(orders.order_by(Order.id.desc()).limit(20))),
        "days": planning(work, work.today, work.today + SOON, activity_id=activity_id),
        "minutes": sum(row.minutes for row in times(work, activity_id=activity_id)),
        "counts": [(one, number(one.total)) for one in impact.counts(work.session, activity_id)],
    }


def _neighbours(state: str) -> tuple[str | None, str | None]:
    at = ACTIVITY_STATES.index(state)
    before = ACTIVITY_STATES[at - 1] if at else None
    return before, ACTIVITY_STATES[at + 1] if at + 1 < len(ACTIVITY_STATES) else None


def _kinds() -> dict[str, Any]:
    known = current_work().instance.registered.activity_types
    choices = [(key, kind.label) for key, (_, kind) in known.items()]
    return {"choices": {"kind": [("", gettext(N_("Autre"))), *choices]}}


def _newcomers(activity_id: UUID) -> dict[str, Any]:
    work = current_work()
    scope = find_activity(work, activity_id, "role.grant.participant").scope
    kinds = [kind for kind in PLACES if work.can(roles.capability_for(kind), scope)]
    people = members.names(work, "role.grant.participant")
    return {
        "choices": {
            "person_id": [one for one in people if one[0] != work.actor.party_id],
            "kind": [(kind, gettext(roles.TITLES[kind])) for kind in kinds],
        },
        "title": gettext(N_("Faire entrer quelqu'un")),
        "back": url_for("activities.activity", activity_id=activity_id),
    }


def _offer_fields(form: OfferForm) -> dict[str, Any]:
    names = ("title", "sentence", "unit_price_cents", "unit", "price_basis", "vat_rate_bp")
    fields = {name: form[name].data for name in names}
    return {**fields, "lead_days": form.lead_days.data}
