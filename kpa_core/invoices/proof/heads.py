"""The ends of the chains: what to keep elsewhere, so that a cut tail is noticed one day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from kpa_core.contracts import Scope
from kpa_core.invoices.models import Carrier, Series
from kpa_core.invoices.proof import verification
from kpa_core.work import Work


@dataclass(frozen=True)
class Head:
    """The end of one series: its name, how many documents, the last hash, the last day."""

    name: str
    count: int
    sha256: str
    day: date | None

    @property
    def witness(self) -> str:
        """What ``kpa invoices verify --head`` takes."""
        return f"{self.name}={self.count}:{self.sha256}"

    @property
    def text(self) -> str:
        """One line for paper: the witness and its day."""
        return f"{self.witness}  {self.day.isoformat() if self.day else ''}".rstrip()


def heads(session: Session) -> Iterator[Head]:
    """Yield the end of every series that has begun."""
    for carrier, one in verification.all_series(session):
        yield from _head(carrier, one)


def visible_heads(work: Work) -> Iterator[Head]:
    """Yield the ends of the series of those carriers whose papers the actor may all see."""
    is_keeper, reach = work.can("house.read"), work.reach("document.read")
    for carrier, one in verification.all_series(work.session):
        if is_keeper or reach.covers(Scope(carrier_id=carrier.id)):
            yield from _head(carrier, one)


def _head(carrier: Carrier, one: Series) -> Iterator[Head]:
    if one.head is not None:
        name = verification.name_of(carrier, one)
        yield Head(name, one.chain_length, one.head.hex(), one.last_issued_on)
