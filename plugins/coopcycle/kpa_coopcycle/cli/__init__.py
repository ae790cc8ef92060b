"""``kpa coopcycle``: is the co-op's server as we know it, connect it, deliver, compare."""

from __future__ import annotations

import click

from kpa_coopcycle.cli import asking, connecting
from kpa_coopcycle.settings import Settings


def add(group: click.Group, settings: Settings) -> None:
    """Add the commands to ``kpa coopcycle``."""
    connecting.add(group, settings)
    asking.add(group)
