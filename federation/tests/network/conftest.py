"""Two or more real instances on loopback: see ``towns``."""

from __future__ import annotations

from towns import town as town
