"""Who may do what with deliveries."""

from __future__ import annotations

from kpa_coopcycle.texts import lazy
from kpa_core.api import Capability

DOERS = ("participant", "referent", "animator")

CAPABILITIES = (
    Capability(
        "coopcycle.deliver",
        lazy("Demander, commander et annuler une livraison à vélo."),
        dict.fromkeys(DOERS, "activity"),
    ),
    Capability(
        "coopcycle.connect",
        lazy("Brancher ou débrancher une coop de livraison."),
        {"animator": "activity", "operator": "all"},
    ),
)
