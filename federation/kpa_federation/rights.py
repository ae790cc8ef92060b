"""Who may do what with the network."""

from __future__ import annotations

from kpa_core.api import Capability
from kpa_federation.texts import lazy

EVERYONE_HERE = ("member", "participant", "referent", "treasurer", "animator")

CAPABILITIES = (
    Capability(
        "federation.read",
        lazy("Lire les fiches des autres KPA."),
        dict.fromkeys(EVERYONE_HERE, "all"),
    ),
    Capability(
        "federation.write",
        lazy("Écrire une fiche en brouillon, avant que le groupe la publie."),
        dict.fromkeys(EVERYONE_HERE, "all"),
    ),
    Capability(
        "federation.publish",
        lazy("Publier une fiche pour les autres KPA, ou la retirer."),
        {"referent": "all", "animator": "all"},
    ),
    Capability(
        "federation.peers",
        lazy("Ajouter un KPA voisin, le suspendre ou le bloquer."),
        {"admin": "all", "operator": "all"},
    ),
    Capability(
        "federation.keys",
        lazy("S'occuper de la clé du KPA et de ses gardien·nes."),
        {"admin": "all", "operator": "all"},
    ),
)
