"""What people name on the command line: the share-out that waits, a pot."""

from __future__ import annotations

from kpa_core.activities.cli.typed import the_order
from kpa_core.errors import N_, Misuse, NotFound
from kpa_core.sharing import pots, shareouts
from kpa_core.sharing.models import Pot, ShareOut
from kpa_core.work import Work


def the_proposal(work: Work, order: str, capability: str) -> ShareOut:
    """Return the share-out that waits for an order, named by its reference.

    Raises:
        NotFound: none waits, or not for this actor.
    """
    found = shareouts.open_one(work.session, the_order(work, order).id)
    if found is None:
        raise NotFound(N_("Aucun partage n'attend pour {order}."), order=order)
    return shareouts.find_share_out(work, found.id, capability)


def the_pot(work: Work, named: str) -> Pot:
    """Return a pot by its name or its id.

    Raises:
        Misuse: no pot the actor may see has this name, or several do.
    """
    wanted = named.strip().casefold()
    found = [
        one.pot for one in pots.pots(work) if wanted in (one.pot.name.casefold(), str(one.pot.id))
    ]
    if len(found) != 1:
        raise Misuse(N_("Aucune cagnotte, ou plusieurs, s'appellent « {name} »."), name=named)
    return found[0]
