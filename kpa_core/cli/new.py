"""``kpa new``: from nothing to a KPA that can be served."""

from __future__ import annotations

from pathlib import Path

import click

from kpa_core.commands import free_command
from kpa_core.errors import N_, Misuse
from kpa_core.speaking import say

PLUGINS = {"kpa": ("cape", "catering", "federation"), "network": ("federation",)}
"""The plugins of a new instance, by its kind."""


@click.group()
def house() -> None:
    """Hold the command below; it is called by its own name."""


@free_command(house, "new", because="there is no instance yet")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", prompt="Nom du KPA", help="Le nom du KPA.")
@click.option(
    "--kind",
    default="kpa",
    type=click.Choice(("kpa", "network")),
    help="network : un nœud du réseau, sans activités ni factures.",
)
@click.option("--territory", default="", help="La ville ou le quartier.")
@click.option("--pitch", default="", help="Une phrase pour les visiteurs.")
@click.option("--plugin", "plugins", multiple=True, help="Un module à activer (plusieurs fois).")
@click.option("--no-plugins", is_flag=True, help="Aucun module.")
@click.option("--base-url", default="", help="L'adresse que les gens tapent.")
@click.option(
    "--port", default=8000, type=click.IntRange(1, 65535), help="Le port sur cette machine."
)
@click.option("--database", default="sqlite:///data/kpa.sqlite3", help="SQLite ou PostgreSQL.")
@click.option("--first-name", prompt="Prénom de la première personne", help="La première personne.")
@click.option("--contact", prompt="Son téléphone ou son mail", help="Son téléphone ou son mail.")
def new(
    folder: Path,
    name: str,
    kind: str,
    territory: str,
    pitch: str,
    plugins: tuple[str, ...],
    no_plugins: bool,
    base_url: str,
    port: int,
    database: str,
    first_name: str,
    contact: str,
) -> None:
    """Créer un KPA dans FOLDER : réglages, clés, base, première personne."""
    from kpa_core.scaffold.newborn import Birth, make_instance

    if no_plugins and plugins:
        raise Misuse(N_("Choisis des modules ou aucun, pas les deux."))
    if kind == "network" and (no_plugins or plugins):
        raise Misuse(N_("Un nœud du réseau n'a qu'un module, celui du réseau : n'en choisis pas."))
    birth = Birth(
        name=name,
        kind=kind,
        territory=territory,
        pitch=pitch,
        plugins=() if no_plugins else plugins or PLUGINS[kind],
        base_url=base_url,
        port=port,
        database=database,
        first_name=first_name,
        first_contact=contact,
    )
    code = make_instance(folder, birth)
    say(N_("Le KPA « {name} » est dans {folder}."), name=name, folder=folder)
    say(
        N_("La carte de {name} : {code}. Note ce code, il n'est écrit nulle part."),
        name=first_name,
        code=code,
    )
    say(N_("Pour ouvrir le site : kpa --dir {folder} serve"), folder=folder)
