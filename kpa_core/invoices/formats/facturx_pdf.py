"""Factur-X: the printed invoice that bears its own XML, as a PDF/A-3b.

Typst writes the page, attaches the XML (``/AF``, ``/EmbeddedFiles``, relationship Alternative) and
holds to PDF/A-3b and PDF/UA-1, but cannot say in the metadata that this is a Factur-X. That is
added here, inside the one RDF and the one list of extension schemas that are already there: a
second of either makes a file that readers or validators refuse.
"""

from __future__ import annotations

from io import BytesIO

import pikepdf

from kpa_core.i18n import gettext
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.invoices.paper.typst_pdf import PLAIN, Look, render_pdf
from kpa_core.invoices.paper.words import Translate

NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
SAID = {
    "DocumentType": "INVOICE",
    "DocumentFileName": "factur-x.xml",
    "Version": "1.0",
    "ConformanceLevel": "EN 16931",
}
DESCRIBED = {
    "DocumentFileName": "The name of the embedded XML document",
    "DocumentType": "The type of the hybrid document in capital letters",
    "Version": "The actual version of the standard applying to the embedded XML document",
    "ConformanceLevel": "The conformance level of the embedded XML document",
}
END_OF_RDF = b"</rdf:RDF>"
END_OF_SCHEMAS = b"</rdf:Bag></pdfaExtension:schemas>"


def facturx_pdf(
    snapshot: Snapshot, xml: bytes, translate: Translate = gettext, *, look: Look = PLAIN
) -> bytes:
    """Return the PDF of an invoice or a credit note with its CII inside.

    The same bytes for the same arguments: the file's identifier is made from its content.
    """
    return declared(render_pdf(snapshot, translate, look=look, xml=xml))


def declared(pdf: bytes) -> bytes:
    """Return a PDF that bears ``factur-x.xml`` with the metadata that say so.

    Raises:
        ValueError: its metadata have another shape than this release of Typst gives them.
    """
    made = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        metadata = document.Root.Metadata
        metadata.write(_with_facturx(metadata.read_bytes()))
        # What Typst compressed stays so; metadata stay readable without a library.
        document.save(made, deterministic_id=True, compress_streams=False)
    return made.getvalue()


def _with_facturx(xmp: bytes) -> bytes:
    for mark in (END_OF_RDF, END_OF_SCHEMAS):
        if xmp.count(mark) != 1:
            raise ValueError(f"the metadata of this PDF have {xmp.count(mark)} {mark.decode()}")
    with_schema = xmp.replace(END_OF_SCHEMAS, _schema() + END_OF_SCHEMAS)
    return with_schema.replace(END_OF_RDF, _description() + END_OF_RDF)


def _description() -> bytes:
    said = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, value in SAID.items())
    return (
        f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}">{said}</rdf:Description>'
    ).encode()


def _schema() -> bytes:
    properties = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{said}</pdfaProperty:description></rdf:li>"
        for name, said in DESCRIBED.items()
    )
    return (
        '<rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI>"
        "<pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"
    ).encode()
