"""One real instance whose peers are in the same process: see ``homes``."""

from __future__ import annotations

from homes import home as home
