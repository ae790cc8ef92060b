"""What a carrier sends back in a file: numbers of its invoices, payments, hand-overs it returns."""

from kpa_core.invoices.imports.acts import Finding as Finding
from kpa_core.invoices.imports.comparing import compare as compare
from kpa_core.invoices.imports.reading import MAX_BYTES as MAX_BYTES
from kpa_core.invoices.imports.reading import read as read
from kpa_core.invoices.imports.writing import to_write as to_write
from kpa_core.invoices.imports.writing import write as write
