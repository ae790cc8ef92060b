"""French marks that never start a line: the space before them does not break."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape

from kpa_core.i18n import Lazy, current_locale

BREAKABLE = re.compile(r" (?=[?!:;»](?:\W|$))|(?<=«) ")
UNBROKEN = "\N{NO-BREAK SPACE}"


def unbroken(text: str) -> str:
    """Return a text whose French marks stay with their words, for a reader of French."""
    if current_locale() != "fr" or " " not in text:
        return text
    if isinstance(text, Markup):
        return Markup(BREAKABLE.sub(UNBROKEN, str(text)))
    return BREAKABLE.sub(UNBROKEN, text)


def shown(value: Any) -> Any:
    """Return what a template shows of a value; HTML was seen to when it was made."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return unbroken(value)
    return escape(unbroken(str(value))) if isinstance(value, Lazy) else value
