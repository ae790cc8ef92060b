"""The sentences of this plugin, in the reader's language."""

from __future__ import annotations

from pathlib import Path

from kpa_core.api import plugin_texts

CATALOGUES = Path(__file__).parent / "translations"

gettext, lazy = plugin_texts("workshop", CATALOGUES)


def told(message: str, **values: object) -> str:
    """Return a sentence with its values filled in; ``message`` is a French message id."""
    text = gettext(message)
    return text.format(**values) if values else text
