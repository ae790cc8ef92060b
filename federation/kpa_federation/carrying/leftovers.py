"""Carried files that stayed on the disk: nobody waits for them after a day."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from kpa_core.api import Work

FOLDER = Path("data", "federation")
OLD = 86_400
"""Seconds after which a carried file is removed."""
NAMES = ("brought.*", "written*.kpa*")


def remove_old(work: Work) -> None:
    """Remove what was brought or written here more than a day ago."""
    before = time.time() - OLD
    for name in NAMES:
        for path in (work.instance.settings.root / FOLDER).glob(name):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()
