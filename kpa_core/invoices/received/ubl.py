"""The terms of EN 16931 in OASIS UBL 2.1, Invoice and CreditNote."""

from __future__ import annotations

from kpa_core.invoices.received import values
from kpa_core.invoices.received.paths import Syntax, compiled, find

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
INVOICE_ROOT = f"{{{_UBL}Invoice-2}}Invoice"
CREDIT_NOTE_ROOT = f"{{{_UBL}CreditNote-2}}CreditNote"
SPACES = {
    "cac": f"{_UBL}CommonAggregateComponents-2",
    "cbc": f"{_UBL}CommonBasicComponents-2",
}
_SUMS = "cac:LegalMonetaryTotal"


def _party(name: str) -> dict[str, str]:
    here = f"cac:Accounting{name}Party/cac:Party"
    legal = f"{here}/cac:PartyLegalEntity"
    return {
        "name": f"{legal}/cbc:RegistrationName|{here}[not({legal[len(here) + 1 :]}"
        "/cbc:RegistrationName)]/cac:PartyName/cbc:Name",
        "siren": f"{legal}/cbc:CompanyID[not(@schemeID!='0002')]",
        "siret": f"{here}/cac:PartyIdentification/cbc:ID[@schemeID='0009']",
        "vat": f"{here}/cac:PartyTaxScheme[cac:TaxScheme/cbc:ID='VAT']/cbc:CompanyID",
    }


_CHANGE = {
    "is a charge": "cbc:ChargeIndicator",
    "BT-92": "cbc:Amount",
    "BT-97": "cbc:AllowanceChargeReason",
    "BT-95": "cac:TaxCategory/cbc:ID",
    "BT-96": "cac:TaxCategory/cbc:Percent",
}
_GROUP = {
    "BT-116": "cbc:TaxableAmount",
    "BT-117": "cbc:TaxAmount",
    "BT-118": "cac:TaxCategory/cbc:ID",
    "BT-119": "cac:TaxCategory/cbc:Percent",
}


def _head(type_code: str, due: str) -> dict[str, str]:
    return {
        "BT-1": "cbc:ID",
        "BT-2": "cbc:IssueDate",
        "BT-3": f"cbc:{type_code}",
        "BT-22": "cbc:Note",
        "BT-5": "cbc:DocumentCurrencyCode",
        "BT-9": due,
        "BT-25": "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID",
        "BT-109": f"{_SUMS}/cbc:TaxExclusiveAmount",
        "BT-110": "cac:TaxTotal/cbc:TaxAmount[not(@currencyID!='EUR')]",
        "BT-112": f"{_SUMS}/cbc:TaxInclusiveAmount",
        "BT-113": f"{_SUMS}/cbc:PrepaidAmount",
        "BT-114": f"{_SUMS}/cbc:PayableRoundingAmount",
        "BT-115": f"{_SUMS}/cbc:PayableAmount",
        "currencies": f"({_SUMS}/*|cac:TaxTotal/cac:TaxSubtotal/*)/@currencyID",
    }


def _line(quantity: str) -> dict[str, str]:
    return {
        "BT-153": "cac:Item/cbc:Name",
        "BT-129": f"cbc:{quantity}",
        "BT-130": f"cbc:{quantity}/@unitCode",
        "BT-146": "cac:Price/cbc:PriceAmount",
        "BT-149": "cac:Price/cbc:BaseQuantity",
        "BT-151": "cac:Item/cac:ClassifiedTaxCategory/cbc:ID",
        "BT-152": "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent",
        "BT-131": "cbc:LineExtensionAmount",
        "changed": "cac:AllowanceCharge/cbc:Amount",
    }


def _syntax(line: str, quantity: str, type_code: str, due: str) -> Syntax:
    return Syntax(
        name="ubl",
        head=compiled(_head(type_code, due), SPACES),
        seller=compiled(_party("Supplier"), SPACES),
        buyer=compiled(_party("Customer"), SPACES),
        lines=find(f"cac:{line}", SPACES),
        line=compiled(_line(quantity), SPACES),
        changes=find("cac:AllowanceCharge", SPACES),
        change=compiled(_CHANGE, SPACES),
        groups=find("cac:TaxTotal/cac:TaxSubtotal", SPACES),
        group=compiled(_GROUP, SPACES),
        day=values.ubl_day,
    )


INVOICE = _syntax("InvoiceLine", "InvoicedQuantity", "InvoiceTypeCode", "cbc:DueDate")
CREDIT_NOTE = _syntax(
    "CreditNoteLine",
    "CreditedQuantity",
    "CreditNoteTypeCode",
    "cac:PaymentMeans/cbc:PaymentDueDate",
)
