"""The commands ``kpa activities``, ``kpa orders``, ``kpa tasks`` and ``kpa hours``."""

from kpa_core.activities.cli import customer_commands as customer_commands
from kpa_core.activities.cli import line_commands as line_commands
from kpa_core.activities.cli.activity_commands import activities as activities
from kpa_core.activities.cli.hour_commands import hours as hours
from kpa_core.activities.cli.order_commands import orders as orders
from kpa_core.activities.cli.task_commands import tasks as tasks
