"""What an activity proposes to customers; only published offers are public."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kpa_core.activities.models import OFFER_STATES, PRICE_BASES, Activity, Offer
from kpa_core.activities.scopes import find_activity, find_offer, visible_offers
from kpa_core.activities.vat import is_vat_rate
from kpa_core.errors import N_, Conflict, NotFound, Refused
from kpa_core.i18n import current_locale, gettext
from kpa_core.money import MAX_CENTS, format_cents
from kpa_core.work import Work

STATE_LABELS = {
    "draft": N_("Brouillon"),
    "published": N_("Publiée"),
    "archived": N_("Retirée"),
}


@dataclass(frozen=True)
class NewOffer:
    """An offer as it is typed: the price in cents, the rate in basis points."""

    title: str
    unit_price_cents: int
    vat_rate_bp: int
    sentence: str = ""
    unit: str = ""
    price_basis: str = "net"
    lead_days: int = 0
    lang: str = "fr"


def published_offers(work: Work) -> list[Offer]:
    """Return the offers anyone may read, by title."""
    query = _published(work).order_by(Offer.title, Offer.id)
    return list(work.session.scalars(query))


def shown(work: Work) -> list[dict[str, str]]:
    """Return the public offers as the KPA's own page shows them."""
    return [
        {
            "title": offer.title,
            "sentence": offer.sentence,
            "price": price_words(offer),
            "url": f"/offres/{offer.id}",
        }
        for offer in published_offers(work)
    ]


def price_words(offer: Offer) -> str:
    """Return an offer's price in words, as ``15,00 € par personne, sans la TVA``."""
    words = format_cents(offer.unit_price_cents, current_locale())
    if offer.unit:
        words = gettext(N_("{price} par {unit}")).format(price=words, unit=offer.unit)
    if not offer.vat_rate_bp:
        return words
    if offer.price_basis == "gross":
        return gettext(N_("{price}, TVA comprise")).format(price=words)
    return gettext(N_("{price}, sans la TVA")).format(price=words)


def find_published(work: Work, offer_id: UUID) -> Offer:
    """Return an offer anyone may read.

    Raises:
        NotFound: there is none, or it is not public.
    """
    offer = work.session.scalar(_published(work).where(Offer.id == offer_id))
    if offer is None:
        raise NotFound()
    return offer


def offers_of(work: Work, activity_id: UUID) -> list[Offer]:
    """Return the offers of an activity the actor is in, drafts too."""
    query = visible_offers(work).where(Offer.activity_id == activity_id)
    return list(work.session.scalars(query.order_by(Offer.state.desc(), Offer.title, Offer.id)))


def add_offer(work: Work, activity_id: UUID, new: NewOffer) -> Offer:
    """Write an offer as a draft.

    Raises:
        Refused: a figure is out of range.
    """
    with work.transaction() as session:
        activity = find_activity(work, activity_id, "activity.write")
        offer = Offer(activity=activity, created_by=work.actor.party_id, **_checked(asdict(new)))
        session.add(offer)
        session.flush()
        work.record("activity.write", offer, scope=activity.scope, after={"title": offer.title})
    return offer


def change_offer(work: Work, offer_id: UUID, version: int, changes: Mapping[str, Any]) -> Offer:
    """Change an offer; orders that came from it keep their own lines.

    Raises:
        Conflict: someone else changed it in between.
    """
    with work.transaction():
        offer = find_offer(work, offer_id, "activity.write")
        if offer.version != version:
            raise Conflict(N_("Quelqu'un d'autre a changé cette offre. Rouvre-la et recommence."))
        known = NewOffer.__dataclass_fields__
        before = {name: getattr(offer, name) for name in known}
        after = _checked({**before, **{name: changes[name] for name in known if name in changes}})
        if offer.state == "published" and after != before:
            # A price the public reads is the referents' to change, like publishing it.
            work.require("activity.publish", offer.activity.scope)
        for name, value in after.items():
            setattr(offer, name, value)
        work.record("activity.write", offer, scope=offer.activity.scope, before=before, after=after)
    return offer


def set_offer_state(work: Work, offer_id: UUID, state: str) -> Offer:
    """Publish an offer, take it back to draft, or archive it.

    Raises:
        Refused: there is no such state, or the activity is archived.
    """
    if state not in OFFER_STATES:
        raise Refused(N_("L'état {state!r} n'existe pas."), field="state", state=state)
    with work.transaction():
        offer = find_offer(work, offer_id, "activity.publish")
        if state == "published" and offer.activity.state == "archived":
            raise Refused(N_("Cette activité est archivée. Rouvre-la avant de publier."))
        before, offer.state = offer.state, state
        work.record(
            "activity.publish",
            offer,
            scope=offer.activity.scope,
            before={"state": before},
            after={"state": state},
        )
    return offer


def _published(work: Work) -> sa.Select[Offer]:
    return (
        sa.select(Offer)
        .join(Activity, Activity.id == Offer.activity_id)
        .where(work.reach("public.read").where())
        .where(Offer.state == "published", Activity.state != "archived")
        .options(joinedload(Offer.activity))
    )


def _checked(facts: Mapping[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in facts.items()
    }
    checks = (
        ("title", bool(clean["title"]), N_("Il manque le nom de l'offre.")),
        (
            "unit_price_cents",
            0 <= clean["unit_price_cents"] <= MAX_CENTS,
            N_("Ce prix ne va pas. Écris un montant, par exemple 15,50."),
        ),
        (
            "vat_rate_bp",
            is_vat_rate(clean["vat_rate_bp"]),
            N_("Cette TVA n'est pas un taux d'ici. Choisis 20, 10, 5,5, 2,1 ou 0."),
        ),
        ("price_basis", clean["price_basis"] in PRICE_BASES, N_("Le prix est avec ou sans TVA ?")),
        (
            "lead_days",
            0 <= clean["lead_days"] <= 365,
            N_("Combien de jours pour préparer ? Écris un nombre de 0 à 365."),
        ),
    )
    for field, right, message in checks:
        if not right:
            raise Refused(message, field=field)
    return clean
