"""See that every command has its lock, like every page (``web/doors.py``)."""

from __future__ import annotations

from collections.abc import Container

import click

from kpa_core.errors import N_, PluginError, StartError
from kpa_core.rights.reach import Rights


def unlocked(group: click.Group, rights: Rights | Container[str]) -> str:
    """Return the name of a command that declares no known capability, or an empty text."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found = unlocked(command, rights)
        else:
            needs, free = getattr(command, "kpa_needs", None), getattr(command, "kpa_free", "")
            found = "" if free or needs in rights else name
        if found:
            return found
    return ""


def check_plugin_commands(group: click.Group, plugin: str, rights: Rights) -> None:
    """Refuse a plugin one of whose commands has no lock.

    Raises:
        PluginError: it names the command.
    """
    name = unlocked(group, rights)
    if name:
        raise PluginError(
            plugin, N_("sa commande {name!r} ne dit pas quel droit elle demande."), name=name
        )


def check_offline_commands(group: click.Group, plugin: str) -> None:
    """Refuse commands for people without an instance, one of which does not say why it needs none.

    Raises:
        PluginError: it names the command.
    """
    name = unlocked(group, ())
    if name:
        raise PluginError(
            plugin, N_("sa commande {name!r} ne dit pas pourquoi elle marche sans KPA."), name=name
        )


def check_core_commands(group: click.Group, rights: Rights) -> None:
    """Stop when one of the core's own commands has no lock.

    Raises:
        StartError: it names the command.
    """
    name = unlocked(group, rights)
    if name:
        raise StartError(
            N_("La commande {name!r} ne dit pas quel droit elle demande. Ajoute needs=…."),
            name=name,
        )
