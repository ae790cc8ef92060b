"""What a look before issuing finds, and the facts it is given. Pure."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from kpa_core.errors import Refused

Level = Literal["stop", "warn", "told"]
"""Not before it is put right; better put right; only to know."""


@dataclass(frozen=True)
class Facts:
    """What the paper does not say.

    ``emits_from`` is the day from which the carrier has to send its invoices through a platform
    (CGI 289 bis). ``unpaid_deposits`` are the numbers of deposits that are taken back before
    anybody said their money came.
    """

    today: date
    emits_from: date | None = None
    unpaid_deposits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One thing to put right: in which field, by which rule, in a French sentence.

    ``field`` is a path in :class:`kpa_core.invoices.paper.snapshot.Snapshot`. ``rule`` is the code
    or the article of the law; several are kept apart by commas. ``always``: it stops even a paper
    that the carrier writes anew.
    """

    field: str
    rule: str
    message: str
    level: Level = "stop"
    params: dict[str, Any] = dataclasses.field(default_factory=dict)
    always: bool = False

    @property
    def blocks(self) -> bool:
        """Tell whether nothing leaves before this is put right."""
        return self.level == "stop"

    @property
    def place(self) -> str:
        """Where it is put right: ``seller``, ``customer``, ``carrier``, ``lines`` or ``order``."""
        first = self.field.partition(".")[0]
        return {"notes": "carrier", "due_day": "carrier", "number": "carrier"}.get(
            first, first if first in ("seller", "customer", "lines") else "order"
        )

    @property
    def sentence(self) -> Refused:
        """The message with its values, as errors are said and translated."""
        return Refused(self.message, field=self.field, **self.params)
