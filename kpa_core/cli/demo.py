"""``kpa demo``: an example KPA to look at, made by its own forms."""

from __future__ import annotations

import os
from pathlib import Path

import click

from kpa_core.commands import free_command
from kpa_core.errors import N_
from kpa_core.speaking import say

WHO = (
    ("Nadia", N_("anime le groupe")),
    ("Amina", N_("suit les buffets")),
    ("Fatou", N_("suit l'argent")),
    ("Claire", N_("travaille à la coopérative qui facture")),
    ("Leïla", N_("cuisine")),
)


@click.group()
def house() -> None:
    """Hold the command below; it is called by its own name."""


@free_command(house, "demo", because="it makes its own instance")
@click.argument("folder", type=click.Path(path_type=Path), default="demo")
@click.option("--serve", "serving", is_flag=True, help="Ouvrir le site ensuite.")
@click.option("--port", default=8000, type=click.IntRange(1, 65535), help="Le port.")
def demo(folder: Path, serving: bool, port: int) -> None:
    """Créer un KPA d'exemple dans FOLDER (s'il n'y est pas déjà)."""
    from kpa_core.demo.making import cards, make_demo

    if not (folder / "kpa.toml").is_file():
        say(N_("Le KPA d'exemple se prépare…"))
        make_demo(folder, port)
    codes = cards(folder)
    say(N_("Adresse : http://127.0.0.1:{port}"), port=port)
    say(N_("Pour entrer, page « Se connecter », puis « Avec ma carte » :"))
    for name, what in WHO:
        if name in codes:
            say(N_("  {code}   {name}, qui {what}"), code=codes[name], name=name, what=_told(what))
    if serving:
        from kpa_core.cli.serve import run_server

        os.environ["KPA_DIR"] = str(folder.resolve())
        run_server(port)
    else:
        say(N_("Pour ouvrir le site : kpa --dir {folder} serve"), folder=folder)


def _told(message: str) -> str:
    from kpa_core.i18n import gettext

    return gettext(message)
