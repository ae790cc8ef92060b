"""Leave the network, and come back: nothing of what is kept here changes.

Who left asks nobody, tells nobody and answers nobody. One's own log, its key, and all that was read
stay where they are: coming back goes on from there, as after a long time without a line.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import N_, Refused, Work, now
from kpa_federation.log import keeping
from kpa_federation.own import mark
from kpa_federation.own.models import LeftRow
from kpa_federation.own.writing import own_origin

NEEDS = "federation.keys"
KEPT = (
    N_("Nos fiches et nos brouillons restent ici. On peut les lire et les changer."),
    N_("Les fiches des voisins qu'on a déjà reçues restent ici. On peut les lire."),
    N_("Ce qu'on a repris reste à nous, avec le nom de qui l'a fait."),
    N_("Le journal, la clé et les gardien·nes ne changent pas."),
    N_("On peut tout emporter sur une clé USB."),
)
ENDS = (
    N_("On n'appelle plus les voisins. On ne leur répond plus."),
    N_("Les voisins gardent nos fiches. Pour les enlever chez eux, retire-les avant de partir."),
)
BACK = N_("On peut revenir quand on veut. Tout reprend là où on en était.")
OUTSIDE = N_(
    "Ce KPA a quitté le réseau. Pour revenir : page « Les voisins », ou kpa federation back."
)


def has_left(session: Session) -> bool:
    """Tell whether this instance left the network."""
    return session.scalar(sa.select(LeftRow.id)) is not None


def check_inside(work: Work) -> None:
    """See that this instance takes part, before anybody is asked or told anything.

    Raises:
        Refused: it left.
    """
    if has_left(work.session):
        raise Refused(OUTSIDE)


def leave(work: Work) -> None:
    """Leave the network: from this moment nobody is asked, told or answered."""
    with work.transaction() as session:
        work.require(NEEDS)
        if not has_left(session):
            session.add(LeftRow(id=1, left_at=now()))
            work.record(NEEDS, "network", after={"left": True})


def come_back(work: Work) -> None:
    """Take part again, from where the log stands; the neighbours are asked soon."""
    with work.transaction() as session:
        work.require(NEEDS)
        row = session.get(LeftRow, 1)
        if row is None:
            return
        session.delete(row)
        work.record(NEEDS, "network", after={"left": False})
        mine = keeping.log_row(session, own_origin(session))
        if mine is not None:
            keeping.arrive(session, mine)  # told to whoever asks, though it may not have grown
        for job in ("federation.pull", "federation.tell"):
            work.ask(job, {}, key=f"back:{now():%Y%m%d%H%M%S}")
        work.after_commit(lambda: mark.put(work, ""))  # the neighbours say first where it stood
