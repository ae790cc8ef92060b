"""Logs in which no one can forge a line: what follows a line break is always set in."""

from __future__ import annotations

import logging

FORMAT = "%(asctime)s %(name)s %(levelname)s %(message)s"


class SetIn(logging.Formatter):
    """Starts each entry at the margin: another line or a control character cannot pose as one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry, every character of it printable."""
        lines = super().format(record).split("\n")
        return "\n    ".join(_printable(line) for line in lines)


def set_up() -> None:
    """Write the logs of this process to its error output."""
    handler = logging.StreamHandler()
    handler.setFormatter(SetIn(FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for chatty in ("alembic", "flask_wtf"):  # a line for each stale form would fill a disk
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _printable(line: str) -> str:
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in line
    )
