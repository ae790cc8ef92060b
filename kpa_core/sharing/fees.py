"""What the carrier keeps: a fee by tiers on a base, most often the gross margin.

A scale is data of the carrier, dated and with its source; nothing here knows a rate. Tiers are
marginal: each rate applies to its own slice of the base, counted from the start of the period.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kpa_core.errors import N_, Refused
from kpa_core.money import MAX_RATE_BP, apply_rate


@dataclass(frozen=True, slots=True)
class Tier:
    """A slice of the period's base and its rate in basis points.

    ``up_to_cents`` is where the slice ends, counted from zero; None has no end.
    """

    up_to_cents: int | None
    rate_bp: int


@dataclass(frozen=True, slots=True)
class FeePart:
    """One slice of a fee: ``cents`` is ``rate_bp`` of ``base``, rounded half away from zero."""

    base: int
    rate_bp: int
    cents: int


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee in cents, and the slices that add up to it."""

    total: int
    parts: tuple[FeePart, ...]


def fee(base_cents: int, scale: Sequence[Tier], already_cents_this_period: int = 0) -> Fee:
    """Return the fee on ``base_cents``; nothing on a loss.

    ``already_cents_this_period`` is the base (not the fee) that went through the tiers before in
    the same period: the tiers go on from there. Each slice is rounded on its own, so that a
    person can check every line with a calculator.

    Raises Refused for a scale with a hole, an end or a rate outside 0 to 100 %.
    """
    check_scale(scale)
    if already_cents_this_period < 0:
        raise Refused(_NEGATIVE_BEFORE)
    parts = tuple(
        FeePart(base, tier.rate_bp, apply_rate(base, tier.rate_bp))
        for base, tier in _slices(base_cents, scale, already_cents_this_period)
        if base > 0
    )
    return Fee(sum(part.cents for part in parts), parts)


def _slices(base: int, scale: Sequence[Tier], start: int) -> Iterable[tuple[int, Tier]]:
    """Yield how much of ``base``, laid from ``start`` on, falls in each tier."""
    end = start + base
    floor = 0
    for tier in scale:
        ceiling = end if tier.up_to_cents is None else tier.up_to_cents
        yield min(end, ceiling) - max(start, floor), tier
        floor = ceiling


def check_scale(scale: Sequence[Tier]) -> None:
    """Refuse tiers that do not cover every base exactly once, with rising ends."""
    if not scale or scale[-1].up_to_cents is not None:
        raise Refused(N_("Le barème n'a pas de dernière tranche sans limite. Ajoute-la."))
    ends = [tier.up_to_cents for tier in scale[:-1]]
    floor = 0
    for end in ends:
        if end is None or end <= floor:
            raise Refused(N_("Les tranches du barème doivent monter. Range-les par montant."))
        floor = end
    if any(not 0 <= tier.rate_bp <= MAX_RATE_BP for tier in scale):
        raise Refused(N_("Un taux du barème doit aller de 0 à 100 %. Corrige-le."))


_NEGATIVE_BEFORE = N_("Ce qui est déjà compté est plus petit que zéro. Vérifie la période.")
