"""The key that comes and the key that goes, in files of their own, while the log changes its key.

The next key waits beside the one in force. It takes its place once the log names it, whenever that
is noticed: a crash at any point leaves the key that the log names. The old one is kept until the
peers were told, which know no other yet; then it is erased.
"""

from __future__ import annotations

import os
from pathlib import Path

from kpa_core.api import N_, Unavailable
from kpa_federation.own import head
from kpa_federation.own.head import KEY
from kpa_federation.protocol import keys

NEXT, OLD = Path("secrets", "federation.next"), Path("secrets", "federation.old")


def make_next(root: Path) -> bytes:
    """Write a new private key that waits; return its public key."""
    private = keys.new_private_key()
    head.write_file(root / NEXT, keys.text_of(private).encode())
    return keys.public_key(private)


def find(root: Path, public: bytes) -> bytes | None:
    """Return the private key of a public one, in force or waiting; None when it is not here."""
    for path in (KEY, NEXT):
        private = _read(root / path)
        if private is not None and keys.public_key(private) == public:
            return private
    return None


def have(root: Path, public: bytes) -> bytes:
    """Return the private key of the one the log names.

    Raises:
        Unavailable: it is not here; guardians can give the log another one.
    """
    private = find(root, public)
    if private is None:
        raise Unavailable(
            N_("La clé du réseau, {file}, n'est pas celle du journal. Demande aux gardien·nes."),
            file=str(KEY),
        )
    return private


def take(root: Path, public: bytes) -> bytes:
    """Return the private key of the one the log names; if it was waiting, it is in force now.

    Raises:
        Unavailable: it is neither; guardians can give the log another one.
    """
    private, in_force = have(root, public), _read(root / KEY)
    if private != in_force:
        if in_force is not None:
            (root / KEY).replace(root / OLD)
        (root / NEXT).replace(root / KEY)
        head.sync_folder((root / KEY).parent)
    return private


def old(root: Path) -> bytes | None:
    """Return the private key that was in force before, as long as it is kept."""
    return _read(root / OLD)


def forget_old(root: Path) -> None:
    """Erase the key that was in force before."""
    _erase(root / OLD)


def forget_next(root: Path) -> None:
    """Erase the key that waits: its ceremony was stopped."""
    _erase(root / NEXT)


def _read(path: Path) -> bytes | None:
    try:
        return keys.bytes_of(path.read_text().strip(), keys.KEY_BYTES)
    except (OSError, ValueError):
        return None


def _erase(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return
    try:
        os.write(descriptor, b"\n" * os.fstat(descriptor).st_size)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    path.unlink()
    head.sync_folder(path.parent)
