"""The commands ``kpa expenses``, ``kpa shares``, ``kpa pots`` and ``kpa charter``."""

from kpa_core.sharing.cli.charter_commands import charter as charter
from kpa_core.sharing.cli.expense_commands import expenses as expenses
from kpa_core.sharing.cli.pot_commands import pots as pots
from kpa_core.sharing.cli.share_commands import shares as shares
