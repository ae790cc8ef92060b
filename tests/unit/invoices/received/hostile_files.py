"""Files that are broken or mean harm, by name, with a word of the sentence that must come.

An empty word means: read or refused, as the libraries like it, but safely.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from kpa_core.testing import suppliers
from kpa_core.testing.suppliers import PAGE, Paper, Sold, cii, pdf, pdf_of, pdf_with_stream, ubl

GOOD, GOOD_UBL = cii(Paper()), ubl(Paper())
SEVERAL, BROKEN, LARGE = "plusieurs", "abîmé", "trop gros"
NOT_ONE, DEFINED, NUMBER = "n'est pas une facture", "DOCTYPE", "BT-112"


def defined(definitions: str, used: str) -> bytes:
    text = GOOD.decode().replace(">Primeurs du Nord<", f">{used}<")
    declared = f"<!DOCTYPE x [{definitions}]>"
    return text.replace("?>", f"?>{declared}", 1).encode()


def laughs() -> bytes:
    rows = ['<!ENTITY a "ha">']
    rows += [
        f'<!ENTITY {new} "{f"&{old};" * 10}">'
        for old, new in zip("abcdefghi", "bcdefghij", strict=True)
    ]
    return defined("".join(rows), "&j;")


def gross(text: str) -> bytes:
    return cii(Paper(gross=text))


def named(**changes: str) -> bytes:
    return cii(Paper(lines=(Sold(net="100.00", price="10", **changes),)))


def with_object(*parts: bytes, catalog: bytes) -> bytes:
    return pdf_of(catalog, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE, *parts)


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("factur-x.xml", GOOD)
    return out.getvalue()


def cross_reference_bomb() -> bytes:
    content = suppliers.zeros(200)
    head = b"<< /Type /XRef /Size 3 /W [1 4 2] /Root 1 0 R /Filter /FlateDecode /Length %d >>"
    at = len(b"%PDF-1.7\n")
    stream = b"1 0 obj\n" + head % len(content) + b"\nstream\n" + content + b"\nendstream\nendobj\n"
    return b"%PDF-1.7\n" + stream + b"startxref\n%d\n%%%%EOF\n" % at


NAMES = b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles 4 0 R >> >>"
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    # --- not a document at all ---
    "empty": (lambda: b"", "vide"),
    "spaces": (lambda: b" \n\t" * 100, "vide"),
    "zeros": (lambda: bytes(10_000), NOT_ONE),
    "zip": (zipped, NOT_ONE),
    "png": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), NOT_ONE),
    "html": (lambda: b"<!DOCTYPE html><html><body>Facture</body></html>", DEFINED),
    "html without its head": (lambda: b"<html><body>Facture</body></html>", NOT_ONE),
    "words": (lambda: "Facture n° 3, 12 €".encode(), NOT_ONE),
    "json": (lambda: b'{"BT-1": "F1"}', NOT_ONE),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', NOT_ONE),
    "six megabytes": (lambda: GOOD + b" " * (6 * 1024 * 1024), LARGE),
    "html that is a PDF further down": (lambda: b"<html>" + pdf(("factur-x.xml", GOOD)), ""),
    # --- entities, definitions, encodings ---
    "billion laughs": (laughs, DEFINED),
    "a file on this machine": (
        lambda: defined('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"),
        DEFINED,
    ),
    "a page of the network": (
        lambda: defined('<!ENTITY x SYSTEM "http://127.0.0.1:9/x">', "&x;"),
        DEFINED,
    ),
    "a definition elsewhere": (
        lambda: GOOD.replace(b"?>", b'?><!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', 1),
        DEFINED,
    ),
    "a parameter entity": (
        lambda: defined('<!ENTITY % x SYSTEM "file:///dev/zero"> %x;', "x"),
        DEFINED,
    ),
    "an entity nobody defined": (lambda: GOOD.replace(b"Primeurs", b"&primeurs;"), BROKEN),
    "laughs in UTF-16": (
        lambda: laughs().decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        DEFINED,
    ),
    "laughs in UTF-16 without a mark": (
        lambda: laughs().decode().replace("UTF-8", "UTF-16").encode("utf-16-le"),
        "",
    ),
    "UTF-7": (
        lambda: GOOD.replace(b"UTF-8", b"UTF-7").replace(b"<ram:Name>Pri", b"+ADw-!DOCTYPE x+AD4-"),
        "utf-7",
    ),
    "EBCDIC": (lambda: GOOD.replace(b"UTF-8", b"cp037"), "cp037"),
    "UTF-32": (lambda: GOOD.decode().encode("utf-32"), "UTF-32"),
    "a lie about its encoding": (lambda: GOOD.replace("é".encode(), b"\xe9"), "utf-8"),
    "half a character": (lambda: GOOD.replace("é".encode(), b"\xc3"), "utf-8"),
    "an included file": (
        lambda: GOOD.replace(
            b"<ram:Name>Primeurs du Nord</ram:Name>",
            b"<i:include xmlns:i='http://www.w3.org/2001/XInclude' href='/etc/passwd'/>",
        ),
        "BT-27",
    ),
    "a style sheet to run": (
        lambda: GOOD.replace(b"?>", b'?><?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>', 1),
        "",
    ),
    # --- shapes ---
    "a million nested elements": (lambda: b"<a>" * 10**6 + b"</a>" * 10**6, LARGE),
    "100,000 nested elements": (lambda: b"<a>" * 10**5 + b"</a>" * 10**5, "trop de lignes"),
    "50,000 nested elements": (lambda: b"<a>" * 50_000 + b"</a>" * 50_000, BROKEN),
    "100 nested elements": (lambda: b"<a>" * 100 + b"</a>" * 100, NOT_ONE),
    "a million lines": (
        lambda: GOOD.replace(
            b"<ram:ApplicableHeaderTradeAgreement>",
            b"<ram:IncludedSupplyChainTradeLineItem/>" * 10**6
            + b"<ram:ApplicableHeaderTradeAgreement>",
        ),
        LARGE,
    ),
    "50,000 lines": (
        lambda: GOOD.replace(
            b"<ram:ApplicableHeaderTradeAgreement>",
            b"<ram:IncludedSupplyChainTradeLineItem/>" * 50_000
            + b"<ram:ApplicableHeaderTradeAgreement>",
        ),
        "50002 lignes",
    ),
    "a million attributes": (
        lambda: b"<a " + b"".join(b'a%d="" ' % at for at in range(300_000)) + b"/>",
        "trop de lignes",
    ),
    "50,000 attributes": (
        lambda: b"<a " + b"".join(b'a%d="" ' % at for at in range(50_000)) + b"/>",
        "",
    ),
    "50,000 namespaces": (
        lambda: b"<a " + b"".join(b'xmlns:a%d="u" ' % at for at in range(50_000)) + b"/>",
        "",
    ),
    "a very long name": (lambda: cii(Paper(supplier="x" * 3_000_000)), ""),
    "a very long tag": (lambda: b"<" + b"a" * 3_000_000 + b"/>", BROKEN),
    "cut": (lambda: GOOD[: len(GOOD) // 2], BROKEN),
    "two roots": (lambda: GOOD + b"<a/>", BROKEN),
    "another namespace": (
        lambda: GOOD.replace(b"CrossIndustryInvoice:100", b"CrossIndustryInvoice:1"),
        NOT_ONE,
    ),
    "no namespace": (lambda: b"<Invoice><ID>1</ID></Invoice>", NOT_ONE),
    "parts of another namespace": (
        lambda: GOOD.replace(b"ReusableAggregateBusinessInformationEntity:100", b"Other:1"),
        "BT-",
    ),
    "an order": (
        lambda: GOOD.replace(b"CrossIndustryInvoice", b"SCRDMCCBDACIOMessageStructure"),
        NOT_ONE,
    ),
    "ZUGFeRD 1": (
        lambda: (
            b'<rsm:CrossIndustryDocument xmlns:rsm="urn:ferd:CrossIndustryDocument:invoice:1p0"/>'
        ),
        NOT_ONE,
    ),
    # --- amounts, days, numbers ---
    "not a number": (lambda: gross("NaN"), NUMBER),
    "infinite": (lambda: gross("INF"), NUMBER),
    "an exponent": (lambda: gross("1e400"), NUMBER),
    "a huge exponent": (lambda: gross("1E999999999"), NUMBER),
    "minus nothing": (lambda: gross("-0"), "ne vont pas ensemble"),
    "a decimal comma": (lambda: gross("1,50"), NUMBER),
    "a no-break space": (lambda: gross("1\u00a0108.40"), NUMBER),
    "2^63": (lambda: gross(str(2**63)), NUMBER),
    "a million digits": (lambda: gross("1" * 10**6), NUMBER),
    "30 decimals": (lambda: gross("108." + "1" * 30), NUMBER),
    "30 decimals of nothing": (lambda: gross("108.4" + "0" * 29), ""),
    "other digits": (lambda: gross("١٠٨.٤٠"), NUMBER),
    "underscores": (lambda: gross("1_08.40"), NUMBER),
    "hexadecimal": (lambda: gross("0x6C"), NUMBER),
    "no total": (lambda: gross(""), NUMBER),
    "a quantity that is none": (lambda: named(quantity="NaN"), "BT-129"),
    "a price without end": (
        lambda: named(quantity="1", unit="C62").replace(b">10<", b">1e9<"),
        "BT-146",
    ),
    "a rate of 2000 %": (lambda: named(rate="2000"), "BT-152"),
    "a rate below zero": (lambda: named(rate="-20"), "BT-152"),
    "30 February": (lambda: cii(Paper(day="2026-02-30")), "BT-2"),
    "the year 0000": (lambda: ubl(Paper(day="0000-00-00")), "BT-2"),
    "the year 9999": (lambda: ubl(Paper(day="9999-12-31")), "BT-2"),
    "a day in words": (lambda: ubl(Paper(day="hier")), "BT-2"),
    "a French day": (lambda: ubl(Paper(day="15/01/2026")), "BT-2"),
    "another format of days": (lambda: GOOD.replace(b'format="102"', b'format="203"'), "BT-2"),
    "pounds": (lambda: cii(Paper(currency="GBP")), "en GBP"),
    "a currency nobody knows": (lambda: ubl(Paper(currency="€")), "en €"),
    "a number of a thousand letters": (lambda: cii(Paper(number="F" * 1000)), "BT-1"),
    "a number that is a path": (lambda: cii(Paper(number="../../etc/passwd")), ""),
    "a number turned round": (lambda: cii(Paper(number="\u202e")), "BT-1"),
    "a formula for a name": (lambda: cii(Paper(supplier='=HYPERLINK("http://x")')), ""),
    "right to left and emoji": (lambda: ubl(Paper(supplier="\u202eأرز 🍚")), ""),
    "a tag for a name": (lambda: ubl(Paper(supplier="<img src=x onerror=alert(1)>")), ""),
    "a code of another list": (lambda: cii(Paper(type_code="999")), "code 999"),
    # --- PDF ---
    "PDF without an invoice": (pdf, "Ce PDF ne contient pas"),
    "PDF with two invoices": (lambda: pdf(("a.xml", GOOD), ("b.xml", GOOD_UBL)), SEVERAL),
    "PDF with two Factur-X": (
        lambda: pdf(("factur-x.xml", GOOD), ("zugferd-invoice.xml", GOOD_UBL)),
        SEVERAL,
    ),
    "PDF with a password": (lambda: pdf(("factur-x.xml", GOOD), password="x"), "mot de passe"),
    "PDF cut": (lambda: pdf(("factur-x.xml", GOOD))[:400], ""),
    "PDF that is its head alone": (lambda: b"%PDF-1.7\n", BROKEN),
    "PDF of noise": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 8_000, BROKEN),
    "PDF with laughs inside": (lambda: pdf(("factur-x.xml", laughs())), DEFINED),
    "PDF with HTML inside": (lambda: pdf(("factur-x.xml", b"<html/>")), NOT_ONE),
    "PDF in a PDF": (lambda: pdf(("factur-x.xml", pdf(("factur-x.xml", GOOD)))), "utf-8"),
    "PDF bomb": (lambda: pdf_with_stream(b"/Filter /FlateDecode", suppliers.zeros(300)), LARGE),
    "PDF bomb in a bomb": (
        lambda: pdf_with_stream(b"/Filter [/FlateDecode /FlateDecode]", suppliers.zeros(5)),
        "",
    ),
    "PDF with LZW": (lambda: pdf_with_stream(b"/Filter /LZWDecode", b"\x80" * 1000), BROKEN),
    "PDF with a table that is a bomb": (cross_reference_bomb, BROKEN),
    "PDF with names that turn round": (
        lambda: with_object(b"<< /Kids [4 0 R 4 0 R 4 0 R] >>", catalog=NAMES),
        "Ce PDF ne contient pas",
    ),
    "PDF with a million names": (
        lambda: with_object(b"<< /Names [" + b"(a) 4 0 R " * 300_000 + b"] >>", catalog=NAMES),
        "",
    ),
    "PDF with deep arrays": (
        lambda: with_object(b"[" * 500_000 + b"]" * 500_000, catalog=NAMES),
        "",
    ),
    "PDF with an attachment that is a number": (
        lambda: with_object(b"<< /Names [(a) 12] >>", catalog=NAMES),
        "Ce PDF ne contient pas",
    ),
    # What a library makes of it takes 270 MiB where nothing keeps it from that.
    "PDF with two million numbers": (
        lambda: (
            b"%PDF-1.7\n"
            + b"".join(
                b"%d 0 obj\n<</A[%s]>>\nendobj\n" % (at, b"1 " * 200) for at in range(1, 9_000)
            )
        ),
        LARGE,
    ),
    "PDF whose length is a lie": (
        lambda: pdf_with_stream(b"", GOOD).replace(b"/Length %d" % len(GOOD), b"/Length 99999999"),
        "",
    ),
    "PDF whose pages turn round": (
        lambda: pdf_of(
            b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"
        ),
        "",
    ),
}
