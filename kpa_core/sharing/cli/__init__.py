"""The commands ``kpa expenses``, ``kpa shares``, ``kpa pots`` and ``kpa charter``.

``kpa invoices`` is taken from here, with the command that makes expenses of suppliers' files.
"""

from kpa_core.sharing.cli.charter_commands import charter as charter
from kpa_core.sharing.cli.expense_commands import expenses as expenses
from kpa_core.sharing.cli.pot_commands import pots as pots
from kpa_core.sharing.cli.receiving_commands import invoices as invoices
from kpa_core.sharing.cli.share_commands import shares as shares
