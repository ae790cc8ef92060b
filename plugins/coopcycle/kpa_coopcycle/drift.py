"""Where the co-op's list of deliveries and ours differ. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from kpa_coopcycle.answers import Delivery
from kpa_core.api import N_

Kind = Literal["theirs_missing", "ours_missing", "price", "status", "double"]
SENTENCES: dict[Kind, str] = {
    "theirs_missing": N_("La coop n'a plus la livraison {path}."),
    "ours_missing": N_("La coop a la livraison {path}, et nous non."),
    "price": N_("Le prix de {path} a changé : {ours} chez nous, {theirs} chez elle."),
    "status": N_("{path} : « {ours} » chez nous, « {theirs} » chez elle."),
    "double": N_("La livraison {path} est commandée deux fois."),
}


@dataclass(frozen=True)
class Ours:
    """A delivery as we have it: its path there, our reference, its status, the price promised."""

    path: str
    ref: str
    status: str
    price_cents: int | None


@dataclass(frozen=True)
class Difference:
    """One difference; amounts are in cents, as text."""

    kind: Kind
    path: str
    ours: str = ""
    theirs: str = ""


def differences(ours: Iterable[Ours], theirs: Iterable[Delivery], mine: str) -> list[Difference]:
    """Return where two lists differ; ``mine`` starts each reference of this instance.

    What a store orders by another way than ours carries no reference of ours, and is no difference.
    """
    by_path = {one.path: one for one in theirs}
    known = {one.path: one for one in ours}
    refs = {one.ref for one in known.values()}
    found: list[Difference] = []
    for path, one in known.items():
        other = by_path.get(path)
        if other is None:
            if one.status != "cancelled":
                found.append(Difference("theirs_missing", path))
            continue
        found += _compare(one, other)
    for path, other in by_path.items():
        if path in known or other.status == "cancelled":
            continue
        if other.refs & refs:
            found.append(Difference("double", path))
        elif any(ref.startswith(mine) for ref in other.refs):
            found.append(Difference("ours_missing", path))
    return found


def _compare(one: Ours, other: Delivery) -> list[Difference]:
    found = []
    if None not in (one.price_cents, other.total_cents) and one.price_cents != other.total_cents:
        prices = str(one.price_cents), str(other.total_cents)
        found.append(Difference("price", one.path, *prices))
    if one.status != other.status:
        found.append(Difference("status", one.path, one.status, other.status))
    return found
