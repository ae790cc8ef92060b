"""A document exactly as it was issued: who, to whom, what, how much, and the words of the law.

Plain frozen data. Money is integer cents, rates are basis points, quantities are decimal strings,
days are dates; ``""`` or ``None`` means the paper does not say it. A snapshot that is not whole
(:mod:`.checks`) cannot be made.

``to_json()`` gives **the bytes the hash chain covers**: they are stored as they are at issue and
every later print starts from them. A field that came after the first version says since when: the
bytes of an older document never gain one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from kpa_core.errors import N_
from kpa_core.invoices.paper.canonical import InvalidSnapshot, canonical, read_canonical
from kpa_core.invoices.paper.checks import check
from kpa_core.invoices.totals import Category

SCHEMA = 2
KNOWN_SCHEMAS = (1, 2)

Kind = Literal["quote", "handover", "invoice", "credit_note"]
TypeCode = Literal["", "380", "381", "384", "386", "503"]
"""UNTDID 1001: invoice, credit note, corrective invoice, deposit, credit note of a deposit."""
CustomerKind = Literal["business_vat", "public", "non_taxable_org", "person", "foreign"]
Nature = Literal["goods", "services", "mixed"]
VatRegime = Literal["", "normal", "debits", "franchise", "exempt", "exempt_association"]


SINCE_2 = {"since": 2}
"""Marks a field that documents of the first version do not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """The carrier that sells, with the identity the law wants on paper (CGI ann. II 242 nonies A).

    ``vat_mention`` is a sentence of its own on VAT, beside the one its regime asks for.
    ``vat_regime`` is ``normal``, ``debits`` (VAT owed when invoiced, CGI 269-2), ``franchise``
    (CGI 293 B), ``exempt`` (CGI 261, 4) or ``exempt_association`` (CGI 261, 7, 1°).
    ``electronic_address`` is its line in the directory (``0225:SIREN``), where platforms answer.
    """

    name: str
    address: tuple[str, ...]
    legal_form: str = ""
    capital_cents: int | None = None
    siren: str = ""
    siret: str = ""
    rcs: str = ""
    vat_number: str = ""
    iban: str = ""
    vat_mention: str = ""
    vat_regime: VatRegime = field(default="", metadata=SINCE_2)
    country: str = field(default="FR", metadata=SINCE_2)
    electronic_address: str = field(default="", metadata=SINCE_2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who is asked to pay. ``engagement_number`` and ``service_code`` are what public bodies give.

    ``delivery_address`` is set only when goods go elsewhere than ``address``; ``country`` is an
    ISO 3166 code; ``electronic_address`` is where the directory says its platform listens.
    """

    name: str
    kind: CustomerKind
    address: tuple[str, ...] = ()
    siren: str = ""
    vat_number: str = ""
    engagement_number: str = ""
    service_code: str = ""
    delivery_address: tuple[str, ...] = ()
    siret: str = field(default="", metadata=SINCE_2)
    country: str = field(default="FR", metadata=SINCE_2)
    electronic_address: str = field(default="", metadata=SINCE_2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is sold. ``unit_price_cents`` is with VAT when ``price_basis`` is gross.

    ``quantity`` is a decimal string with at most three decimals and no useless zero.
    ``discount_cents`` came off quantity times price, on the same basis; ``net_cents`` is after it.
    ``deposit_number`` names the deposit that a line of quantity -1 takes back.
    """

    label: str
    quantity: str
    unit_price_cents: int
    vat_rate_bp: int
    net_cents: int
    unit: str = ""
    details: str = ""
    price_basis: Literal["net", "gross"] = "net"
    nature: Literal["goods", "services"] = field(default="services", metadata=SINCE_2)
    discount_cents: int = field(default=0, metadata=SINCE_2)
    vat_category: Category = field(default="S", metadata=SINCE_2)
    deposit_number: str = field(default="", metadata=SINCE_2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """What comes off the whole, without VAT, from the lines of one rate (EN 16931, BG-20)."""

    net_cents: int
    vat_rate_bp: int
    vat_category: Category = "S"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VatGroup:
    """The VAT of one rate, counted once on the sum of that rate's line nets.

    Without VAT, ``reason`` is a key of :data:`kpa_core.invoices.paper.vat.REASONS`.
    """

    rate_bp: int
    net_cents: int
    vat_cents: int
    category: Category = field(default="S", metadata=SINCE_2)
    reason: str = field(default="", metadata=SINCE_2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums. ``rounding_cents`` is what prices with VAT leave over (EN 16931, BT-114).

    ``net_cents`` is after ``discount_cents``; ``prepaid_cents`` was paid before the paper (BT-113).
    """

    net_cents: int
    vat_cents: int
    gross_cents: int
    rounding_cents: int = 0
    discount_cents: int = field(default=0, metadata=SINCE_2)
    prepaid_cents: int = field(default=0, metadata=SINCE_2)

    @property
    def to_pay_cents(self) -> int:
        """What the customer is asked in all: the gross and its rounding."""
        return self.gross_cents + self.rounding_cents

    @property
    def due_cents(self) -> int:
        """What is left to pay (BT-115)."""
        return self.to_pay_cents - self.prepaid_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """A deposit invoice that this invoice takes back: its number, its day, what it asked."""

    number: str
    day: date
    to_pay_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A sentence of the law. ``subject`` is its code in EN 16931 (PMD, PMT, AAB…), or empty."""

    text: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One document as issued. ``title`` is what it is about ("Buffet pour 40 personnes").

    ``number`` and ``series`` are ours and exist only on an invoice or a credit note; a handover is
    numbered by its carrier and bears ``reference`` alone. ``type_code`` says what the law calls it;
    of a handover, what the carrier is asked for. ``paid_day`` is set when all was paid before,
    ``paid_by`` then says how (``card``, ``cash``, ``cheque``, ``transfer`` or ``other``).
    ``quote_reference`` is the quote the customer agreed to, ``purchase_order`` the number the
    customer gave. ``example`` marks every page.
    """

    kind: Kind
    title: str
    reference: str
    issue_day: date
    seller: Seller
    customer: Customer
    lines: tuple[Line, ...]
    vat_groups: tuple[VatGroup, ...]
    totals: Totals
    trade_name: str
    analytic_code: str = ""
    number: str | None = None
    series: str | None = None
    service_day: date | None = None
    validity_day: date | None = None
    due_day: date | None = None
    corrects_number: str | None = None
    corrects_day: date | None = None
    nature: Nature = "services"
    notes: tuple[Note, ...] = ()
    language: Literal["fr", "en"] = "fr"
    currency: Literal["EUR"] = "EUR"
    example: bool = False
    schema: int = SCHEMA
    type_code: TypeCode = field(default="", metadata=SINCE_2)
    discounts: tuple[Discount, ...] = field(default=(), metadata=SINCE_2)
    deposits: tuple[Deposit, ...] = field(default=(), metadata=SINCE_2)
    paid_day: date | None = field(default=None, metadata=SINCE_2)
    paid_by: str = field(default="", metadata=SINCE_2)
    purchase_order: str = field(default="", metadata=SINCE_2)
    quote_reference: str = field(default="", metadata=SINCE_2)

    def __post_init__(self) -> None:
        check(self)

    @property
    def process(self) -> str:
        """The frame of the invoice (BT-23): goods, services or both, then how it is paid."""
        letter = {"goods": "B", "services": "S", "mixed": "M"}[self.nature]
        if self.deposits:
            return letter + "4"
        return letter + ("2" if self.paid_day else "1")

    def to_json(self) -> bytes:
        """Return the canonical bytes the hash chain covers."""
        return canonical(_plain(self, self.schema))

    @classmethod
    def from_json(cls, data: bytes) -> Snapshot:
        """Read back the bytes of :meth:`to_json`, and no others.

        Raises:
            InvalidSnapshot: a version this kpa does not know, a missing, unknown or repeated
                key, a wrong type, a float, another spelling, or a document that is not whole.
        """
        value = read_canonical(data)
        _check_schema(value)
        try:
            found = _reader().validate_json(data, strict=True)
        except ValidationError as error:
            where = ".".join(str(step) for step in error.errors()[0]["loc"])
            raise InvalidSnapshot(
                N_("Ce document figé est mal formé : {where}."), field=where, where=where or "$"
            ) from error
        if found.to_json() != data:  # a missing or unknown key, or a day in another form
            raise InvalidSnapshot(
                N_("Ce document figé n'a pas exactement les champs de sa version.")
            )
        return found


def quantity_text(quantity: Decimal) -> str:
    """Return the one spelling of a quantity: ``40``, ``2.5``."""
    return format(quantity.normalize(), "f")


def _plain(value: object, schema: int) -> object:
    if is_dataclass(value):
        there = (one.name for one in fields(value) if one.metadata.get("since", 1) <= schema)
        return {name: _plain(getattr(value, name), schema) for name in there}
    if isinstance(value, list | tuple):
        return [_plain(item, schema) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _check_schema(value: object) -> None:
    found = value.get("schema") if isinstance(value, dict) else None
    if found is True or found not in KNOWN_SCHEMAS:
        raise InvalidSnapshot(
            N_("Ce document figé est de la version {found!r} ; ce kpa lit la version {known}."),
            field="schema",
            found=found,
            known=SCHEMA,
        )


@cache
def _reader() -> TypeAdapter[Snapshot]:
    return TypeAdapter(Snapshot)
