"""UBL 2.1, Invoice or CreditNote: an export for platforms that read nothing else."""

from __future__ import annotations

from kpa_core.i18n import gettext
from kpa_core.invoices.formats.library import write
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.invoices.paper.words import Translate


def ubl(snapshot: Snapshot, translate: Translate = gettext) -> bytes:
    """Return the UBL of an invoice or a credit note.

    Raises:
        NoInvoice: the paper is a quote or a hand-over.
    """
    return write(snapshot, "ubl-2.1", translate)
