"""What lists say, in plain French: who says it, what they advise, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kpa_core.api import N_
from kpa_federation.protocol.words import words_of
from kpa_federation.texts import gettext, told
from kpa_federation.trust.saying import REASONS, Advice

SAID = {
    "warn": N_("{name} prévient : « {reason} »"),
    "hide": N_("{name} conseille de le cacher : « {reason} »"),
    "block": N_("{name} conseille de ne plus rien en prendre : « {reason} »"),
}
SAID_HERE = {
    "warn": N_("Ici, on prévient : « {reason} »"),
    "hide": N_("Ici, on le cache : « {reason} »"),
    "block": N_("Ici, on le cache, et on conseille de ne rien en prendre : « {reason} »"),
}


def sentences(advice: Iterable[Advice], names: Mapping[str, str], own: str) -> list[str]:
    """Return a sentence for each, in the order given."""
    return [sentence(one, names, own) for one in advice]


def sentence(one: Advice, names: Mapping[str, str], own: str) -> str:
    """Return what one entry of a list says; ``names`` are those of origins, by origin."""
    reason = gettext(REASONS[one.reason])
    if one.by == own:
        return told(SAID_HERE[one.action], reason=reason)
    return told(SAID[one.action], name=names.get(one.by) or words_of(one.by), reason=reason)
