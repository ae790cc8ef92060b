"""What tests of two people acting at the same moment need."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

MOMENT = 0.5
"""Seconds an act stands still for the other one: whoever is made to wait takes no longer."""


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Callable[[], Any]]:
    """Let another act run in the middle of the next one, just before it calls a function.

    ``meanwhile(module, "name", act)`` returns a function that waits for the end of ``act`` and
    returns its answer, or the error that stopped it.
    """

    def arrange(module: Any, name: str, act: Callable[[], Any]) -> Callable[[], Any]:
        real, told = getattr(module, name), []

        def run() -> None:
            try:
                told.append(act())
            except Exception as error:
                told.append(error)

        other = threading.Thread(target=run)

        def paused(*args: Any, **more: Any) -> Any:
            monkeypatch.setattr(module, name, real)
            other.start()
            other.join(MOMENT)
            return real(*args, **more)

        def outcome() -> Any:
            other.join(60)
            return told[0]

        monkeypatch.setattr(module, name, paused)
        return outcome

    return arrange
