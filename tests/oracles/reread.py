"""What our own CII says, read back without the library that wrote it.

The other half of a promise: nothing of an issued document is lost or changed on its way to other
programs. It reads the files kpa writes and no others; what suppliers send is read elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as Xml

from kpa_core.invoices.paper.snapshot import Note

NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
DOCUMENT = "rsm:ExchangedDocument"
TRADE = "rsm:SupplyChainTradeTransaction"
AGREEMENT = f"{TRADE}/ram:ApplicableHeaderTradeAgreement"
DELIVERY = f"{TRADE}/ram:ApplicableHeaderTradeDelivery"
SETTLEMENT = f"{TRADE}/ram:ApplicableHeaderTradeSettlement"
SUMS = f"{SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"


@dataclass(frozen=True, slots=True)
class Party:
    """A seller, a customer or a place of delivery; ``address`` is as it is printed."""

    name: str
    address: tuple[str, ...]
    country: str
    siren: str = ""
    siret: str = ""
    vat_number: str = ""
    tax_number: str = ""
    electronic: str = ""
    trade_name: str = ""
    legal: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A category and its rate, None outside VAT, with why there is none."""

    category: str
    rate_bp: int | None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What is sold; the price is for ``base`` units, without VAT."""

    label: str
    details: str
    quantity: str
    unit_code: str
    price: Decimal
    base: Decimal
    discount_cents: int
    net_cents: int
    rate: Rate
    deposit_number: str


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums at the foot, in cents (BT-106 to BT-115)."""

    lines_cents: int
    discount_cents: int
    net_cents: int
    vat_cents: int
    gross_cents: int
    prepaid_cents: int
    rounding_cents: int
    due_cents: int


@dataclass(frozen=True, slots=True)
class Read:
    """Everything a file says."""

    number: str
    type_code: str
    process: str
    profile: str
    currency: str
    issue_day: date
    due_day: date | None
    service_day: date | None
    buyer_reference: str
    order_number: str
    quote_reference: str
    terms: str
    vat_points: frozenset[str]
    notes: tuple[Note, ...]
    references: tuple[tuple[str, date | None], ...]
    seller: Party
    customer: Party
    delivery: Party | None
    means: str
    iban: str
    lines: tuple[Line, ...]
    discounts: tuple[tuple[int, Rate, str], ...]
    vat: tuple[tuple[Rate, int, int], ...]
    sums: Sums


def reread(xml: bytes) -> Read:
    """Return what a CII of ours says."""
    root = Xml.fromstring(xml)
    return Read(
        **_identity(root),
        **_days_and_references(root),
        **_parties(root),
        **_money(root),
        lines=tuple(_lines(root)),
        sums=_sums(root),
    )


def _identity(root: Xml.Element) -> dict[str, Any]:
    context = "rsm:ExchangedDocumentContext/ram:{}DocumentContextParameter/ram:ID".format
    return {
        "number": _text(root, f"{DOCUMENT}/ram:ID"),
        "type_code": _text(root, f"{DOCUMENT}/ram:TypeCode"),
        "process": _text(root, context("BusinessProcessSpecified")),
        "profile": _text(root, context("GuidelineSpecified")),
        "currency": _text(root, f"{SETTLEMENT}/ram:InvoiceCurrencyCode"),
        "terms": _text(root, f"{SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:Description"),
        "notes": tuple(
            Note(text=_text(one, "ram:Content"), subject=_text(one, "ram:SubjectCode"))
            for one in root.findall(f"{DOCUMENT}/ram:IncludedNote", NAMESPACES)
        ),
    }


def _days_and_references(root: Xml.Element) -> dict[str, Any]:
    due = f"{SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime"
    service = f"{DELIVERY}/ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime"
    return {
        "issue_day": _day(root, f"{DOCUMENT}/ram:IssueDateTime") or date.min,
        "due_day": _day(root, due),
        "service_day": _day(root, service),
        "buyer_reference": _text(root, f"{AGREEMENT}/ram:BuyerReference"),
        "order_number": _assigned(root, f"{AGREEMENT}/ram:BuyerOrderReferencedDocument"),
        "quote_reference": _assigned(root, f"{AGREEMENT}/ram:SellerOrderReferencedDocument"),
        "references": tuple(
            (_text(one, "ram:IssuerAssignedID"), _day(one, "ram:FormattedIssueDateTime"))
            for one in root.findall(f"{SETTLEMENT}/ram:InvoiceReferencedDocument", NAMESPACES)
        ),
    }


def _parties(root: Xml.Element) -> dict[str, Any]:
    party = f"{AGREEMENT}/ram:{{}}TradeParty".format
    nobody = Party("", (), "")
    return {
        "seller": _party(root.find(party("Seller"), NAMESPACES)) or nobody,
        "customer": _party(root.find(party("Buyer"), NAMESPACES)) or nobody,
        "delivery": _party(root.find(f"{DELIVERY}/ram:ShipToTradeParty", NAMESPACES)),
    }


def _money(root: Xml.Element) -> dict[str, Any]:
    means = f"{SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans"
    taxes = root.findall(f"{SETTLEMENT}/ram:ApplicableTradeTax", NAMESPACES)
    discounts = root.findall(f"{SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge", NAMESPACES)
    return {
        "means": _text(root, f"{means}/ram:TypeCode"),
        "iban": _text(root, f"{means}/ram:PayeePartyCreditorFinancialAccount/ram:IBANID"),
        "vat_points": frozenset(_text(one, "ram:DueDateTypeCode") for one in taxes),
        "vat": tuple(
            (_rate(one), _cents(one, "ram:BasisAmount"), _cents(one, "ram:CalculatedAmount"))
            for one in taxes
        ),
        "discounts": tuple(
            (
                _cents(one, "ram:ActualAmount"),
                _rate(one.find("ram:CategoryTradeTax", NAMESPACES)),
                _text(one, "ram:Reason"),
            )
            for one in discounts
        ),
    }


def _sums(root: Xml.Element) -> Sums:
    names = (
        "LineTotal",
        "AllowanceTotal",
        "TaxBasisTotal",
        "TaxTotal",
        "GrandTotal",
        "TotalPrepaid",
        "Rounding",
        "DuePayable",
    )
    return Sums(*(_cents(root, f"{SUMS}/ram:{name}Amount") for name in names))


def _lines(root: Xml.Element) -> Iterator[Line]:
    price = "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice"
    settled = "ram:SpecifiedLineTradeSettlement"
    billed = "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"
    total = "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"
    off = f"{settled}/ram:SpecifiedTradeAllowanceCharge/ram:ActualAmount"
    for one in root.findall(f"{TRADE}/ram:IncludedSupplyChainTradeLineItem", NAMESPACES):
        yield Line(
            label=_text(one, "ram:SpecifiedTradeProduct/ram:Name"),
            details=_text(one, "ram:SpecifiedTradeProduct/ram:Description"),
            quantity=_text(one, billed),
            unit_code=_attribute(one, billed, "unitCode"),
            price=Decimal(_text(one, f"{price}/ram:ChargeAmount")),
            base=Decimal(_text(one, f"{price}/ram:BasisQuantity") or 1),
            discount_cents=_cents(one, off),
            net_cents=_cents(one, f"{settled}/{total}"),
            rate=_rate(one.find(f"{settled}/ram:ApplicableTradeTax", NAMESPACES)),
            deposit_number=_assigned(one, f"{settled}/ram:AdditionalReferencedDocument"),
        )


def _party(node: Xml.Element | None) -> Party | None:
    if node is None:
        return None
    postal, legal = "ram:PostalTradeAddress", "ram:SpecifiedLegalOrganization"
    street = [_text(node, f"{postal}/ram:Line{place}") for place in ("One", "Two", "Three")]
    code, town = (_text(node, f"{postal}/ram:{name}") for name in ("PostcodeCode", "CityName"))
    reached = "ram:URIUniversalCommunication/ram:URIID"
    scheme = _attribute(node, reached, "schemeID")
    registered = {
        one.get("schemeID", ""): one.text or ""
        for one in node.findall("ram:SpecifiedTaxRegistration/ram:ID", NAMESPACES)
    }
    return Party(
        name=_text(node, "ram:Name"),
        address=tuple(line for line in (*street, f"{code} {town}".strip()) if line),
        country=_text(node, f"{postal}/ram:CountryID"),
        siren=_text(node, f"{legal}/ram:ID"),
        siret=_text(node, "ram:GlobalID"),
        vat_number=registered.get("VA", ""),
        tax_number=registered.get("FC", ""),
        electronic=f"{scheme}:{_text(node, reached)}" if scheme else "",
        trade_name=_text(node, f"{legal}/ram:TradingBusinessName"),
        legal=_text(node, "ram:Description"),
    )


def _rate(node: Xml.Element | None) -> Rate:
    if node is None:
        return Rate("", None)
    percent = _text(node, "ram:RateApplicablePercent")
    return Rate(
        _text(node, "ram:CategoryCode"),
        int(Decimal(percent).scaleb(2)) if percent else None,
        _text(node, "ram:ExemptionReasonCode"),
    )


def _text(node: Xml.Element, path: str) -> str:
    return node.findtext(path, "", NAMESPACES) or ""


def _attribute(node: Xml.Element, path: str, name: str) -> str:
    found = node.find(path, NAMESPACES)
    return found.get(name, "") if found is not None else ""


def _assigned(node: Xml.Element, path: str) -> str:
    return _text(node, f"{path}/ram:IssuerAssignedID")


def _cents(node: Xml.Element, path: str) -> int:
    return int(Decimal(_text(node, path) or 0).scaleb(2))


def _day(node: Xml.Element, path: str) -> date | None:
    for kind in ("udt", "qdt"):
        text = _text(node, f"{path}/{kind}:DateTimeString")
        if text:
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    return None
