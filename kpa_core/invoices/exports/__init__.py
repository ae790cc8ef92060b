"""What leaves for another program: one paper, a sheet to retype, the journals, a whole month."""

from kpa_core.invoices.exports.papers import NUMBER as NUMBER
from kpa_core.invoices.exports.papers import as_csv as as_csv
from kpa_core.invoices.exports.papers import as_json as as_json
