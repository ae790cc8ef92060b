"""What plugin authors test with: :func:`check_plugin`, and fixtures that come by themselves.

Fixtures: ``make_kpa`` (a whole KPA on an empty database), ``kpa`` (one without plugins).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpa_core.testing.contract import check_plugin as check_plugin
    from kpa_core.testing.kpa import TestKpa as TestKpa

__all__ = ["TestKpa", "check_plugin"]


def __getattr__(name: str) -> object:
    # Imported when used: a pytest11 module is loaded before coverage starts.
    if name == "check_plugin":
        from kpa_core.testing.contract import check_plugin

        return check_plugin
    if name == "TestKpa":
        from kpa_core.testing.kpa import TestKpa

        return TestKpa
    raise AttributeError(name)
