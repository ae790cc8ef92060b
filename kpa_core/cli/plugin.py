"""``kpa plugin list|new|retry`` and the groups of the plugins' own commands."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Callable
from pathlib import Path

import click
import sqlalchemy as sa

from kpa_core import commands
from kpa_core.cli.listing import OFFLINE
from kpa_core.errors import N_, KpaError, Misuse, PluginError
from kpa_core.instance import PluginStateRow
from kpa_core.plugins import API_VERSION, discover, import_offered
from kpa_core.rights.locks import check_offline_commands
from kpa_core.speaking import say
from kpa_core.work import Work


@click.group()
def plugin() -> None:
    """Les modules de ce KPA."""


@commands.command(plugin, "list", needs="house.read")
@click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
def listed(work: Work, as_json: bool) -> None:
    """Montrer les modules, leur état et pourquoi."""
    states = work.instance.plugins.states
    known = set(discover()) | set(states)
    rows = []
    for name in sorted(known):
        state = states.get(name)
        loaded = work.instance.plugins.get(name)
        rows.append(
            {
                "name": name,
                "state": state.state if state else "available",
                "version": state.version if state else "",
                "title": loaded.title if loaded else "",
                "reason": state.reason if state else "",
            }
        )
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo("  ".join(value for value in row.values() if value))


@commands.command(plugin, "retry", needs="house.operate")
@click.argument("name")
def retry(work: Work, name: str) -> None:
    """Redonner sa chance à un module arrêté."""
    with work.transaction() as session:
        done = session.execute(sa.delete(PluginStateRow).where(PluginStateRow.name == name))
        if not getattr(done, "rowcount", 0):
            raise KpaError(N_("Le module {name!r} n'est pas arrêté."), name=name)
        work.record("house.operate", f"plugin:{name}", after={"retried": True})
    say(N_("Le module {name} repart à la prochaine page."), name=name)


@commands.free_command(plugin, "new", because="it writes a folder, no instance")
@click.argument("name")
@click.option("--in", "parent", default=".", type=click.Path(path_type=Path), help="Où l'écrire.")
def new(name: str, parent: Path) -> None:
    """Écrire un module NAME prêt à essayer, avec ses tests."""
    from kpa_core.cli.listing import CORE
    from kpa_core.features import FEATURES
    from kpa_core.instance import is_reserved
    from kpa_core.scaffold.copying import write_tree

    taken = name in CORE or is_reserved(name) or name in {one.name for one in FEATURES}
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,30}", name) or keyword.iskeyword(name) or taken:
        raise Misuse(N_("« {name} » ne peut pas nommer un module. Exemple : sewing."), name=name)
    if name in discover():
        raise Misuse(N_("Un module {name!r} est déjà installé. Choisis un autre nom."), name=name)
    template = Path(__file__).parents[1] / "scaffold" / "plugin"
    title = name.replace("_", " ").capitalize()
    values = {"name": name, "title": title, "api": str(API_VERSION), "classname": _camel(name)}
    folder = parent / f"kpa-{name.replace('_', '-')}"
    write_tree(template, folder, values)
    say(N_("Le module est dans {folder}. Son README dit la suite."), folder=folder)


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


class Both(click.Group):
    """A plugin's commands that need no instance, and its others, asked for when they are wanted."""

    def __init__(
        self, name: str, offline: click.Group, inside: Callable[[], click.Group] | None
    ) -> None:
        super().__init__(name, help=offline.help)
        self.offline = offline
        self.inside = inside

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all of them."""
        inside = self.inside().list_commands(ctx) if self.inside else []
        return sorted({*self.offline.list_commands(ctx), *inside})

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return one; the instance is not opened for those that need none.

        Raises:
            Misuse: it needs an instance, and there is none here with this plugin.
        """
        found = self.offline.get_command(ctx, name)
        if found is None and self.inside is None:
            raise Misuse(
                N_(
                    "La commande {name!r} demande un KPA avec le module {plugin}. "
                    "Va dans son dossier, ou ajoute --dir DOSSIER."
                ),
                name=name,
                plugin=self.name,
            )
        return found or (self.inside().get_command(ctx, name) if self.inside else None)


def commands_of(name: str, *, enabled: bool) -> click.Group:
    """Return a plugin's commands: those that need no instance, and the others where it is enabled.

    Raises:
        PluginError: they cannot be had, or a command does not say what it needs.
    """
    if name not in discover(OFFLINE):
        return group_of(name)
    offline = import_offered(name, OFFLINE)
    if not isinstance(offline, click.Group):
        raise PluginError(name, N_("ses commandes sans KPA ne sont pas un groupe de commandes."))
    check_offline_commands(offline, name)
    return Both(name, offline, (lambda: group_of(name)) if enabled else None)


def group_of(name: str) -> click.Group:
    """Return the commands of one enabled plugin, asked when they are called.

    Raises:
        PluginError: it is not loaded, or a command declares no capability.
    """
    from kpa_core.config import find_root
    from kpa_core.features import open_instance

    instance = open_instance(find_root())
    instance.close()
    if name not in instance.registered.commands:
        state = instance.plugins.states.get(name)
        raise PluginError(
            name, N_("il n'est pas chargé : {why}"), why=state.reason if state else ""
        )
    return instance.registered.commands[name]
