"""Put a saved database in place, and see that the restored settings name that one and no other."""

from __future__ import annotations

import json
import re
import sqlite3
import tomllib
from pathlib import Path

import sqlalchemy as sa

from kpa_core.cli import postgresql
from kpa_core.errors import N_, KpaError, Misuse
from kpa_core.scaffold.newborn import of_systemd, program

USUAL = "sqlite:///data/kpa.sqlite3"


def put_database(draft: Path, sqlite_file: Path, sql_file: Path, wanted: str | None) -> None:
    """Put the saved database where ``wanted``, or else the saved ``kpa.toml``, says.

    Raises:
        Misuse: that place is outside the new folder, or is not the same kind of base.
        KpaError: the saved database is damaged.
    """
    if sqlite_file.exists():
        _put_sqlite(draft, sqlite_file, wanted or _saved_url(draft))
    elif wanted and wanted.startswith("postgresql"):
        postgresql.load(sa.make_url(wanted), sql_file)
        sql_file.unlink()
    else:  # never into the database the saved settings name: it may be the living one
        raise Misuse(N_("Cette sauvegarde vient de PostgreSQL. Ajoute --database postgresql://…"))
    if wanted:
        write_url(draft / "kpa.toml", wanted)


def _saved_url(draft: Path) -> str:
    try:
        table = tomllib.loads((draft / "kpa.toml").read_text("utf-8"))
        return str(table.get("database", {}).get("url", USUAL))
    except (ValueError, AttributeError):
        return USUAL


def _put_sqlite(draft: Path, saved: Path, address: str) -> None:
    url = sa.make_url(address)
    place = (draft / (url.database or "")).resolve()
    if url.get_backend_name() != "sqlite" or not place.is_relative_to(draft.resolve()):
        raise Misuse(
            N_("La base doit aller dans le nouveau dossier. Ajoute --database {example}."),
            example=USUAL,
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    saved.replace(place)
    connection = sqlite3.connect(place)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise KpaError(N_("La base de cette sauvegarde est abîmée. Prends-en une autre."))
    except sqlite3.DatabaseError as error:
        raise KpaError(
            N_("La base de cette sauvegarde est abîmée. Prends-en une autre.")
        ) from error
    finally:
        connection.close()


def move_service(draft: Path, folder: Path) -> None:
    """Have the saved service open the restored folder: the old one may still be there, and live."""
    place = draft / "deploy" / "kpa.service"
    if not place.is_file():
        return
    text = place.read_text("utf-8")
    named = re.search(r"^WorkingDirectory=(.+)$", text, re.M)
    if named:
        text = text.replace(named[1].strip(), of_systemd(folder))
    run = f'ExecStart="{of_systemd(program())}" serve'
    place.write_text(re.sub(r"^ExecStart=.*$", lambda _: run, text, flags=re.M), "utf-8")


def write_url(settings: Path, url: str) -> None:
    """Write the database's address in a ``kpa.toml``, leaving the rest as it is.

    Raises:
        Misuse: the file writes its tables in a way that only a person can change.
    """
    text = settings.read_text("utf-8")
    line = f"url = {json.dumps(url, ensure_ascii=False)}"
    head = re.search(r"^\[database\][^\n]*\n", text, re.M)
    if head is None:
        text = f"{text.rstrip()}\n\n[database]\n{line}\n"
    else:
        rest = text[head.end() :]
        after = re.search(r"^\[", rest, re.M)
        end = after.start() if after else len(rest)
        kept = re.sub(r"^[ \t]*url[ \t]*=[^\n]*\n?", "", rest[:end], flags=re.M)
        text = f"{text[: head.end()]}{line}\n{kept}{rest[end:]}"
    try:
        told = tomllib.loads(text)["database"]["url"]
    except (tomllib.TOMLDecodeError, KeyError, TypeError):
        told = ""
    if told != url:
        raise Misuse(N_("Écris l'adresse de la base dans kpa.toml à la main, puis recommence."))
    settings.write_text(text, "utf-8")
