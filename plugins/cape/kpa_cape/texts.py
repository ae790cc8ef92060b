"""The sentences of this plugin, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kpa_core.api import plugin_texts

CATALOGUES = Path(__file__).parent / "translations"

gettext, lazy = plugin_texts("cape", CATALOGUES)


def told(message: str, **values: object) -> str:
    """Return a sentence with its values filled in; ``message`` is a French message id."""
    text = gettext(message)
    return text.format(**values) if values else text


@dataclass(frozen=True)
class Said:
    """A sentence with values, said when it is shown: for labels made once at start."""

    message: str
    values: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return told(self.message, **self.values)
