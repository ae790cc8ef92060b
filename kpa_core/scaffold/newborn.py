"""Make an instance: its folder, its keys, its database, its first account."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kpa_core import accounts, db, migrate
from kpa_core.errors import N_, Misuse
from kpa_core.features import open_instance
from kpa_core.invoices import guards
from kpa_core.scaffold.copying import missing_parents, remove_empty, write_tree
from kpa_core.vault import new_key
from kpa_core.work import OPERATOR


@dataclass(frozen=True)
class Birth:
    """What a new KPA is told at first."""

    name: str
    kind: str = "kpa"
    territory: str = ""
    pitch: str = ""
    plugins: tuple[str, ...] = ("cape", "catering", "federation")
    base_url: str = ""
    port: int = 8000
    database: str = "sqlite:///data/kpa.sqlite3"
    demo: bool = False
    first_name: str = ""
    first_contact: str = ""


def template() -> Path:
    """Return the folder an instance is copied from: in the package, or beside it in a checkout."""
    inside = Path(__file__).parent / "instance"
    checkout = Path(__file__).parents[2] / "instance_template"
    # An editable install leaves a stale copy inside: the checkout wins where there is one.
    return checkout if (checkout / "kpa.toml").is_file() else inside


def make_instance(folder: Path, birth: Birth) -> str:
    """Make the instance and return the code of the first person's card, or an empty text.

    Raises:
        Misuse: the folder is not empty, or a value is wrong; nothing is left behind.
    """
    _check(folder, birth)
    folder = folder.resolve()
    existed, missing = folder.exists(), missing_parents(folder)
    write_tree(template(), folder, _values(folder, birth))
    try:
        _make_secrets(folder)
        for name in ("data", "backups"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        return _fill(folder, birth)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if existed:
            folder.mkdir()
        remove_empty(missing)
        raise


def _check(folder: Path, birth: Birth) -> None:
    """Refuse what no settings file, service file or mail header can hold."""
    told = [str(folder), *(value for value in asdict(birth).values() if isinstance(value, str))]
    wrong = [value for value in told if not value.isprintable()]
    if wrong:
        raise Misuse(
            N_("{value} : écris-le sur une seule ligne, avec des lettres ordinaires."),
            value=ascii(wrong[0])[:60],
        )


def _fill(folder: Path, birth: Birth) -> str:
    place = db.sqlite_file(birth.database, folder)
    if place is not None and place.parent.is_dir():
        place.touch(mode=0o600)
    instance = open_instance(folder)
    try:
        _check_empty(instance.engine)
        db.prepare_sqlite(instance.engine)
        migrate.upgrade(instance, guards=guards.install)
        refused = [one for one in instance.plugins.states.values() if one.state == "refused"]
        if refused:
            raise Misuse(refused[0].reason)
        if not birth.first_name:
            return ""
        with instance.work(OPERATOR) as work:
            return accounts.first_account(work, birth.first_name, birth.first_contact)
    finally:
        instance.close()


def _check_empty(engine: sa.Engine) -> None:
    try:
        tables = sa.inspect(engine).get_table_names()
    except DBAPIError as error:
        raise db.meaning_of(error) or error from error
    if tables:  # of another KPA, whose keys are not these
        raise Misuse(N_("La base n'est pas vide. Choisis-en une autre."))


def _make_secrets(folder: Path) -> None:
    place = folder / "secrets"
    place.mkdir(mode=0o700)
    for name, value in (
        ("session.key", secrets.token_bytes(48).hex().encode()),
        ("data.key", new_key()),
    ):
        handle = os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(value + b"\n")


def _values(folder: Path, birth: Birth) -> dict[str, str]:
    # A JSON string is a TOML string: whatever is typed stays one value.
    quoted = {
        "name": birth.name,
        "kind": birth.kind,
        "territory": birth.territory,
        "pitch": birth.pitch,
        "base_url": birth.base_url or f"http://127.0.0.1:{birth.port}",
        "database": birth.database,
        "plugins": list(birth.plugins),
        "demo": birth.demo,
        "port": birth.port,
    }
    return {
        **{key: json.dumps(value, ensure_ascii=False) for key, value in quoted.items()},
        "title": birth.name,
        "folder": of_systemd(folder),
        "kpa": of_systemd(program()),
    }


def program() -> Path:
    """Return the command ``kpa`` of this installation."""
    return Path(sys.executable).with_name("kpa")


def of_systemd(path: Path) -> str:
    """Return a path as a unit file wants it, where % is a sign of its own."""
    return str(path).replace("%", "%%")
