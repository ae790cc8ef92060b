"""Two or more real instances on loopback, asking each other over HTTP."""

from __future__ import annotations

from towns import town as town
