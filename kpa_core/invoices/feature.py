"""What the core takes from this folder."""

from __future__ import annotations

from kpa_core.contracts import Job
from kpa_core.instance import Feature
from kpa_core.invoices import printing, quote_mail

INVOICES = Feature(
    name="invoices",
    jobs=(
        Job("invoices.pdf", printing.make_pdf),
        # Asked twice, a mail server sends twice: a run that broke off is left to a person.
        Job("invoices.quote_mail", quote_mail.send_mail, idempotent=False, outside=True),
    ),
)
