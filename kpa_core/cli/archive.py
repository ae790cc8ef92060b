"""One ZIP with all of an instance: database, files, keys, settings, texts; checked when read.

The keys are in it: without them nothing private could be read again. Keep it like the instance.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from pathlib import Path

import sqlalchemy as sa

from kpa_core import audit, clock, db
from kpa_core.cli import postgresql
from kpa_core.cli.restored import move_service, put_database
from kpa_core.config import Settings
from kpa_core.errors import N_, KpaError, Misuse, Unavailable
from kpa_core.files import sync_folder
from kpa_core.work import Work

FORMAT = 1
MANIFEST = "manifest.json"
SQLITE = "database.sqlite3"
POSTGRESQL = "database.sql"
ANCHORS = "data/audit.anchor"
ALONG = (
    *("kpa.toml", "secrets", "pages", "theme", "templates", "data/files"),
    *("wsgi.py", "deploy", "README.md", ".env.example", ".gitignore"),
)
NO_BACKUP = N_("Cette archive n'est pas une sauvegarde de kpa.")
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


def write_backup(work: Work, target: Path | None = None) -> Path:
    """Write the archive beside its final name, then give it that name; return it.

    Raises:
        Unavailable: the disk is full or cannot be written; nothing is left behind.
    """
    root = work.instance.settings.root
    name = f"kpa-{clock.now():%Y%m%dT%H%M%SZ}.zip"
    path = (target or root / "backups" / name).resolve()
    try:
        _anchor(work)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as draft:
            made = _fill(work, Path(draft))
            made.chmod(0o600)
            made.replace(path)
        sync_folder(path.parent)
    except (OSError, sqlite3.Error) as error:
        if db.is_disk_full(error):
            raise Unavailable(
                N_("Le disque est plein. La sauvegarde n'est pas écrite. Libère de la place.")
            ) from error
        raise Unavailable(
            N_("La sauvegarde n'a pas pu être écrite : {detail}. Rien n'est perdu."), detail=error
        ) from error
    return path


def keys_elsewhere(settings: Settings) -> list[str]:
    """Return where the secrets are that no backup holds: they must be kept by hand."""
    places = []
    for secret in (settings.secrets.session, settings.secrets.data, settings.mail.password):
        if secret.env:
            places.append(secret.env)
        elif secret.file and not _inside(settings.root, settings.root / secret.file):
            places.append(secret.file)
    return places


def _anchor(work: Work) -> None:
    # A database before its first migration has no log yet.
    if sa.inspect(work.instance.engine).has_table(audit.AuditHead.__tablename__):
        audit.anchor(work.session, work.instance.anchors, work.today)
    work.session.rollback()


def _fill(work: Work, draft: Path) -> Path:
    settings = work.instance.settings
    anchors = draft / "anchors"
    if work.instance.anchors.exists():  # before the database: it must hold all they speak of
        shutil.copyfile(work.instance.anchors, anchors)
    dump = _dump(work, draft)
    archive = draft / "kpa.zip"
    hashes: dict[str, str] = {}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        members = [(dump, dump.name), *_files(settings)]
        if anchors.exists():
            members.append((anchors, ANCHORS))
        for path, name in members:
            _add(out, path, name, hashes)
        out.writestr(MANIFEST, json.dumps({"format": FORMAT, "sha256": hashes}, indent=1))
    with archive.open("rb+") as handle:
        os.fsync(handle.fileno())
    return archive


def _add(out: zipfile.ZipFile, path: Path, name: str, hashes: dict[str, str]) -> None:
    digest = hashlib.sha256()
    try:
        source = path.open("rb")
    except FileNotFoundError:  # a photo that was erased meanwhile
        return
    with source:
        member = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
        member.compress_type = zipfile.ZIP_DEFLATED
        with out.open(member, "w", force_zip64=True) as target:
            while block := source.read(2**20):
                digest.update(block)
                target.write(block)
    hashes[name] = digest.hexdigest()


def _dump(work: Work, draft: Path) -> Path:
    engine = work.instance.engine
    if engine.dialect.name != "sqlite":
        postgresql.dump(engine.url, draft / POSTGRESQL)
        return draft / POSTGRESQL
    source = sqlite3.connect(str(engine.url.database))
    copy = sqlite3.connect(draft / SQLITE)
    try:
        source.backup(copy)
        if copy.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise Unavailable(N_("La base est abîmée. Reprends la dernière bonne sauvegarde."))
    finally:
        copy.close()
        source.close()
    return draft / SQLITE


def _files(settings: Settings) -> list[tuple[Path, str]]:
    root = settings.root
    named = (settings.secrets.session.file, settings.secrets.data.file, settings.mail.password.file)
    wanted = [root / name for name in (*ALONG, *filter(None, named))]
    found: dict[str, Path] = {}
    for place in (place for place in wanted if _inside(root, place)):
        paths = [place] if place.is_file() else sorted(place.rglob("*")) if place.is_dir() else []
        # A name with a dot in front is a draft that somebody is writing.
        for path in (path for path in paths if path.is_file() and path.name[0] != "."):
            found[str(path.resolve().relative_to(root.resolve()))] = path
    return [(path, name) for name, path in found.items()]


def _inside(root: Path, place: Path) -> bool:
    return place.resolve().is_relative_to(root.resolve())


# --- reading --------------------------------------------------------------------------------------


def read_backup(archive: Path, folder: Path, database: str | None = None) -> None:
    """Check the whole archive, then put it in ``folder``, which must not exist or be empty.

    Raises:
        Misuse: it is not a backup, or the folder is not empty.
        KpaError: a file in it is not what was saved.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Misuse(
            N_("Le dossier {folder} n'est pas vide. Choisis-en un autre."), folder=str(folder)
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".restore-"))
    try:
        _unpack(archive, draft)
        put_database(draft, draft / SQLITE, draft / POSTGRESQL, database)
        move_service(draft, folder)
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _unpack(archive: Path, draft: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as source:
            for name, digest in _manifest(source).items():
                _unpack_one(source, name, digest, _place(draft, name))
    except KeyError as error:
        raise Misuse(NO_BACKUP) from error
    except BROKEN as error:
        raise KpaError(N_("Cette sauvegarde est abîmée. Prends-en une autre.")) from error
    for key in (draft / "secrets").glob("*"):
        key.chmod(0o600)
    (draft / "backups").mkdir(mode=0o700, exist_ok=True)
    (draft / "data").mkdir(mode=0o700, exist_ok=True)


def _manifest(source: zipfile.ZipFile) -> dict[str, str]:
    try:
        told = json.loads(source.read(MANIFEST))
        hashes, number = told["sha256"], told["format"]
    except (ValueError, TypeError) as error:
        raise Misuse(NO_BACKUP) from error
    if number != FORMAT:
        raise Misuse(
            N_("Cette sauvegarde vient d'un autre kpa (format {number}). Mets kpa à jour."),
            number=number,
        )
    named = set(hashes) if isinstance(hashes, dict) else set()
    if "kpa.toml" not in named or len({SQLITE, POSTGRESQL} & named) != 1:
        raise Misuse(NO_BACKUP)
    return {str(name): str(digest) for name, digest in hashes.items()}


def _place(draft: Path, name: str) -> Path:
    path = (draft / name).resolve()
    if not path.is_relative_to(draft.resolve()) or path == draft.resolve():
        raise Misuse(NO_BACKUP)
    return path


def _unpack_one(source: zipfile.ZipFile, name: str, digest: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with source.open(name) as data, path.open("wb") as out:
        shutil.copyfileobj(data, out)
    if _sha256(path) != digest:
        raise KpaError(N_("Le fichier {name} de la sauvegarde est abîmé."), name=name)


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
