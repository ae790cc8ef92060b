"""The VAT of what a shop sells: its server tells only categories, a person says each one's rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import (
    N_,
    Conflict,
    NotFound,
    PersonalItem,
    Refused,
    Scope,
    Work,
    is_vat_rate,
    now,
)
from kpa_ofn.models import RateRow, ShopRow
from kpa_ofn.texts import lazy

VAT, REPRICE = "ofn.vat", "ofn.reprice"


def note_categories(session: Session, shop: ShopRow, lines: Iterable[Mapping[str, Any]]) -> None:
    """Write down the categories that lines bear and nobody has spoken of, without a rate."""
    known = {one.category for one in rates_of(session, shop.id)}
    for line in lines:
        if line["category"] not in known:
            known.add(line["category"])
            session.add(
                RateRow(shop_id=shop.id, category=line["category"], example=line["label"][:120])
            )


def confirm(work: Work, rate_id: UUID, version: int, rate_bp: int) -> RateRow:
    """Say the rate of a category, in basis points; it counts for orders priced from now on.

    Raises:
        Refused: it is no rate of French law.
        Conflict: somebody else said it in between.
    """
    with work.transaction():
        row = find(work, rate_id)
        if row.version != version:
            raise Conflict(N_("Quelqu'un a déjà répondu. Relis, puis recommence."))
        if not is_vat_rate(rate_bp):
            raise Refused(N_("Ce n'est pas un taux d'ici : 20, 10, 5,5, 2,1 ou 0."), field="rate")
        before = row.rate_bp
        row.rate_bp, row.confirmed_by, row.confirmed_at = rate_bp, work.actor.party_id, now()
        scope = Scope(activity_id=row.shop.activity_id)
        after = {"category": row.category, "rate_bp": rate_bp}
        shop = {"shop": str(row.shop_id)}
        work.ask(REPRICE, shop, key=f"{row.id}:{row.version}:{rate_bp}")
        work.record(VAT, row, scope=scope, before={"rate_bp": before}, after=after)
    return row


def find(work: Work, rate_id: UUID) -> RateRow:
    """Return a category.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    row = work.session.get(RateRow, rate_id)
    if row is None or not work.can(VAT, Scope(activity_id=row.shop.activity_id)):
        raise NotFound()
    return row


def rates_of(session: Session, shop_id: UUID) -> Sequence[RateRow]:
    """Return the categories of a shop."""
    query = sa.select(RateRow).where(RateRow.shop_id == shop_id)
    return session.scalars(query.order_by(RateRow.category)).all()


def unknown(session: Session, shop_id: UUID, lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return an example of each category of these lines that has no rate yet."""
    given = {one.category: one for one in rates_of(session, shop_id)}
    missing = {line["category"]: line["label"] for line in lines}
    return [
        label
        for category, label in missing.items()
        if category not in given or given[category].rate_bp is None
    ]


def scope_of_rate(session: Session, rate_id: UUID) -> Scope | None:
    """Return where a category belongs."""
    row = session.get(RateRow, rate_id)
    return Scope(activity_id=row.shop.activity_id) if row else None


def said_by(session: Session, person_id: UUID) -> list[PersonalItem]:
    """Return the rates a person said."""
    query = sa.select(RateRow).where(RateRow.confirmed_by == person_id)
    why = lazy("Pour savoir qui a confirmé la TVA.")
    return [PersonalItem(lazy("TVA confirmée"), row.example, why) for row in session.scalars(query)]


def forget_person(session: Session, person_id: UUID) -> None:
    """Take a person's name off the rates they said."""
    said = sa.update(RateRow).where(RateRow.confirmed_by == person_id)
    session.execute(said.values(confirmed_by=None))
