"""A request comes in: from a visitor's form, or written by a member on the phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities.customers import NewCustomer, find_customer, write_customer
from kpa_core.activities.models import Activity, Customer, Offer, Order, OrderCounter, OrderEvent
from kpa_core.activities.scopes import find_activity
from kpa_core.activities.telling import tell_of_request
from kpa_core.activities.vat import NO_VAT
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.figures import day
from kpa_core.i18n import gettext
from kpa_core.money import MAX_CENTS
from kpa_core.work import Work

TAKES_REQUESTS = ("running", "offer", "review", "prototype", "idea")
"""Where a request without an offer goes: the oldest activity of the first state there is."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for; all but the title may come later."""

    title: str = ""
    offer_id: UUID | None = None
    day: date | None = None
    starts_at: time | None = None
    ends_at: time | None = None
    place: str = ""
    guests: int | None = None
    wishes: str = ""
    budget_cents: int | None = None
    engagement_number: str = ""
    service_code: str = ""
    purchase_order: str = ""
    delivery_address: str = ""
    vat_reason: str = ""
    discount_cents: int = 0
    discount_reason: str = ""
    lang: str = "fr"


def ask(work: Work, who: NewCustomer, wanted: Wanted) -> Order:
    """Take a visitor's request: a customer nobody has confirmed yet, and an order.

    Raises:
        Refused: nobody could answer it (no phone, no e-mail), the day is too near, or no activity
            takes requests yet.
    """
    with work.transaction() as session:
        work.require("public.ask")
        if not (who.email.strip() or who.phone.strip()):
            raise Refused(
                N_("Il manque un téléphone ou une adresse mail pour vous répondre."), field="phone"
            )
        offer = _published(session, wanted.offer_id)
        activity = offer.activity if offer else _open_activity(session)
        # Unconfirmed: a member reads the card before any paper bears what a visitor typed.
        customer = write_customer(
            session, replace(who, language=wanted.lang), by=work.actor.party_id, confirmed=False
        )
        order = _write(work, session, activity, customer, wanted, offer)
        work.record("public.ask", order, scope=order.scope, after={"reference": order.reference})
        tell_of_request(work, order)
    return order


def add_order(work: Work, activity_id: UUID, customer_id: UUID, wanted: Wanted) -> Order:
    """Write a request a customer made by voice.

    Raises:
        NotFound: the activity or the customer is not for this actor.
        Refused: the day has passed, or is too near for the offer.
    """
    with work.transaction() as session:
        activity = find_activity(work, activity_id, "order.write")
        customer = find_customer(work, customer_id)
        offer = session.get(Offer, wanted.offer_id) if wanted.offer_id else None
        if wanted.offer_id and (offer is None or offer.activity_id != activity_id):
            raise NotFound()
        order = _write(work, session, activity, customer, wanted, offer)
        work.record("order.write", order, scope=order.scope, after={"reference": order.reference})
    return order


def _write(
    work: Work,
    session: Session,
    activity: Activity,
    customer: Customer,
    wanted: Wanted,
    offer: Offer | None,
) -> Order:
    check_wanted(wanted, work.today, offer.lead_days if offer else 0)
    facts = {name: getattr(wanted, name) for name in wanted.__dataclass_fields__}
    check_price_of_all(facts)
    order = Order(
        reference=_next_reference(session, work.today.year),
        activity=activity,
        customer=customer,
        created_by=work.actor.party_id,
        **{**facts, "title": wanted.title.strip()[:120] or plain_title(offer, work.today)},
    )
    order.engagement_number = order.engagement_number or customer.engagement_number
    order.service_code = order.service_code or customer.service_code
    session.add(order)
    session.flush()
    session.add(
        OrderEvent(
            order_id=order.id, from_state="asked", to_state="asked", created_by=order.created_by
        )
    )
    session.flush()
    return order


def check_wanted(wanted: Wanted, today: date, lead_days: int = 0) -> None:
    """Refuse what cannot be done.

    Raises:
        Refused: no guests, a budget below zero, or a day that has passed or is too near.
    """
    if wanted.guests is not None and wanted.guests < 1:
        raise Refused(
            N_("Combien de personnes ? Écris un nombre plus grand que zéro."), field="guests"
        )
    if not 0 <= (wanted.budget_cents or 0) <= MAX_CENTS:
        raise Refused(
            N_("Ce budget ne va pas. Écris un montant, par exemple 600."), field="budget_cents"
        )
    if wanted.day is None:
        return
    if wanted.day < today:
        raise Refused(N_("Ce jour est déjà passé. Choisis un autre jour."), field="day")
    if wanted.day < today + timedelta(days=lead_days):
        raise Refused(
            N_("Il nous faut {days} jours pour préparer. Choisis un jour plus tard."),
            field="day",
            days=lead_days,
        )


def check_price_of_all(facts: Mapping[str, Any]) -> None:
    """Refuse a discount nobody can count or explain, or an unknown reason for no VAT.

    Raises:
        Refused: ``field`` says which.
    """
    cents = facts["discount_cents"]
    if type(cents) is not int or not 0 <= cents <= MAX_CENTS:
        raise Refused(
            N_("Cette remise ne va pas. Écris un montant, par exemple 20."), field="discount_cents"
        )
    if cents and not facts["discount_reason"].strip():
        raise Refused(
            N_("Écris pourquoi cette remise : le client le lit."), field="discount_reason"
        )
    if facts["vat_reason"] and facts["vat_reason"] not in NO_VAT:
        raise Refused(N_("Choisis pourquoi il n'y a pas de TVA."), field="vat_reason")


def _published(session: Session, offer_id: UUID | None) -> Offer | None:
    if offer_id is None:
        return None
    offer = session.get(Offer, offer_id)
    if offer is None or offer.state != "published" or offer.activity.state == "archived":
        raise NotFound()
    return offer


def _open_activity(session: Session) -> Activity:
    for state in TAKES_REQUESTS:
        query = sa.select(Activity).where(Activity.state == state).order_by(Activity.id).limit(1)
        found = session.scalar(query)
        if found is not None:
            return found
    raise Refused(N_("Le groupe n'a pas encore d'activité. Revenez bientôt, ou passez nous voir."))


def plain_title(offer: Offer | None, asked_on: date) -> str:
    """Return a title that says nothing of the customer: wishes are theirs, and can be erased."""
    return (
        offer.title if offer else gettext(N_("Demande du {day}")).format(day=day(asked_on, "long"))
    )


def _next_reference(session: Session, year: int) -> str:
    """Take the next number of the year; the counter's row makes writers wait for each other."""
    # The same words on SQLite and PostgreSQL; the first order of a year may come twice at once.
    session.execute(
        sa.text("INSERT INTO order_counter (year, last) VALUES (:year, 0) ON CONFLICT DO NOTHING"),
        {"year": year},
    )
    number = session.scalar(
        sa.update(OrderCounter)
        .where(OrderCounter.year == year)
        .values(last=OrderCounter.last + 1)
        .returning(OrderCounter.last)
        .execution_options(synchronize_session=False)
    )
    return f"C-{year}-{number:04d}"
