"""Copy a folder of templates, filling its ``@places@``; all of it or nothing."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from kpa_core.errors import N_, Misuse, Unavailable

PLACE = re.compile(r"@([a-z_]+)@")


def write_tree(template: Path, target: Path, values: Mapping[str, str]) -> list[Path]:
    """Write ``template`` as ``target``, which must not exist or be empty; return the files.

    Names ending in ``.tmpl`` lose that ending; places in names are filled too.

    Raises:
        Misuse: the folder holds something already.
        Unavailable: it cannot be written; nothing is left behind.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Misuse(
            N_("Le dossier {folder} n'est pas vide. Choisis-en un autre."), folder=str(target)
        )
    missing = missing_parents(target)
    draft = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".kpa-", dir=target.parent))
        files = [_write_one(template, source, draft, values) for source in _files(template)]
        draft.chmod(0o755)
        if target.exists():
            target.rmdir()
        draft.rename(target)
    except BaseException as error:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
        remove_empty(missing)
        if isinstance(error, OSError):
            raise _refused(target, error) from error
        raise
    return [target / path for path in files]


def missing_parents(target: Path) -> list[Path]:
    """Return the folders above ``target`` that are not there yet, the nearest first."""
    return [parent for parent in target.absolute().parents if not parent.exists()]


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove the folders of a list that are empty."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _files(template: Path) -> list[Path]:
    found = (
        path for path in template.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    return sorted(found)


def _write_one(template: Path, source: Path, draft: Path, values: Mapping[str, str]) -> Path:
    relative = Path(_filled(str(source.relative_to(template)), values).removesuffix(".tmpl"))
    path = draft / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    data = source.read_bytes()
    try:
        path.write_text(_filled(data.decode("utf-8"), values), "utf-8")
    except UnicodeDecodeError:  # a picture
        path.write_bytes(data)
    return relative


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACE.sub(lambda place: values.get(place[1], place[0]), text)


def _refused(target: Path, error: OSError) -> Unavailable:
    return Unavailable(
        N_("Le dossier {folder} ne peut pas être écrit : {detail}. Rien n'a été créé."),
        folder=str(target),
        detail=error.strerror or "",
    )
