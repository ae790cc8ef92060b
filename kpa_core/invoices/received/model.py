"""A supplier's document as it is read: frozen, in cents and basis points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

CREDIT_NOTES = frozenset(("261", "262", "381", "396", "502", "503"))
INVOICES = frozenset(
    ("326", "380", "384", "386", "389", "393", "471", "472", "473", "500", "501", "751", "875")
)
"""The codes of UNTDID 1001 for BT-3 that EN 16931 and XP Z12-012 have in use."""
CORRECTIVE = "384"


@dataclass(frozen=True, slots=True)
class Party:
    """Who sells or buys (BG-4, BG-7); an absent number is empty."""

    name: str
    siren: str = ""
    vat_number: str = ""

    @property
    def key(self) -> str:
        """What two documents of the same party have in common."""
        if self.siren:
            return f"siren:{self.siren}"
        if self.vat_number:
            return f"vat:{self.vat_number}"
        return f"name:{' '.join(self.name.casefold().split())}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line (BG-25), or an allowance or a charge on the whole (BG-20, BG-21).

    ``quantity`` and ``unit_price`` are as written, without rounding; an allowance's ``net_cents``
    is below zero.
    """

    kind: str
    label: str
    net_cents: int
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    price_base: Decimal = Decimal(1)
    category: str = ""
    rate_bp: int | None = None


@dataclass(frozen=True, slots=True)
class VatGroup:
    """The VAT of one rate (BG-23)."""

    category: str
    rate_bp: int | None
    net_cents: int
    vat_cents: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something a person looks at before taking the document; a French sentence and its values."""

    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message.format(**self.params)


@dataclass(frozen=True, slots=True)
class Received:
    """What a supplier's file says.

    ``media_type`` is what the bytes are, ``corrects`` the number of an earlier document (BT-25);
    ``doubts`` are what does not hold together without making the totals unsure.
    """

    syntax: str
    media_type: str
    type_code: str
    number: str
    day: date
    due_on: date | None
    supplier: Party
    buyer: Party
    currency: str
    lines: tuple[Line, ...]
    groups: tuple[VatGroup, ...]
    net_cents: int
    vat_cents: int
    gross_cents: int
    prepaid_cents: int
    to_pay_cents: int
    corrects: str = ""
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def is_credit_note(self) -> bool:
        """Tell whether it gives money back."""
        return self.type_code in CREDIT_NOTES

    @property
    def kind(self) -> str:
        """``credit_note`` or ``invoice``."""
        return "credit_note" if self.is_credit_note else "invoice"
