"""Who may do what with shops."""

from __future__ import annotations

from kpa_core.api import Capability
from kpa_ofn.texts import lazy

DOERS = ("participant", "referent", "treasurer", "animator")

CAPABILITIES = (
    Capability(
        "ofn.sell",
        lazy("Voir la boutique Open Food Network, changer ses prix et ses stocks."),
        dict.fromkeys(DOERS, "activity"),
    ),
    Capability(
        "ofn.vat",
        lazy("Dire la TVA de ce que la boutique vend."),
        {"treasurer": "activity", "animator": "activity"},
    ),
    Capability(
        "ofn.connect",
        lazy("Brancher ou débrancher une boutique Open Food Network."),
        {"animator": "activity", "operator": "all"},
    ),
)
