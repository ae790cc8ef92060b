"""Pages on whom others can count: recommending a neighbour."""

from __future__ import annotations

from flask import Response

from kpa_core.api import N_, Pages, current_work, say, see
from kpa_federation.trust import service

MANAGE = service.MANAGE


def add_to(pages: Pages) -> None:
    """Add the pages of trust."""
    _vouching(pages)


def _vouching(pages: Pages) -> None:
    @pages.post("/voisins/<origin>/recommander", needs=MANAGE)
    def vouch(origin: str) -> Response:
        service.vouch(current_work(), origin)
        say(N_("C'est fait. Les voisins qui nous suivent vont le suivre aussi."))
        return see("federation.neighbours")

    @pages.post("/voisins/<origin>/ne-plus-recommander", needs=MANAGE)
    def unvouch(origin: str) -> Response:
        service.take_back(current_work(), origin)
        say(N_("Ce KPA n'est plus recommandé."))
        return see("federation.neighbours")
