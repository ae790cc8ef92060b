"""XML from a stranger: decoded here, counted, then parsed without entities, DTD or network.

The parser never chooses the encoding: UTF-7, EBCDIC and the like cannot hide a tag from the checks
before it. What is counted bounds the memory of the tree: an element costs about 200 bytes.
"""

from __future__ import annotations

import codecs
import re
from typing import Any

from lxml import etree

from kpa_core.errors import N_
from kpa_core.invoices.received.errors import Unreadable

MAX_XML_BYTES = 4 * 1024 * 1024
MAX_TAGS = 120_000
MAX_ATTRIBUTES = 60_000
MAX_DEPTH = 40

_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENCODINGS = frozenset(
    ("utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "iso-8859-15", "windows-1252")
)
_DECLARATION = re.compile(r"\s*<\?xml\s[^<>]{0,200}\?>")
_ENCODING = re.compile(rb"^\s*<\?xml\s[^<>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_DEFINITION = re.compile(r"<!(?!--|\[CDATA\[)")
_is_deep = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")


def parse(data: bytes) -> Any:
    """Return the root element.

    Raises:
        Unreadable: it is too large or too deep, defines entities, or is not well-formed.
    """
    if len(data) > MAX_XML_BYTES:
        raise Unreadable(
            N_("Ce XML est trop gros ({size} Mo). La limite est {most} Mo."),
            size=round(len(data) / 1024 / 1024, 1),
            most=MAX_XML_BYTES // 1024 // 1024,
        )
    text = _DECLARATION.sub("", _decoded(data), count=1)
    _count(text)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable(
            N_("Ce XML est abîmé (ligne {line}). Télécharge-le encore, ou demande le PDF."),
            line=getattr(error, "lineno", None) or 1,
        ) from error
    if _is_deep(root):
        raise Unreadable(N_("Ce XML n'est pas une facture. Demande un Factur-X, un CII ou un UBL."))
    return root


def _decoded(data: bytes) -> str:
    if data.startswith(_UTF_32):
        raise _unknown_encoding("UTF-32")
    name = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if not name:
        said = _ENCODING.match(data)
        name = said[1].decode("ascii").lower() if said else "utf-8"
        if name not in _ENCODINGS:
            raise _unknown_encoding(name)
    try:
        return data.decode(name).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise _unknown_encoding(name) from error


def _count(text: str) -> None:
    if _DEFINITION.search(text):
        raise Unreadable(
            N_("Ce fichier définit ses propres mots (DOCTYPE) : il n'est pas lu, par sécurité.")
        )
    if text.count("<") > MAX_TAGS or text.count("=") > MAX_ATTRIBUTES:
        raise Unreadable(N_("Ce XML a trop de lignes. Demande une facture plus courte."))


def _unknown_encoding(name: str) -> Unreadable:
    return Unreadable(
        N_("Ce fichier est écrit d'une façon inconnue ({name}). Demande-le en UTF-8."), name=name
    )
