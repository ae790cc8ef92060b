"""Writers wait at the door, one after the other."""

from __future__ import annotations

import threading
from pathlib import Path

from kpa_core.turns import Turn


def is_first(folder: Path) -> bool:
    """Tell whether a newcomer finds nobody before it, and leave again."""
    newcomer = Turn(folder)
    newcomer.wait(0)
    try:
        return newcomer.is_first
    finally:
        newcomer.close()


def test_nobody_comes_in_before_the_first_has_left(tmp_path: Path) -> None:
    first = Turn(tmp_path)
    first.wait(1)
    assert not is_first(tmp_path)
    first.leave()
    assert is_first(tmp_path)


def test_who_gives_up_leaves_the_first_in_its_place(tmp_path: Path) -> None:
    first, second = Turn(tmp_path), Turn(tmp_path)
    first.wait(1)
    second.wait(0.01)
    second.leave()
    assert first.is_first
    assert not is_first(tmp_path)


def test_who_waits_comes_in_as_soon_as_the_first_leaves(tmp_path: Path) -> None:
    first, second = Turn(tmp_path), Turn(tmp_path)
    first.wait(1)
    waiting = threading.Thread(target=second.wait, args=(60,))
    waiting.start()
    first.leave()
    waiting.join(timeout=30)
    assert second.is_first


def test_a_dead_connection_gives_its_place_back(tmp_path: Path) -> None:
    first = Turn(tmp_path)
    first.wait(1)
    first.close()
    first.close()
    assert is_first(tmp_path)


def test_without_a_folder_the_database_alone_decides(tmp_path: Path) -> None:
    lost = Turn(tmp_path / "gone")
    lost.wait(1)
    lost.leave()
    lost.close()
    assert not lost.is_first
