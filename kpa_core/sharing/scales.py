"""The carrier's fee scale: dated versions, which one holds, an order's place in the period.

Rates are the carrier's data, with their source. Nothing here knows a percentage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.errors import N_, Refused
from kpa_core.invoices.carrier import carriers
from kpa_core.sharing.fees import Tier, check_scale
from kpa_core.sharing.models import FEE_BASES, FEE_PERIODS, FeeScale, ShareOut
from kpa_core.work import Work


@dataclass(frozen=True)
class NewScale:
    """A version of a scale. ``exemptions`` are ``{"from", "until", "why"}``, days as ISO texts."""

    starts_on: date
    tiers: Sequence[Tier]
    base: str = "margin"
    period: str = "year"
    scope: str = "all"
    exemptions: Sequence[Mapping[str, str]] = ()
    source: str = ""


@dataclass(frozen=True)
class Charge:
    """The scale an order is charged by: its tiers, what they apply to, and its place in the period.

    ``period`` names the year or month, empty when every order starts from the first tier.
    """

    scale_id: UUID
    tiers: tuple[Tier, ...]
    base: Literal["margin", "turnover"]
    period: str
    already_cents: int
    exempt: str = ""


def add_scale(work: Work, carrier_id: UUID, new: NewScale) -> FeeScale:
    """Write a version of a carrier's scale; shared orders keep the one they had.

    Raises:
        Refused: the tiers have a hole, a word is unknown, or nothing says where it comes from.
    """
    check_scale(new.tiers)
    if new.base not in FEE_BASES or new.period not in FEE_PERIODS or not new.scope.strip():
        raise Refused(N_("Dis sur quoi porte le barème, et pour quelle période."), field="base")
    if not new.source.strip():
        raise Refused(
            N_("Écris d'où vient ce barème : un papier, un mail, une page."), field="source"
        )
    exemptions = [_exemption(one) for one in new.exemptions]
    with work.transaction() as session:
        carrier = carriers.find_carrier(work, carrier_id, "carrier.write")
        row = FeeScale(
            carrier_id=carrier.id,
            starts_on=new.starts_on,
            base=new.base,
            period=new.period,
            scope=new.scope.strip(),
            tiers=[asdict(tier) for tier in new.tiers],
            exemptions=exemptions,
            source=new.source.strip(),
            created_by=work.actor.party_id,
        )
        session.add(row)
        session.flush()
        after = {"starts_on": new.starts_on, "tiers": row.tiers, "base": row.base}
        work.record("carrier.write", row, scope=carrier.scope, after=after)
    return row


_EXEMPTION = N_("Une période sans frais a un début, une fin et une raison.")


def _exemption(given: Mapping[str, str]) -> dict[str, str]:
    try:
        first, last = date.fromisoformat(given["from"]), date.fromisoformat(given["until"])
    except (KeyError, ValueError) as error:
        raise Refused(_EXEMPTION, field="exemptions") from error
    if last < first or not given.get("why"):
        raise Refused(_EXEMPTION, field="exemptions")
    return {"from": first.isoformat(), "until": last.isoformat(), "why": given["why"]}


def scales_of(work: Work, carrier_id: UUID) -> list[FeeScale]:
    """Return the versions of a carrier's scale, the newest first."""
    carrier = carriers.find_carrier(work, carrier_id)
    query = sa.select(FeeScale).where(FeeScale.carrier_id == carrier.id)
    return list(work.session.scalars(query.order_by(FeeScale.starts_on.desc(), FeeScale.id.desc())))


def tiers_of(scale: FeeScale) -> tuple[Tier, ...]:
    """Return the stored tiers."""
    return tuple(Tier(one["up_to_cents"], one["rate_bp"]) for one in scale.tiers)


def scale_on(session: Session, carrier_id: UUID, day: date, activity_kind: str) -> FeeScale:
    """Return the version that holds on a day: the one for this kind of activity, else for all.

    Raises:
        Refused: none had begun.
    """
    found = session.scalar(
        sa.select(FeeScale)
        .where(FeeScale.carrier_id == carrier_id, FeeScale.starts_on <= day)
        .where(FeeScale.scope.in_(("all", activity_kind or "all")))
        .order_by(FeeScale.scope == "all", FeeScale.starts_on.desc(), FeeScale.id.desc())
        .limit(1)
    )
    if found is None:
        raise Refused(
            N_("Il n'y a pas de barème le {day}. Demande-le à la maison qui facture."),
            day=day.isoformat(),
        )
    return found


def charge_on(
    session: Session, carrier_id: UUID, day: date, activity_kind: str, order_id: UUID
) -> Charge:
    """Return how an order whose money came on ``day`` is charged.

    The tiers go on from what the closed share-outs of the other orders counted in the period.
    """
    scale = scale_on(session, carrier_id, day, activity_kind)
    period = _period(scale, day)
    already = _counted(session, carrier_id, period, order_id) if period else 0
    exempt = next((one["why"] for one in scale.exemptions if _covers(one, day)), "")
    tiers = (Tier(None, 0),) if exempt else tiers_of(scale)
    base = cast(Literal["margin", "turnover"], scale.base)
    return Charge(scale.id, tiers, base, period, already, exempt)


def _period(scale: FeeScale, day: date) -> str:
    """Name the period, with the scope: two scales side by side count apart."""
    if scale.period == "none":
        return ""
    return f"{scale.scope}:{day:%Y}" if scale.period == "year" else f"{scale.scope}:{day:%Y-%m}"


def _counted(session: Session, carrier_id: UUID, period: str, order_id: UUID) -> int:
    query = sa.select(sa.func.coalesce(sa.func.sum(ShareOut.fee_base_cents), 0)).where(
        ShareOut.carrier_id == carrier_id,
        ShareOut.fee_period == period,
        ShareOut.state == "closed",
        ShareOut.order_id != order_id,
    )
    return max(0, int(session.scalar(query) or 0))


def _covers(exemption: Mapping[str, Any], day: date) -> bool:
    return bool(exemption["from"] <= day.isoformat() <= exemption["until"])
