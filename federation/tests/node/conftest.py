"""Real instances on loopback, network nodes among them."""

from __future__ import annotations

from towns import town as town
