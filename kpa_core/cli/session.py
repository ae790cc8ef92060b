"""How a command opens the instance and finds out who acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpa_core.commands import Session

if TYPE_CHECKING:
    from kpa_core.contracts import Actor
    from kpa_core.instance import Instance
    from kpa_core.work import Work


def make_session() -> Session:
    """Return the session of one call; nothing is imported or opened before it is used."""
    return Session(_open, _actor)


def _open() -> Instance:
    from kpa_core.config import find_root
    from kpa_core.features import open_instance

    return open_instance(find_root())


def _actor(work: Work, token: str) -> Actor:
    from kpa_core.accounts.cli import actor_of_token

    return actor_of_token(work, token)
