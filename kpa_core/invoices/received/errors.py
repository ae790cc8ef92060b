"""The one error of this folder."""

from __future__ import annotations

from kpa_core.errors import Refused


class Unreadable(Refused):
    """A supplier's file that cannot be taken: what is wrong, where, and what to do."""

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message, field="file", **params)
