"""The terms of EN 16931 in UN/CEFACT Cross Industry Invoice D16B to D22B, which Factur-X embeds."""

from __future__ import annotations

from kpa_core.invoices.received import values
from kpa_core.invoices.received.paths import Syntax, compiled, find

RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
ROOT = f"{{{RSM}}}CrossIndustryInvoice"
SPACES = {
    "rsm": RSM,
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
_DOCUMENT = "rsm:ExchangedDocument"
_TRADE = "rsm:SupplyChainTradeTransaction"
_SETTLEMENT = f"{_TRADE}/ram:ApplicableHeaderTradeSettlement"
_SUMS = f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
_AGREEMENT = f"{_TRADE}/ram:ApplicableHeaderTradeAgreement"
_LINE_PRICE = "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice"
_LINE_SETTLEMENT = "ram:SpecifiedLineTradeSettlement"
_LINE_SUMS = f"{_LINE_SETTLEMENT}/ram:SpecifiedTradeSettlementLineMonetarySummation"


def _party(name: str) -> dict[str, str]:
    here = f"{_AGREEMENT}/ram:{name}TradeParty"
    return {
        "name": f"{here}/ram:Name",
        "siren": f"{here}/ram:SpecifiedLegalOrganization/ram:ID[not(@schemeID!='0002')]",
        "siret": f"{here}/ram:GlobalID[@schemeID='0009']",
        "vat": f"{here}/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']",
    }


CII = Syntax(
    name="cii",
    head=compiled(
        {
            "BT-1": f"{_DOCUMENT}/ram:ID",
            "BT-2": f"{_DOCUMENT}/ram:IssueDateTime/udt:DateTimeString[not(@format!='102')]",
            "BT-3": f"{_DOCUMENT}/ram:TypeCode",
            "BT-22": f"{_DOCUMENT}/ram:IncludedNote/ram:Content",
            "BT-5": f"{_SETTLEMENT}/ram:InvoiceCurrencyCode",
            "BT-9": f"{_SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime"
            "/udt:DateTimeString[not(@format!='102')]",
            "BT-25": f"{_SETTLEMENT}/ram:InvoiceReferencedDocument/ram:IssuerAssignedID",
            "BT-109": f"{_SUMS}/ram:TaxBasisTotalAmount",
            "BT-110": f"{_SUMS}/ram:TaxTotalAmount[not(@currencyID!='EUR')]",
            "BT-112": f"{_SUMS}/ram:GrandTotalAmount",
            "BT-113": f"{_SUMS}/ram:TotalPrepaidAmount",
            "BT-114": f"{_SUMS}/ram:RoundingAmount",
            "BT-115": f"{_SUMS}/ram:DuePayableAmount",
            "currencies": f"({_SUMS}/*[not(self::ram:TaxTotalAmount)]|{_SETTLEMENT}"
            "/ram:ApplicableTradeTax/*)/@currencyID",
        },
        SPACES,
    ),
    seller=compiled(_party("Seller"), SPACES),
    buyer=compiled(_party("Buyer"), SPACES),
    lines=find(f"{_TRADE}/ram:IncludedSupplyChainTradeLineItem", SPACES),
    line=compiled(
        {
            "BT-153": "ram:SpecifiedTradeProduct/ram:Name",
            "BT-129": "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity",
            "BT-130": "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity/@unitCode",
            "BT-146": f"{_LINE_PRICE}/ram:ChargeAmount",
            "BT-149": f"{_LINE_PRICE}/ram:BasisQuantity",
            "BT-151": f"{_LINE_SETTLEMENT}/ram:ApplicableTradeTax/ram:CategoryCode",
            "BT-152": f"{_LINE_SETTLEMENT}/ram:ApplicableTradeTax/ram:RateApplicablePercent",
            "BT-131": f"{_LINE_SUMS}/ram:LineTotalAmount",
            "changed": f"{_LINE_SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge/ram:ActualAmount",
        },
        SPACES,
    ),
    changes=find(f"{_SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge", SPACES),
    change=compiled(
        {
            "is a charge": "ram:ChargeIndicator/udt:Indicator",
            "BT-92": "ram:ActualAmount",
            "BT-97": "ram:Reason",
            "BT-95": "ram:CategoryTradeTax/ram:CategoryCode",
            "BT-96": "ram:CategoryTradeTax/ram:RateApplicablePercent",
        },
        SPACES,
    ),
    groups=find(f"{_SETTLEMENT}/ram:ApplicableTradeTax", SPACES),
    group=compiled(
        {
            "BT-116": "ram:BasisAmount",
            "BT-117": "ram:CalculatedAmount",
            "BT-118": "ram:CategoryCode",
            "BT-119": "ram:RateApplicablePercent",
        },
        SPACES,
    ),
    day=values.cii_day,
)
