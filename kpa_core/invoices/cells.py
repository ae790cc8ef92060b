"""Cells of the tables people open in a spreadsheet. Pure."""

from __future__ import annotations


def harmless(cell: str) -> str:
    """Return a cell no spreadsheet runs as a formula: names come from whoever typed them."""
    dangerous = cell.lstrip()[:1] in ("=", "+", "-", "@") or cell[:1] in ("\t", "\r", "\n")
    return f"'{cell}" if dangerous else cell
