"""The key and the last signed head, in files of their own.

The head's file lies outside the database and its backups: a restored database is older than it,
and signs nothing before a person looked. It is written and synced before the checkpoint leaves.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kpa_core.api import N_, Refused, Unavailable
from kpa_federation.protocol import keys

KEY = Path("secrets", "federation.key")
HEAD = Path("data", "federation.head")
"""Not among the secrets: those are in every backup, and come back as old as the database."""
RECOVERY = Path("data", "federation.recovery")


class OlderThanPublished(Refused):
    """The database is older than what this instance signed: a backup was put back."""


@dataclass(frozen=True, slots=True)
class Head:
    """A size and root that were signed."""

    size: int
    root: bytes


def make_key(root: Path) -> bytes:
    """Return the private key of an instance's folder, made now if there is none."""
    path = root / KEY
    if not path.exists():
        write_file(path, keys.text_of(keys.new_private_key()).encode())
    return read_key(root)


def read_key(root: Path) -> bytes:
    """Return the private key.

    Raises:
        Unavailable: it cannot be read; guardians can give the log another one.
    """
    try:
        return keys.bytes_of((root / KEY).read_text().strip(), keys.KEY_BYTES)
    except (OSError, ValueError) as error:
        raise Unavailable(
            N_("La clé du réseau, {file}, manque. Remets-la, ou demande aux gardien·nes."),
            file=str(KEY),
        ) from error


def last_head(root: Path) -> Head | None:
    """Return the last head that was signed; None when none ever was.

    Raises:
        Unavailable: its file cannot be read: nothing may be signed.
    """
    return _read(root / HEAD)


def allow_recovery(root: Path, made: Head) -> None:
    """Let one head be signed, once, although a longer log was: guardians signed where it goes on.

    Only ``own.rekeying`` calls it, with an entry that enough guardians signed, and audits it.
    """
    write_file(root / RECOVERY, _written(made))


def start_from(root: Path, head: Head) -> None:
    """Take the head that peers have of one's own log as the last one signed: the server is new."""
    write_file(root / HEAD, _written(head))


def promise(root: Path, head: Head) -> None:
    """Write that a head is about to be signed.

    Raises:
        OlderThanPublished: another was signed that this one does not follow, and no recovery
            allows this very head.
    """
    last = last_head(root)
    if last == head:
        return
    if last is not None and head.size <= last.size and not is_recovery(root, head):
        raise OlderThanPublished(
            N_(
                "La base est plus vieille que ce qui a été publié ({published} lignes, "
                "ici {here}). Reprends d'abord tes fiches chez les voisins."
            ),
            published=last.size,
            here=head.size,
        )
    write_file(root / HEAD, _written(head))
    (root / RECOVERY).unlink(missing_ok=True)


def is_recovery(root: Path, head: Head) -> bool:
    """Tell whether guardians had this log go back, and this is the head it then has."""
    return head == _read(root / RECOVERY)


def _written(head: Head) -> bytes:
    return json.dumps({"root": head.root.hex(), "size": head.size}).encode()


def _read(path: Path) -> Head | None:
    try:
        said = json.loads(path.read_text())
        return Head(int(said["size"]), bytes.fromhex(said["root"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unavailable(
            N_(
                "Le fichier {file} est abîmé : on ne sait plus jusqu'où ce KPA a signé. "
                "Remets une copie de ce fichier, ou demande de l'aide."
            ),
            file=path.name,
        ) from error


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, for its owner alone; each writer has a draft of its own."""
    path.parent.mkdir(exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the disk hold the names that a folder has now."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
