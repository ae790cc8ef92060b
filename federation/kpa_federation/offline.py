"""The commands that need no KPA: the four of the example, and a guardian's sheet."""

from __future__ import annotations

import click

from kpa_federation import demo
from kpa_federation.guardians.cli import guardian


@click.group()
def offline() -> None:
    """Les voisins, leurs fiches, et la clé du KPA."""


demo.add(offline)
offline.add_command(guardian)
