"""A document exactly as it was issued: who, to whom, what, how much, and the words of the law.

Plain frozen data. Money is integer cents, rates are basis points, quantities are decimal strings,
days are dates; ``""`` or ``None`` means the paper does not say it. A snapshot that is not whole
(:mod:`.checks`) cannot be made.

``to_json()`` gives **the bytes the hash chain covers**: they are stored as they are at issue and
every later print starts from them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from kpa_core.errors import N_
from kpa_core.invoices.paper.canonical import InvalidSnapshot, canonical, read_canonical
from kpa_core.invoices.paper.checks import check

SCHEMA = 1

Kind = Literal["quote", "handover", "invoice", "credit_note"]
CustomerKind = Literal["business_vat", "public", "non_taxable_org", "person", "foreign"]
Nature = Literal["goods", "services", "mixed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """The carrier that sells, with the identity the law wants on paper (CGI ann. II 242 nonies A).

    ``vat_mention`` is the sentence its VAT regime asks for ("TVA non applicable, art. 293 B du
    CGI", "Option pour le paiement de la taxe d'après les débits"), else empty.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who is asked to pay. ``engagement_number`` and ``service_code`` are what public bodies give.

    ``delivery_address`` is set only when goods go elsewhere than ``address``.
    """

    name: str
    kind: CustomerKind
    address: tuple[str, ...] = ()
    siren: str = ""
    vat_number: str = ""
    engagement_number: str = ""
    service_code: str = ""
    delivery_address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is sold. ``unit_price_cents`` is with VAT when ``price_basis`` is gross.

    ``quantity`` is a decimal string with at most three decimals and no useless zero.
    """

    label: str
    quantity: str
    unit_price_cents: int
    vat_rate_bp: int
    net_cents: int
    unit: str = ""
    details: str = ""
    price_basis: Literal["net", "gross"] = "net"


@dataclass(frozen=True, slots=True, kw_only=True)
class VatGroup:
    """The VAT of one rate, counted once on the sum of that rate's line nets."""

    rate_bp: int
    net_cents: int
    vat_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums. ``rounding_cents`` is what prices with VAT leave over (EN 16931, BT-114)."""

    net_cents: int
    vat_cents: int
    gross_cents: int
    rounding_cents: int = 0

    @property
    def to_pay_cents(self) -> int:
        """What the customer owes: the gross and its rounding."""
        return self.gross_cents + self.rounding_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A sentence of the law. ``subject`` is its code in EN 16931 (PMD, PMT, AAB…), or empty."""

    text: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One document as issued. ``title`` is what it is about ("Buffet pour 40 personnes").

    ``number`` and ``series`` are ours and exist only on an invoice or a credit note; a handover is
    numbered by its carrier and bears ``reference`` alone. ``example`` marks every page.
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

    def __post_init__(self) -> None:
        check(self)

    def to_json(self) -> bytes:
        """Return the canonical bytes the hash chain covers."""
        return canonical(_plain(asdict(self)))

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


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _check_schema(value: object) -> None:
    found = value.get("schema") if isinstance(value, dict) else None
    if found is True or found != SCHEMA:
        raise InvalidSnapshot(
            N_("Ce document figé est de la version {found!r} ; ce kpa lit la version {known}."),
            field="schema",
            found=found,
            known=SCHEMA,
        )


@cache
def _reader() -> TypeAdapter[Snapshot]:
    return TypeAdapter(Snapshot)
