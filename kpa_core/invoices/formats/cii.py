"""Cross Industry Invoice, profile EN 16931: the XML of an issued document."""

from __future__ import annotations

from kpa_core.i18n import gettext
from kpa_core.invoices.formats.library import write
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.invoices.paper.words import Translate


def cii(snapshot: Snapshot, translate: Translate = gettext) -> bytes:
    """Return the CII of an invoice or a credit note (``urn:cen.eu:en16931:2017``).

    Raises:
        NoInvoice: the paper is a quote or a hand-over.
    """
    return write(snapshot, "factur-x", translate)
