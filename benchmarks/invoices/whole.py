"""Everything issuing makes of one paper, by the functions issuing itself calls."""

from __future__ import annotations

from kpa_core.i18n import gettext
from kpa_core.invoices.formats.cii import cii
from kpa_core.invoices.formats.facturx_pdf import facturx_pdf
from kpa_core.invoices.paper.checks import check
from kpa_core.invoices.paper.prechecks import Facts, findings
from kpa_core.invoices.paper.snapshot import Snapshot


def whole(snapshot: Snapshot) -> tuple[bytes, bytes]:
    """Return the XML and the PDF of a paper that was looked through first."""
    check(snapshot)
    told = findings(snapshot, Facts(today=snapshot.issue_day))
    assert not any(one.blocks for one in told)
    xml = cii(snapshot, gettext)
    return xml, facturx_pdf(snapshot, xml, gettext)
