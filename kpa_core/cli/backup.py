"""``kpa backup`` and ``kpa restore``: one ZIP with the database, the files, the keys and settings.

The keys are in it: without them nothing private could be read again. Keep it like the instance.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from pathlib import Path

import click
import sqlalchemy as sa

from kpa_core import clock, commands
from kpa_core.errors import N_, KpaError, Misuse, Unavailable
from kpa_core.speaking import say
from kpa_core.work import Work

MANIFEST = "manifest.json"
SQLITE = "database.sqlite3"
POSTGRESQL = "database.sql"
ALONG = ("kpa.toml", "secrets", "pages", "theme", "templates", "data/files")


@click.group()
def house() -> None:
    """Hold the single commands below; each is called by its own name."""


@commands.command(house, "backup", needs="house.operate")
@click.option("--to", "target", type=click.Path(path_type=Path), help="Le fichier à écrire.")
def backup(work: Work, target: Path | None) -> None:
    """Faire une sauvegarde, même pendant que le site tourne."""
    say(N_("Sauvegarde : {path}"), path=write_backup(work, target))


@commands.free_command(house, "restore", because="the folder is new")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--database", help="Une autre base (pour PostgreSQL, vide).")
def restore(archive: Path, folder: Path, database: str | None) -> None:
    """Remettre la sauvegarde ARCHIVE dans le dossier neuf FOLDER."""
    read_backup(archive, folder.resolve(), database)
    say(N_("Le KPA est de retour dans {folder}. Lance « kpa doctor »."), folder=folder)


def write_backup(work: Work, target: Path | None = None) -> Path:
    """Write the archive beside its final name, then give it that name; return it.

    Raises:
        Unavailable: the disk is full or cannot be written; nothing is left behind.
    """
    root = work.instance.settings.root
    name = f"kpa-{clock.now():%Y%m%dT%H%M%SZ}.zip"
    path = (target or root / "backups" / name).resolve()
    work.session.rollback()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as draft:
            made = _fill(work, Path(draft))
            os.chmod(made, 0o600)
            made.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(
            N_("La sauvegarde n'a pas pu être écrite : {detail}. Rien n'est perdu."), detail=error
        ) from error
    return path


def _fill(work: Work, draft: Path) -> Path:
    engine, root = work.instance.engine, work.instance.settings.root
    if engine.dialect.name == "sqlite":
        dump = draft / SQLITE
        with sqlite3.connect(str(engine.url.database)) as source, sqlite3.connect(dump) as copy:
            source.backup(copy)
        copy.close()
        source.close()
    else:
        dump = draft / POSTGRESQL
        _run(["pg_dump", "--no-owner", "--format=plain", "--file", str(dump), _libpq(engine.url)])
    archive = draft / "kpa.zip"
    hashes: dict[str, str] = {}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path, name in [(dump, dump.name), *_files(root)]:
            out.write(path, name)
            hashes[name] = _sha256(path)
        out.writestr(MANIFEST, json.dumps({"format": 1, "sha256": hashes}, indent=1))
    with archive.open("rb+") as handle:
        os.fsync(handle.fileno())
    return archive


def _files(root: Path) -> list[tuple[Path, str]]:
    found = []
    for name in ALONG:
        place = root / name
        paths = [place] if place.is_file() else sorted(place.rglob("*")) if place.is_dir() else []
        found += [(path, str(path.relative_to(root))) for path in paths if path.is_file()]
    return found


def read_backup(archive: Path, folder: Path, database: str | None = None) -> None:
    """Check the whole archive, then put it in ``folder``, which must not exist or be empty.

    Raises:
        Misuse: it is not a backup, or the folder is not empty.
        KpaError: a file in it is not what was saved.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Misuse(
            N_("Le dossier {folder} n'est pas vide. Choisis-en un autre."), folder=str(folder)
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".restore-"))
    try:
        _unpack(archive, draft)
        _put_database(draft, database)
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _unpack(archive: Path, draft: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as source:
            hashes = json.loads(source.read(MANIFEST))["sha256"]
            for name, digest in hashes.items():
                path = (draft / name).resolve()
                if not path.is_relative_to(draft.resolve()):
                    raise Misuse(N_("Cette archive n'est pas une sauvegarde de kpa."))
                path.parent.mkdir(parents=True, exist_ok=True)
                with source.open(name) as data, path.open("wb") as out:
                    shutil.copyfileobj(data, out)
                if _sha256(path) != digest:
                    raise KpaError(N_("Le fichier {name} de la sauvegarde est abîmé."), name=name)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Misuse(N_("Cette archive n'est pas une sauvegarde de kpa.")) from error
    for key in (draft / "secrets").glob("*"):
        key.chmod(0o600)
    (draft / "backups").mkdir(exist_ok=True)


def _put_database(draft: Path, database: str | None) -> None:
    (draft / "data").mkdir(exist_ok=True)
    if (draft / SQLITE).exists():
        from kpa_core.config import read_settings

        url = sa.make_url(read_settings(draft).database.url)
        place = draft / (url.database or "data/kpa.sqlite3")
        place.parent.mkdir(parents=True, exist_ok=True)
        (draft / SQLITE).replace(place)
        with sqlite3.connect(place) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        connection.close()
        return
    if not database:
        raise Misuse(N_("Cette sauvegarde vient de PostgreSQL. Ajoute --database postgresql://…"))
    url = sa.make_url(database)
    _run(
        [
            "psql",
            "--quiet",
            "--set",
            "ON_ERROR_STOP=1",
            "--file",
            str(draft / POSTGRESQL),
            _libpq(url),
        ]
    )
    (draft / POSTGRESQL).unlink()


def _libpq(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise Unavailable(
            N_("Le programme {name} manque. Installe le client de PostgreSQL."), name=command[0]
        ) from error
    if done.returncode:
        raise Unavailable(
            N_("{name} a échoué : {detail}"), name=command[0], detail=done.stderr.strip()[:300]
        )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(2**20):
            digest.update(block)
    return digest.hexdigest()
