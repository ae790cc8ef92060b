"""Who may do what in the kitchen.

The kitchen (ingredients, recipes, dishes) belongs to the whole KPA; a menu belongs to its activity.
Who may see an activity (``activity.read``, a right of the core) may see its menus.
"""

from __future__ import annotations

from kpa_catering.texts import lazy
from kpa_core.api import Capability

EVERYONE_HERE = ("member", "participant", "referent", "treasurer", "animator")
COOKS = ("participant", "referent", "animator")
GROUP = ("participant", "referent", "treasurer", "animator")

CAPABILITIES = (
    Capability(
        "catering.read",
        lazy("Voir les recettes, les ingrédients et leurs prix."),
        dict.fromkeys(EVERYONE_HERE, "all"),
    ),
    Capability(
        "catering.write",
        lazy("Changer les recettes, les ingrédients et les réponses sur les allergènes."),
        dict.fromkeys(COOKS, "all"),
    ),
    Capability(
        "catering.choose",
        lazy("Faire les menus d'une activité et en choisir un pour une commande."),
        dict.fromkeys(GROUP, "activity"),
    ),
    Capability(
        "catering.log",
        lazy("Lire et écrire le carnet d'hygiène d'une activité."),
        dict.fromkeys(GROUP, "activity"),
    ),
)
