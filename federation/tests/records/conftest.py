"""Two or more real instances on loopback."""

from __future__ import annotations

from towns import town as town
