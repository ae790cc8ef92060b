"""The command ``kpa``. Groups are imported when they are called: help must answer at once."""

from __future__ import annotations

import os
import tomllib
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click

from kpa_core.cli.listing import CORE, NOT_IN, OFFLINE, Entry


class Lazy(click.Group):
    """A group that knows its commands' names and first lines without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the core's commands, then one group per plugin that has some here."""
        return [*_core(), *_plugins()]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import one command."""
        entry = _core().get(name)
        if entry is not None:
            command = getattr(import_module(entry.module), entry.attribute)
            assert isinstance(command, click.Command)
            return command
        if name not in _plugins():
            return None
        from kpa_core.cli.plugin import commands_of

        return commands_of(name, enabled=name in enabled_plugins())

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list from the table of first lines, importing nothing."""
        rows = [(name, _line(entry)) for name, entry in _core().items()]
        rows += [(name, _plugin_line(name)) for name in _plugins()]
        with formatter.section("Commandes" if _french() else "Commands"):
            formatter.write_dl(rows)


def enabled_plugins() -> list[str]:
    """Return the plugins named in the nearest ``kpa.toml``, read without opening the instance."""
    names = _table().get("plugins", [])
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _table() -> dict[str, Any]:
    """Return what the nearest ``kpa.toml`` says; nothing where it cannot be read."""
    folder = Path(os.environ.get("KPA_DIR") or Path.cwd())
    for place in (folder, *folder.parents):
        if (place / "kpa.toml").is_file():
            try:
                return tomllib.loads((place / "kpa.toml").read_text("utf-8"))
            except (OSError, ValueError):
                return {}
    return {}


def _core() -> dict[str, Entry]:
    """Return the core's commands, but for those that this kind of instance has not."""
    told = _table().get("instance", {})
    kind = told.get("kind") if isinstance(told, dict) else None
    left_out = NOT_IN.get(kind, frozenset()) if isinstance(kind, str) else frozenset()
    return {name: entry for name, entry in CORE.items() if name not in left_out}


def _plugins() -> list[str]:
    """Return the plugins that have commands here: the enabled ones, and those that need no KPA."""
    offline = (point.name for point in entry_points(group=OFFLINE))
    return [name for name in dict.fromkeys((*enabled_plugins(), *offline)) if name not in CORE]


def _french() -> bool:
    wanted = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    return not wanted.lower().startswith("en")


def _line(entry: Entry) -> str:
    return entry.french if _french() else entry.english


def _plugin_line(name: str) -> str:
    return f"Les commandes du module {name}." if _french() else f"The commands of plugin {name}."


def _remember(_context: click.Context, _option: click.Parameter, folder: str | None) -> None:
    """Note where the instance is while the line is read: its plugins name commands of their own."""
    if folder:
        os.environ["KPA_DIR"] = str(Path(folder).resolve())


@click.group(cls=Lazy, help="kpa : le logiciel d'un KPA, de la demande au partage.")
@click.option(
    "--dir",
    type=click.Path(file_okay=False),
    is_eager=True,
    expose_value=False,
    callback=_remember,
    help="Dossier de l'instance.",
)
@click.version_option(package_name="kpa-core", prog_name="kpa")
@click.pass_context
def root(context: click.Context) -> None:
    """Open nothing: that is left to the commands that need it."""
    from kpa_core.cli.session import make_session

    context.obj = make_session()


def main() -> None:
    """Run ``kpa``, in the terminal's language, with errors as sentences."""
    from kpa_core.speaking import speaking

    with speaking():
        root(prog_name="kpa")
