"""The command line's own session: a token in a file that only its owner reads."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

from kpa_core.accounts import sessions
from kpa_core.contracts import Actor
from kpa_core.work import VISITOR, Work


def actor_of_token(work: Work, token: str = "") -> Actor:
    """Return who holds a token, or the token kept by ``kpa sign-in``; else a visitor."""
    found = sessions.find(work, token or kept(work))
    return found.actor if found else replace(VISITOR, via="cli")


def keep(work: Work, token: str) -> Path:
    """Write a token for the instance, readable by its owner only; return where."""
    path = _path(work)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # an older file may be readable by others
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(token)
    return path


def kept(work: Work) -> str:
    """Return the token kept for the instance, or an empty text."""
    try:
        return _path(work).read_text().strip()
    except OSError:
        return ""


def forget(work: Work) -> None:
    """Remove the token kept for the instance."""
    _path(work).unlink(missing_ok=True)


def _path(work: Work) -> Path:
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    root = str(work.instance.settings.root.resolve())
    return Path(home) / "kpa" / f"{hashlib.sha256(root.encode()).hexdigest()[:16]}.token"
