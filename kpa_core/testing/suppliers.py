"""Files as suppliers send them, for tests: one paper in CII, in UBL, or inside a PDF."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

CII_SPACES = (
    'xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" '
    'xmlns:ram="urn:un:unece:uncefact:data:standard:'
    'ReusableAggregateBusinessInformationEntity:100" '
    'xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"'
)
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"


@dataclass(frozen=True)
class Sold:
    """One line; amounts are texts as a file writes them."""

    label: str = "Légumes"
    quantity: str = "10"
    price: str = "8.00"
    net: str = "80.00"
    rate: str = "5.5"
    unit: str = "KGM"
    category: str = "S"


@dataclass(frozen=True)
class Paper:
    """What a supplier says; ``groups`` are (rate, base, VAT) texts, an empty text is left out."""

    number: str = "F-2026-118"
    day: str = "2026-01-15"
    due: str = "2026-02-14"
    type_code: str = "380"
    currency: str = "EUR"
    supplier: str = "Primeurs du Nord"
    siren: str = "552100554"
    vat_number: str = ""
    buyer: str = "Optéos"
    buyer_siren: str = "732829320"
    lines: tuple[Sold, ...] = (Sold(), Sold("Boissons", "4", "5.00", "20.00", "20", "C62"))
    groups: tuple[tuple[str, str, str], ...] = (("5.5", "80.00", "4.40"), ("20", "20.00", "4.00"))
    net: str = "100.00"
    vat: str = "8.40"
    gross: str = "108.40"
    prepaid: str = ""
    to_pay: str = "108.40"
    corrects: str = ""
    note: str = "Merci de votre confiance."
    more: str = ""

    def but(self, **changes: object) -> Paper:
        """Return the same paper with something else in it."""
        return replace(self, **changes)  # type: ignore[arg-type]


def _tag(name: str, text: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{escape(text)}</{name}>" if text else ""


def cii(paper: Paper) -> bytes:
    """Return the paper as UN/CEFACT CII, profile EN 16931."""
    lines = "".join(_cii_line(number, line) for number, line in enumerate(paper.lines, 1))
    groups = "".join(
        "<ram:ApplicableTradeTax>"
        + _tag("ram:CalculatedAmount", vat)
        + "<ram:TypeCode>VAT</ram:TypeCode>"
        + _tag("ram:BasisAmount", base)
        + "<ram:CategoryCode>S</ram:CategoryCode>"
        + _tag("ram:RateApplicablePercent", rate)
        + "</ram:ApplicableTradeTax>"
        for rate, base, vat in paper.groups
    )
    corrects = _tag("ram:IssuerAssignedID", paper.corrects)
    if corrects:
        corrects = f"<ram:InvoiceReferencedDocument>{corrects}</ram:InvoiceReferencedDocument>"
    due = _tag("udt:DateTimeString", paper.due.replace("-", ""), ' format="102"')
    if due:
        due = (
            f"<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>{due}"
            "</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>"
        )
    body = (
        "<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>"
        "<ram:ID>urn:cen.eu:en16931:2017</ram:ID>"
        "</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>"
        f"<rsm:ExchangedDocument>{_tag('ram:ID', paper.number)}"
        f"{_tag('ram:TypeCode', paper.type_code)}<ram:IssueDateTime>"
        f"{_tag('udt:DateTimeString', paper.day.replace('-', ''), FORMAT)}</ram:IssueDateTime>"
        f"<ram:IncludedNote>{_tag('ram:Content', paper.note)}</ram:IncludedNote>"
        f"</rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction>{lines}"
        "<ram:ApplicableHeaderTradeAgreement>"
        f"{_cii_party('Seller', paper.supplier, paper.siren, paper.vat_number)}"
        f"{_cii_party('Buyer', paper.buyer, paper.buyer_siren, '')}"
        "</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery/>"
        "<ram:ApplicableHeaderTradeSettlement>"
        f"{_tag('ram:InvoiceCurrencyCode', paper.currency)}{groups}{due}{paper.more}"
        "<ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
        f"{_tag('ram:LineTotalAmount', paper.net)}{_tag('ram:TaxBasisTotalAmount', paper.net)}"
        f"{_tag('ram:TaxTotalAmount', paper.vat, CURRENCY.format(paper.currency))}"
        f"{_tag('ram:GrandTotalAmount', paper.gross)}"
        f"{_tag('ram:TotalPrepaidAmount', paper.prepaid)}"
        f"{_tag('ram:DuePayableAmount', paper.to_pay)}"
        f"</ram:SpecifiedTradeSettlementHeaderMonetarySummation>{corrects}"
        "</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction>"
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f"<rsm:CrossIndustryInvoice {CII_SPACES}>{body}</rsm:CrossIndustryInvoice>"
    )
    return text.encode()


FORMAT = ' format="102"'
CURRENCY = ' currencyID="{}"'


def _cii_line(number: int, line: Sold) -> str:
    return (
        "<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument>"
        f"<ram:LineID>{number}</ram:LineID></ram:AssociatedDocumentLineDocument>"
        f"<ram:SpecifiedTradeProduct>{_tag('ram:Name', line.label)}</ram:SpecifiedTradeProduct>"
        "<ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>"
        f"{_tag('ram:ChargeAmount', line.price)}"
        "</ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>"
        "<ram:SpecifiedLineTradeDelivery>"
        + _tag("ram:BilledQuantity", line.quantity, f' unitCode="{line.unit}"')
        + "</ram:SpecifiedLineTradeDelivery><ram:SpecifiedLineTradeSettlement>"
        "<ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode>"
        f"{_tag('ram:CategoryCode', line.category)}"
        f"{_tag('ram:RateApplicablePercent', line.rate)}</ram:ApplicableTradeTax>"
        "<ram:SpecifiedTradeSettlementLineMonetarySummation>"
        f"{_tag('ram:LineTotalAmount', line.net)}"
        "</ram:SpecifiedTradeSettlementLineMonetarySummation>"
        "</ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>"
    )


def _cii_party(kind: str, name: str, siren: str, vat_number: str) -> str:
    legal = _tag("ram:ID", siren, ' schemeID="0002"')
    tax = _tag("ram:ID", vat_number, ' schemeID="VA"')
    return (
        f"<ram:{kind}TradeParty>{_tag('ram:Name', name)}"
        + (legal and f"<ram:SpecifiedLegalOrganization>{legal}</ram:SpecifiedLegalOrganization>")
        + "<ram:PostalTradeAddress><ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress>"
        + (tax and f"<ram:SpecifiedTaxRegistration>{tax}</ram:SpecifiedTaxRegistration>")
        + f"</ram:{kind}TradeParty>"
    )


def ubl(paper: Paper) -> bytes:
    """Return the paper as UBL 2.1: a CreditNote when its code is 381, else an Invoice."""
    root = "CreditNote" if paper.type_code == "381" else "Invoice"
    euros = CURRENCY.format(paper.currency)
    lines = "".join(
        _ubl_line(root, number, one, euros) for number, one in enumerate(paper.lines, 1)
    )
    groups = "".join(
        f"<cac:TaxSubtotal>{_tag('cbc:TaxableAmount', base, euros)}"
        f"{_tag('cbc:TaxAmount', vat, euros)}<cac:TaxCategory><cbc:ID>S</cbc:ID>"
        f"{_tag('cbc:Percent', rate)}{VAT_SCHEME}</cac:TaxCategory></cac:TaxSubtotal>"
        for rate, base, vat in paper.groups
    )
    corrects = _tag("cbc:ID", paper.corrects)
    if corrects:
        corrects = (
            f"<cac:BillingReference><cac:InvoiceDocumentReference>{corrects}"
            "</cac:InvoiceDocumentReference></cac:BillingReference>"
        )
    due = _tag("cbc:DueDate", paper.due) if root == "Invoice" else ""
    body = (
        f"<cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>"
        f"{_tag('cbc:ID', paper.number)}{_tag('cbc:IssueDate', paper.day)}{due}"
        f"{_tag(f'cbc:{root}TypeCode', paper.type_code)}{_tag('cbc:Note', paper.note)}"
        f"{_tag('cbc:DocumentCurrencyCode', paper.currency)}{corrects}"
        f"{_ubl_party('Supplier', paper.supplier, paper.siren, paper.vat_number)}"
        f"{_ubl_party('Customer', paper.buyer, paper.buyer_siren, '')}{paper.more}"
        f"<cac:TaxTotal>{_tag('cbc:TaxAmount', paper.vat, euros)}{groups}</cac:TaxTotal>"
        f"<cac:LegalMonetaryTotal>{_tag('cbc:LineExtensionAmount', paper.net, euros)}"
        f"{_tag('cbc:TaxExclusiveAmount', paper.net, euros)}"
        f"{_tag('cbc:TaxInclusiveAmount', paper.gross, euros)}"
        f"{_tag('cbc:PrepaidAmount', paper.prepaid, euros)}"
        f"{_tag('cbc:PayableAmount', paper.to_pay, euros)}</cac:LegalMonetaryTotal>{lines}"
    )
    spaces = (
        f'xmlns="{UBL}{root}-2" xmlns:cac="{UBL}CommonAggregateComponents-2" '
        f'xmlns:cbc="{UBL}CommonBasicComponents-2"'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><{root} {spaces}>{body}</{root}>'.encode()


VAT_SCHEME = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"


def _ubl_line(root: str, number: int, line: Sold, euros: str) -> str:
    quantity = "CreditedQuantity" if root == "CreditNote" else "InvoicedQuantity"
    unit = f' unitCode="{line.unit}"'
    return (
        f"<cac:{root}Line><cbc:ID>{number}</cbc:ID>{_tag(f'cbc:{quantity}', line.quantity, unit)}"
        f"{_tag('cbc:LineExtensionAmount', line.net, euros)}<cac:Item>"
        f"{_tag('cbc:Name', line.label)}<cac:ClassifiedTaxCategory>"
        f"{_tag('cbc:ID', line.category)}{_tag('cbc:Percent', line.rate)}{VAT_SCHEME}"
        "</cac:ClassifiedTaxCategory></cac:Item>"
        f"<cac:Price>{_tag('cbc:PriceAmount', line.price, euros)}</cac:Price></cac:{root}Line>"
    )


def _ubl_party(kind: str, name: str, siren: str, vat_number: str) -> str:
    tax = _tag("cbc:CompanyID", vat_number)
    return (
        f"<cac:Accounting{kind}Party><cac:Party><cac:PostalAddress><cac:Country>"
        "<cbc:IdentificationCode>FR</cbc:IdentificationCode></cac:Country></cac:PostalAddress>"
        + (tax and f"<cac:PartyTaxScheme>{tax}{VAT_SCHEME}</cac:PartyTaxScheme>")
        + f"<cac:PartyLegalEntity>{_tag('cbc:RegistrationName', name)}"
        + _tag("cbc:CompanyID", siren, ' schemeID="0002"')
        + f"</cac:PartyLegalEntity></cac:Party></cac:Accounting{kind}Party>"
    )


def pdf(*attached: tuple[str, bytes], password: str = "") -> bytes:
    """Return a PDF of one empty page with files attached."""
    import pikepdf

    made = pikepdf.new()
    made.add_blank_page(page_size=(200, 200))
    for name, data in attached:
        made.attachments[name] = pikepdf.AttachedFileSpec(made, data, filename=name)
    locked = pikepdf.Encryption(user=password, owner=password) if password else False
    out = io.BytesIO()
    made.save(out, encryption=locked)
    return out.getvalue()


PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"


def pdf_with_stream(head: bytes, content: bytes, name: str = "factur-x.xml") -> bytes:
    """Return a PDF written by hand, whose attachment is the bytes given under that head."""
    parts = (
        b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(x) 3 0 R] >> >> >>",
        b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
        b"<< /Type /Filespec /F (%s) /UF (%s) /EF << /F 4 0 R >> >>"
        % (name.encode(), name.encode()),
        b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), head, content),
        PAGE,
    )
    return pdf_of(*parts)


def pdf_of(*parts: bytes) -> bytes:
    """Return a PDF of these objects, numbered from 1, the first of which is the catalog."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, start)
    return bytes(out)


def zeros(megabytes: int) -> bytes:
    """Return as many zeros, compressed, without ever holding them."""
    packer = zlib.compressobj(9)
    piece = bytes(1024 * 1024)
    return b"".join(packer.compress(piece) for _ in range(megabytes)) + packer.flush()
