"""``kpa backup`` and ``kpa restore``."""

from __future__ import annotations

from pathlib import Path

import click

from kpa_core import commands
from kpa_core.cli import archive as archives
from kpa_core.errors import N_
from kpa_core.speaking import say
from kpa_core.work import Work


@click.group()
def house() -> None:
    """Hold the single commands below; each is called by its own name."""


@commands.command(house, "backup", needs="house.operate")
@click.option("--to", "target", type=click.Path(path_type=Path), help="Le fichier à écrire.")
def backup(work: Work, target: Path | None) -> None:
    """Faire une sauvegarde, même pendant que le site tourne."""
    path = archives.write_backup(work, target)
    with work.transaction():
        work.record("house.operate", f"backup:{path.name}")
    say(N_("Sauvegarde : {path}"), path=path)
    for place in archives.keys_elsewhere(work.instance.settings):
        say(N_("Une clé n'y est pas : {place}. Garde-la ailleurs."), place=place)


@commands.free_command(house, "restore", because="the folder is new")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--database", help="Une autre adresse pour la base, vide si c'est PostgreSQL.")
def restore(archive: Path, folder: Path, database: str | None) -> None:
    """Remettre la sauvegarde ARCHIVE dans le dossier neuf FOLDER."""
    archives.read_backup(archive, folder.resolve(), database)
    say(N_("Le KPA est de retour dans {folder}. Lance « kpa doctor »."), folder=folder)
