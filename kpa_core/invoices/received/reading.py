"""From bytes to a :class:`Received`, or one sentence that says why not."""

from __future__ import annotations

from kpa_core.errors import N_
from kpa_core.invoices.received import cii, tree, ubl
from kpa_core.invoices.received.apart import PdfReader
from kpa_core.invoices.received.document import facts
from kpa_core.invoices.received.errors import Unreadable
from kpa_core.invoices.received.model import Received
from kpa_core.invoices.received.paths import Syntax

MAX_FILE_BYTES = 5 * 1024 * 1024
PDF, XML = "application/pdf", "application/xml"

_SYNTAXES: dict[str, Syntax] = {
    cii.ROOT: cii.CII,
    ubl.INVOICE_ROOT: ubl.INVOICE,
    ubl.CREDIT_NOTE_ROOT: ubl.CREDIT_NOTE,
}


def read(data: bytes, pdfs: PdfReader | None = None) -> Received:
    """Return what a supplier's file says; ``pdfs`` is kept open by whoever reads many.

    Raises:
        Unreadable: it is not an electronic invoice, is hostile, broken or too large, or its totals
            contradict each other.
    """
    if not data.strip():
        raise Unreadable(N_("Ce fichier est vide. Choisis-en un autre."))
    if len(data) > MAX_FILE_BYTES:
        raise Unreadable(
            N_("Ce fichier est trop gros ({size} Mo). La limite est {most} Mo."),
            size=round(len(data) / 1024 / 1024, 1),
            most=MAX_FILE_BYTES // 1024 // 1024,
        )
    if data.startswith(b"%PDF-"):
        with PdfReader() if pdfs is None else pdfs.kept_open() as reader:
            xml, media_type = reader.invoice_of(data), PDF
    elif _looks_like_xml(data):
        xml, media_type = data, XML
    else:
        raise Unreadable(
            N_("Ce fichier n'est pas une facture électronique. Choisis un PDF Factur-X ou un XML.")
        )
    root = tree.parse(xml)
    syntax = _SYNTAXES.get(root.tag)
    if syntax is None:
        raise Unreadable(N_("Ce XML n'est pas une facture. Demande un Factur-X, un CII ou un UBL."))
    return facts(root, syntax, media_type)


def _looks_like_xml(data: bytes) -> bool:
    head = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith((b"<", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"))
