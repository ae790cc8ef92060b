"""The commands ``kpa carriers``, ``kpa quotes``, ``kpa invoices`` and ``kpa payments``."""

from kpa_core.invoices.cli import batch_commands as batch_commands  # adds to the invoices
from kpa_core.invoices.cli.carrier_commands import carriers as carriers
from kpa_core.invoices.cli.exchange_commands import import_answers as import_answers
from kpa_core.invoices.cli.invoice_commands import invoices as invoices
from kpa_core.invoices.cli.life_commands import check as check
from kpa_core.invoices.cli.payment_commands import payments as payments
from kpa_core.invoices.cli.quote_commands import quotes as quotes
