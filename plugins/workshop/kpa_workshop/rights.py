"""Who may do what in the workshop."""

from __future__ import annotations

from kpa_core.api import Capability
from kpa_workshop.texts import lazy

DOERS = ("participant", "referent", "animator")

CAPABILITIES = (
    Capability(
        "workshop.work",
        lazy("Prendre, réparer et rendre des objets, tenir le stock et les machines."),
        dict.fromkeys(DOERS, "activity"),
    ),
    Capability(
        "workshop.train",
        lazy("Dire qui est formé sur une machine."),
        dict.fromkeys(("referent", "animator"), "activity"),
    ),
)
