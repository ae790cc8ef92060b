"""See, before serving, that every command of the core declares its right."""

from __future__ import annotations

from importlib import import_module

import click

from kpa_core.cli.listing import CORE
from kpa_core.rights.locks import check_core_commands
from kpa_core.rights.reach import Rights


def check_all(rights: Rights) -> None:
    """Import every command and check its lock.

    Raises:
        StartError: one has none; the sentence names it.
    """
    every = click.Group("kpa")
    for name, entry in CORE.items():
        every.add_command(getattr(import_module(entry.module), entry.attribute), name)
    check_core_commands(every, rights)
