"""Rows that are only ever added; see :class:`kpa_core.db.Kept`."""

from kpa_core.db import Kept as Kept
